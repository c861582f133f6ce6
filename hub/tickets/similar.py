"""Tickets that are probably about the same matter: the same service, near in place and time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Text, and_, or_, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.base import encode_json
from hub.team.access import Principal
from hub.tickets.models import Status, Ticket

WITHIN_METRES = 250.0
WITHIN_TIME = timedelta(hours=72)
MOST = 10
_EARTH_RADIUS_METRES = 6_371_008.8
_METRES_A_DEGREE = math.pi * _EARTH_RADIUS_METRES / 180
_MOST_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Similar:
    """A ticket like the one that was asked about, and how far apart the two are."""

    ticket: Ticket
    distance_metres: float
    seconds_apart: float


def distance(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Metres between two places in degrees, on a sphere (haversine): within 0.6 % of the truth."""
    first, second = math.radians(latitude), math.radians(other_latitude)
    half = (
        math.sin((second - first) / 2) ** 2
        + math.cos(first)
        * math.cos(second)
        * math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_METRES * math.asin(math.sqrt(min(1.0, half)))


async def similar(
    session: AsyncSession,
    ticket: Ticket,
    principal: Principal,
    *,
    within_metres: float = WITHIN_METRES,
    within_time: timedelta = WITHIN_TIME,
) -> list[Similar]:
    """Open tickets that `principal` may see and that may be merged with `ticket`: at most 10,
    the nearest first, of equally near ones the one closer in time."""
    subject = _same_subject(ticket)
    if ticket.latitude is None or ticket.longitude is None or subject is None:
        return []
    query = (
        select(Ticket)
        .where(
            _box(ticket.latitude, ticket.longitude, within_metres),
            Ticket.id != ticket.id,
            Ticket.status != Status.RESOLVED.value,
            Ticket.merged_into_id.is_(None),
            Ticket.created_at >= ticket.created_at - within_time,
            Ticket.created_at <= ticket.created_at + within_time,
            subject,
            principal.visible(),
        )
        .order_by(Ticket.id.desc())
        .limit(_MOST_LOOKED_AT)
    )
    found = []
    for other in await session.scalars(query):
        assert other.latitude is not None and other.longitude is not None  # noqa: PT018
        metres = distance(ticket.latitude, ticket.longitude, other.latitude, other.longitude)
        if metres <= within_metres:
            found.append(Similar(other, metres, _apart(ticket.created_at, other.created_at)))
    found.sort(key=lambda one: (one.distance_metres, one.seconds_apart, one.ticket.id))
    return found[:MOST]


def _apart(first: datetime, second: datetime) -> float:
    return abs((first - second).total_seconds())


def _same_subject(ticket: Ticket) -> ColumnElement[bool] | None:
    """The same service, or the same topic; None where the ticket has neither."""
    same: list[ColumnElement[bool]] = []
    code = ticket.context.get("service_code")
    if isinstance(code, str) and code:
        # The context is JSON text, written without spaces: its quotes cannot come from a value.
        context = type_coerce(Ticket.context, Text)
        same.append(context.contains(f'"service_code":{encode_json(code)}', autoescape=True))
    if ticket.topic is not None:
        same.append(Ticket.topic == ticket.topic)
    return or_(*same) if same else None


def _box(latitude: float, longitude: float, metres: float) -> ColumnElement[bool]:
    """A rectangle around the circle, which `ix_tickets_place` finds; it may cross the date line."""
    high = metres / _METRES_A_DEGREE * 1.001
    inside = Ticket.latitude.between(latitude - high, latitude + high)
    narrowest = min(90.0, abs(latitude) + high)
    shrink = math.cos(math.radians(narrowest))
    if shrink * 180 <= high:  # all around a pole
        return and_(inside, Ticket.longitude.is_not(None))
    wide = high / shrink
    west, east = longitude - wide, longitude + wide
    spans: list[ColumnElement[bool]] = [Ticket.longitude.between(west, east)]
    if west < -180:
        spans.append(Ticket.longitude >= west + 360)
    if east > 180:
        spans.append(Ticket.longitude <= east - 360)
    return and_(inside, or_(*spans))
