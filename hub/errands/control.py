"""Taking a conversation from another app of the platform, and giving it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.errands.errand import Errand
from hub.errors import Conflict
from hub.jobs.promise import promise
from hub.ports import AuthFailed, ControlsThreads, Rejected, Visibility
from hub.tickets.change import Change
from hub.tickets.models import Direction, Message, Ticket

KIND = "thread-control"
PLATFORM_INBOX = "the platform's inbox"


async def ask_for_control(change: Change, *, take: bool) -> None:
    """An agent wants to answer here, or leaves it to the platform's inbox. Raises Conflict."""
    ticket = change.ticket
    able = change.directory.account(ticket.account_id).capabilities.controls_threads
    if not able or ticket.private_heard_at is None:
        raise Conflict("this channel's conversations are not shared with other apps")
    if take == (ticket.held_by is None):
        raise Conflict("the conversation is ours already" if take else "it is not ours to give")
    payload = {"ticket_id": ticket.id, "take": take}
    promise(change.session, KIND, payload, lane(payload), change.now)
    change.audit("take control" if take else "pass control")


def lane(payload: Mapping[str, Any]) -> str:
    """One a ticket."""
    return f"control:{payload['ticket_id']}"


class Control(Errand):
    """Handles `thread-control` jobs."""

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        ticket_id, take = payload["ticket_id"], payload["take"]
        async with self._database.read() as session:
            ticket = await session.get_one(Ticket, ticket_id)
            conversation = await private_conversation(session, ticket)
        try:
            connector = await self._connectors.get(ticket.account_id)
            assert isinstance(connector, ControlsThreads)
            async with self._connectors.using(connector):
                await (connector.take_control if take else connector.pass_control)(conversation)
        except (Rejected, AuthFailed) as error:
            await self._ended(ticket_id, take, str(error))
        else:
            await self._ended(ticket_id, take, None)

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        error = "the platform could not be reached"
        await self._ended(payload["ticket_id"], payload["take"], error)

    async def _ended(self, ticket_id: int, take: bool, error: str | None) -> None:
        async with self._changing(ticket_id) as change:
            if error is not None:
                change.audit("control failed", take=take, error=error)
                return
            change.ticket.held_by = None if take else PLATFORM_INBOX
            change.ticket.held_changed_at = change.now


async def private_conversation(session: AsyncSession, ticket: Ticket) -> str:
    """The ticket's newest private conversation, or its own."""
    found = await session.scalar(
        select(Message.conversation)
        .where(
            Message.ticket_id == ticket.id,
            Message.direction == Direction.INBOUND.value,
            Message.visibility == Visibility.PRIVATE.value,
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    return found or ticket.conversation
