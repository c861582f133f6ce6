"""`/callbacks`: calls that were promised."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import select

from hub.api.access import Agent, Reader, TheHub
from hub.api.changing import TicketId, change_of, visible_ticket
from hub.api.idempotency import IdempotentRoute
from hub.api.message_schemas import CallbackPage, CallbackRequest, CallbackView, EndCallRequest
from hub.errors import NotFound
from hub.tickets import callbacks
from hub.tickets.models import Callback, Ticket

router = APIRouter(tags=["call-backs"], route_class=IdempotentRoute)


@router.post("/tickets/{ticket_id}/callbacks", response_model=CallbackView, status_code=201)
async def promise_call(
    hub: TheHub, principal: Agent, ticket_id: TicketId, wanted: CallbackRequest
) -> Any:
    """Promise that somebody will be called."""
    async with change_of(hub, principal, ticket_id) as change:
        callback = await callbacks.promise_call(
            change, wanted.due_at, phone=wanted.phone, text=wanted.note
        )
        return callback.as_row()


@router.get("/tickets/{ticket_id}/callbacks", response_model=CallbackPage)
async def list_of_ticket(hub: TheHub, principal: Reader, ticket_id: TicketId) -> dict[str, Any]:
    """A ticket's call-backs, done ones too, oldest first."""
    await visible_ticket(hub, principal, ticket_id)
    async with hub.database.read() as session:
        found = await session.scalars(
            select(Callback).where(Callback.ticket_id == ticket_id).order_by(Callback.id).limit(200)
        )
        return {"items": [one.as_row() for one in found]}


@router.get("/callbacks", response_model=CallbackPage)
async def list_open(
    hub: TheHub, principal: Reader, limit: Annotated[int, Query(ge=1, le=200)] = 100
) -> dict[str, Any]:
    """The calls still to be made on tickets the reader may see, the next one first."""
    async with hub.database.read() as session:
        found = await session.scalars(
            select(Callback)
            .join(Ticket, Ticket.id == Callback.ticket_id)
            .where(
                Callback.done_at.is_(None),
                Ticket.callback_due_at.is_not(None),
                principal.visible(),
            )
            .order_by(Callback.due_at, Callback.id)
            .limit(limit)
        )
        return {"items": [one.as_row() for one in found]}


@router.post("/callbacks/{callback_id}/done", response_model=CallbackView)
async def end_call(
    hub: TheHub, principal: Agent, callback_id: TicketId, wanted: EndCallRequest
) -> Any:
    """Say how a promised call went, and perhaps promise another."""
    async with hub.database.read() as session:
        known = await session.get(Callback, callback_id)
    missing = NotFound(f"there is no call-back {callback_id}")
    if known is None:
        raise missing
    try:
        await visible_ticket(hub, principal, known.ticket_id)
    except NotFound:
        raise missing from None
    async with change_of(hub, principal, known.ticket_id) as change:
        callback = await callbacks.end_call(
            change, callback_id, wanted.outcome, body=wanted.body, retry_at=wanted.retry_at
        )
        return callback.as_row()
