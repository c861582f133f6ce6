"""Telling the system a ticket came from how it fares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import select

from hub.audit.models import AuditEntry
from hub.delivery.models import Delivery, DeliveryState
from hub.errands.errand import Errand
from hub.ports import AuthFailed, Rejected, StatusUpdate, TakesStatus, Visibility
from hub.team.access import SYSTEM
from hub.tickets.models import Message, Status, Ticket

KIND = "push-status"

log = structlog.get_logger(__name__)


def lane(payload: Mapping[str, Any]) -> str:
    """One a ticket."""
    return f"status:{payload['ticket_id']}"


class Statuses(Errand):
    """Handles `push-status` jobs: the status as it is now, whatever it was when promised."""

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        async with self._database.read() as session:
            ticket = await session.get_one(Ticket, payload["ticket_id"])
            answer = await session.scalar(
                select(Message.body)
                .join(Delivery, Delivery.message_id == Message.id)
                .where(
                    Message.ticket_id == ticket.id,
                    Message.visibility == Visibility.PUBLIC.value,
                    Delivery.state == DeliveryState.SENT.value,
                )
                .order_by(Message.id.desc())
                .limit(1)
            )
        if ticket.merged_into_id is not None:
            return  # it goes on elsewhere: nothing has ended
        resolved = ticket.status == Status.RESOLVED
        update = StatusUpdate(
            # The same change of the ticket is the same update, however often it is pushed.
            key=f"{ticket.id}-{payload['version']}",
            conversation=ticket.conversation,
            open=not resolved,
            status=ticket.status,
            notes=answer or (ticket.resolution_reason if resolved else None),
            at=ticket.updated_at,
        )
        try:
            connector = await self._connectors.get(ticket.account_id)
            if isinstance(connector, TakesStatus):
                async with self._connectors.using(connector):
                    await connector.push_status(update)
        except (Rejected, AuthFailed) as error:
            await self._not_told(ticket.id, str(error))

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        await self._not_told(payload["ticket_id"], "the platform could not be reached")

    async def _not_told(self, ticket_id: int, error: str) -> None:
        """What was answered is delivered apart from this; the ticket's history says the rest."""
        log.warning("status.refused", ticket=ticket_id, error=error)
        async with self._database.write() as session:
            session.add(
                AuditEntry(
                    at=self._now(),
                    actor=str(SYSTEM),
                    action="status not told",
                    ticket_id=ticket_id,
                    detail={"error": error},
                )
            )
