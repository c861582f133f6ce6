"""A month made once for a module's tests, on each kind of database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.db.database import Database
from hub.month.month import Made, Plan, make_month
from hub.reports.facts import rebuild
from hub.system import Hub
from tests.fakes import FakeClock, FakePlatforms, ScriptedResponder, rooms_of
from tests.fixtures import Databases, settings_for

LAST_DAY = date(2026, 11, 22)
AFTER = datetime(2026, 11, 23, 5, 0, tzinfo=UTC) + timedelta(milliseconds=1)
"""A moment after its last midnight: what the month's rows are as of."""
SMALL = 1_500


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def month(
    request: pytest.FixtureRequest,
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Month]:
    """A month of 1,500 tickets with its storm, counted for reports."""
    with databases.prepared(request.param) as url:
        folder = tmp_path_factory.mktemp("month")
        made = asyncio.run(_make(url, folder))
        yield Month(url, folder, made)


class Month:
    def __init__(self, url: str, folder: Path, made: Made) -> None:
        self.url = url
        self.made = made
        self._folder = folder

    @asynccontextmanager
    async def hub(self) -> AsyncIterator[Hub]:
        """A hub over it, at the end of the month, nothing running."""
        opened = _hub(self.url, self._folder)
        try:
            yield opened
        finally:
            await opened.database.aclose()


def _hub(url: str, folder: Path) -> Hub:
    clock = FakeClock(AFTER)
    settings = settings_for(folder, url)
    rooms = rooms_of(FakePlatforms(clock), ScriptedResponder(), settings)
    return Hub(settings, rooms, now=clock)


async def _make(url: str, folder: Path) -> Made:
    hub = _hub(url, folder)
    try:
        plan = Plan(SMALL, 1, LAST_DAY)
        made = await make_month(hub.database, hub.directory, hub.settings, hub.now, plan)
        await rebuild(hub.database, await hub.directory.get(), hub.settings.timezone, now=hub.now)
        return made
    finally:
        await hub.database.aclose()


async def every(database: Database, query: Any) -> list[Any]:
    async with database.read() as session:
        return list((await session.execute(query)).all())
