"""The group-committing writer: many senders, one transaction at a time.

A sender waits until its batch is committed. While one batch is being written the next one
gathers, so that the batch size follows the load by itself. A batch that fails is tried again
one by one, body by body and then message by message, and what still fails alone is committed
as unreadable: the rest goes through.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

import asyncpg
import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from hub.db.away import AWAY
from hub.db.database import Database
from hub.directory import Directory, DirectoryCache
from hub.intake import sqlite
from hub.intake.batch import Submission
from hub.intake.postgresql import INTAKE_LOCK, PostgresqlGateway
from hub.intake.store import run_batch
from hub.now import Now
from hub.ports import Accepted
from hub.secrets import Seal

MAX_BATCH = 200
MAX_WAITING = 10_000

log = structlog.get_logger(__name__)

_TRANSIENT = (*AWAY, OSError, DBAPIError)
_COLLISIONS = (asyncpg.UniqueViolationError, sqlite3.IntegrityError)


class Overloaded(Exception):
    """More is waiting to be stored than memory should hold: the sender tries again."""


@dataclass(slots=True)
class _Waiting:
    submission: Submission
    done: asyncio.Future[Submission]


def _is_transient(error: Exception) -> bool:
    """Whether it says nothing about what was to be stored: the same may succeed later."""
    # A value the driver cannot encode is an InterfaceError and a ValueError.
    return isinstance(error, _TRANSIENT) and not isinstance(error, ValueError)


class IntakeWriter:
    """One per process. `start` before `submit`; `aclose` stores what is still waiting."""

    def __init__(
        self,
        database: Database,
        directory: DirectoryCache,
        now: Now,
        reopen: timedelta,
        seal: Seal,
        keep_unreadable: timedelta,
    ) -> None:
        self._database = database
        self._directory = directory
        self._now = now
        self._reopen = reopen
        self._seal = seal
        self._keep_unreadable = keep_unreadable
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

    async def _write(self, batch: list[_Waiting], *, again: bool = False) -> None:
        try:
            await self._commit([waiting.submission for waiting in batch])
        except Exception as error:
            if _is_transient(error):
                log.warning("intake.database_unavailable", error=str(error), batch=len(batch))
                _fail(batch, error)
            elif len(batch) > 1:
                for waiting in batch:
                    await self._write([waiting])
            elif isinstance(error, _COLLISIONS) and not again:
                # Somebody else wrote the same contact or conversation meanwhile: it is known now.
                await self._write(batch, again=True)
            else:
                await self._write_apart(batch[0], error)
        else:
            for waiting in batch:
                _answer(waiting)

    async def _write_apart(self, waiting: _Waiting, error: Exception) -> None:
        """A body that cannot be stored whole is stored message by message, its cursor last."""
        submission = waiting.submission
        try:
            if len(submission.items) < 2:
                await self._keep(submission, error)
                submission.error = str(error)
            else:
                results = []
                for item in submission.items:
                    one = replace(submission, raw=None, items=(item,), cursor=None)
                    results += await self._store_or_keep(one)
                await self._commit([replace(submission, items=())])
                submission.results = results
        except Exception as second:
            submission.results = []
            _fail([waiting], second)
        else:
            _answer(waiting)

    async def _store_or_keep(self, submission: Submission) -> list[Accepted]:
        try:
            try:
                await self._commit([submission])
            except _COLLISIONS:
                await self._commit([submission])
        except Exception as error:
            if _is_transient(error):
                raise
            await self._keep(submission, error)
            return []
        return submission.results

    async def _keep(self, submission: Submission, error: Exception) -> None:
        """What cannot be stored as it should be is kept sealed, for a person to look at."""
        log.error("intake.unreadable", account=submission.account_id, error=str(error))
        raw = submission.raw
        if raw is None or submission.cursor is not None:  # a poll's raw body holds ids only
            raw = json.dumps([asdict(item) for item in submission.items], default=str).encode()
        await self._commit(
            [
                replace(
                    submission,
                    raw=self._seal.seal(raw),
                    expires_at=submission.received_at + self._keep_unreadable,
                    items=(),
                    error=f"{type(error).__name__}: {error}"[:500],
                )
            ]
        )

    async def _commit(self, batch: list[Submission]) -> None:
        for submission in batch:
            submission.results = []
        directory = await self._directory.get()
        if any(submission.account_id not in directory.accounts for submission in batch):
            self._directory.forget()  # an account that was added a moment ago
            directory = await self._directory.get()
        await self._run(batch, directory)
        if any(submission.results for submission in batch):
            self._database.on_commit()

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
            sqlite.drive(
                run_batch(gateway, batch, directory, self._now(), self._reopen, self._seal.seal)
            )
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    async def _run_on_postgresql(self, batch: list[Submission], directory: Directory) -> None:
        async with self._database.engine.begin() as connection:
            # Through SQLAlchemy, since it begins the transaction with its first statement.
            await connection.execute(select(func.pg_advisory_xact_lock(INTAKE_LOCK)))
            raw = await connection.get_raw_connection()
            gateway = PostgresqlGateway(raw.driver_connection)
            await run_batch(gateway, batch, directory, self._now(), self._reopen, self._seal.seal)


def _answer(waiting: _Waiting) -> None:
    if not waiting.done.done():
        waiting.done.set_result(waiting.submission)


def _fail(batch: list[_Waiting], error: Exception) -> None:
    for waiting in batch:
        if not waiting.done.done():
            waiting.done.set_exception(error)
