"""`/tickets`: list, read, enter, and what people do to them beside talking."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query
from sqlalchemy import select

from hub.api.access import Agent, Reader, TheHub
from hub.api.changing import Key, TicketId, change_of, visible_ticket
from hub.api.idempotency import IdempotentRoute
from hub.api.schemas import Asked
from hub.api.ticket_schemas import (
    AssignRequest,
    ControlRequest,
    CountsView,
    HistoryPage,
    StatusRequest,
    TicketPage,
    TicketPatch,
    TicketRequest,
    TicketView,
)
from hub.audit.models import AuditEntry
from hub.counter import enter
from hub.errands.control import ask_for_control
from hub.errors import Invalid
from hub.events.feed import last_number
from hub.tickets import actions
from hub.tickets.change import Change
from hub.tickets.giving import give
from hub.tickets.models import Priority, Status, Ticket
from hub.tickets.queue import QueueFilter, View, read_counts, read_page
from hub.tickets.view import ticket_view

router = APIRouter(prefix="/tickets", tags=["tickets"], route_class=IdempotentRoute)

Limit = Annotated[int, Query(ge=1, le=200)]
Word = Annotated[Asked | None, Query(max_length=60)]


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
    if wanted.outcome == "call_back" and (
        wanted.callback_at is None or wanted.callback_at <= hub.now()
    ):
        raise Invalid.field("callback_at", "a call is promised for a time in the future")
    ticket_id = await enter(hub, wanted, principal.actor, external_id=key or uuid4().hex)
    async with hub.database.read() as session:
        return ticket_view((await session.get_one(Ticket, ticket_id)).as_row())


@router.get("/{ticket_id}", response_model=TicketView)
async def read_ticket(hub: TheHub, principal: Reader, ticket_id: TicketId) -> Any:
    return ticket_view((await visible_ticket(hub, principal, ticket_id)).as_row())


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


@router.post("/{ticket_id}/assign", response_model=TicketView)
async def assign(hub: TheHub, principal: Agent, ticket_id: TicketId, wanted: AssignRequest) -> Any:
    """Give it to an agent, or to a unit. Only supervisors give it to somebody else's agent."""
    async with change_of(hub, principal, ticket_id) as change:
        if wanted.unit is not None:
            await actions.transfer(change, wanted.unit)
        if "agent_id" in wanted.model_fields_set:
            await give(change, principal, wanted.agent_id)
        return _view(change)


@router.post("/{ticket_id}/control", response_model=TicketView)
async def control(
    hub: TheHub, principal: Agent, ticket_id: TicketId, wanted: ControlRequest
) -> Any:
    """Take a conversation over from another app of its platform, or give it to its inbox."""
    async with change_of(hub, principal, ticket_id) as change:
        await ask_for_control(change, take=wanted.take)
        return _view(change)


@router.post("/{ticket_id}/typing", status_code=204)
async def typing(hub: TheHub, principal: Agent, ticket_id: TicketId) -> None:
    """Tell whoever looks at the ticket, and the customer where the channel shows it, that the
    agent is typing."""
    ticket = await visible_ticket(hub, principal, ticket_id)
    await hub.typing.tell(ticket, by="agent", name=principal.actor.name)


@router.post("/{ticket_id}/status", response_model=TicketView)
async def set_status(
    hub: TheHub, principal: Agent, ticket_id: TicketId, wanted: StatusRequest
) -> Any:
    async with change_of(hub, principal, ticket_id) as change:
        await actions.set_status(
            change, Status(wanted.status), until=wanted.until, reason=wanted.reason
        )
        return _view(change)


@router.patch("/{ticket_id}", response_model=TicketView)
async def patch_ticket(
    hub: TheHub, principal: Agent, ticket_id: TicketId, wanted: TicketPatch
) -> Any:
    async with change_of(hub, principal, ticket_id) as change:
        if wanted.priority is not None:
            actions.set_priority(change, wanted.priority)
        if wanted.tags is not None:
            await actions.set_tags(change, wanted.tags)
        if wanted.subject is not None:
            actions.set_subject(change, wanted.subject)
        if "topic" in wanted.model_fields_set:
            actions.set_topic(change, wanted.topic)
        return _view(change)
