"""Telling the system a ticket came from how it fares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import select

from hub.accounts.connectors import AccountStopped, ConnectorPool
from hub.db.database import Database
from hub.delivery.models import Delivery, DeliveryState
from hub.now import Now
from hub.ports import Rejected, StatusUpdate, TakesStatus, Visibility
from hub.tickets.models import Message, Status, Ticket

KIND = "push-status"

log = structlog.get_logger(__name__)


class Statuses:
    """Handles `push-status` jobs: the status as it is now, whatever it was when promised."""

    def __init__(self, database: Database, connectors: ConnectorPool, now: Now) -> None:
        self._database = database
        self._connectors = connectors
        self._now = now

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
        except (Rejected, AccountStopped) as error:
            # What was answered is delivered apart from this; the platform's own view stays old.
            log.warning("status.refused", ticket=ticket.id, error=str(error))

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        """The job stays listed as failed; nobody waits for it."""
