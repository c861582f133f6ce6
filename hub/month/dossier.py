"""One ticket of the month and what is done to it, as rows.

The functions of `hub.tickets.actions`, `hub.tickets.replies`, `hub.triage.actions` and
`hub.delivery.outcome` do these things to rows of the ORM in a session, one transaction each; a
month has hundreds of thousands. Here the same is done to plain rows. What is more than setting a
column is the product's own: the clocks, their timeline and their summary (`Clockwork`), the
breaches, the lines of text. A test lets the hub itself do the same and compares the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.delivery.models import DeliveryState
from hub.directory import Directory
from hub.intake.batch import TicketDraft
from hub.intake.gateway import Row
from hub.month.ledger import AUDIT, CLOCKS, DELIVERIES, ENTRIES, MESSAGES, TAGS, Ledger
from hub.team.access import BOT, SYSTEM, Actor
from hub.tickets.models import AuthorKind, Direction, Priority, Status
from hub.tickets.text import preview_of
from hub.triage.keys import bot_key


class Dossier:
    """A ticket's draft, its newest inquiry, and the reply that is on its way."""

    def __init__(self, draft: TicketDraft, directory: Directory, ledger: Ledger) -> None:
        self.draft = draft
        self.row = draft.row
        self.directory = directory
        self.ledger = ledger
        self.inquiry: Row = {}
        self.delivery: Row = {}
        self.reply: Row = {}
        self.survey: Row = {}
        self._clockwork = directory.clockwork

    def changed(self, now: datetime) -> None:
        """What every change ends with."""
        self.row["version"] += 1
        self.row["updated_at"] = now
        self.number_clocks()

    def number_clocks(self) -> None:
        for clock in self.draft.clocks:
            if clock["id"] is None:
                clock["id"] = self.ledger.number(CLOCKS)
                clock["ticket_id"] = self.row["id"]

    def close(self) -> None:
        """Nothing else will happen: its clocks, timeline and tags are rows now."""
        assert not self.draft.stale, "the month's steps are in the order of time"
        for clock in self.draft.clocks:
            self.ledger.keep(CLOCKS, clock)
        for entry in self.draft.entries:
            entry["ticket_id"] = self.row["id"]
            self.ledger.keep(ENTRIES, entry)
        for tag in self.row["tags"]:
            self.ledger.add(TAGS, tag=tag, ticket_id=self.row["id"])

    def audit(self, actor: Actor, action: str, at: datetime, **detail: Any) -> None:
        self.ledger.add(
            AUDIT, at=at, actor=str(actor), action=action, ticket_id=self.row["id"], detail=detail
        )

    def take_over(self, now: datetime) -> None:
        self.row["takeover"] += 1
        if self.row["status"] == Status.BOT:
            self.move(Status.OPEN, now)

    def move(self, status: Status, now: datetime) -> None:
        row = self.row
        if row["status"] == status:
            return
        ended = Status.RESOLVED in (row["status"], status)
        row["status"] = status.value
        self._clockwork.status_changed(self.draft, now)
        account = self.directory.account(row["account_id"])
        if ended and account.capabilities.takes_status:
            payload = {"ticket_id": row["id"], "version": row["version"]}
            self.ledger.done_job("push-status", f"status:{row['id']}", payload, now, now)

    def reopen(self, now: datetime) -> None:
        self.row["resolved_at"] = self.row["resolution_reason"] = self.row["snoozed_until"] = None
        self.move(Status.OPEN, now)

    def assign(self, actor: Actor, agent_id: int | None, now: datetime) -> None:
        row = self.row
        if row["assignee_id"] == agent_id:
            return
        self.audit(actor, "assign", now, agent_id=agent_id, before=row["assignee_id"])
        row["assignee_id"] = agent_id
        if agent_id is not None:
            self.take_over(now)

    def transfer(self, actor: Actor, unit: str, now: datetime) -> None:
        row = self.row
        if row["unit"] == unit:
            return
        self.audit(actor, "transfer", now, unit=unit, before=row["unit"])
        row["unit"] = unit
        assignee = self.directory.agents.get(row["assignee_id"] or 0)
        if assignee is not None and unit not in assignee.units:
            row["assignee_id"] = None
        self._clockwork.reclassified(self.draft, now)

    def set_priority(self, actor: Actor, priority: Priority, now: datetime) -> None:
        if self.row["priority"] == priority:
            return
        self.audit(actor, "priority", now, priority=priority.value, before=self.row["priority"])
        self.row["priority"] = priority.value
        self._clockwork.reclassified(self.draft, now)

    def set_topic(self, actor: Actor, topic: str | None, now: datetime) -> None:
        if self.row["topic"] == topic:
            return
        self.audit(actor, "topic", now, topic=topic, before=self.row["topic"])
        self.row["topic"] = topic
        self._clockwork.reclassified(self.draft, now)

    def set_tags(self, actor: Actor, tags: list[str], now: datetime) -> None:
        if self.row["tags"] == tags:
            return
        self.audit(actor, "tags", now, tags=tags, before=self.row["tags"])
        self.row["tags"] = tags

    def set_status(
        self,
        actor: Actor,
        status: Status,
        now: datetime,
        *,
        until: datetime | None = None,
        reason: str | None = None,
    ) -> None:
        row = self.row
        if row["status"] == status and until == row["snoozed_until"]:
            return
        before = row["status"]
        if actor.kind == "agent":
            self.take_over(now)
        row["resolved_at"] = row["resolution_reason"] = row["snoozed_until"] = None
        match status:
            case Status.PENDING_CUSTOMER:
                row["waiting_since"] = None
            case Status.SNOOZED:
                row["snoozed_until"] = until
            case Status.RESOLVED:
                row["resolved_at"] = now
                row["resolution_reason"] = (reason or "answered")[:40]
                row["waiting_since"] = None
        self.move(status, now)
        self.audit(actor, "status", now, status=status.value, before=before, reason=reason)

    def wake(self, now: datetime) -> None:
        if self.row["status"] == Status.SNOOZED:
            self.reopen(now)
            self.audit(SYSTEM, "status", now, status=Status.OPEN.value, before=Status.SNOOZED.value)

    def classify(self, topic: str | None, unit: str | None, now: datetime) -> None:
        self.row["topic"] = topic or self.row["topic"]
        if unit is not None and unit in self.directory.units:
            self.row["unit"] = unit
        self._clockwork.reclassified(self.draft, now)

    def hand_off(
        self, reason: str, summary: str, topic: str | None, unit: str | None, now: datetime
    ) -> None:
        """A person is brought in; the bot's last words, if any, are said."""
        row = self.row
        row["waiting_since"] = row["waiting_since"] or self.inquiry["sent_at"]
        self.classify(topic, unit, now)
        row["asked_back"] = 0
        row["handoff"] = {"reason": reason, "summary": summary, "guesses": [], "article": None}
        self.audit(BOT, "hand off", now, reason=reason)

    def bot_says(
        self,
        text: str,
        message_id: int,
        now: datetime,
        *,
        articles: tuple[str, ...] = (),
        choices: tuple[Mapping[str, str], ...] = (),
        emergency: bool = False,
    ) -> Row:
        """What the bot writes, accepted by the channel half a second later."""
        inquiry, row = self.inquiry, self.row
        message = self._message(
            message_id, Direction.OUTBOUND, AuthorKind.BOT, None, "Assistant", text, now
        )
        message |= {
            "account_id": inquiry["account_id"],
            "conversation": inquiry["conversation"],
            "visibility": inquiry["visibility"],
            "in_reply_to": inquiry["external_id"],
            "articles": list(articles),
            "choices": [dict(choice) for choice in choices],
            "emergency": emergency,
            "key": bot_key(inquiry["id"]),
        }
        delivery = self._enqueue(message, now, by_bot=True)
        row["preview"] = preview_of(text)
        row["last_message_at"] = now
        row["last_author"] = AuthorKind.BOT.value
        self._clockwork.bot_spoke(self.draft, now)
        return delivery

    def write_reply(self, actor: Actor, text: str, message_id: int, now: datetime) -> None:
        """An agent's answer, put on its way."""
        self.take_over(now)
        inquiry = self.inquiry
        message = self._message(
            message_id, Direction.OUTBOUND, AuthorKind.AGENT, actor.id, actor.name, text, now
        )
        message |= {
            "account_id": inquiry["account_id"],
            "conversation": inquiry["conversation"],
            "visibility": inquiry["visibility"],
            "in_reply_to": inquiry["external_id"],
        }
        self.reply = message
        self.delivery = self._enqueue(message, now, by_bot=False)
        self._answered(actor, text, now)
        self.audit(actor, "reply", now, message_id=message_id)

    def log_reply(self, actor: Actor, text: str, message_id: int, now: datetime) -> None:
        """An answer that was given elsewhere: it counts at once."""
        self.take_over(now)
        message = self._message(
            message_id, Direction.OUTBOUND, AuthorKind.AGENT, actor.id, actor.name, text, now
        )
        message["logged"] = True
        self._answered(actor, text, now)
        self.row["waiting_since"] = None
        self._clockwork.answered(self.draft, now)
        self.audit(actor, "logged reply", now, message_id=message_id, permalink=None)

    def note(self, actor: Actor, text: str, message_id: int, now: datetime) -> None:
        message = self._message(
            message_id, Direction.NOTE, AuthorKind.AGENT, actor.id, actor.name, text, now
        )
        message["visibility"] = "private"
        self.audit(actor, "note", now, message_id=message_id)

    def accept(self, message: Row, delivery: Row, at: datetime) -> None:
        """The channel took it: only now does a person's reply count."""
        platform_id = f"{message['conversation']}/{message['id']}"
        delivery |= {
            "state": DeliveryState.SENT.value,
            "attempts": delivery["attempts"] + 1,
            "error": None,
            "accepted_at": at,
            "sent_parts": [platform_id],
        }
        message["external_id"] = platform_id
        row = self.row
        if message["author_kind"] == AuthorKind.AGENT:
            self._clockwork.answered(self.draft, at)
        answers = message["author_kind"] != AuthorKind.BOT or row["status"] == Status.BOT
        waiting = row["waiting_since"]
        if answers and waiting is not None and waiting <= message["created_at"]:
            row["waiting_since"] = None

    def refuse(self, reason: str, at: datetime) -> None:
        self.delivery |= {
            "state": DeliveryState.FAILED.value,
            "attempts": self.delivery["attempts"] + 1,
            "error": reason,
        }
        self.audit(
            SYSTEM, "not delivered", at, message_id=self.reply["id"], reason=reason,
            state=DeliveryState.FAILED.value,
        )  # fmt: skip

    def retry(self, actor: Actor, now: datetime) -> None:
        self.delivery |= {
            "state": DeliveryState.PENDING.value,
            "attempts": 0,
            "error": None,
            "next_at": now,
        }
        self.audit(actor, "retry", now, message_id=self.reply["id"])

    def system_says(self, text: str, key: str, author: str, message_id: int, now: datetime) -> Row:
        """An automatic message that is nobody's answer."""
        inquiry = self.inquiry
        message = self._message(
            message_id, Direction.OUTBOUND, AuthorKind.SYSTEM, None, author, text, now
        )
        message |= {
            "account_id": inquiry["account_id"],
            "conversation": inquiry["conversation"],
            "visibility": "private",
            "in_reply_to": inquiry["external_id"],
            "key": key,
        }
        return self._enqueue(message, now, by_bot=True)

    def _answered(self, actor: Actor, text: str, now: datetime) -> None:
        row = self.row
        row["assignee_id"] = row["assignee_id"] or actor.id
        if row["status"] in (Status.SNOOZED, Status.RESOLVED):
            self.reopen(now)
        row["preview"] = preview_of(text)
        row["last_message_at"] = now
        row["last_author"] = AuthorKind.AGENT.value
        row["asked_back"] = 0

    def _message(
        self,
        message_id: int,
        direction: Direction,
        kind: AuthorKind,
        author_id: int | None,
        author: str,
        body: str,
        now: datetime,
    ) -> Row:
        row = self.row
        return self.ledger.add(
            MESSAGES, id=message_id, ticket_id=row["id"], account_id=row["account_id"],
            conversation=row["conversation"], direction=direction.value, author_kind=kind.value,
            author_id=author_id, author_name=author, body=body, visibility=row["visibility"],
            sent_at=now, created_at=now, attachments=[], articles=[], choices=[],
        )  # fmt: skip

    def _enqueue(self, message: Row, now: datetime, *, by_bot: bool) -> Row:
        delivery = self.ledger.add(
            DELIVERIES, message_id=message["id"], ticket_id=message["ticket_id"],
            account_id=message["account_id"], state=DeliveryState.PENDING.value, by_bot=by_bot,
            fence=self.row["takeover"], next_at=now, created_at=now, sent_parts=[],
        )  # fmt: skip
        if by_bot:
            self.reply = message
        return delivery
