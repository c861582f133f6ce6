"""Hiding a customer's public message on its platform, and showing it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.errands.errand import Errand
from hub.errors import Conflict, NotFound
from hub.jobs.promise import promise
from hub.ports import AuthFailed, HidesMessages, Rejected, Visibility
from hub.tickets.change import Change
from hub.tickets.models import Direction, Message

KIND = "hide-message"


async def ask_to_hide(change: Change, message_id: int, *, hidden: bool, reason: str) -> Message:
    """An agent wants it hidden, or shown; done by the job. Raises NotFound or Conflict."""
    message = await change.session.get(Message, message_id)
    if message is None or message.ticket_id != change.ticket.id:
        raise NotFound(f"message {message_id} is not on this ticket")
    able = change.directory.account(message.account_id).capabilities.hides
    public = message.visibility == Visibility.PUBLIC
    if not able or not public or message.direction != Direction.INBOUND:
        raise Conflict("only a customer's public message can be hidden, and not on every channel")
    if message.deleted_at is not None:
        raise Conflict("the message is deleted")
    message.moderation = {
        "hidden": hidden,
        "reason": reason,
        "by": change.actor.name,
        "state": "pending",
        "error": None,
    }
    payload = {"message_id": message_id, "hidden": hidden}
    promise(change.session, KIND, payload, lane(payload), change.now)
    change.audit("hide" if hidden else "show", message_id=message_id, reason=reason)
    change.tell_message("message.updated", message)
    return message


def lane(payload: Mapping[str, Any]) -> str:
    """One a message: of hiding and showing again the last one asked for stands."""
    return f"hide:{payload['message_id']}"


class Hiding(Errand):
    """Handles `hide-message` jobs."""

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        message_id: int = payload["message_id"]
        hidden: bool = payload["hidden"]
        async with self._database.read() as session:
            message = await session.get_one(Message, message_id)
        if (message.moderation or {}).get("hidden") is not hidden:
            return  # somebody has asked for the opposite since
        try:
            connector = await self._connectors.get(message.account_id)
            assert isinstance(connector, HidesMessages)
            async with self._connectors.using(connector):
                await connector.hide(message.external_id or "", hidden)
        except (Rejected, AuthFailed) as error:
            await self._ended(message, hidden, str(error))
        else:
            await self._ended(message, hidden, None)

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        async with self._database.read() as session:
            message = await session.get_one(Message, payload["message_id"])
        await self._ended(message, payload["hidden"], "the platform could not be reached")

    async def _ended(self, read: Message, hidden: bool, error: str | None) -> None:
        async with self._changing(read.ticket_id) as change:
            message = await change.session.get_one(Message, read.id)
            state = "failed" if error else "done"
            message.moderation = (message.moderation or {}) | {"state": state, "error": error}
            if error is None:
                message.hidden = hidden
                message.hidden_changed_at = change.now
            else:
                change.audit("hide failed", message_id=message.id, error=error)
            change.tell_message("message.updated", message)
