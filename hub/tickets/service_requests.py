"""Tickets in Open311's terms: implements `hub.ports.ServiceRequests`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, Text, or_, select, type_coerce

from hub.db.base import encode_json
from hub.db.database import Database
from hub.delivery.models import Delivery, DeliveryState
from hub.directory import Directory, DirectoryCache
from hub.ports import Location, ServiceRequest, ServiceRequestFilter
from hub.tickets.models import Direction, Message, Status, Ticket


class TicketRequests:
    def __init__(self, database: Database, directory: DirectoryCache) -> None:
        self._database = database
        self._directory = directory

    async def find(self, account_id: int, wanted: ServiceRequestFilter) -> Sequence[ServiceRequest]:
        query = select(Ticket).where(Ticket.account_id == account_id)
        if wanted.ids:
            numbers = [int(text) for text in wanted.ids if text.isdecimal() and len(text) < 16]
            query = query.where(Ticket.id.in_(numbers))
        else:
            query = _narrow(query, wanted)
        query = query.order_by(Ticket.created_at.desc(), Ticket.id.desc())
        directory = await self._directory.get()
        async with self._database.read() as session:
            tickets = (await session.scalars(query.limit(wanted.limit).offset(wanted.offset))).all()
            ids = [ticket.id for ticket in tickets]
            messages = await session.execute(
                select(Message, Delivery.state)
                .outerjoin(Delivery, Delivery.message_id == Message.id)
                .where(Message.ticket_id.in_(ids), Message.direction != Direction.NOTE.value)
                .order_by(Message.id)
            )
            asked: dict[int, Message] = {}
            answered: dict[int, str] = {}
            for message, state in messages:
                if message.direction == Direction.INBOUND:
                    asked.setdefault(message.ticket_id, message)
                elif state in (None, DeliveryState.SENT.value):
                    answered[message.ticket_id] = message.body
        return [
            _request(ticket, asked.get(ticket.id), answered.get(ticket.id), directory)
            for ticket in tickets
        ]


def _narrow(query: Select[Ticket], wanted: ServiceRequestFilter) -> Select[Ticket]:
    for column, first, last in (
        (Ticket.created_at, wanted.requested_from, wanted.requested_to),
        (Ticket.updated_at, wanted.updated_from, wanted.updated_to),
    ):
        if first is not None:
            query = query.where(column >= first)
        if last is not None:
            query = query.where(column <= last)
    if wanted.open is not None:
        resolved = Ticket.status == Status.RESOLVED.value
        query = query.where(~resolved if wanted.open else resolved)
    if wanted.service_codes:
        # The context is JSON text, written without spaces: its quotes cannot come from a value.
        context = type_coerce(Ticket.context, Text)
        codes = [f'"service_code":{encode_json(code)}' for code in wanted.service_codes]
        query = query.where(or_(*(context.contains(code, autoescape=True) for code in codes)))
    return query


def _request(
    ticket: Ticket, asked: Message | None, answer: str | None, directory: Directory
) -> ServiceRequest:
    notes = answer
    if notes is None and ticket.status == Status.RESOLVED:
        notes = ticket.resolution_reason
    unit = directory.units.get(ticket.unit)
    return ServiceRequest(
        id=str(ticket.id),
        open=ticket.status != Status.RESOLVED,
        status_notes=notes,
        service_code=str(ticket.context.get("service_code", "")),
        description=asked.body if asked else "",
        requested_at=ticket.created_at,
        updated_at=ticket.updated_at,
        expected_at=ticket.resolution_due_at,
        agency=unit.name if unit else ticket.unit,
        location=Location(**ticket.location) if ticket.location else None,
        media_url=next((a["url"] for a in asked.attachments), None) if asked else None,
    )
