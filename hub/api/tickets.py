"""`/tickets`: list, read, enter, and everything people do to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Header, Path, Query
from sqlalchemy import select

from hub.api.access import Agent, Reader, TheHub
from hub.api.idempotency import IdempotentRoute
from hub.api.schemas import (
    Asked,
    AssignRequest,
    CountsView,
    HistoryPage,
    MessagePage,
    MessageView,
    NoteRequest,
    ReplyRequest,
    StatusRequest,
    TicketPage,
    TicketPatch,
    TicketRequest,
    TicketView,
)
from hub.audit.models import AuditEntry
from hub.counter import enter
from hub.delivery.models import Delivery
from hub.errors import Forbidden, Invalid, NotFound
from hub.events.feed import last_number
from hub.system import Hub
from hub.team.access import Permission, Principal
from hub.tickets import actions, replies
from hub.tickets.change import Change, changing
from hub.tickets.models import Message, Priority, Status, Ticket
from hub.tickets.queue import QueueFilter, View, read_counts, read_page
from hub.tickets.view import message_view, ticket_view

router = APIRouter(prefix="/tickets", tags=["tickets"], route_class=IdempotentRoute)
messages_router = APIRouter(prefix="/messages", tags=["tickets"], route_class=IdempotentRoute)

TicketId = Annotated[int, Path(ge=1, lt=2**53)]
Limit = Annotated[int, Query(ge=1, le=200)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=120)]
Word = Annotated[Asked | None, Query(max_length=60)]


async def visible_ticket(hub: Hub, principal: Principal, ticket_id: int) -> Ticket:
    """Raises NotFound, also for a ticket that is not theirs to see."""
    async with hub.database.read() as session:
        ticket = await session.get(Ticket, ticket_id)
    if ticket is None or not principal.sees(ticket.unit, ticket.assignee_id):
        raise NotFound(f"there is no ticket {ticket_id}")
    return ticket


@asynccontextmanager
async def _change(hub: Hub, principal: Principal, ticket_id: int) -> AsyncIterator[Change]:
    """A change to a ticket the principal may see. Raises NotFound."""
    directory = await hub.directory.get()
    async with (
        hub.database.write() as session,
        changing(session, ticket_id, directory, principal.actor, hub.now()) as change,
    ):
        if not principal.sees(change.ticket.unit, change.ticket.assignee_id):
            raise NotFound(f"there is no ticket {ticket_id}")
        yield change


def _view(change: Change) -> dict[str, Any]:
    return ticket_view(change.ticket.as_row())


@router.get("", response_model=TicketPage)
async def list_tickets(
    hub: TheHub,
    principal: Reader,
    view: View | None = None,
    unit: Word = None,
    status: Status | None = None,
    channel: Word = None,
    priority: Priority | None = None,
    assignee: Annotated[int | None, Query(ge=1, lt=2**53)] = None,
    tag: Word = None,
    q: Annotated[Asked | None, Query(max_length=200)] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Tickets by what is due next; `q` searches what was said, newest match first."""
    wanted = QueueFilter(
        view, unit, status.value if status else None, channel,
        priority.value if priority else None, assignee, tag, q,
    )  # fmt: skip
    seq = await last_number(hub.database)
    async with hub.database.read() as session:
        page = await read_page(
            session, hub.search, wanted, principal, hub.now(), cursor=cursor, limit=limit
        )
    return {
        "items": [ticket_view(ticket.as_row()) for ticket in page.tickets],
        "next_cursor": page.next_cursor,
        "seq": seq,
    }


@router.get("/counts", response_model=CountsView)
async def count_tickets(hub: TheHub, principal: Reader) -> dict[str, Any]:
    """How many tickets each view and unit has."""
    async with hub.database.read() as session:
        counts = await read_counts(session, principal, hub.now())
    return {"views": counts.views, "units": counts.units}


@router.post("", response_model=TicketView, status_code=201)
async def enter_ticket(
    hub: TheHub, principal: Agent, wanted: TicketRequest, key: Key = None
) -> Any:
    """Enter a call or a walk-in; its first response counts as met."""
    directory = await hub.directory.get()
    if wanted.unit is not None and wanted.unit not in directory.units:
        raise Invalid.field("unit", f"there is no unit {wanted.unit!r}")
    ticket_id = await enter(hub, wanted, principal.actor, external_id=key or uuid4().hex)
    async with hub.database.read() as session:
        return ticket_view((await session.get_one(Ticket, ticket_id)).as_row())


@router.get("/{ticket_id}", response_model=TicketView)
async def read_ticket(hub: TheHub, principal: Reader, ticket_id: TicketId) -> Any:
    return ticket_view((await visible_ticket(hub, principal, ticket_id)).as_row())


def _message(message: Message, delivery: Delivery | None) -> dict[str, Any]:
    return message_view(message.as_row(), delivery.as_row() if delivery is not None else None)


@router.get("/{ticket_id}/messages", response_model=MessagePage)
async def list_messages(
    hub: TheHub,
    principal: Reader,
    ticket_id: TicketId,
    cursor: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
    limit: Limit = 200,
) -> dict[str, Any]:
    """A ticket's messages, oldest first."""
    await visible_ticket(hub, principal, ticket_id)
    seq = await last_number(hub.database)
    async with hub.database.read() as session:
        found = (
            await session.execute(
                select(Message, Delivery)
                .outerjoin(Delivery, Delivery.message_id == Message.id)
                .where(Message.ticket_id == ticket_id, Message.id > (cursor or 0))
                .order_by(Message.id)
                .limit(limit + 1)
            )
        ).all()
    page = found[:limit]
    return {
        "items": [_message(message, delivery) for message, delivery in page],
        "next_cursor": str(page[-1][0].id) if len(found) > limit else None,
        "seq": seq,
    }


@router.get("/{ticket_id}/history", response_model=HistoryPage)
async def list_history(hub: TheHub, principal: Reader, ticket_id: TicketId) -> dict[str, Any]:
    """Who did what to a ticket, newest first."""
    await visible_ticket(hub, principal, ticket_id)
    async with hub.database.read() as session:
        entries = await session.scalars(
            select(AuditEntry)
            .where(AuditEntry.ticket_id == ticket_id)
            .order_by(AuditEntry.id.desc())
            .limit(200)
        )
        return {
            "items": [
                {"at": e.at, "actor": e.actor, "action": e.action, "detail": e.detail}
                for e in entries
            ]
        }


@router.post("/{ticket_id}/reply", response_model=MessageView, status_code=201)
async def reply(
    hub: TheHub, principal: Agent, ticket_id: TicketId, wanted: ReplyRequest, key: Key = None
) -> Any:
    """Answer on the channel the inquiry came from."""
    async with _change(hub, principal, ticket_id) as change:
        message, delivery = await replies.reply(
            change, wanted.body, visibility=wanted.visibility, key=key
        )
        if wanted.resolve:
            await actions.set_status(change, Status.RESOLVED)
        return _message(message, delivery)


@router.post("/{ticket_id}/note", response_model=MessageView, status_code=201)
async def note(
    hub: TheHub, principal: Agent, ticket_id: TicketId, wanted: NoteRequest, key: Key = None
) -> Any:
    """Write a private note; it is never sent."""
    async with _change(hub, principal, ticket_id) as change:
        return message_view((await replies.note(change, wanted.body, key=key)).as_row())


@router.post("/{ticket_id}/assign", response_model=TicketView)
async def assign(hub: TheHub, principal: Agent, ticket_id: TicketId, wanted: AssignRequest) -> Any:
    """Give it to an agent, or to a unit. Only supervisors give it to somebody else's agent."""
    async with _change(hub, principal, ticket_id) as change:
        if wanted.unit is not None:
            await actions.transfer(change, wanted.unit)
        if "agent_id" in wanted.model_fields_set:
            other = wanted.agent_id not in (None, principal.agent_id, change.ticket.assignee_id)
            if other and not principal.may(Permission.SUPERVISE):
                agent = change.directory.agents.get(wanted.agent_id or 0)
                if agent is not None and change.ticket.unit not in agent.units:
                    raise Forbidden("only a supervisor gives a ticket to an agent outside its unit")
            await actions.assign(change, wanted.agent_id)
        return _view(change)


@router.post("/{ticket_id}/status", response_model=TicketView)
async def set_status(
    hub: TheHub, principal: Agent, ticket_id: TicketId, wanted: StatusRequest
) -> Any:
    async with _change(hub, principal, ticket_id) as change:
        await actions.set_status(
            change, Status(wanted.status), until=wanted.until, reason=wanted.reason
        )
        return _view(change)


@router.patch("/{ticket_id}", response_model=TicketView)
async def patch_ticket(
    hub: TheHub, principal: Agent, ticket_id: TicketId, wanted: TicketPatch
) -> Any:
    async with _change(hub, principal, ticket_id) as change:
        if wanted.priority is not None:
            actions.set_priority(change, wanted.priority)
        if wanted.tags is not None:
            await actions.set_tags(change, wanted.tags)
        if wanted.subject is not None:
            actions.set_subject(change, wanted.subject)
        if "topic" in wanted.model_fields_set:
            actions.set_topic(change, wanted.topic)
        return _view(change)


@messages_router.post("/{message_id}/retry", response_model=MessageView)
async def retry(hub: TheHub, principal: Agent, message_id: TicketId) -> Any:
    """Send a reply again that was not delivered."""
    async with hub.database.read() as session:
        message = await session.get(Message, message_id)
    missing = NotFound(f"there is no message {message_id}")
    if message is None:
        raise missing
    # Asked first: where it is somebody else's, not even its ticket's number is told.
    try:
        await visible_ticket(hub, principal, message.ticket_id)
    except NotFound:
        raise missing from None
    async with _change(hub, principal, message.ticket_id) as change:
        found, delivery = await replies.retry(change, message_id)
        return _message(found, delivery)
