"""`/tickets/{id}/similar`, `/merge`, `/unmerge`: tickets that are about one matter."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from hub.api.access import Agent, Reader, TheHub
from hub.api.changing import TicketId, both_changes, visible_ticket
from hub.api.idempotency import IdempotentRoute
from hub.api.ticket_schemas import MergeRequest, SimilarPage, TicketView
from hub.errors import Conflict, Invalid
from hub.tickets import merging
from hub.tickets.similar import similar
from hub.tickets.view import ticket_view

router = APIRouter(prefix="/tickets", tags=["tickets"], route_class=IdempotentRoute)


@router.get("/{ticket_id}/similar", response_model=SimilarPage)
async def list_similar(hub: TheHub, principal: Reader, ticket_id: TicketId) -> dict[str, Any]:
    """Open tickets about the same service, near in place and time: perhaps the same matter."""
    ticket = await visible_ticket(hub, principal, ticket_id)
    async with hub.database.read() as session:
        found = await similar(session, ticket, principal)
    return {
        "items": [
            {
                "ticket": ticket_view(one.ticket.as_row()),
                "distance_metres": one.distance_metres,
                "seconds_apart": one.seconds_apart,
            }
            for one in found
        ]
    }


@router.post("/{ticket_id}/merge", response_model=TicketView)
async def merge(hub: TheHub, principal: Agent, ticket_id: TicketId, wanted: MergeRequest) -> Any:
    """Join a ticket to another, which is given back; what its customer writes goes there."""
    if wanted.into == ticket_id:
        raise Invalid.field("into", "a ticket is not merged into itself")
    async with both_changes(hub, principal, ticket_id, wanted.into) as (source, target):
        await merging.merge(source, target)
    return ticket_view(target.ticket.as_row())


@router.post("/{ticket_id}/unmerge", response_model=TicketView)
async def unmerge(hub: TheHub, principal: Agent, ticket_id: TicketId) -> Any:
    """Make a merged ticket one of its own again, open."""
    into = (await visible_ticket(hub, principal, ticket_id)).merged_into_id
    if into is None:
        raise Conflict(f"ticket {ticket_id} is not merged")
    async with both_changes(hub, principal, ticket_id, into) as (source, target):
        await merging.unmerge(source, target)
    return ticket_view(source.ticket.as_row())
