"""The month from the first inquiry to the last: who writes, what the bot says, who is asked."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.month.arrivals import Arrival, Span, arrivals
from hub.month.case import Act, Case
from hub.month.clerk import Clerk
from hub.month.desk import DAY, HOUR, Desk, Happening
from hub.month.people import NIGHT_UNIT, Citizen, Worker, citizen, hire
from hub.month.shifts import WORKING_MINUTES
from hub.month.topics import BY_SLUG, GRACIAS, MAS, MORE, THANKS, Bot, Topic
from hub.sla import BusinessHours

REOPEN = timedelta(days=7)
BOT_SILENCE = DAY
_REPEATS = 0.07
_OWN_THREAD = ("post", "comment", "form", "call")
"""Where each inquiry is a conversation of its own, so that the same person can begin another."""
_SUMMARY = "The customer asks about {what}. A person has to answer."
_HANDING_OVER = "A person of our team will answer you here."
_AUTOMATED = "This is the city's automated assistant."
_GLAD = "You are welcome!"
_WORKING_DAYS = 20
_PERSONS_SHARE = 1.35
"""Rounds of people's work an inquiry comes to, on average: the bot takes some, others need two."""


class Town:
    """`run` gives every case with its steps."""

    def __init__(
        self, count: int, span: Span, hours: BusinessHours, seed: int, reopen: timedelta = REOPEN
    ) -> None:
        self._seed = seed
        self._reopen = reopen.total_seconds()
        self._arrivals = arrivals(count, span, hours, seed)
        self.workers = workers_for(self._arrivals, seed)
        self._desk = Desk(self.workers, span, hours)
        self._clerk = Clerk(self._desk)
        self._desk.serve = self._clerk.serve
        self.moment = self._desk.moment
        self._dice = random.Random(f"{seed}:town")
        self._cases: list[Case] = []
        self._people = 0
        self._returned: set[int] = set()

    def run(self) -> list[Case]:
        """In the order in which they began."""
        for arrival in self._arrivals:
            self._desk.at(self._desk.seconds(arrival.at), self._arriving(arrival))
        self._desk.run()
        begun = [case for case in self._cases if case.steps]
        for case in begun:
            case.steps.sort(key=lambda step: step.at)
        return sorted(begun, key=lambda case: (case.begins_at, case.number))

    def _arriving(self, arrival: Arrival) -> Happening:
        def arrives(at: float) -> None:
            case = self._case(arrival, at)
            self._cases.append(case)
            if case.counter:
                self._desk.queue(case, at)
                return
            case.heard_at = at
            self._desk.step(case, at, Act.ARRIVES, case.ask())
            self._desk.at(at + case.dice.uniform(0.9, 3.0), lambda now: self._triage(case, now))

        return arrives

    def _case(self, arrival: Arrival, at: float) -> Case:
        number = len(self._cases)
        form = arrival.form
        who = None
        if form.name in _OWN_THREAD and number and self._dice.random() < _REPEATS:
            earlier = self._cases[-1 - int(self._dice.random() * min(number, 400))]
            if earlier.arrival.form.channel == form.channel:
                who = earlier.citizen
                if self._dice.random() < 0.5 and earlier.topic and not arrival.storm:
                    arrival = replace(arrival, topic=earlier.topic.slug)
        elif form.name in ("messenger", "direct"):
            who = self._returning(form.name, at)
        if who is None:
            self._people += 1
            who = citizen(self._people, self._seed)
        one = who.number if form.name in ("messenger", "direct") else number
        unit = {"x": "social-media", "facebook": "social-media", "walk-in": "walk-in"}.get(
            form.channel, NIGHT_UNIT
        )
        topic = BY_SLUG[arrival.topic] if arrival.topic else None
        if form.channel == "open311" and topic is not None:
            unit = topic.unit
        dice = random.Random(f"{self._seed}:case:{number}")
        return Case(number, arrival, dice, who, unit, f"{KEY}{self._seed}:{form.name}:{one}")

    def _returning(self, form: str, at: float) -> Citizen | None:
        """Somebody whose last ticket in the same conversation is long over."""
        if not self._cases or self._dice.random() > 0.3:
            return None
        earlier = self._cases[int(self._dice.random() * len(self._cases))]
        who, over = earlier.citizen, earlier.resolved_at
        if earlier.arrival.form.name != form or over is None or who.number in self._returned:
            return None
        if at < over + self._reopen + HOUR:
            return None
        self._returned.add(who.number)
        return who

    def _triage(self, case: Case, now: float) -> None:
        desk, dice, topic = self._desk, case.dice, case.topic
        silent = case.arrival.form.channel == "open311"
        if topic is not None and topic.bot is Bot.EMERGENCY:
            safety = f"{topic.answer}\n\n{_AUTOMATED}"
            desk.step(case, now, Act.EMERGENCY, "" if silent else safety, **_place_of(topic))
            self._bring_person(case, now)
        elif silent:
            desk.queue(case, now)
        elif topic is None or topic.bot is Bot.HANDS_OVER:
            self._hand_off(case, now, "policy" if topic else "not-understood")
        elif dice.random() < 0.14:
            guesses = [topic.slug, "contact-us"]
            desk.step(case, now, Act.BOT_ASKS, "Which of these do you mean?", guesses=guesses)
            chance, later = dice.random(), now + dice.uniform(20, 400)
            if chance < 0.75:
                desk.step(case, later, Act.WRITES, topic.slug.replace("-", " "))
                desk.at(later + 1.5, lambda at: self._answer(case, at))
            elif chance < 0.9:
                desk.step(case, later, Act.WRITES, dice.choice(MORE))
                desk.at(later + 1.5, lambda at: self._hand_off(case, at, "not-understood"))
            else:
                self._rest(case, now)
        else:
            self._answer(case, now)

    def _answer(self, case: Case, now: float) -> None:
        desk, dice, topic = self._desk, case.dice, case.topic
        assert topic is not None
        desk.step(case, now, Act.BOT_ANSWERS, topic.answer, **_place_of(topic))
        case.unit = topic.unit
        chance = dice.random()
        if case.arrival.storm:
            chance += 0.2  # nobody likes to read how to report what everybody knows
        later = now + 20 + dice.lognormvariate(1.2, 1.2) * 60
        if chance < 0.62:
            self._rest(case, now)
        elif chance < 0.76:
            words = GRACIAS if case.citizen.spanish else THANKS
            desk.step(case, later, Act.WRITES, dice.choice(words))
            desk.step(case, later + 1.5, Act.BOT_ANSWERS, _GLAD, **_place_of(None))
            self._rest(case, later + 1.5)
        else:
            case.heard_at = later
            desk.step(case, later, Act.WRITES, dice.choice(MAS if case.citizen.spanish else MORE))
            desk.at(later + 1.5, lambda at: self._hand_off(case, at, "asked-for-person"))

    def _rest(self, case: Case, spoke: float) -> None:
        """Resolved by the sweep after a silence; a few come back."""
        desk, dice = self._desk, case.dice
        rests = spoke + BOT_SILENCE + dice.uniform(5, 12)

        def resolved(now: float) -> None:
            desk.step(case, now, Act.RESTS)
            case.resolved_at = now
            if dice.random() < 0.03:
                desk.at(now + dice.uniform(1, 100) * HOUR, returns)

        def returns(now: float) -> None:
            case.resolved_at, case.heard_at = None, now
            desk.step(case, now, Act.WRITES, dice.choice(MAS if case.citizen.spanish else MORE))
            desk.at(now + 1.5, lambda at: self._hand_off(case, at, "asked-for-person"))

        desk.at(rests, resolved)

    def _hand_off(self, case: Case, now: float, reason: str) -> None:
        topic = case.topic
        what = topic.slug.replace("-", " ") if topic else "something else"
        summary = _SUMMARY.format(what=what)
        self._desk.step(
            case, now, Act.HANDS_OFF, _HANDING_OVER, reason=reason, summary=summary,
            **_place_of(topic),
        )  # fmt: skip
        self._bring_person(case, now)

    def _bring_person(self, case: Case, now: float) -> None:
        if case.topic is not None:
            case.unit = case.topic.unit
        # When the bot has finished speaking.
        self._desk.queue(case, now + 1)
        self._clerk.impatient(case, now + 1)


KEY = "month:"
"""What the conversations of generated tickets begin with: by it they are known."""


def workers_for(inquiries: Sequence[Arrival], seed: int) -> list[Worker]:
    """As many as the usual days need; nobody is hired for a storm."""
    minutes: defaultdict[str, float] = defaultdict(float)
    for arrival in inquiries:
        topic = BY_SLUG[arrival.topic] if arrival.topic else None
        if arrival.storm or topic is None:
            continue
        counter = not arrival.form.closed_days
        unit = topic.unit
        if counter:
            unit = "walk-in" if arrival.form.channel == "walk-in" else NIGHT_UNIT
        by_bot = topic.bot is Bot.ANSWERS and not counter and arrival.form.channel != "open311"
        minutes[unit] += topic.minutes * _PERSONS_SHARE * (0.35 if by_bot else 1.25)
    return hire(dict(minutes), _WORKING_DAYS * WORKING_MINUTES, seed)


def _place_of(topic: Topic | None) -> dict[str, Any]:
    """Where a conversation on the topic goes."""
    return {"slug": topic.slug if topic else None, "unit": topic.unit if topic else None}
