"""What is left of a platform's limits, and what it has charged: shared by all workers.

A platform's own count is the truth; between two answers of it, workers draw on what it said
last, each by one conditional UPDATE, so that together they send no more than there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from hub.accounts.models import AccountCost, RateBudgetRow
from hub.db.database import Database
from hub.ports import Metered, RateBudget

_SAME_WINDOW = timedelta(seconds=1)
"""Two answers about one window may differ by how a platform rounds."""
_MOST = 2**31 - 1
_NAME = 40


async def note_budgets(
    database: Database, account_id: int, budgets: Sequence[RateBudget], now: datetime
) -> None:
    """Remember what the platform said is left.

    Answers overtake each other between workers, so within one window the lower count holds. A
    window that is over already says nothing.
    """
    said = {one.name[:_NAME]: one for one in budgets if one.resets_at > now}
    if not said:
        return
    async with database.write() as session:
        for name, budget in sorted(
            said.items()
        ):  # one order: two workers never wait for each other
            await _note(session, database, account_id, name, budget, now)


async def _note(
    session: AsyncSession,
    database: Database,
    account_id: int,
    name: str,
    budget: RateBudget,
    now: datetime,
) -> None:
    remaining = min(max(budget.remaining, 0), _MOST)
    quota = None if budget.limit is None else min(max(budget.limit, 0), _MOST)
    row = RateBudgetRow
    new = _insert(database, row).values(
        account_id=account_id,
        name=name,
        quota=quota,
        remaining=remaining,
        resets_at=budget.resets_at,
        seen_at=now,
    )
    same = (
        (row.resets_at > now)
        & (row.resets_at >= budget.resets_at - _SAME_WINDOW)
        & (row.resets_at <= budget.resets_at + _SAME_WINDOW)
    )
    lower = case((same & (row.remaining < remaining), row.remaining), else_=remaining)
    await session.execute(
        new.on_conflict_do_update(
            index_elements=["account_id", "name"],
            set_={
                "quota": quota,
                "remaining": lower,
                "resets_at": budget.resets_at,
                "seen_at": now,
            },
        )
    )


async def note_connector(
    database: Database, account_id: int, connector: object, now: datetime
) -> None:
    """After a call: what the connector heard about its budgets, if its platform tells."""
    if isinstance(connector, Metered) and (said := connector.budgets()):
        await note_budgets(database, account_id, said, now)


async def take(database: Database, account_id: int, name: str, now: datetime) -> datetime | None:
    """Draw one on a budget. None: go ahead (also where nothing is known of it); otherwise it is
    used up, and this is when to try again."""
    row = RateBudgetRow
    mine = (row.account_id == account_id) & (row.name == name[:_NAME])
    async with database.read() as session:
        known = await session.scalar(select(row).where(mine))
    if known is None or known.resets_at <= now:
        return None
    if known.remaining <= 0:
        return known.resets_at
    async with database.write() as session:
        drawn = await session.scalar(
            update(row)
            .where(mine, row.remaining > 0, row.resets_at > now)
            .values(remaining=row.remaining - 1)
            .returning(row.remaining)
            .execution_options(synchronize_session=False)
        )
        if drawn is not None:
            return None
        until: datetime | None = await session.scalar(select(row.resets_at).where(mine))
    return until if until is not None and until > now else None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a platform has charged, in millionths of a US dollar; days are UTC."""

    today: int = 0
    month: int = 0


async def add_cost(database: Database, account_id: int, micros: int, now: datetime) -> None:
    """Add to what the account has cost today. Nothing is written where nothing was charged."""
    if micros <= 0:
        return
    async with database.write() as session:
        new = _insert(database, AccountCost).values(
            account_id=account_id, day=now.date().isoformat(), micros=micros
        )
        await session.execute(
            new.on_conflict_do_update(
                index_elements=["account_id", "day"],
                set_={"micros": AccountCost.micros + micros},
            )
        )


async def costs(session: AsyncSession, now: datetime) -> dict[int, Cost]:
    """By account: what it has cost today and in this month."""
    today = now.date().isoformat()
    row = AccountCost
    found = await session.execute(
        select(
            row.account_id,
            func.sum(case((row.day == today, row.micros), else_=0)),
            func.sum(row.micros),
        )
        .where(row.day.startswith(today[:8]))
        .group_by(row.account_id)
    )
    return {account: Cost(int(day or 0), int(month or 0)) for account, day, month in found}


async def open_budgets(session: AsyncSession, now: datetime) -> dict[int, list[RateBudgetRow]]:
    """By account: the budgets whose window is not over."""
    found: dict[int, list[RateBudgetRow]] = {}
    query = select(RateBudgetRow).where(RateBudgetRow.resets_at > now)
    for one in await session.scalars(query.order_by(RateBudgetRow.name)):
        found.setdefault(one.account_id, []).append(one)
    return found


def _insert(database: Database, model: type[Any]) -> Any:
    """Both databases' INSERT with ON CONFLICT; SQLAlchemy has one for each."""
    return (sqlite if database.is_sqlite else postgresql).insert(model)
