"""A part that goes down and comes back: told to supervisors once, whoever looks."""

from __future__ import annotations

import asyncio

import pytest

from hub.accounts.health import resume_account, stop_account
from hub.notices.models import Notice
from hub.notices.parts import PartNotices
from hub.notices.reading import remove_old
from hub.parts import PartsWatch
from hub.ports import PartHealth, PartState
from hub.system import Hub
from tests.fakes import FakeClock
from tests.fixtures import account_id, rows

pytestmark = pytest.mark.anyio

DATABASE = PartHealth("database", PartState.UP)


def _x(state: PartState, detail: str = "") -> list[PartHealth]:
    return [DATABASE, PartHealth("x/main", state, detail)]


async def _told(hub: Hub) -> list[tuple[str, str]]:
    found: list[Notice] = await rows(hub.database, Notice, kind="channel")
    assert {one.audience for one in found} <= {"supervisors"}
    return [(one.detail["state"], one.severity) for one in found]


async def test_each_change_is_told_once(hub: Hub) -> None:
    notices = PartNotices(hub.database, hub.now)
    for parts in (
        [DATABASE],
        _x(PartState.DOWN, "the token was refused"),
        _x(PartState.DOWN, "the token was refused again"),
        _x(PartState.DEGRADED),
        _x(PartState.STARTING),
        _x(PartState.DEGRADED),
        [DATABASE],  # accounts that are well are not listed
        [DATABASE],
    ):
        await notices.look(parts)
    assert await _told(hub) == [("down", "critical"), ("degraded", "warning"), ("up", "info")]
    (first, *_) = await rows(hub.database, Notice)
    assert first.text == "x/main is down. the token was refused"


async def test_several_workers_tell_it_once(hub: Hub) -> None:
    workers = [PartNotices(hub.database, hub.now) for _ in range(4)]
    for parts in ([DATABASE], _x(PartState.DOWN), [DATABASE]):
        await asyncio.gather(*(worker.look(parts) for worker in workers))
    assert await _told(hub) == [("down", "critical"), ("up", "info")]


async def test_a_restart_neither_repeats_nor_forgets(hub: Hub) -> None:
    await PartNotices(hub.database, hub.now).look(_x(PartState.DOWN))
    await PartNotices(hub.database, hub.now).look(_x(PartState.DOWN))
    assert len(await _told(hub)) == 1
    await PartNotices(hub.database, hub.now).look([DATABASE])
    assert await _told(hub) == [("down", "critical"), ("up", "info")]
    await PartNotices(hub.database, hub.now).look([DATABASE])
    assert len(await _told(hub)) == 2


async def test_what_was_down_for_a_month_is_told_of_again(hub: Hub, clock: FakeClock) -> None:
    """Old notices go; that it went down is remembered until it is told to be well."""
    await PartNotices(hub.database, hub.now).look(_x(PartState.DOWN))
    clock.advance(days=31)
    async with hub.database.write() as session:
        await remove_old(session, hub.now())
    again = PartNotices(hub.database, hub.now)
    for parts in ([DATABASE], _x(PartState.DOWN)):
        await again.look(parts)
    assert [state for state, _ in await _told(hub)] == ["down", "up", "down"]


async def test_an_account_that_stops_and_goes_on(hub: Hub) -> None:
    watch = PartsWatch(hub)
    await watch.look()
    number = await account_id(hub)
    await stop_account(hub.database, number, "the token was refused", hub.now())
    await watch.look()
    await watch.look()
    await resume_account(hub.database, number, hub.now())
    await watch.look()
    await watch.aclose()
    assert [state for state, _ in await _told(hub)] == ["down", "up"]
