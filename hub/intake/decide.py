"""The decisions of intake, in one pure function over a loaded batch.

Dedup, identify, thread, append, clock: nothing here knows which database it is, or waits.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from hub.db.base import to_micros
from hub.intake.batch import Known, MessageDraft, Person, Plan, Submission, TicketDraft
from hub.intake.gateway import Row
from hub.ports import InboundMessage
from hub.tickets.models import AuthorKind, Direction, Priority, Status
from hub.tickets.text import preview_of, subject_of

UNKNOWN = "Unknown"
"""What a contact is called until the platform, or they themselves, say a name."""


def decide(batch: list[Submission], known: Known, now: datetime, reopen: timedelta) -> Plan:
    """What `batch` writes, given what is `known`. `reopen` is the reopen window."""
    plan = Plan()
    for submission in batch:
        if submission.raw is not None:
            plan.raw_bodies.append(_raw_body(submission))
        account = known.accounts[submission.account_id]
        for message in submission.messages:
            _decide_message(message, submission, known, plan, now, reopen)
            account["last_event_at"] = now
        if submission.cursor is not None:
            account["cursor"] = submission.cursor
    plan.accounts = list(known.accounts.values())
    return plan


def _raw_body(submission: Submission) -> Row:
    return {
        "id": None,
        "account_id": submission.account_id,
        "received_at": submission.received_at,
        "content_type": submission.content_type,
        "body": submission.raw,
        "state": "unreadable" if submission.error else "read",
        "error": submission.error,
        "expires_at": submission.expires_at,
    }


def _decide_message(
    message: InboundMessage,
    submission: Submission,
    known: Known,
    plan: Plan,
    now: datetime,
    reopen: timedelta,
) -> None:
    account_id = submission.account_id
    earlier = known.seen.get((account_id, message.external_id))
    if earlier is not None:
        plan.outcomes.append((submission, earlier, True))
        return
    ticket = known.conversations.get((account_id, message.conversation))
    if message.by_staff:
        draft = _staff_reply(message, account_id, ticket, known, now)
        if draft is None:  # staff began the conversation themselves: nobody has asked anything
            return
    else:
        person = _identify(message, known, plan, now)
        ticket = _thread(message, account_id, ticket, person, known, plan, now, reopen)
        draft = _append(message, account_id, ticket, person, known, now)
    if not draft.ticket.changed:
        draft.ticket.changed = True
        plan.tickets.append(draft.ticket)
    plan.messages.append(draft)
    known.seen[(account_id, message.external_id)] = draft
    plan.outcomes.append((submission, draft, False))


def _identify(message: InboundMessage, known: Known, plan: Plan, now: datetime) -> Person:
    author = message.author
    person = known.people.get((author.kind, author.address))
    if person is None:
        name = author.display_name or author.handle or UNKNOWN
        point = {
            "id": None,
            "contact_id": None,
            "kind": author.kind,
            "address": author.address,
            "handle": author.handle,
            "display_name": author.display_name,
        }
        contact = {"id": None, "name": name, "notes": "", "created_at": now}
        person = Person(contact, point, changed=True)
        known.people[(author.kind, author.address)] = person
        plan.people.append(person)
        return person
    fresh = {"handle": author.handle, "display_name": author.display_name}
    news = {key: value for key, value in fresh.items() if value and value != person.point[key]}
    person.point.update(news)
    if person.contact["name"] == UNKNOWN and (author.display_name or author.handle):
        person.contact["name"] = author.display_name or author.handle
        news["name"] = person.contact["name"]
    if news and not person.changed:
        person.changed = True
        plan.people.append(person)
    return person


def _thread(
    message: InboundMessage,
    account_id: int,
    ticket: TicketDraft | None,
    person: Person,
    known: Known,
    plan: Plan,
    now: datetime,
    reopen: timedelta,
) -> TicketDraft:
    """Find, reopen or open the ticket the message belongs to."""
    clockwork = known.directory.clockwork
    if ticket is not None and ticket.row["status"] != Status.RESOLVED:
        _wake(ticket, message, now, known)
        return ticket
    if ticket is not None and message.sent_at <= ticket.row["resolved_at"] + reopen:
        row = ticket.row
        row["status"] = Status.OPEN.value if row["takeover"] else Status.BOT.value
        row["resolved_at"] = row["resolution_reason"] = None
        clockwork.status_changed(row, ticket.clocks, message.sent_at)
        return ticket
    new = _open(message, account_id, person, ticket, known, now)
    row = {"account_id": account_id, "key": message.conversation}
    plan.conversations.append((row, new, ticket is None))
    known.conversations[(account_id, message.conversation)] = new
    return new


def _wake(ticket: TicketDraft, message: InboundMessage, now: datetime, known: Known) -> None:
    row = ticket.row
    if row["status"] in (Status.PENDING_CUSTOMER, Status.SNOOZED):
        row["status"] = Status.OPEN.value
        row["snoozed_until"] = None
        known.directory.clockwork.status_changed(row, ticket.clocks, message.sent_at)


def _open(
    message: InboundMessage,
    account_id: int,
    person: Person,
    previous: TicketDraft | None,
    known: Known,
    now: datetime,
) -> TicketDraft:
    account = known.directory.account(account_id)
    unit = message.unit if message.unit in known.directory.units else account.unit
    row: Row = {
        "id": None,
        "subject": subject_of(message.subject, message.body),
        "preview": "",
        "status": (Status.OPEN if message.skip_bot else Status.BOT).value,
        "priority": Priority.NORMAL.value,
        "channel": account.kind,
        "visibility": message.visibility.value,
        "account_id": account_id,
        "conversation": message.conversation,
        "contact_id": person.contact["id"],
        "contact_point_id": person.point["id"],
        "contact_name": person.contact["name"],
        "unit": unit,
        "assignee_id": None,
        "topic": message.topic,
        "tags": [],
        "emergency": False,
        "created_at": message.sent_at,
        "updated_at": now,
        "last_message_at": message.sent_at,
        "last_author": AuthorKind.CUSTOMER.value,
        "waiting_since": message.sent_at,
        "queue_key": to_micros(message.sent_at),
        "due_at": None,
        "due_metric": None,
        "first_response_due_at": None,
        "first_response_met_at": None,
        "first_response_breached": False,
        "resolution_due_at": None,
        "resolution_met_at": None,
        "resolution_breached": False,
        "overdue": False,
        "sla": {},
        "can_reply": message.can_reply,
        "permalink": message.permalink,
        "location": asdict(message.location) if message.location else None,
        "context": dict(message.context),
        "handoff": None,
        "takeover": 0,
        "asked_back": 0,
        "resolved_at": None,
        "resolution_reason": None,
        "snoozed_until": None,
        "previous_ticket_id": previous.row["id"] if previous else None,
        "version": 0,
    }
    return TicketDraft(row, known.directory.clockwork.opened(row), opened_by=person)


def _append(
    message: InboundMessage,
    account_id: int,
    ticket: TicketDraft,
    person: Person,
    known: Known,
    now: datetime,
) -> MessageDraft:
    row = ticket.row
    known.directory.clockwork.heard(row, ticket.clocks, message.sent_at)
    if row["contact_name"] == UNKNOWN:
        row["contact_name"] = person.contact["name"]
    row["preview"] = preview_of(message.body)
    row["last_message_at"] = max(row["last_message_at"], message.sent_at)
    row["last_author"] = AuthorKind.CUSTOMER.value
    row["waiting_since"] = row["waiting_since"] or message.sent_at
    row["can_reply"] = message.can_reply
    row["permalink"] = message.permalink or row["permalink"]
    row["updated_at"] = now
    row["version"] += 1
    stored = _message_row(message, account_id, now)
    stored |= {
        "direction": Direction.INBOUND.value,
        "author_kind": AuthorKind.CUSTOMER.value,
        "author_id": None,
        "author_name": message.author.display_name or message.author.handle or row["contact_name"],
    }
    choice = message.context.get("choice")
    return MessageDraft(
        stored, ticket, by=person, choice=choice if isinstance(choice, str) else None
    )


def _staff_reply(
    message: InboundMessage,
    account_id: int,
    ticket: TicketDraft | None,
    known: Known,
    now: datetime,
) -> MessageDraft | None:
    """A reply written in the platform's own app: it is an agent's answer and counts as one."""
    if ticket is None:
        return None
    row = ticket.row
    clockwork = known.directory.clockwork
    if row["status"] == Status.BOT:
        row["status"] = Status.OPEN.value
        clockwork.status_changed(row, ticket.clocks, message.sent_at)
    row["takeover"] += 1
    row["preview"] = preview_of(message.body)
    row["last_message_at"] = max(row["last_message_at"], message.sent_at)
    row["last_author"] = AuthorKind.STAFF.value
    row["waiting_since"] = None
    row["updated_at"] = now
    row["version"] += 1
    clockwork.answered(row, ticket.clocks, message.sent_at)
    stored = _message_row(message, account_id, now)
    stored |= {
        "direction": Direction.OUTBOUND.value,
        "author_kind": AuthorKind.STAFF.value,
        "author_id": None,
        "author_name": message.author.display_name or "Staff",
    }
    return MessageDraft(stored, ticket, by=None)


def _message_row(message: InboundMessage, account_id: int, now: datetime) -> Row:
    return {
        "id": None,
        "ticket_id": None,
        "account_id": account_id,
        "external_id": message.external_id,
        "body": message.body,
        "visibility": message.visibility.value,
        "sent_at": message.sent_at,
        "created_at": now,
        "in_reply_to": message.in_reply_to,
        "permalink": message.permalink,
        "attachments": [asdict(attachment) for attachment in message.attachments],
        "articles": [],
        "choices": [],
        "emergency": False,
        "key": None,
    }
