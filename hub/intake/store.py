"""Loading what a batch needs and storing what was decided, through either gateway."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from sqlalchemy import Table

from hub.db import schema
from hub.db.base import Base
from hub.directory import Directory
from hub.events.record import SEQUENCE, PendingEvent
from hub.intake.batch import Known, MessageDraft, Person, Plan, Submission, TicketDraft
from hub.intake.decide import decide
from hub.intake.gateway import Gateway, Row
from hub.ports import Accepted
from hub.sla.service import breach_of, is_missed
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
BREACHES = _table(schema.Breach)
EVENTS = _table(schema.Event)
JOBS = _table(schema.Job)
RAW_BODIES = _table(schema.RawBody)


async def run_batch(
    gateway: Gateway,
    batch: list[Submission],
    directory: Directory,
    now: datetime,
    reopen: timedelta,
) -> None:
    """Load, decide, store: everything of intake that happens inside the transaction."""
    known = await load(gateway, batch, directory)
    plan = decide(batch, known, now, reopen)
    await store(gateway, plan, now)


async def load(gateway: Gateway, batch: list[Submission], directory: Directory) -> Known:
    known = Known(directory)
    messages = [(s.account_id, m) for s in batch for m in s.messages]
    known.accounts = {
        row["id"]: {"id": row["id"], "cursor": row["cursor"], "last_event_at": row["last_event_at"]}
        for row in await gateway.match(ACCOUNTS, ["id"], _unique((s.account_id,) for s in batch))
    }
    if not messages:
        return known
    for row in await gateway.match(
        MESSAGES, ["account_id", "external_id"], _unique((a, m.external_id) for a, m in messages)
    ):
        known.seen[(row["account_id"], row["external_id"])] = row
    await _load_people(gateway, known, ((m.author.kind, m.author.address) for _, m in messages))
    await _load_tickets(gateway, known, ((a, m.conversation) for a, m in messages))
    return known


async def _load_people(gateway: Gateway, known: Known, wanted: Iterable[tuple[str, str]]) -> None:
    points = await gateway.match(POINTS, ["kind", "address"], _unique(wanted))
    contact_ids = _unique((point["contact_id"],) for point in points)
    contacts = {row["id"]: row for row in await gateway.match(CONTACTS, ["id"], contact_ids)}
    for point in points:
        key = (point["kind"], point["address"])
        known.people[key] = Person(contacts[point["contact_id"]], point)


async def _load_tickets(gateway: Gateway, known: Known, wanted: Iterable[tuple[int, str]]) -> None:
    conversations = await gateway.match(CONVERSATIONS, ["account_id", "key"], _unique(wanted))
    ids = _unique((conversation["ticket_id"],) for conversation in conversations)
    drafts = {row["id"]: TicketDraft(row, []) for row in await gateway.match(TICKETS, ["id"], ids)}
    for clock in await gateway.match(CLOCKS, ["ticket_id"], ids):
        draft = drafts[clock["ticket_id"]]
        draft.clocks.append(clock)
        if is_missed(clock):
            draft.missed.add(clock["id"])
    for conversation in conversations:
        key = (conversation["account_id"], conversation["key"])
        known.conversations[key] = drafts[conversation["ticket_id"]]


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
    triage = [_triage_job(message, now) for message in plan.messages if message.by is not None]
    await _insert_numbered(gateway, JOBS, triage)
    await gateway.update(ACCOUNTS, ["id"], plan.accounts)
    await _store_events(gateway, plan, now)
    for submission, outcome, duplicate in plan.outcomes:
        row = outcome.row if isinstance(outcome, MessageDraft) else outcome
        submission.results.append(Accepted(row["id"], row["ticket_id"], duplicate))


def _ids_wanted(plan: Plan) -> dict[Table, int]:
    """At most how many ids the plan needs."""
    people = sum(person.point["id"] is None for person in plan.people)
    triaged = sum(message.by is not None for message in plan.messages)
    return {
        RAW_BODIES: len(plan.raw_bodies),
        CONTACTS: people,
        POINTS: people,
        TICKETS: sum(draft.opened_by is not None for draft in plan.tickets),
        CLOCKS: sum(clock["id"] is None for draft in plan.tickets for clock in draft.clocks),
        MESSAGES: len(plan.messages),
        JOBS: triaged,
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
        for draft, clock in clocks
        if clock["id"] not in draft.missed and is_missed(clock)
    ]
    await _insert_numbered(gateway, BREACHES, breaches)


async def _store_conversations(gateway: Gateway, plan: Plan) -> None:
    for row, ticket, _new in plan.conversations:
        row["ticket_id"] = ticket.row["id"]
    new = [row for row, _, is_new in plan.conversations if is_new]
    moved = [row for row, _, is_new in plan.conversations if not is_new]
    await gateway.insert(CONVERSATIONS, new)
    await gateway.update(CONVERSATIONS, ["account_id", "key"], moved)


def _triage_job(message: MessageDraft, now: datetime) -> Row:
    return {
        "id": None,
        "kind": "triage",
        "lane": f"ticket:{message.ticket.row['id']}",
        "payload": {"message_id": message.row["id"], "choice": message.choice},
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
    if events:
        first = await gateway.advance(SEQUENCE, len(events)) - len(events) + 1
        rows = [event.row(first + offset) for offset, event in enumerate(events)]
        await gateway.insert(EVENTS, rows)
    await gateway.flush()


def _event(kind: str, ticket: TicketDraft, now: datetime, data: Row) -> PendingEvent:
    row = ticket.row
    return PendingEvent(kind, now, data, row["id"], row["unit"], row["assignee_id"])
