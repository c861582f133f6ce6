"""The group-committing writer: many senders, one transaction at a time.

A sender waits until its batch is committed. While one batch is being written the next one
gathers, so that the batch size follows the load by itself. A batch that fails is tried again
one by one, and what still fails alone is committed as unreadable: the rest goes through.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

import asyncpg
import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from hub.db.database import Database
from hub.directory import Directory, DirectoryCache
from hub.intake import sqlite
from hub.intake.batch import Submission
from hub.intake.postgresql import PostgresqlGateway
from hub.intake.store import run_batch
from hub.now import Now

MAX_BATCH = 200
MAX_WAITING = 10_000

log = structlog.get_logger(__name__)

TRANSIENT = (sqlite3.OperationalError, asyncpg.PostgresConnectionError, OSError, DBAPIError)


class Overloaded(Exception):
    """More is waiting to be stored than memory should hold: the sender tries again."""


@dataclass(slots=True)
class _Waiting:
    submission: Submission
    done: asyncio.Future[Submission]


class IntakeWriter:
    """One per process. `start` before `submit`; `aclose` stores what is still waiting."""

    def __init__(
        self, database: Database, directory: DirectoryCache, now: Now, reopen: timedelta
    ) -> None:
        self._database = database
        self._directory = directory
        self._now = now
        self._reopen = reopen
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="intake")
        self._connection: sqlite3.Connection | None = None
        self._run: Callable[[list[Submission], Directory], Awaitable[None]] = (
            self._run_on_sqlite if database.is_sqlite else self._run_on_postgresql
        )

    def start(self) -> None:
        self._task = asyncio.create_task(self._loop(), name="intake")

    async def submit(self, submission: Submission) -> Submission:
        """Returns once `submission` is committed, its results filled in.

        Raises Overloaded, or the database's own error when it is away.
        """
        if self._closing or len(self._waiting) >= MAX_WAITING:
            raise Overloaded("too much is waiting to be stored")
        waiting = _Waiting(submission, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._arrived.set()
        return await waiting.done

    async def aclose(self) -> None:
        self._closing = True
        self._arrived.set()
        if self._task is not None:
            await self._task
        if self._connection is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown()

    async def _loop(self) -> None:
        while self._waiting or not self._closing:
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            batch = [self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))]
            await self._write(batch)

    async def _write(self, batch: list[_Waiting]) -> None:
        try:
            directory = await self._directory.get()
            await self._run([waiting.submission for waiting in batch], directory)
        except Exception as error:
            for waiting in batch:
                waiting.submission.results.clear()
            if isinstance(error, TRANSIENT) and not isinstance(error, sqlite3.IntegrityError):
                log.warning("intake.database_unavailable", error=str(error), batch=len(batch))
                _fail(batch, error)
            elif len(batch) > 1:
                for waiting in batch:
                    await self._write([waiting])
            else:
                await self._keep_unreadable(batch[0], error)
        else:
            for waiting in batch:
                _answer(waiting)
            if any(waiting.submission.results for waiting in batch):
                self._database.on_commit()

    async def _keep_unreadable(self, waiting: _Waiting, error: Exception) -> None:
        """What cannot be stored as messages is stored as it came, for a person to look at."""
        log.error("intake.unreadable", account=waiting.submission.account_id, error=str(error))
        kept = replace(
            waiting.submission, messages=(), error=f"{type(error).__name__}: {error}"[:500]
        )
        try:
            await self._run([kept], await self._directory.get())
        except Exception as second:
            _fail([waiting], second)
        else:
            waiting.submission.error = kept.error
            _answer(waiting)

    async def _run_on_sqlite(self, batch: list[Submission], directory: Directory) -> None:
        loop = asyncio.get_running_loop()
        async with self._database.write_lock:
            await loop.run_in_executor(self._thread, self._transact, batch, directory)

    def _transact(self, batch: list[Submission], directory: Directory) -> None:
        if self._connection is None:
            self._connection = sqlite.connect(self._database.path)
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            gateway = sqlite.SqliteGateway(connection)
            sqlite.drive(run_batch(gateway, batch, directory, self._now(), self._reopen))
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    async def _run_on_postgresql(self, batch: list[Submission], directory: Directory) -> None:
        async with self._database.engine.begin() as connection:
            # A statement through SQLAlchemy first: until then there is no transaction.
            await connection.execute(select(1))
            raw = await connection.get_raw_connection()
            gateway = PostgresqlGateway(raw.driver_connection)
            await gateway.lock()
            await run_batch(gateway, batch, directory, self._now(), self._reopen)


def _answer(waiting: _Waiting) -> None:
    if not waiting.done.done():
        waiting.done.set_result(waiting.submission)


def _fail(batch: list[_Waiting], error: Exception) -> None:
    for waiting in batch:
        if not waiting.done.done():
            waiting.done.set_exception(error)
