"""What platforms tell beside messages, decided on a loaded batch: edits, deletions, reactions…

All of it may come before the message it speaks of, more than once and in any order. The newest
by the platform's time wins; what speaks of an unknown message is kept until that comes.
"""

from __future__ import annotations

import json
from datetime import datetime

from hub.intake.batch import Known, MessageDraft, Plan, Promise
from hub.intake.gateway import Row
from hub.intake.rows import attachment_values
from hub.ports import (
    AccountNotice,
    ControlChanged,
    ConversationSeen,
    Happening,
    MessageDeleted,
    MessageEdited,
    MessageHidden,
    MessageReaction,
)
from hub.tickets.models import AuthorKind
from hub.tickets.text import preview_of, subject_of

DELETED = "Deleted message"
"""What stands where a deleted message was quoted: a ticket's subject, its line in the queue."""
CHANGED = "The customer has changed what they wrote: please read it."
"""What stands where a hand-off quoted what was edited since."""
_QUOTED = 40
"""Characters by which a quotation is recognised."""


class Happenings:
    """Applies the happenings of one account to what is known, and plans what is written."""

    def __init__(self, account_id: int, known: Known, plan: Plan, now: datetime) -> None:
        self._account_id = account_id
        self._known = known
        self._plan = plan
        self._now = now

    def apply(self, happening: Happening) -> None:
        match happening:
            case ConversationSeen():
                self._seen(happening)
            case ControlChanged():
                self._control(happening)
            case AccountNotice():
                self._notice(happening)
            case MessageDeleted() | MessageHidden() | MessageReaction():
                message = self._known.messages.get((self._account_id, happening.external_id))
                early = _early_row(self._account_id, happening, self._now)
                if message is None:
                    self._keep(early)
                else:
                    self._told(message, early)
            case MessageEdited():
                raise TypeError("edits are decided with messages")

    def catch_up(self, message: MessageDraft) -> None:
        """Apply what was told of `message` before it came."""
        key = (self._account_id, message.row["external_id"])
        for early in sorted(self._known.early.get(key, ()), key=lambda row: row["at"]):
            self._told(message, early)

    def edit(self, message: MessageDraft, edited: MessageEdited) -> None:
        row, new = message.row, edited.message
        by_us = row["author_kind"] not in (AuthorKind.CUSTOMER, AuthorKind.STAFF)
        stale = row["edited_at"] is not None and row["edited_at"] >= edited.at
        if by_us or stale or row["deleted_at"] is not None:
            return
        known_urls = {attachment["url"]: attachment for attachment in row["attachments"]}
        account = self._known.directory.account(self._account_id)
        attachments = [
            known_urls.get(value["url"]) or value
            for value in attachment_values(new.attachments, account)
        ]
        if row["body"] == new.body and row["attachments"] == attachments:
            return
        message.revisions.append(self._sealed(row))
        ticket = message.ticket.row
        _unquote(ticket, row["body"], preview_of(new.body), subject_of(None, new.body), CHANGED)
        row["body"] = new.body
        row["attachments"] = attachments
        row["edited_at"] = edited.at
        self._changed(message)
        if message.by is not None or row["author_kind"] == AuthorKind.CUSTOMER:
            # The new words may tell of an emergency.
            self._promise(message, "triage", edited=True)
        if any(attachment["state"] == "pending" for attachment in attachments):
            self._promise(message, "fetch-media")

    def _promise(self, message: MessageDraft, kind: str, **more: bool) -> None:
        self._plan.promises.append(
            Promise(
                kind,
                # Emergencies are looked for in a ticket's order; files have no order.
                lambda: (
                    f"ticket:{message.ticket.row['id']}"
                    if kind == "triage"
                    else f"media:{message.row['id']}"
                ),
                lambda: {"message_id": message.row["id"], **more},
            )
        )

    def _told(self, message: MessageDraft, early: Row) -> None:
        row = message.row
        match early["kind"]:
            case "deleted":
                if row["deleted_at"] is None:
                    self._delete(message, early["at"])
            case "hidden" | "shown":
                changed = row["hidden_changed_at"]
                if changed is None or changed < early["at"]:
                    row["hidden"] = early["kind"] == "hidden"
                    row["hidden_changed_at"] = early["at"]
                    self._changed(message)
            case "reaction":
                self._react(message, early)

    def _delete(self, message: MessageDraft, at: datetime) -> None:
        row, ticket = message.row, message.ticket.row
        message.revisions.append(self._sealed(row))
        _unquote(ticket, row["body"], DELETED, DELETED, DELETED)
        row["body"] = ""
        row["attachments"] = []
        row["deleted_at"] = at
        self._changed(message)

    def _react(self, message: MessageDraft, early: Row) -> None:
        reactions = dict(message.row["reactions"] or {})
        at = early["at"].isoformat()
        earlier = reactions.get(early["address"])
        if earlier is not None and earlier["at"] >= at:
            return
        reactions[early["address"]] = {"reaction": early["reaction"], "at": at}
        message.row["reactions"] = reactions
        self._changed(message)

    def _changed(self, message: MessageDraft) -> None:
        ticket = message.ticket
        ticket.row["updated_at"] = self._now
        ticket.row["version"] += 1
        self._plan.touch(ticket)
        self._plan.touch_message(message)

    def _sealed(self, row: Row) -> bytes:
        said = {"body": row["body"], "attachments": row["attachments"]}
        return self._known.seal(json.dumps(said).encode())

    def _keep(self, early: Row) -> None:
        kept = self._known.early.setdefault((self._account_id, early["external_id"]), [])
        same = ("kind", "address", "at")
        if not any(all(one[name] == early[name] for name in same) for one in kept):
            kept.append(early)
            self._plan.early.append(early)

    def _seen(self, seen: ConversationSeen) -> None:
        ticket = self._known.conversations.get((self._account_id, seen.conversation))
        if ticket is None:
            return
        row = ticket.row
        # What was read has arrived.
        names = ("delivered_until", "read_until") if seen.read else ("delivered_until",)
        news = {n: seen.until for n in names if row[n] is None or row[n] < seen.until}
        if news:
            row |= news | {"updated_at": self._now, "version": row["version"] + 1}
            self._plan.touch(ticket)

    def _control(self, change: ControlChanged) -> None:
        ticket = self._known.conversations.get((self._account_id, change.conversation))
        if ticket is None:
            return
        row = ticket.row
        if row["held_changed_at"] is not None and row["held_changed_at"] >= change.at:
            return
        row |= {
            "held_by": change.held_by,
            "held_changed_at": change.at,
            "updated_at": self._now,
            "version": row["version"] + 1,
        }
        self._plan.touch(ticket)

    def _notice(self, notice: AccountNotice) -> None:
        account = self._known.accounts[self._account_id]
        # A webhook that comes again must not stop an account that was mended since.
        told = account["last_error_at"]
        if notice.at is not None and told is not None and told >= notice.at:
            return
        account["last_error_at"] = self._now
        row: Row = {
            "id": self._account_id,
            "notice": notice.reason,
            "last_error": notice.reason[:500],
            "last_error_at": self._now,
            "stopped": notice.stops or account["stopped"],
        }
        self._plan.notices.append(row)


def _unquote(ticket: Row, said: str, preview: str, subject: str, summary: str) -> None:
    """Where the ticket quotes what was `said`, it says the other texts from now on."""
    if ticket["preview"] == preview_of(said):
        ticket["preview"] = preview
    if ticket["subject"] == subject_of(None, said):
        ticket["subject"] = subject
    handoff = ticket["handoff"]
    words = " ".join(said.split())[:_QUOTED]
    if handoff is not None and words and words in " ".join(handoff["summary"].split()):
        ticket["handoff"] = {**handoff, "summary": summary}


def _early_row(
    account_id: int, happening: MessageDeleted | MessageHidden | MessageReaction, now: datetime
) -> Row:
    kind, address, reaction = "deleted", "", None
    if isinstance(happening, MessageHidden):
        kind = "hidden" if happening.hidden else "shown"
    elif isinstance(happening, MessageReaction):
        kind, address, reaction = "reaction", happening.by, happening.reaction
    return {
        "id": None,
        "account_id": account_id,
        "external_id": happening.external_id,
        "kind": kind,
        "address": address,
        "reaction": reaction,
        "at": happening.at,
        "recorded_at": now,
    }
