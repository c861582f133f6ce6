"""What an agent of the month does with a case, and what the customer does then."""

from __future__ import annotations

from datetime import timedelta

from hub.month.case import Act, Case
from hub.month.desk import DAY, HOUR, Desk, Happening
from hub.month.people import Worker
from hub.month.topics import (
    COMMENTS,
    GRACIAS,
    MAS,
    MORE,
    NOTES,
    QUESTIONS,
    REPLIES,
    RESPUESTAS,
    THANKS,
)

_MOST_ROUNDS = 6
_LOOKING = 1.2
"""Minutes to see that nothing needs to be said."""
_OTHER_UNITS = ("billing", "call-center", "energy-services", "quality-control")
_REASONS = (
    "the platform took it for spam",
    "this person does not take messages",
    "too long after their last message",
)
_TAGS = ("vip", "callback", "press", "repeat", "field-crew", "refund")


_ASKED_AFTER = 302.0
"""Seconds after the resolution."""
_WINDOW = 23.5 * HOUR
"""After a customer's private message on a platform, for anything automatic."""


class Clerk:
    """People's part: what an agent does with a case they have taken, and what follows from it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._surveyed: set[int] = set()

    def serve(self, worker: Worker, case: Case, at: float) -> None:
        """Work on a case from `at`; the agent is free again when that is done."""
        dice, topic = case.dice, case.topic
        case.rounds += 1
        if case.assignee != worker.number and not (case.counter and case.rounds == 1):
            case.assignee = worker.number
            self._desk.step(case, at, Act.TAKES, worker=worker.number)
        idle = topic is None or (topic.slug == "compliment" and dice.random() < 0.6)
        minutes = _LOOKING if topic is None else topic.minutes
        if case.arrival.storm or case.rounds > 1:
            minutes *= 0.7
        spent = 60 * minutes * worker.speed * dice.lognormvariate(0, 0.45)
        done = at + max(spent, 20.0)

        def finish(now: float) -> None:
            if case.counter and case.rounds == 1:
                self._enter(worker, case, now)
            elif idle or (case.thanked and case.answered):
                self._resolve(worker, case, now, "no_reply_needed")
            else:
                self._work(worker, case, now)
            self._desk.free(worker.number, now)

        self._desk.at(done, finish)

    def _enter(self, worker: Worker, case: Case, now: float) -> None:
        """A call or a walk-in was answered while the customer was there."""
        desk, dice, number = self._desk, case.dice, worker.number
        desk.step(case, now, Act.ARRIVES, case.ask(), worker=number)
        priority = "high" if case.emergency else "normal"
        resolved = dice.random() < 0.72 and not case.emergency
        slug = case.arrival.topic
        desk.step(
            case, now + 0.3, Act.ENTERED, worker=number, priority=priority, resolved=resolved,
            slug=slug,
        )  # fmt: skip
        case.answered = True
        if case.emergency:
            desk.step(case, now + 1.2, Act.EMERGENCY, slug=slug, unit=case.unit)
        if resolved:
            case.resolved_at = now + 0.3
            return
        desk.at(desk.in_hours(now, timedelta(hours=dice.uniform(1, 14))), self._later(case))

    def _later(self, case: Case) -> Happening:
        turn = case.turn

        def later(now: float) -> None:
            if case.turn == turn:
                self._desk.queue(case, now)

        return later

    def _work(self, worker: Worker, case: Case, now: float) -> None:
        desk, dice, number = self._desk, case.dice, worker.number
        if case.rounds == 1 and dice.random() < 0.04 and not case.urgent:
            unit = dice.choice([unit for unit in _OTHER_UNITS if unit != case.unit])
            desk.step(case, now, Act.NOTES, dice.choice(NOTES), number)
            desk.step(case, now + 0.2, Act.TRANSFERS, worker=number, unit=unit)
            case.unit, case.assignee = unit, None
            desk.queue(case, now + 0.2)
            return
        if case.rounds < 3 and dice.random() < 0.03 and not case.urgent:
            self._snooze(worker, case, now)
            return
        if case.since < now - 5 * HOUR and dice.random() < 0.06:
            self._resolve(worker, case, now, "answered")  # and nobody has told the customer
            return
        if dice.random() < 0.05 and not case.emergency:
            desk.step(
                case, now - 5, Act.PRIORITY, worker=number, priority=dice.choice(("high", "low"))
            )
        if dice.random() < 0.12:
            tags = sorted(dice.sample(_TAGS, dice.choice((1, 1, 2))))
            desk.step(case, now - 3, Act.TAGS, worker=number, tags=tags)
        if dice.random() < 0.06:
            desk.step(case, now - 2, Act.NOTES, dice.choice(NOTES), number)
        self._reply(worker, case, now)

    def _snooze(self, worker: Worker, case: Case, now: float) -> None:
        desk = self._desk
        until = desk.in_hours(now, timedelta(hours=case.dice.uniform(3, 12)))
        desk.step(case, now, Act.NOTES, case.dice.choice(NOTES), worker.number)
        until_at = desk.moment(until)
        desk.step(
            case, now + 0.2, Act.STATUS, worker=worker.number, status="snoozed", until=until_at
        )
        turn = case.turn

        def wakes(at: float) -> None:
            if case.turn == turn:
                desk.step(case, at + 0.4, Act.WAKES)
                desk.queue(case, at + 0.4)

        desk.at(until, wakes)

    def _reply(self, worker: Worker, case: Case, now: float) -> None:
        desk, dice, number = self._desk, case.dice, worker.number
        asks = dice.random() < 0.23 and case.rounds < _MOST_ROUNDS and not case.counter
        words = RESPUESTAS if case.citizen.spanish else REPLIES
        text = case.say(QUESTIONS if asks else words)
        if case.counter:
            desk.step(case, now, Act.LOGS, text, number)
            self._resolve(worker, case, now + 0.2, "answered")
            return
        desk.step(case, now, Act.REPLIES, text, number)
        accepted = now + dice.uniform(0.4, 6.0)
        if dice.random() < 0.012:
            self._refused(worker, case, accepted)
            return
        # Where it is resolved with the reply, that is before the channel has taken it.
        resolves = not asks and (dice.random() < 0.62 or case.rounds >= _MOST_ROUNDS)
        if resolves:
            self._resolve(worker, case, now + 0.2, "answered")
        desk.step(case, max(accepted, now + 0.3), Act.ACCEPTED)
        case.answered = True
        if asks:
            desk.step(case, accepted + 1, Act.STATUS, worker=number, status="pending_customer")
        if not resolves:
            self._await_answer(worker, case, accepted + 2, pending=asks)

    def _refused(self, worker: Worker, case: Case, at: float) -> None:
        desk, dice, number = self._desk, case.dice, worker.number
        desk.step(case, at, Act.REFUSED, reason=dice.choice(_REASONS))
        again = at + dice.uniform(2, 40) * 60
        turn = case.turn

        def tries_again(now: float) -> None:
            if case.turn != turn:
                return
            if dice.random() < 0.7:
                desk.step(case, now, Act.RETRIES, worker=number)
                desk.step(case, now + 2.5, Act.ACCEPTED)
            else:
                desk.step(case, now, Act.LOGS, "Answered on the platform itself.", number)
            case.answered = True
            self._resolve(worker, case, now + 60, "answered")

        if dice.random() < 0.9:  # else nobody looks at it again
            desk.at(again, tries_again)

    def _await_answer(self, worker: Worker, case: Case, now: float, *, pending: bool) -> None:
        desk, dice = self._desk, case.dice
        turn = case.turn
        if dice.random() < (0.78 if pending else 0.62):
            wait = min(dice.lognormvariate(0.6, 1.1) * HOUR, 5 * DAY)
            desk.at(now + 30 + wait, lambda at: self._writes(case, at, turn, MORE, MAS))
        elif dice.random() < 0.9:
            days = timedelta(hours=9 * dice.choice((1, 2, 3)))

            def closes(at: float) -> None:
                if case.turn == turn:
                    self._resolve(worker, case, at, "answered")

            desk.at(desk.in_hours(now, days) + dice.uniform(0, 1800), closes)

    def _writes(
        self, case: Case, at: float, turn: int, en: tuple[str, ...], es: tuple[str, ...]
    ) -> None:
        """The customer writes again: a resolved ticket is open again."""
        if case.turn != turn:
            return
        words = es if case.citizen.spanish else en
        case.thanked = words in (THANKS, GRACIAS)
        case.resolved_at = None
        case.heard_at = at
        self._desk.step(case, at, Act.WRITES, case.dice.choice(words))
        self._desk.queue(case, at + 0.5)
        self.impatient(case, at)

    def impatient(self, case: Case, at: float) -> None:
        """Some of those who wait ask again."""
        if case.dice.random() < 0.15 and not case.counter:
            turn = case.turn

            def asks(now: float) -> None:
                if case.waits and case.turn == turn:
                    words = (
                        MAS if case.citizen.spanish else ("Any news?", "Hello?", "Still waiting")
                    )
                    self._desk.step(case, now, Act.WRITES, case.dice.choice(words))

            self._desk.at(at + case.dice.uniform(0.6, 9) * HOUR, asks)

    def _resolve(self, worker: Worker, case: Case, at: float, reason: str) -> None:
        desk, dice = self._desk, case.dice
        desk.step(case, at, Act.STATUS, worker=worker.number, status="resolved", reason=reason)
        case.resolved_at = at
        case.turn += 1
        turn = case.turn
        if case.counter or reason == "no_reply_needed":
            return
        desk.at(at + _ASKED_AFTER, lambda now: self._survey(case, now, turn))
        chance = dice.random()
        wait = min(60 + dice.lognormvariate(1.6, 1.4) * HOUR, 6 * DAY)
        if chance < 0.03 and case.answered:
            desk.at(at + wait, lambda now: self._writes(case, now, turn, THANKS, GRACIAS))
        elif chance < 0.075:
            desk.at(at + wait, lambda now: self._writes(case, now, turn, MORE, MAS))

    def _survey(self, case: Case, now: float, turn: int) -> None:
        """Ask, once a ticket and a customer, where the channel allows it; a third answer."""
        dice, who = case.dice, case.citizen.number
        if case.turn != turn or case.surveyed or who in self._surveyed:
            return
        form = case.arrival.form.name
        if form not in ("direct", "messenger", "chat", "form"):
            return
        if form == "messenger" and now > case.heard_at + _WINDOW:
            return
        case.surveyed = True
        self._surveyed.add(who)
        language = "es" if case.citizen.spanish else "en"
        self._desk.step(case, now, Act.SURVEYED, "asked", language=language)
        if dice.random() > 0.34:
            return
        # Who waited long is less content.
        hours = (now - case.begins_at) / HOUR
        mood = (5, 5, 4, 4, 3) if hours < 3 else (5, 4, 3, 2, 1) if hours < 24 else (4, 2, 2, 1, 1)
        score = dice.choice(mood)
        said = dice.choice(COMMENTS[score]) if dice.random() < 0.4 else None
        later = now + dice.lognormvariate(2.3, 1.2) * 60
        self._desk.step(case, later, Act.SCORES, score=score, comment=said)
