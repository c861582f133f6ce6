"""Rate budgets and costs: shared by workers, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from hub.accounts.budget import Cost, add_cost, costs, note_budgets, open_budgets, take
from hub.accounts.models import RateBudgetRow
from hub.db.database import Database
from hub.ports import RateBudget
from tests.fakes import NOON
from tests.fixtures import rows

pytestmark = pytest.mark.anyio

END = NOON + timedelta(minutes=15)


async def _left(database: Database) -> int:
    (row,) = await rows(database, RateBudgetRow)
    assert isinstance(row, RateBudgetRow)
    return row.remaining


async def test_nothing_is_known_so_go_ahead(database: Database) -> None:
    assert await take(database, 1, "posts", NOON) is None
    assert await rows(database, RateBudgetRow) == []


async def test_each_draws_one_and_the_last_is_told_when(database: Database) -> None:
    await note_budgets(database, 1, [RateBudget("posts", 17, 2, END)], NOON)
    assert [await take(database, 1, "posts", NOON) for _ in range(4)] == [None, None, END, END]
    assert await take(database, 1, "messages", NOON) is None, "another budget"
    assert await take(database, 2, "posts", NOON) is None, "another account"
    assert await take(database, 1, "posts", END) is None, "the window is over"


async def test_many_workers_draw_no_more_than_there_is(database: Database) -> None:
    await note_budgets(database, 1, [RateBudget("posts", 50, 5, END)], NOON)
    drawn = await asyncio.gather(*(take(database, 1, "posts", NOON) for _ in range(20)))
    assert drawn.count(None) == 5
    assert await _left(database) == 0


async def test_the_lower_count_holds_within_a_window(database: Database) -> None:
    """An answer that was overtaken by a later one does not give back what is gone."""
    await note_budgets(database, 1, [RateBudget("posts", 50, 4, END)], NOON)
    await note_budgets(database, 1, [RateBudget("posts", 50, 7, END)], NOON)
    assert await _left(database) == 4
    await note_budgets(database, 1, [RateBudget("posts", 50, 1, END)], NOON)
    assert await _left(database) == 1


async def test_a_new_window_begins_anew(database: Database) -> None:
    await note_budgets(database, 1, [RateBudget("posts", 50, 0, END)], NOON)
    later = END + timedelta(minutes=15)
    await note_budgets(database, 1, [RateBudget("posts", 50, 49, later)], END)
    assert await _left(database) == 49
    await note_budgets(database, 1, [RateBudget("posts", 50, 0, END)], END)
    assert await _left(database) == 49, "what is said of a window that is over says nothing"


async def test_odd_numbers_are_kept_within_bounds(database: Database) -> None:
    odd = RateBudget("n" * 60, 2**40, -3, END)
    await note_budgets(database, 1, [odd], NOON)
    (row,) = await rows(database, RateBudgetRow)
    assert (row.remaining, row.quota, len(row.name)) == (0, 2**31 - 1, 40)
    assert await take(database, 1, odd.name, NOON) == END


async def test_costs_add_up_by_day_and_month(database: Database) -> None:
    month = datetime(2026, 11, 2, 12, tzinfo=UTC)
    await add_cost(database, 1, 500, month)
    await asyncio.gather(*(add_cost(database, 1, 10, NOON) for _ in range(10)))
    await add_cost(database, 2, 7, NOON)
    await add_cost(database, 2, 0, NOON)
    await add_cost(database, 2, 90, NOON - timedelta(days=40))
    async with database.read() as session:
        assert await costs(session, NOON) == {1: Cost(100, 600), 2: Cost(7, 7)}


async def test_only_open_budgets_are_shown(database: Database) -> None:
    await note_budgets(
        database, 1, [RateBudget("b", None, 1, END), RateBudget("a", 5, 1, END)], NOON
    )
    async with database.read() as session:
        assert [one.name for one in (await open_budgets(session, NOON))[1]] == ["a", "b"]
        assert await open_budgets(session, END) == {}
