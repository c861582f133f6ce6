"""Asking the platform who somebody is who wrote without a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from hub.errands.errand import Errand
from hub.intake.decide import UNKNOWN
from hub.people.models import Contact, ContactPoint
from hub.ports import AuthFailed, Author, NamesPeople, Rejected
from hub.team.access import SYSTEM
from hub.tickets.change import changing
from hub.tickets.models import Ticket

KIND = "name-contact"


def lane(payload: Mapping[str, Any]) -> str:
    """One a contact point."""
    return f"name:{payload['contact_point_id']}"


class Naming(Errand):
    """Handles `name-contact` jobs."""

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        async with self._database.read() as session:
            point = await session.get_one(ContactPoint, payload["contact_point_id"])
        if point.display_name or point.handle:
            return
        try:
            connector = await self._connectors.get(payload["account_id"])
            if not isinstance(connector, NamesPeople):
                return
            async with self._connectors.using(connector):
                author = await connector.name(point.address)
        except (Rejected, AuthFailed):
            return
        if author is not None and (author.display_name or author.handle):
            await self._named(point.id, author)

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        """They stay unknown until they or the platform say a name."""

    async def _named(self, point_id: int, author: Author) -> None:
        name = author.display_name or author.handle
        assert name is not None
        async with self._database.write() as session:
            contact_id = (await session.get_one(ContactPoint, point_id)).contact_id
            tickets = await session.scalars(
                select(Ticket.id)
                .where(Ticket.contact_id == contact_id, Ticket.contact_name == UNKNOWN)
                .order_by(Ticket.id)
            )
            directory = await self._directory.get()
            # Tickets before contacts: the order in which intake locks them.
            for ticket_id in tickets.all():
                async with changing(session, ticket_id, directory, SYSTEM, self._now()) as change:
                    change.ticket.contact_name = name
                await session.flush()
            point = await session.get_one(ContactPoint, point_id)
            point.display_name, point.handle = author.display_name, author.handle
            contact = await session.get_one(Contact, contact_id)
            if contact.name == UNKNOWN:
                contact.name = name
