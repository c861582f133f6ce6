"""What a live report is about: the moment, the city's day, and all units or one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Self, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from hub.tickets.models import Status, Ticket

# Written into the statement as they are: a database uses an index over active tickets only
# where it sees, before it knows any parameter, that no others are asked for.
ACTIVE: BindParameter[list[str]] = bindparam(
    "active",
    [Status.OPEN.value, Status.PENDING_CUSTOMER.value],
    expanding=True,
    literal_execute=True,
)

Q = TypeVar("Q", bound=Select[Any])


@dataclass(frozen=True, slots=True)
class Scope:
    now: datetime
    today: datetime
    """The last midnight of the city."""
    unit: str | None
    """None for every unit."""

    @classmethod
    def of(cls, now: datetime, timezone: str, unit: str | None = None) -> Self:
        zone = ZoneInfo(timezone)
        return cls(now, datetime.combine(now.astimezone(zone).date(), time(), zone), unit)

    def tickets(self, query: Q) -> Q:
        """`query` over tickets, kept to the unit's."""
        return query if self.unit is None else query.where(Ticket.unit == self.unit)

    def by_ticket(self, query: Q, ticket_id: SQLColumnExpression[Any]) -> Q:
        """`query` over what belongs to tickets, kept to those of the unit."""
        if self.unit is None:
            return query
        # Not a join: a database would begin with all tickets of the unit, however old.
        unit = select(Ticket.unit).where(Ticket.id == ticket_id).scalar_subquery()
        return query.where(unit == self.unit)


def how_many(condition: SQLColumnExpression[bool]) -> ColumnElement[int]:
    """In a grouped query: the rows for which `condition` is true."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


async def count_tickets(
    session: AsyncSession, scope: Scope, *conditions: ColumnElement[bool]
) -> int:
    query = select(func.count()).select_from(Ticket).where(and_(*conditions))
    return await session.scalar(scope.tickets(query)) or 0
