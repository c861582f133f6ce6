"""Tickets in Open311's terms: implements `hub.ports.ServiceRequests`.

What is read here is public. Of a ticket's messages only public ones are told, and of the
customers' only those that came in on the account itself. A ticket that was merged into another
goes on being its own request: it fares as the other one does, and its notes say so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, Text, and_, func, or_, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from hub.db.base import encode_json
from hub.db.database import Database
from hub.delivery.models import Delivery, DeliveryState
from hub.directory import Directory, DirectoryCache
from hub.ports import (
    FiledMessage,
    Location,
    ServiceRequest,
    ServiceRequestFilter,
    ServiceRequestUpdate,
    UpdateFilter,
    Visibility,
)
from hub.tickets.models import Direction, Message, Status, Ticket
from hub.tickets.request_updates import find_updates

_JOINED_ONCE = aliased(Ticket)
_JOINED_TWICE = aliased(Ticket)
_JOINED = (_JOINED_ONCE, _JOINED_TWICE)
"""A ticket may be merged into one that is itself merged later; no more is followed."""


_Query = Select[*tuple[Any, ...]]


class TicketRequests:
    def __init__(self, database: Database, directory: DirectoryCache) -> None:
        self._database = database
        self._directory = directory

    async def find(self, account_id: int, wanted: ServiceRequestFilter) -> Sequence[ServiceRequest]:
        query: _Query = (
            select(Ticket, *_JOINED)
            .outerjoin(_JOINED_ONCE, _JOINED_ONCE.id == Ticket.merged_into_id)
            .outerjoin(_JOINED_TWICE, _JOINED_TWICE.id == _JOINED_ONCE.merged_into_id)
            .where(Ticket.account_id == account_id)
        )
        if wanted.ids:
            query = query.where(Ticket.id.in_(_numbers(wanted.ids)))
        else:
            query = _narrow(query, wanted)
        query = query.order_by(Ticket.created_at.desc(), Ticket.id.desc())
        directory = await self._directory.get()
        async with self._database.read() as session:
            found = await session.execute(query.limit(wanted.limit).offset(wanted.offset))
            pairs = [_with_root(row) for row in found]
            said = await _said(session, account_id, pairs)
        return [_request(ticket, root, said, directory) for ticket, root in pairs]

    async def updates(
        self, account_id: int, wanted: UpdateFilter
    ) -> Sequence[ServiceRequestUpdate]:
        numbers = _numbers(wanted.request_ids) if wanted.request_ids else None
        async with self._database.read() as session:
            return await find_updates(session, account_id, numbers, wanted)

    async def filed(self, account_id: int, external_ids: Collection[str]) -> Sequence[FiledMessage]:
        query: _Query = select(
            Message.external_id, Message.id, Message.ticket_id, Message.sent_at
        ).where(Message.account_id == account_id, Message.external_id.in_(list(external_ids)))
        async with self._database.read() as session:
            return [FiledMessage(*row) for row in (await session.execute(query)).all()]


def _numbers(ids: Sequence[str]) -> list[int]:
    return [int(text) for text in ids if text.isdecimal() and len(text) < 16]


def _narrow(query: _Query, wanted: ServiceRequestFilter) -> _Query:
    if wanted.requested_from is not None:
        query = query.where(Ticket.created_at >= wanted.requested_from)
    if wanted.requested_to is not None:
        query = query.where(Ticket.created_at <= wanted.requested_to)
    # Of whichever changed last: itself, or the one it was joined with.
    root_updated_at = func.coalesce(
        _JOINED_TWICE.updated_at, _JOINED_ONCE.updated_at, Ticket.updated_at
    )
    if (first := wanted.updated_from) is not None:
        query = query.where(or_(Ticket.updated_at >= first, root_updated_at >= first))
    if (last := wanted.updated_to) is not None:
        query = query.where(and_(Ticket.updated_at <= last, root_updated_at <= last))
    if wanted.open is not None:
        status = func.coalesce(_JOINED_TWICE.status, _JOINED_ONCE.status, Ticket.status)
        resolved = status == Status.RESOLVED.value
        query = query.where(~resolved if wanted.open else resolved)
    if wanted.service_codes:
        # The context is JSON text, written without spaces: its quotes cannot come from a value.
        context = type_coerce(Ticket.context, Text)
        codes = [f'"service_code":{encode_json(code)}' for code in wanted.service_codes]
        query = query.where(or_(*(context.contains(code, autoescape=True) for code in codes)))
    return query


def _with_root(row: Row[*tuple[Any, ...]]) -> tuple[Ticket, Ticket]:
    """A ticket, and the one that its conversations are in by now: mostly itself."""
    found = [ticket for ticket in row if ticket is not None]
    return found[0], found[-1]


@dataclass(slots=True)
class _Said:
    """What of messages is told: the inquiries, by ticket, and the newest answers, by ticket."""

    asked: dict[int, tuple[str, list[dict[str, Any]]]]
    answered: dict[int, str]


async def _said(
    session: AsyncSession, account_id: int, pairs: Sequence[tuple[Ticket, Ticket]]
) -> _Said:
    said = _Said({}, {})
    messages = await session.execute(
        _messages(account_id)
        .where(Message.ticket_id.in_({one.id for pair in pairs for one in pair}))
        .order_by(Message.id)
    )
    for ticket_id, direction, body, attachments, state in messages:
        if direction == Direction.OUTBOUND:
            if state in (None, DeliveryState.SENT.value):
                said.answered[ticket_id] = body
        else:
            said.asked.setdefault(ticket_id, (body, attachments))
    return said


def _messages(account_id: int) -> _Query:
    """Public messages of people outside, and public answers."""
    theirs = and_(Message.direction == Direction.INBOUND.value, Message.account_id == account_id)
    return (
        select(
            Message.ticket_id,
            Message.direction,
            Message.body,
            Message.attachments,
            Delivery.state,
        )
        .outerjoin(Delivery, Delivery.message_id == Message.id)
        .where(
            or_(theirs, Message.direction == Direction.OUTBOUND.value),
            Message.visibility == Visibility.PUBLIC.value,
            Message.logged.is_(False),  # given elsewhere, in words for us
            Message.deleted_at.is_(None),
        )
    )


def _notes(ticket: Ticket, root: Ticket, answer: str | None) -> str | None:
    notes = answer
    if notes is None and root.status == Status.RESOLVED:
        notes = root.resolution_reason
    if ticket is root:
        return notes
    joined = (
        f"Joined with request {root.id}."
        if root.account_id == ticket.account_id
        else "Joined with another report of the same matter."
    )
    return f"{joined} {notes}" if notes else joined


def _request(ticket: Ticket, root: Ticket, said: _Said, directory: Directory) -> ServiceRequest:
    unit = directory.units.get(root.unit)
    description, attachments = said.asked.get(ticket.id, ("", []))
    context = ticket.context
    return ServiceRequest(
        id=str(ticket.id),
        open=root.status != Status.RESOLVED,
        status_notes=_notes(ticket, root, said.answered.get(root.id)),
        service_code=str(context.get("service_code", "")),
        description=description,
        requested_at=ticket.created_at,
        updated_at=max(ticket.updated_at, root.updated_at),
        expected_at=root.resolution_due_at,
        agency=unit.name if unit else root.unit,
        location=Location(**ticket.location) if ticket.location else None,
        media_url=next((a["url"] for a in attachments), None),
        conversation=ticket.conversation,
        address_id=_text(context.get("address_id")),
        zipcode=_text(context.get("zipcode")),
        status=root.status,
        joined_with=(
            str(root.id) if root is not ticket and root.account_id == ticket.account_id else None
        ),
        attributes=_attributes(context.get("attributes")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _attributes(value: object) -> dict[str, list[str]]:
    if not isinstance(value, dict):
        return {}
    return {str(name): [str(one) for one in many] for name, many in value.items()}
