"""A ticket as whoever asks may see it, and a change of theirs to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Header, Path

from hub.errors import NotFound
from hub.system import Hub
from hub.team.access import Principal
from hub.tickets.change import Change, changing
from hub.tickets.models import Message, Ticket

TicketId = Annotated[int, Path(ge=1, lt=2**53)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=120)]


async def visible_ticket(hub: Hub, principal: Principal, ticket_id: int) -> Ticket:
    """Raises NotFound, also for a ticket that is not theirs to see."""
    async with hub.database.read() as session:
        ticket = await session.get(Ticket, ticket_id)
    if ticket is None or not principal.sees(ticket.unit, ticket.assignee_id):
        raise NotFound(f"there is no ticket {ticket_id}")
    return ticket


@asynccontextmanager
async def change_of(hub: Hub, principal: Principal, ticket_id: int) -> AsyncIterator[Change]:
    """A change to a ticket the principal may see. Raises NotFound."""
    directory = await hub.directory.get()
    async with (
        hub.database.write() as session,
        changing(session, ticket_id, directory, principal.actor, hub.now()) as change,
    ):
        if not principal.sees(change.ticket.unit, change.ticket.assignee_id):
            raise NotFound(f"there is no ticket {ticket_id}")
        yield change


@asynccontextmanager
async def both_changes(
    hub: Hub, principal: Principal, one: int, other: int
) -> AsyncIterator[tuple[Change, Change]]:
    """Changes to two tickets at once, locked in the order of their numbers. Raises NotFound."""
    directory = await hub.directory.get()
    first, second = sorted((one, other))
    async with (
        hub.database.write() as session,
        changing(session, first, directory, principal.actor, hub.now()) as lower,
        changing(session, second, directory, principal.actor, hub.now()) as upper,
    ):
        for change in (lower, upper):
            if not principal.sees(change.ticket.unit, change.ticket.assignee_id):
                raise NotFound(f"there is no ticket {change.ticket.id}")
        yield (lower, upper) if one == first else (upper, lower)


async def ticket_of_message(hub: Hub, principal: Principal, message_id: int) -> int:
    """The number of its ticket. Raises NotFound, also where it is somebody else's."""
    missing = NotFound(f"there is no message {message_id}")
    async with hub.database.read() as session:
        message = await session.get(Message, message_id)
    if message is None:
        raise missing
    # Asked first: where it is somebody else's, not even its ticket's number is told.
    try:
        await visible_ticket(hub, principal, message.ticket_id)
    except NotFound:
        raise missing from None
    return message.ticket_id
