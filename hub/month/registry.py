"""Writing cases into the ledger: each step as the hub would have recorded it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.directory import Directory
from hub.intake.batch import Known, Submission
from hub.intake.decide import decide
from hub.month.case import Act, Case, Step
from hub.month.dossier import Dossier
from hub.month.ledger import (
    AUDIT,
    CONTACTS,
    CONVERSATIONS,
    MESSAGES,
    POINTS,
    SURVEYS,
    TICKETS,
    Ledger,
)
from hub.month.overdue import Overdue
from hub.month.voices import inbound
from hub.sla.clockwork import ANSWERED_BY_BOT
from hub.sla.promises import ESCALATE
from hub.surveys.answering import CUSTOMER
from hub.surveys.asking import ANSWERABLE
from hub.surveys.link import SURVEY_KEY, link
from hub.surveys.question import WORDS
from hub.team.access import BOT, SYSTEM, Actor
from hub.team.tokens import hash_secret
from hub.tickets.models import Priority, Status

_HEARD = timedelta(milliseconds=200)
"""From the customer's writing to the hub's having it."""
_SENT = timedelta(milliseconds=500)
"""From an automatic message to the channel's taking it."""


@dataclass(frozen=True, slots=True)
class House:
    """What of the hub's settings shows in the rows."""

    city: str
    origin: str
    reopen: timedelta


class Registry:
    """`register` puts all of a case into the ledger. Cases come in the order they began."""

    def __init__(
        self,
        directory: Directory,
        ledger: Ledger,
        agents: Sequence[Actor],
        moment: Callable[[float], datetime],
        end: datetime,
        house: House,
    ) -> None:
        """`agents` are the month's workers by their number; `moment` makes times of seconds."""
        self._directory = directory
        self._ledger = ledger
        self._agents = agents
        self._moment = moment
        self._house = house
        self._overdue = Overdue(directory, ledger)
        self._end = end
        self._known = Known(directory, seal=lambda sealed: sealed)
        self._accounts: dict[str, int] = {}
        for account in sorted(directory.accounts.values(), key=lambda one: one.id):
            self._accounts.setdefault(account.kind, account.id)
        for account_id in directory.accounts:
            self._known.accounts[account_id] = {"id": account_id, "cursor": None}
        self.kept: set[str] = set()
        """Conversations that a later case goes on with."""

    def register(self, case: Case) -> None:
        dossier: Dossier | None = None
        for step in case.steps:
            at = self._moment(step.at)
            if dossier is not None:
                self._overdue.until(dossier, at)
            if step.act in (Act.ARRIVES, Act.WRITES):
                dossier = self._hear(case, step, at, dossier)
            else:
                assert dossier is not None, "a case begins with its arrival"
                self._do(dossier, step, at)
        assert dossier is not None
        self._overdue.until(dossier, self._end)
        dossier.close()
        self._known.messages.clear()
        if case.key not in self.kept:
            account_id = dossier.row["account_id"]
            self._known.conversations.pop((account_id, dossier.row["conversation"]), None)

    def _hear(self, case: Case, step: Step, at: datetime, dossier: Dossier | None) -> Dossier:
        """Intake's own decision about a message that arrives."""
        ledger, now = self._ledger, at + _HEARD
        entered_by = None if step.worker is None else self._agents[step.worker]
        message = inbound(case, step, at, entered_by)
        account_id = self._accounts[case.arrival.form.channel]
        submission = Submission(account_id, None, "", now, now, items=(message,))
        plan = decide([submission], self._known, now, self._house.reopen)
        for person in plan.people:
            if person.point["id"] is None:
                contact = ledger.keep(CONTACTS, person.contact)
                person.point["contact_id"] = contact["id"]
                ledger.keep(POINTS, person.point)
        (heard,) = plan.messages
        draft, row = heard.ticket, heard.row
        if dossier is None or dossier.draft is not draft:
            assert dossier is None, "one case is one ticket"
            assert draft.row["id"] is None, "which is new"
            assert heard.by is not None
            draft.row["contact_id"] = heard.by.contact["id"]
            draft.row["contact_point_id"] = heard.by.point["id"]
            ledger.keep(TICKETS, draft.row)
            dossier = Dossier(draft, self._directory, ledger)
        row |= {"id": step.message_id, "ticket_id": draft.row["id"]}
        assert heard.by is not None
        row["author_id"] = heard.by.contact["id"]
        ledger.keep(MESSAGES, row)
        for conversation, ticket, new in plan.conversations:
            conversation["ticket_id"] = ticket.row["id"]
            if new:
                ledger.keep(CONVERSATIONS, conversation)
            else:
                ledger.moved.append(conversation)
        dossier.inquiry = row
        dossier.number_clocks()
        self._overdue.record(dossier, now)
        for promise in plan.promises:
            if promise.kind != ESCALATE:  # these are done where the breach is recorded
                made = {"made": now, "done": now + timedelta(milliseconds=400)}
                ledger.done_job(promise.kind, promise.lane(), promise.payload(), **made)
        return dossier

    def _do(self, dossier: Dossier, step: Step, at: datetime) -> None:
        actor = SYSTEM if step.worker is None else self._agents[step.worker]
        detail, text, number = step.detail, step.text, step.message_id
        match step.act:
            case Act.BOT_ANSWERS | Act.BOT_ASKS | Act.HANDS_OFF | Act.EMERGENCY:
                self._bot(dossier, step, at)
                return
            case Act.SURVEYED:
                self._survey(dossier, step, at)
                return
            case Act.SCORES:
                self._score(dossier, step, at)
                return
            case Act.RESTS:
                dossier.set_status(SYSTEM, Status.RESOLVED, at, reason=ANSWERED_BY_BOT)
            case Act.ENTERED:
                dossier.audit(actor, "entered", at, channel=dossier.row["channel"])
                dossier.set_priority(actor, Priority(str(detail["priority"])), at)
                dossier.set_topic(actor, detail["slug"], at)
                if detail["resolved"]:
                    dossier.set_status(actor, Status.RESOLVED, at, reason="answered")
            case Act.TAKES:
                dossier.assign(actor, actor.id, at)
            case Act.REPLIES:
                dossier.write_reply(actor, text, number, at)
            case Act.ACCEPTED:
                dossier.accept(dossier.reply, dossier.delivery, at)
            case Act.REFUSED:
                dossier.refuse(str(detail["reason"]), at)
            case Act.RETRIES:
                dossier.retry(actor, at)
            case Act.LOGS:
                dossier.log_reply(actor, text, number, at)
            case Act.NOTES:
                dossier.note(actor, text, number, at)
            case Act.STATUS:
                dossier.set_status(
                    actor,
                    Status(str(detail["status"])),
                    at,
                    until=detail.get("until"),
                    reason=detail.get("reason"),
                )
            case Act.WAKES:
                dossier.wake(at)
            case Act.TRANSFERS:
                dossier.transfer(actor, str(detail["unit"]), at)
            case Act.PRIORITY:
                dossier.set_priority(actor, Priority(str(detail["priority"])), at)
            case Act.TAGS:
                dossier.set_tags(actor, list(detail["tags"]), at)
        self._changed(dossier, at)

    def _changed(self, dossier: Dossier, at: datetime) -> None:
        dossier.changed(at)
        self._overdue.record(dossier, at)

    def _bot(self, dossier: Dossier, step: Step, at: datetime) -> None:
        row, detail, delivery = dossier.row, step.detail, None
        topic, unit = detail.get("slug"), detail.get("unit")
        if step.act is Act.BOT_ANSWERS:
            articles = (topic,) if topic else ()
            delivery = dossier.bot_says(step.text, step.message_id, at, articles=articles)
            row["asked_back"], row["waiting_since"] = 0, None
            dossier.classify(topic, unit, at)
            dossier.audit(BOT, "bot answered", at, articles=list(articles))
        elif step.act is Act.BOT_ASKS:
            guesses = list(detail["guesses"])
            choices = tuple({"title": slug.replace("-", " "), "value": slug} for slug in guesses)
            delivery = dossier.bot_says(step.text, step.message_id, at, choices=choices)
            row["asked_back"] += 1
            weighed = [{"slug": slug, "confidence": 0.4} for slug in guesses]
            dossier.audit(BOT, "bot asked back", at, guesses=weighed)
        elif step.act is Act.HANDS_OFF:
            dossier.take_over(at)
            delivery = dossier.bot_says(step.text, step.message_id, at)
            dossier.hand_off(str(detail["reason"]), str(detail["summary"]), topic, unit, at)
        else:
            delivery = self._emergency(dossier, step, at)
        self._changed(dossier, at)
        if delivery is not None:
            dossier.accept(dossier.reply, delivery, at + _SENT)
            self._changed(dossier, at + _SENT)

    def _emergency(self, dossier: Dossier, step: Step, at: datetime) -> dict[str, object] | None:
        row, topic = dossier.row, str(step.detail["slug"])
        with_bot = row["takeover"] == 0 and row["status"] == Status.BOT
        dossier.take_over(at)
        delivery = None
        if with_bot and step.text:
            delivery = dossier.bot_says(
                step.text, step.message_id, at, articles=(topic,), emergency=True
            )
        if row["status"] != Status.OPEN:
            dossier.reopen(at)
        row["emergency"], row["priority"] = True, Priority.URGENT.value
        summary = f"Emergency: {topic.replace('-', ' ')}. Answer at once."
        dossier.hand_off("emergency", summary, topic, step.detail["unit"], at)
        row["handoff"]["guesses"] = [{"slug": topic, "confidence": 1.0}]
        row["handoff"]["article"] = topic
        return delivery

    def _survey(self, dossier: Dossier, step: Step, at: datetime) -> None:
        row, language = dossier.row, str(step.detail["language"])
        token = hashlib.sha256(f"{row['conversation']}:survey".encode()).hexdigest()
        text = WORDS[language].format(link=link(self._house.origin, token))
        delivery = dossier.system_says(text, SURVEY_KEY, self._house.city, step.message_id, at)
        dossier.survey = self._ledger.add(
            SURVEYS, ticket_id=row["id"], contact_id=row["contact_id"],
            token_hash=hash_secret(token), language=language, asked_at=at,
            expires_at=at + ANSWERABLE,
        )  # fmt: skip
        dossier.audit(SYSTEM, "survey asked", at, message_id=step.message_id, language=language)
        self._changed(dossier, at)
        dossier.accept(dossier.reply, delivery, at + _SENT)
        self._changed(dossier, at + _SENT)

    def _score(self, dossier: Dossier, step: Step, at: datetime) -> None:
        score, said = step.detail["score"], step.detail["comment"]
        dossier.survey |= {"score": score, "comment": said, "answered_at": at}
        self._ledger.add(
            AUDIT, at=at, actor=CUSTOMER, action="survey answered", ticket_id=dossier.row["id"],
            detail={"score": score},
        )  # fmt: skip
