"""Loading what a batch needs and storing what was decided, through either gateway."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, TypeVar, cast

from sqlalchemy import Table

from hub.db import schema
from hub.db.base import Base
from hub.directory import Directory
from hub.events.record import SEQUENCE, PendingEvent
from hub.intake.batch import Known, MessageDraft, Person, Plan, Promise, Submission, TicketDraft
from hub.intake.decide import decide
from hub.intake.gateway import Gateway, Row
from hub.ports import (
    Accepted,
    ControlChanged,
    ConversationSeen,
    MessageDeleted,
    MessageEdited,
    MessageHidden,
    MessageReaction,
)
from hub.sla.summary import breach_of
from hub.tickets.view import message_view, ticket_view

Key = TypeVar("Key", bound=tuple[Any, ...])


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


ACCOUNTS = _table(schema.Account)
CONTACTS = _table(schema.Contact)
POINTS = _table(schema.ContactPoint)
TICKETS = _table(schema.Ticket)
CONVERSATIONS = _table(schema.Conversation)
MESSAGES = _table(schema.Message)
CLOCKS = _table(schema.ClockRow)
ENTRIES = _table(schema.TimelineRow)
BREACHES = _table(schema.Breach)
EVENTS = _table(schema.Event)
JOBS = _table(schema.Job)
RAW_BODIES = _table(schema.RawBody)
DELIVERIES = _table(schema.Delivery)
REVISIONS = _table(schema.MessageRevision)
EARLY = _table(schema.EarlyHappening)

_CHANGEABLE = (
    "id", "body", "attachments", "edited_at", "deleted_at", "hidden", "hidden_changed_at",
    "reactions",
)  # fmt: skip
"""What platforms change of a message; the rest of the row is others' to write."""


async def run_batch(
    gateway: Gateway,
    batch: list[Submission],
    directory: Directory,
    now: datetime,
    reopen: timedelta,
    seal: Callable[[bytes], bytes],
) -> None:
    """Load, decide, store: everything of intake that happens inside the transaction."""
    known = await load(gateway, batch, directory, seal)
    plan = decide(batch, known, now, reopen)
    await store(gateway, plan, now)


async def load(
    gateway: Gateway,
    batch: list[Submission],
    directory: Directory,
    seal: Callable[[bytes], bytes],
) -> Known:
    known = Known(directory, seal)
    names = ("id", "cursor", "last_event_at", "last_error_at", "stopped")
    known.accounts = {
        row["id"]: {name: row[name] for name in names}
        for row in await gateway.match(ACCOUNTS, ["id"], _unique((s.account_id,) for s in batch))
    }
    messages = [(s.account_id, m) for s in batch for m in s.messages]
    told = _told_of(batch)
    if not messages and not told and not any(s.items for s in batch):
        return known
    external_ids = _unique([*((a, m.external_id) for a, m in messages), *told])
    seen = await gateway.match(MESSAGES, ["account_id", "external_id"], external_ids)
    await _load_people(gateway, known, ((m.author.kind, m.author.address) for _, m in messages))
    wanted = [(a, m.conversation) for a, m in messages]
    wanted += [
        (s.account_id, item.conversation)
        for s in batch
        for item in s.items
        if isinstance(item, ConversationSeen | ControlChanged)
    ]
    wanted += [
        (row["account_id"], row["conversation"])
        for row in seen
        if row["conversation"] and (row["account_id"], row["external_id"]) in told
    ]
    drafts = await _load_tickets(gateway, known, wanted, [row["ticket_id"] for row in seen])
    if told:  # they may have been changed until their tickets were locked
        seen = await gateway.match(MESSAGES, ["account_id", "external_id"], external_ids)
    known.messages = {
        (row["account_id"], row["external_id"]): MessageDraft(row, drafts[row["ticket_id"]], None)
        for row in seen
        if row["ticket_id"] in drafts
    }
    if messages or told:
        for row in await gateway.match(EARLY, ["account_id", "external_id"], external_ids):
            known.early.setdefault((row["account_id"], row["external_id"]), []).append(row)
    if told:
        ids = _unique((m.row["id"],) for m in known.messages.values())
        deliveries = {
            row["message_id"]: row for row in await gateway.match(DELIVERIES, ["message_id"], ids)
        }
        for message in known.messages.values():
            message.delivery = deliveries.get(message.row["id"])
    return known


def _told_of(batch: list[Submission]) -> set[tuple[int, str]]:
    """The messages that are spoken of, rather than brought."""
    told: set[tuple[int, str]] = set()
    for submission in batch:
        for item in submission.items:
            if isinstance(item, MessageDeleted | MessageHidden | MessageReaction):
                told.add((submission.account_id, item.external_id))
            elif isinstance(item, MessageEdited):
                told.add((submission.account_id, item.message.external_id))
        told |= {(submission.account_id, m.continues) for m in submission.messages if m.continues}
    return told


async def _load_people(gateway: Gateway, known: Known, wanted: Iterable[tuple[str, str]]) -> None:
    points = await gateway.match(POINTS, ["kind", "address"], _unique(wanted))
    contact_ids = _unique((point["contact_id"],) for point in points)
    contacts = {row["id"]: row for row in await gateway.match(CONTACTS, ["id"], contact_ids)}
    for point in points:
        key = (point["kind"], point["address"])
        known.people[key] = Person(contacts[point["contact_id"]], point)


async def _load_tickets(
    gateway: Gateway, known: Known, wanted: Iterable[tuple[int, str]], also: Iterable[int]
) -> dict[int, TicketDraft]:
    """The tickets of conversations, and those of the ids `also`, each one draft."""
    keys = _unique(wanted)
    conversations = await gateway.match(CONVERSATIONS, ["account_id", "key"], keys)
    ids = _unique((number,) for number in [*(c["ticket_id"] for c in conversations), *also])
    drafts = {row["id"]: TicketDraft(row, []) for row in await gateway.match(TICKETS, ["id"], ids)}
    while True:
        # Until their tickets were locked they may have moved: a merge, an answer in private.
        conversations = await gateway.match(CONVERSATIONS, ["account_id", "key"], keys)
        more = _unique((c["ticket_id"],) for c in conversations if c["ticket_id"] not in drafts)
        if not more:
            break
        found = await gateway.match(TICKETS, ["id"], more)
        drafts |= {row["id"]: TicketDraft(row, []) for row in found}
    ids = _unique((number,) for number in drafts)
    clocks = await gateway.match(CLOCKS, ["ticket_id"], ids)
    for clock in sorted(clocks, key=itemgetter("id")):  # the exchanges, oldest first
        drafts[clock["ticket_id"]].clocks.append(clock)
    for breach in await gateway.match(BREACHES, ["ticket_id"], ids):
        drafts[breach["ticket_id"]].missed.add(breach["clock_id"])
    for conversation in conversations:
        key = (conversation["account_id"], conversation["key"])
        known.conversations[key] = drafts[conversation["ticket_id"]]
    return drafts


def _unique(values: Iterable[Key]) -> list[Key]:
    return sorted(set(values))


async def store(gateway: Gateway, plan: Plan, now: datetime) -> None:
    """Write `plan` and answer its submissions. References are resolved as ids are given."""
    await gateway.reserve(_ids_wanted(plan))
    await _insert_numbered(gateway, RAW_BODIES, plan.raw_bodies)
    await _store_people(gateway, plan.people)
    await _store_tickets(gateway, plan.tickets, now)
    await _store_conversations(gateway, plan)
    for message in plan.messages:
        message.row["ticket_id"] = message.ticket.row["id"]
        if message.by is not None:
            message.row["author_id"] = message.by.contact["id"]
    await _insert_numbered(gateway, MESSAGES, [message.row for message in plan.messages])
    await _store_changed(gateway, plan)
    jobs = [_job(promise, now) for promise in plan.promises]
    await _insert_numbered(gateway, JOBS, jobs)
    accounts = [
        {name: account[name] for name in ("id", "cursor", "last_event_at")}
        for account in plan.accounts
    ]
    await gateway.update(ACCOUNTS, ["id"], accounts)
    await gateway.update(ACCOUNTS, ["id"], plan.notices)
    await _store_events(gateway, plan, now)
    for submission, outcome, duplicate in plan.outcomes:
        row = outcome.row
        submission.results.append(Accepted(row["id"], row["ticket_id"], duplicate))


def _ids_wanted(plan: Plan) -> dict[Table, int]:
    """At most how many ids the plan needs."""
    people = sum(person.point["id"] is None for person in plan.people)
    return {
        RAW_BODIES: len(plan.raw_bodies),
        CONTACTS: people,
        POINTS: people,
        TICKETS: sum(draft.opened_by is not None for draft in plan.tickets),
        CLOCKS: sum(clock["id"] is None for draft in plan.tickets for clock in draft.clocks),
        ENTRIES: sum(len(draft.entries) for draft in plan.tickets),
        MESSAGES: len(plan.messages),
        JOBS: len(plan.promises),
        EARLY: len(plan.early),
        REVISIONS: sum(
            len(message.revisions) for message in [*plan.messages, *plan.changed_messages]
        ),
    }


async def _insert_numbered(gateway: Gateway, table: Table, rows: list[Row]) -> None:
    for row, number in zip(rows, await gateway.next_ids(table, len(rows)), strict=True):
        row["id"] = number
    await gateway.insert(table, rows)


async def _store_people(gateway: Gateway, people: list[Person]) -> None:
    new = [person for person in people if person.point["id"] is None]
    known = [person for person in people if person.point["id"] is not None]
    await _insert_numbered(gateway, CONTACTS, [person.contact for person in new])
    for person in new:
        person.point["contact_id"] = person.contact["id"]
    await _insert_numbered(gateway, POINTS, [person.point for person in new])
    await gateway.update(POINTS, ["id"], [person.point for person in known])
    await gateway.update(CONTACTS, ["id"], [person.contact for person in known])


async def _store_tickets(gateway: Gateway, tickets: list[TicketDraft], now: datetime) -> None:
    new = [draft.row for draft in tickets if draft.opened_by is not None]
    for draft in tickets:
        if draft.opened_by is not None:
            draft.row["contact_id"] = draft.opened_by.contact["id"]
            draft.row["contact_point_id"] = draft.opened_by.point["id"]
    await _insert_numbered(gateway, TICKETS, new)
    await gateway.update(TICKETS, ["id"], [d.row for d in tickets if d.opened_by is None])
    clocks = [(draft, clock) for draft in tickets for clock in draft.clocks]
    for draft, clock in clocks:
        clock["ticket_id"] = draft.row["id"]
    known = [clock for _, clock in clocks if clock["id"] is not None]
    await _insert_numbered(gateway, CLOCKS, [clock for _, clock in clocks if clock["id"] is None])
    await gateway.update(CLOCKS, ["id"], known)
    breaches = [
        {"id": None, **breach_of(clock, draft.row["unit"], now)}
        for draft in tickets
        for clock in draft.newly_missed
    ]
    await _insert_numbered(gateway, BREACHES, breaches)
    for draft in tickets:
        for entry in draft.entries:
            entry["ticket_id"] = draft.row["id"]
    await _insert_numbered(gateway, ENTRIES, [entry for d in tickets for entry in d.entries])


async def _store_conversations(gateway: Gateway, plan: Plan) -> None:
    for row, ticket, _new in plan.conversations:
        row["ticket_id"] = ticket.row["id"]
    new = [row for row, _, is_new in plan.conversations if is_new]
    moved = [row for row, _, is_new in plan.conversations if not is_new]
    await gateway.insert(CONVERSATIONS, new)
    await gateway.update(CONVERSATIONS, ["account_id", "key"], moved)


async def _store_changed(gateway: Gateway, plan: Plan) -> None:
    """What platforms told of messages: as changes, sealed earlier versions, or kept for later."""
    changed = [{name: m.row[name] for name in _CHANGEABLE} for m in plan.changed_messages]
    await gateway.update(MESSAGES, ["id"], changed)
    revisions = [
        {
            "id": None,
            "message_id": message.row["id"],
            "until": message.row["deleted_at"] or message.row["edited_at"],
            "sealed": sealed,
        }
        for message in [*plan.messages, *plan.changed_messages]
        for sealed in message.revisions
    ]
    await _insert_numbered(gateway, REVISIONS, revisions)
    await _insert_numbered(gateway, EARLY, plan.early)


def _job(promise: Promise, now: datetime) -> Row:
    return {
        "id": None,
        "kind": promise.kind,
        "lane": promise.lane(),
        "payload": promise.payload(),
        "run_at": now,
        "attempts": 0,
        "error": None,
        "created_at": now,
        "done_at": None,
        "failed": False,
    }


async def _store_events(gateway: Gateway, plan: Plan, now: datetime) -> None:
    events: list[PendingEvent] = []
    for draft in plan.tickets:
        kind = "ticket.created" if draft.opened_by is not None else "ticket.updated"
        events.append(_event(kind, draft, now, ticket_view(draft.row)))
    events += [
        _event("message.created", message.ticket, now, message_view(message.row))
        for message in plan.messages
    ]
    events += [
        _event("message.updated", message.ticket, now, message_view(message.row, message.delivery))
        for message in plan.changed_messages
    ]
    events += [
        PendingEvent("config.changed", now, {"account_id": notice["id"]}) for notice in plan.notices
    ]
    if events:
        first = await gateway.advance(SEQUENCE, len(events)) - len(events) + 1
        rows = [event.row(first + offset) for offset, event in enumerate(events)]
        await gateway.insert(EVENTS, rows)
    await gateway.flush()


def _event(kind: str, ticket: TicketDraft, now: datetime, data: Row) -> PendingEvent:
    row = ticket.row
    return PendingEvent(kind, now, data, row["id"], row["unit"], row["assignee_id"])
