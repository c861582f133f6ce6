"""`/tickets/{id}/suggestions`, `/tickets/{id}/bot`: the bot as an agent's assistant."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from sqlalchemy import select

from hub.api.access import Agent, TheHub
from hub.api.assist_schemas import SuggestionPage
from hub.api.changing import TicketId, change_of, visible_ticket
from hub.api.idempotency import IdempotentRoute
from hub.api.ticket_schemas import TicketView
from hub.tickets.models import Direction, Message
from hub.tickets.returning import give_to_bot
from hub.tickets.view import ticket_view
from hub.triage.inquiry import load_inquiry

router = APIRouter(prefix="/tickets", tags=["assist"], route_class=IdempotentRoute)


@router.get("/{ticket_id}/suggestions", response_model=SuggestionPage)
async def suggest(hub: TheHub, principal: Agent, ticket_id: TicketId) -> dict[str, Any]:
    """What may be answered to the customer's newest message, best first: for an agent to edit
    and send. Empty where the bot knows nothing, or is away."""
    await visible_ticket(hub, principal, ticket_id)
    directory = await hub.directory.get()
    newest = (
        select(Message.id)
        .where(
            Message.ticket_id == ticket_id,
            Message.direction == Direction.INBOUND.value,
            Message.deleted_at.is_(None),
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    async with hub.database.read() as session:
        message_id = await session.scalar(newest)
        if message_id is None:
            return {"items": []}
        inquiry = await load_inquiry(session, directory, hub.rooms.language, message_id, anew=True)
    found = await hub.rooms.responder.suggest(inquiry.turn) if inquiry is not None else ()
    return {"items": [asdict(suggestion) for suggestion in found]}


@router.post("/{ticket_id}/bot", response_model=TicketView)
async def return_to_bot(hub: TheHub, principal: Agent, ticket_id: TicketId) -> Any:
    """Give the ticket back to the bot, which answers what nobody has answered yet."""
    async with change_of(hub, principal, ticket_id) as change:
        await give_to_bot(change)
    return ticket_view(change.ticket.as_row())
