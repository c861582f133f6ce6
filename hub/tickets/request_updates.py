"""What became of service requests, one update after the other: answers, comments, closings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from hub.db.base import to_micros
from hub.delivery.models import Delivery, DeliveryState
from hub.ports import ServiceRequestUpdate, UpdateFilter, Visibility
from hub.tickets.models import Direction, Message, Status, Ticket

_ROOT = aliased(Ticket)
"""The ticket that a merged one fares as: the one it was merged into, else itself."""


async def find_updates(
    session: AsyncSession, account_id: int, numbers: Sequence[int] | None, wanted: UpdateFilter
) -> list[ServiceRequestUpdate]:
    """The updates of an account's tickets (of `numbers` alone, where given), oldest first.

    An answer counts from when the channel accepted it, since nobody could read it before.
    """
    parts = []
    for query, at in (_said(account_id), _closed(account_id)):
        if numbers is not None:
            query = query.where(Ticket.id.in_(numbers))
        if wanted.since is not None:
            query = query.where(at >= wanted.since)
        if wanted.until is not None:
            query = query.where(at <= wanted.until)
        parts.append(query)
    both = union_all(*parts).subquery()
    page = (
        select(both)
        .order_by(both.c.at, both.c.message_id, both.c.ticket_id)
        .limit(wanted.limit)
        .offset(wanted.offset)
    )
    found = (await session.execute(page)).all()
    ids = [row.message_id for row in found if row.message_id]
    messages = {
        message.id: message
        for message in await session.scalars(select(Message).where(Message.id.in_(ids)))
    }
    return [
        _answer(row, messages[row.message_id]) if row.message_id else _closing(row) for row in found
    ]


def _said(account_id: int) -> tuple[Select[Any], Any]:
    """Public answers that were delivered, and comments on a request after its filing."""
    answered = and_(
        Message.direction == Direction.OUTBOUND.value,
        or_(Delivery.state.is_(None), Delivery.state == DeliveryState.SENT.value),
    )
    commented = and_(
        Message.direction == Direction.INBOUND.value,
        # The message that filed a request names its conversation.
        Message.external_id != Ticket.conversation,
        Message.external_id != Message.conversation,
    )
    at = func.coalesce(Delivery.accepted_at, Message.created_at)
    query = (
        _columns(at, Message.id)
        .join(Message, Message.ticket_id == Ticket.id)
        .outerjoin(Delivery, Delivery.message_id == Message.id)
        .where(
            or_(answered, commented),
            Ticket.account_id == account_id,
            Message.account_id == account_id,
            Message.visibility == Visibility.PUBLIC.value,
            Message.logged.is_(False),  # given elsewhere, in words for us
            Message.deleted_at.is_(None),
        )
    )
    return _with_root(query), at


def _closed(account_id: int) -> tuple[Select[Any], Any]:
    """The closing of each request that is closed; earlier closings, undone since, are not told."""
    at = func.coalesce(_ROOT.resolved_at, Ticket.resolved_at)
    status = func.coalesce(_ROOT.status, Ticket.status)
    query = _columns(at, literal(0, Integer)).where(
        Ticket.account_id == account_id, status == Status.RESOLVED.value, at.is_not(None)
    )
    return _with_root(query), at


def _columns(at: Any, message_id: Any) -> Select[Any]:
    return select(
        at.label("at"),
        message_id.label("message_id"),
        Ticket.id.label("ticket_id"),
        Ticket.merged_into_id.label("merged_into_id"),
        func.coalesce(_ROOT.resolved_at, Ticket.resolved_at).label("resolved_at"),
        func.coalesce(_ROOT.resolution_reason, Ticket.resolution_reason).label("reason"),
        (_ROOT.account_id == Ticket.account_id).label("joined_here"),
    ).select_from(Ticket)


def _with_root(query: Select[Any]) -> Select[Any]:
    return query.outerjoin(_ROOT, _ROOT.id == Ticket.merged_into_id)


def _answer(row: Any, message: Message) -> ServiceRequestUpdate:
    closed_at: datetime | None = row.resolved_at
    return ServiceRequestUpdate(
        id=str(message.id),
        request_id=str(row.ticket_id),
        open=closed_at is None or row.at < closed_at,
        description=message.body,
        at=row.at,
        media_url=next((one["url"] for one in message.attachments), None),
        external_id=message.external_id if message.direction == Direction.INBOUND else None,
    )


def _closing(row: Any) -> ServiceRequestUpdate:
    told = [row.reason] if row.reason else []
    if row.merged_into_id is not None and row.joined_here:
        told.insert(0, f"Joined with request {row.merged_into_id}.")
    return ServiceRequestUpdate(
        id=f"{row.ticket_id}-closed-{to_micros(row.at)}",
        request_id=str(row.ticket_id),
        open=False,
        description=" ".join(told),
        at=row.at,
    )
