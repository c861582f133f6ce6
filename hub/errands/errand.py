"""What every errand has at hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.accounts.connectors import ConnectorPool
from hub.db.database import Database
from hub.directory import DirectoryCache
from hub.now import Now
from hub.team.access import SYSTEM
from hub.tickets.change import Change, changing


class Errand:
    """Base of the handlers that ask something of a platform, outside any transaction, and say
    on the ticket what came of it."""

    def __init__(
        self, database: Database, directory: DirectoryCache, connectors: ConnectorPool, now: Now
    ) -> None:
        self._database = database
        self._directory = directory
        self._connectors = connectors
        self._now = now

    @asynccontextmanager
    async def _changing(self, ticket_id: int) -> AsyncIterator[Change]:
        directory = await self._directory.get()
        async with (
            self._database.write() as session,
            changing(session, ticket_id, directory, SYSTEM, self._now()) as change,
        ):
            yield change
