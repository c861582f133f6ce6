"""The engine, and the only two ways to use it: `read` and `write`.

On SQLite every write takes one fair in-process lock and then BEGIN IMMEDIATE: without it,
writers that meet inside SQLite sleep and retry, and the unlucky ones wait for seconds.
`busy_timeout` is left to serve other processes. Events recorded in a `write` are numbered as
its last statement, so that numbers are given in commit order and have no gaps.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from hub.events.record import number_and_store

_BUSY_TIMEOUT_MS = 15_000
SQLITE_PRAGMAS = (
    f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}",  # first: the next one waits for its turn, too
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an acknowledged message survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-64000",
)


class UnsupportedDatabase(ValueError):
    """HUB_DATABASE_URL names something that is neither SQLite nor PostgreSQL."""


class Database:
    """A connection pool. `on_commit` is called after a commit that recorded events."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise UnsupportedDatabase("that is not the URL of a database") from error
        self.dialect = parsed.get_backend_name()
        self.on_commit: Callable[[], None] = lambda: None
        self.write_lock = asyncio.Lock()
        # Who takes this one first waits behind it: intake, which does not, waits for one
        # transaction at most, and none waits for more than one of intake's.
        self._one_by_one = asyncio.Lock()
        options: dict[str, Any] = {}
        if self.dialect == "sqlite":
            self.path = Path(parsed.database or "")
            self.path.parent.mkdir(parents=True, exist_ok=True)
            parsed = parsed.set(drivername="sqlite+aiosqlite")
        elif self.dialect == "postgresql":
            parsed = parsed.set(drivername="postgresql+asyncpg")
            options = {"pool_size": pool_size, "max_overflow": 10, "pool_pre_ping": True}
        else:
            raise UnsupportedDatabase(f"{self.dialect} is neither sqlite nor postgresql")
        self.url = parsed
        self.engine: AsyncEngine = create_async_engine(parsed, **options)
        if self.dialect == "sqlite":
            _prepare_sqlite(self.engine)
        self._writing = self.engine.execution_options(begin="IMMEDIATE")

    @property
    def is_sqlite(self) -> bool:
        return self.dialect == "sqlite"

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session that sees one snapshot and writes nothing."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        if not self.is_sqlite:
            async with self._transaction() as session:
                yield session
        else:
            async with self._one_by_one, self.write_lock, self._transaction() as session:
                yield session
        if session.info.pop("rings", False):
            self.on_commit()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncSession]:
        async with (
            AsyncSession(self._writing, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
            await session.flush()
            session.info["rings"] = await number_and_store(session)

    async def aclose(self) -> None:
        await self.engine.dispose()


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: ConnectionPoolEntry) -> None:
        # The driver would begin by itself, and too late: we say BEGIN below.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begins(connection: Any) -> None:
        mode = connection.get_execution_options().get("begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")
