"""The last hours in quarters of an hour: what came, was answered, resolved and missed, and how
many customers waited.

How many waited at a past moment is told by the clocks: from the message that started a first or
next response until a person's reply was accepted, it was ended, or the ticket was resolved. That
is the citizen's wait (`sla.md`): handing over from the bot does not restart it, and what the bot
alone resolved is no wait for a person. Those who wait now count from when they began to.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    SQLColumnExpression,
    case,
    func,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.base import from_micros, to_micros
from hub.reports.live.scope import ACTIVE, Scope
from hub.sla.clocks import Ended
from hub.sla.models import Breach, ClockRow
from hub.sla.policy import Metric
from hub.tickets.models import Ticket

BUCKET = timedelta(minutes=15)
BUCKETS = 32
_WIDTH = BUCKET // timedelta(microseconds=1)
_RESPONSES = (Metric.FIRST_RESPONSE.value, Metric.NEXT_RESPONSE.value)
_WAITED = (Ended.UNANSWERED.value, Ended.NO_REPLY_NEEDED.value)


class Quarters:
    """The last `BUCKETS` quarters of an hour; the one that is under way is the last."""

    def __init__(self, now: datetime) -> None:
        self.first = to_micros(now) // _WIDTH * _WIDTH - (BUCKETS - 1) * _WIDTH

    @property
    def since(self) -> datetime:
        return from_micros(self.first)

    @property
    def starts(self) -> list[datetime]:
        return [from_micros(self.first + number * _WIDTH) for number in range(BUCKETS)]

    def number(self, column: SQLColumnExpression[Any]) -> ColumnElement[int]:
        """The quarter of an instant; the first for what is older, the last for what a
        platform's fast clock puts into the future."""
        micros = type_coerce(column, BigInteger)
        last = self.first + (BUCKETS - 1) * _WIDTH
        return case(
            (micros < self.first, 0),
            (micros >= last, BUCKETS - 1),
            else_=(micros - self.first) // _WIDTH,
        )


async def read_trends(session: AsyncSession, scope: Scope) -> dict[str, Any]:
    """`minutes` of a quarter, and its `points`, oldest first."""
    quarters = Quarters(scope.now)
    since = quarters.since
    arrived = _counted(
        await session.execute(
            scope.tickets(_by(quarters.number(Ticket.created_at)).where(Ticket.created_at >= since))
        )
    )
    resolved = _counted(
        await session.execute(
            scope.tickets(
                _by(quarters.number(Ticket.resolved_at)).where(Ticket.resolved_at >= since)
            )
        )
    )
    missed = _by(quarters.number(Breach.due_at)).where(Breach.due_at >= since)
    if scope.unit is not None:
        missed = missed.where(Breach.unit == scope.unit)
    breached = _counted(await session.execute(missed))
    met = await _responses(session, scope, quarters)
    answered = _counted((until, many) for _, until, many in met)
    waits = [*met, *await _ended(session, scope, quarters)]
    waits += await _silently_resolved(session, scope, quarters)
    waiting = _levels(await _waiting_now(session, scope, quarters), waits)
    return {
        "minutes": BUCKET // timedelta(minutes=1),
        "points": [
            {
                "at": at,
                "arrived": arrived[number],
                "answered": answered[number],
                "resolved": resolved[number],
                "breached": breached[number],
                "waiting": waiting[number],
            }
            for number, at in enumerate(quarters.starts)
        ],
    }


def _by(*numbers: ColumnElement[int]) -> Any:
    """Rows counted by the quarters of one or two of their instants."""
    named = [number.label(f"quarter_{n}") for n, number in enumerate(numbers)]
    return select(*named, func.count()).group_by(*named)


def _counted(found: Iterable[Any]) -> list[int]:
    counts = [0] * BUCKETS
    for number, many in found:
        counts[number] += many
    return counts


def _levels(now: Iterable[Any], past: Iterable[Any]) -> list[int]:
    """How many waited at the end of each quarter: of those who still do, with the quarter it
    began in, and of waits that are over, with the quarters they began and ended in."""
    steps = [0] * BUCKETS
    for begun, many in now:
        steps[begun] += many
    for begun, until, many in past:
        steps[begun] += many
        steps[until] -= many
    return list(accumulate(steps))


async def _waiting_now(session: AsyncSession, scope: Scope, quarters: Quarters) -> Iterable[Any]:
    query = _by(quarters.number(Ticket.waiting_since)).where(
        Ticket.status.in_(ACTIVE), Ticket.waiting_since.is_not(None)
    )
    return (await session.execute(scope.tickets(query))).all()


async def _responses(session: AsyncSession, scope: Scope, quarters: Quarters) -> list[Any]:
    query = _by(quarters.number(ClockRow.started_at), quarters.number(ClockRow.met_at)).where(
        ClockRow.met_at >= quarters.since,
        ClockRow.metric.in_(_RESPONSES),
        ClockRow.ended.is_(None),
    )
    return list(await session.execute(scope.by_ticket(query, ClockRow.ticket_id)))


async def _ended(session: AsyncSession, scope: Scope, quarters: Quarters) -> list[Any]:
    query = _by(quarters.number(ClockRow.started_at), quarters.number(ClockRow.ended_at)).where(
        ClockRow.ended_at >= quarters.since,
        ClockRow.metric.in_(_RESPONSES),
        ClockRow.ended.in_(_WAITED),
    )
    return list(await session.execute(scope.by_ticket(query, ClockRow.ticket_id)))


async def _silently_resolved(session: AsyncSession, scope: Scope, quarters: Quarters) -> list[Any]:
    """A silent resolution is no response, so that its clock runs on; but nobody waits any more.
    Of a merged ticket the other one tells who waits."""
    query = (
        _by(quarters.number(ClockRow.started_at), quarters.number(Ticket.resolved_at))
        .join(Ticket, Ticket.id == ClockRow.ticket_id)
        .where(
            Ticket.resolved_at >= quarters.since,
            Ticket.merged_into_id.is_(None),
            ClockRow.metric.in_(_RESPONSES),
            ClockRow.met_at.is_(None),
            ClockRow.ended.is_(None),
        )
    )
    return list(await session.execute(scope.tickets(query)))
