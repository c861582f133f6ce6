"""Reading the queue: views, filters, keyset pages and counts.

Sorted by `queue_key`: what is due next first, what has no clock after it, oldest first. A page
is read on from the last row's key, never by offset.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    func,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.base import from_micros, to_micros
from hub.errors import Invalid
from hub.search.index import SearchIndex
from hub.team.access import Principal
from hub.tickets.models import Status, Ticket, TicketTag

DUE_SOON = timedelta(minutes=60)
_SEARCHED = 1000
# Written into the statement as they are: a database uses the index over active tickets only
# where it sees, before it knows any parameter, that no others are asked for.
_ACTIVE: BindParameter[list[str]] = bindparam(
    "active",
    [Status.OPEN.value, Status.PENDING_CUSTOMER.value],
    expanding=True,
    literal_execute=True,
)


class View(StrEnum):
    MINE = "mine"
    UNIT = "unit"
    ALL = "all"
    UNASSIGNED = "unassigned"
    DUE = "due"
    BREACHED = "breached"
    BOT = "bot"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    view: View | None = None
    unit: str | None = None
    status: str | None = None
    channel: str | None = None
    priority: str | None = None
    assignee: int | None = None
    tag: str | None = None
    query: str | None = None
    incident_id: int | None = None

    @property
    def asks_for_all(self) -> bool:
        """Whether it leaves nothing out."""
        return self == QueueFilter()


@dataclass(frozen=True, slots=True)
class Page:
    tickets: Sequence[Ticket]
    next_cursor: str | None


def view_condition(view: View, principal: Principal, now: datetime) -> ColumnElement[bool]:
    active = Ticket.status.in_(_ACTIVE)
    match view:
        case View.MINE:
            return and_(active, Ticket.assignee_id == (principal.agent_id or 0))
        case View.UNIT | View.ALL:
            return active
        case View.UNASSIGNED:
            return and_(active, Ticket.assignee_id.is_(None))
        case View.DUE:
            return and_(active, Ticket.due_at.between(now, now + DUE_SOON), not_(Ticket.overdue))
        case View.BREACHED:
            return and_(active, Ticket.overdue)
        case View.BOT | View.SNOOZED | View.RESOLVED:
            return Ticket.status == view.value


def _conditions(wanted: QueueFilter, principal: Principal, now: datetime) -> ColumnElement[bool]:
    found = [principal.visible()]
    if wanted.view is not None:
        found.append(view_condition(wanted.view, principal, now))
    for column, value in (
        (Ticket.unit, wanted.unit),
        (Ticket.status, wanted.status),
        (Ticket.channel, wanted.channel),
        (Ticket.priority, wanted.priority),
        (Ticket.assignee_id, wanted.assignee),
        (Ticket.incident_id, wanted.incident_id),
    ):
        if value is not None:
            found.append(column == value)
    if wanted.tag is not None:
        tagged = select(TicketTag.ticket_id).where(TicketTag.tag == wanted.tag.lower())
        found.append(Ticket.id.in_(tagged))
    return and_(*found)


async def read_page(
    session: AsyncSession,
    search: SearchIndex,
    wanted: QueueFilter,
    principal: Principal,
    now: datetime,
    *,
    cursor: str | None,
    limit: int,
) -> Page:
    """One page of the queue. Raises Invalid for a cursor that is not ours."""
    conditions = _conditions(wanted, principal, now)
    if wanted.query:
        return await _search_page(session, search, wanted.query, conditions, cursor, limit)
    if wanted.view is View.RESOLVED:
        return await _newest_page(session, select(Ticket).where(conditions), cursor, limit)
    query = select(Ticket).where(conditions)
    if cursor is not None:
        query = query.where(tuple_(Ticket.queue_key, Ticket.id) > tuple_(*_decode(cursor)))
    found = await session.scalars(query.order_by(Ticket.queue_key, Ticket.id).limit(limit + 1))
    return _page(found.all(), limit, lambda ticket: ticket.queue_key)


async def count_found(
    session: AsyncSession,
    search: SearchIndex,
    wanted: QueueFilter,
    principal: Principal,
    now: datetime,
) -> int:
    """How many tickets `read_page` would come to in the end."""
    query = select(func.count()).select_from(Ticket)
    query = query.where(_conditions(wanted, principal, now))
    if wanted.query:
        query = query.where(Ticket.id.in_(await _searched(session, search, wanted.query)))
    return await session.scalar(query) or 0


async def _newest_page(
    session: AsyncSession, query: Select[Ticket], cursor: str | None, limit: int
) -> Page:
    if cursor is not None:
        micros, ticket_id = _decode(cursor)
        try:
            at = from_micros(micros)
        except OverflowError:
            raise _not_ours() from None
        query = query.where(
            or_(
                Ticket.last_message_at < at,
                and_(Ticket.last_message_at == at, Ticket.id < ticket_id),
            )
        )
    query = query.order_by(Ticket.last_message_at.desc(), Ticket.id.desc())
    found = await session.scalars(query.limit(limit + 1))
    return _page(found.all(), limit, lambda ticket: to_micros(ticket.last_message_at))


def _page(found: Sequence[Ticket], limit: int, key: Callable[[Ticket], int]) -> Page:
    page = found[:limit]
    if len(found) <= limit:
        return Page(page, None)
    return Page(page, _encode(key(page[-1]), page[-1].id))


async def _search_page(
    session: AsyncSession,
    search: SearchIndex,
    query: str,
    conditions: ColumnElement[bool],
    cursor: str | None,
    limit: int,
) -> Page:
    """Newest match first; the cursor is a position among the matches."""
    ids = await _searched(session, search, query)
    start = _decode(cursor)[0] if cursor is not None else 0
    # Numbers first: of a thousand matches, fifty are shown.
    allowed = set(await session.scalars(select(Ticket.id).where(Ticket.id.in_(ids), conditions)))
    ranked = [ticket_id for ticket_id in ids if ticket_id in allowed]
    end = start + limit
    shown = ranked[start:end]
    found = await session.scalars(select(Ticket).where(Ticket.id.in_(shown)))
    by_id = {ticket.id: ticket for ticket in found}
    page = [by_id[ticket_id] for ticket_id in shown if ticket_id in by_id]
    return Page(page, _encode(end, 0) if end < len(ranked) else None)


async def _searched(session: AsyncSession, search: SearchIndex, query: str) -> list[int]:
    """Numbers of tickets in which it was said, the newest match first; a ticket's own number
    finds it, too."""
    number = query.strip().removeprefix("#")
    ids = await search.find(session, query, _SEARCHED)
    if number.isdecimal() and len(number) < 16:
        ids = list(dict.fromkeys([int(number), *ids]))
    return list(ids)


def _encode(key: int, ticket_id: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([key, ticket_id]).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[int, int]:
    try:
        key, ticket_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not (isinstance(key, int) and isinstance(ticket_id, int)):
            raise TypeError
        if not 0 <= key < 2**63 or not 0 <= ticket_id < 2**63:
            raise ValueError
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise _not_ours() from None
    return key, ticket_id


def _not_ours() -> Invalid:
    return Invalid.field("cursor", "is not one this list has given out")


@dataclass(frozen=True, slots=True)
class Counts:
    views: dict[str, int]
    units: dict[str, int]
    """Active tickets by unit."""


async def read_counts(session: AsyncSession, principal: Principal, now: datetime) -> Counts:
    """How many tickets each view and unit has, for the reader."""
    views = [view for view in View if view is not View.UNIT]
    unresolved = Ticket.status != Status.RESOLVED.value
    row = (
        await session.execute(
            select(
                *(
                    func.coalesce(
                        func.sum(case((view_condition(v, principal, now), 1), else_=0)), 0
                    )
                    for v in views
                    if v is not View.RESOLVED
                )
            ).where(principal.visible(), unresolved)
        )
    ).one()
    resolved = await session.scalar(
        select(func.count())
        .select_from(Ticket)
        .where(principal.visible(), Ticket.status == Status.RESOLVED.value)
    )
    units = await session.execute(
        select(Ticket.unit, func.count())
        .where(principal.visible(), Ticket.status.in_(_ACTIVE))
        .group_by(Ticket.unit)
    )
    counted = dict(zip([v.value for v in views if v is not View.RESOLVED], row, strict=True))
    return Counts(
        counted | {View.RESOLVED.value: resolved or 0},
        {unit: count for unit, count in units},  # noqa: C416
    )
