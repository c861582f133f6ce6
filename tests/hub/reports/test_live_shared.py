"""One report for all screens: few computations, and never an answer older than its question."""

from __future__ import annotations

import asyncio
import itertools
from time import monotonic
from typing import Any

import pytest

from hub.reports.live import LiveReports
from hub.system import Hub
from tests.fakes import FakeClock, inbound
from tests.fixtures import receive

pytestmark = pytest.mark.anyio


class Maker:
    """Numbers the reports; each takes `seconds`."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.began: list[tuple[str | None, float]] = []
        self.running = 0
        self.failing = False

    async def __call__(self, unit: str | None) -> dict[str, Any]:
        self.began.append((unit, monotonic()))
        self.running += 1
        assert self.running == 1, "two at a time"
        await asyncio.sleep(self.seconds)
        self.running -= 1
        if self.failing:
            raise ConnectionError("the database is away")
        return {"number": len(self.began)}


async def test_many_who_ask_at_once_share_one() -> None:
    maker = Maker(0.01)
    reports = LiveReports(maker, every=0.05)
    made = await asyncio.gather(*(reports.get() for _ in range(50)))
    assert {id(one) for one in made} == {id(made[0])}
    assert len(maker.began) == 1


async def test_at_most_so_many_in_a_time() -> None:
    maker = Maker()
    reports = LiveReports(maker, every=0.05)
    end = monotonic() + 0.3
    asked = 0
    while monotonic() < end:
        await reports.get()
        asked += 1
    starts = [at for _, at in maker.began]
    assert asked == len(starts) >= 2
    pauses = [b - a for a, b in itertools.pairwise(starts)]
    assert min(pauses) >= 0.049


async def test_who_asks_while_one_is_made_gets_the_next() -> None:
    """The event that made them ask may have come after it was begun."""
    maker = Maker(0.05)
    reports = LiveReports(maker, every=0.01)
    first = asyncio.create_task(reports.get())
    await asyncio.sleep(0.02)
    late = await asyncio.gather(*(reports.get() for _ in range(5)))
    assert (await first).report == {"number": 1}
    assert [one.report for one in late] == [{"number": 2}] * 5


async def test_a_slow_report_rests() -> None:
    maker = Maker(0.04)
    reports = LiveReports(maker, every=0.0)
    await reports.get()
    await reports.get()
    (_, first), (_, second) = maker.began
    assert second - first >= 0.04 * 5 * 0.95


async def test_units_have_reports_of_their_own_one_after_another() -> None:
    maker = Maker(0.01)
    reports = LiveReports(maker, every=0.05)
    made = await asyncio.gather(*(reports.get(unit) for unit in (None, "a", "b", "a")))
    assert len({id(one) for one in made}) == 3
    assert sorted(str(unit) for unit, _ in maker.began) == ["None", "a", "b"]


async def test_one_who_leaves_does_not_take_it_along() -> None:
    maker = Maker(0.03)
    reports = LiveReports(maker, every=0.01)
    leaving, staying = asyncio.create_task(reports.get()), asyncio.create_task(reports.get())
    await asyncio.sleep(0.01)
    leaving.cancel()
    assert (await staying).report == {"number": 1}
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_a_failure_is_told_and_the_next_is_tried() -> None:
    maker = Maker()
    reports = LiveReports(maker, every=0.01)
    maker.failing = True
    asked = [asyncio.create_task(reports.get()) for _ in range(3)]
    for one in asked:
        with pytest.raises(ConnectionError):
            await one
    assert len(maker.began) == 1
    maker.failing = False
    assert (await reports.get()).report == {"number": 2}


async def test_closing_ends_what_is_under_way() -> None:
    maker = Maker(30)
    reports = LiveReports(maker)
    asked = asyncio.create_task(reports.get())
    await asyncio.sleep(0.01)
    await reports.aclose()
    with pytest.raises(asyncio.CancelledError):
        await asked


async def test_the_hubs_own_has_what_was_committed_before(hub: Hub, clock: FakeClock) -> None:
    assert (await hub.live.get()).report["totals"]["open"] == 0
    await receive(hub, inbound(skip_bot=True, sent_at=clock()))
    assert (await hub.live.get()).report["totals"]["open"] == 1
    assert (await hub.live.get("billing")).report["totals"]["open"] == 0
