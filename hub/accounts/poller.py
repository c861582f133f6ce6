"""Asking the platforms that are polled: each account on its own beat, the cursor kept with
what it brought."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import structlog

from hub.accounts.connectors import ConnectorPool
from hub.accounts.health import note_poll, resume_account, stop_account
from hub.accounts.models import Account
from hub.db.database import Database
from hub.directory import DirectoryCache
from hub.jobs.queue import backoff
from hub.now import Now
from hub.ports import (
    AuthFailed,
    ConnectorError,
    Inbox,
    Polls,
    ReceivedBody,
    TemporarilyUnavailable,
)

MAX_PAGES = 20
_WATCH_EVERY = 30.0
_LONGEST_PAUSE = 60.0
_TRY_STOPPED_EVERY = timedelta(minutes=10)

log = structlog.get_logger(__name__)


class Poller:
    """Runs one loop an account; new accounts are noticed."""

    def __init__(
        self,
        database: Database,
        directory: DirectoryCache,
        connectors: ConnectorPool,
        inbox: Inbox,
        now: Now,
    ) -> None:
        self._database = database
        self._directory = directory
        self._connectors = connectors
        self._inbox = inbox
        self._now = now

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as loops:
            running: dict[int, asyncio.Task[None]] = {}
            while True:
                for account, connector in await self._connectors.enabled():
                    task = running.get(account.id)
                    if isinstance(connector, Polls) and (task is None or task.done()):
                        name = f"poll-{account.kind}-{account.slug}"
                        running[account.id] = loops.create_task(
                            self._poll_forever(account.id, connector), name=name
                        )
                await asyncio.sleep(_WATCH_EVERY)
                await self._try_stopped()

    async def _try_stopped(self) -> None:
        """A platform may have refused us by mistake: ask stopped accounts now and then."""
        now = self._now()
        for account in await self._connectors.stopped():
            if account.last_error_at is None or now - account.last_error_at < _TRY_STOPPED_EVERY:
                continue
            try:
                await self._connectors.of(account).check()
            except ConnectorError as error:
                await stop_account(self._database, account.id, str(error), now)
            else:
                await resume_account(self._database, account.id, now)
                self._directory.forget()

    async def _poll_forever(self, account_id: int, connector: Polls) -> None:
        failures = 0
        while True:
            try:
                pause = await self.poll_once(account_id, connector)
                failures = 0
            except AuthFailed as error:
                await stop_account(self._database, account_id, str(error), self._now())
                self._directory.forget()
                return
            except Exception as error:  # whatever it was, the next beat tries again
                failures += 1
                pause = backoff(failures, base=1.0, cap=_LONGEST_PAUSE).total_seconds()
                if isinstance(error, TemporarilyUnavailable) and error.retry_after:
                    pause = error.retry_after
                expected = isinstance(error, ConnectorError)
                log.warning(
                    "poll.failed", account=account_id, error=str(error), exc_info=not expected
                )
                await note_poll(self._database, account_id, self._now(), str(error))
            await asyncio.sleep(pause)

    async def poll_once(self, account_id: int, connector: Polls) -> float:
        """Read until there is no more; gives the seconds to wait. Raises ConnectorError."""
        for _ in range(MAX_PAGES):
            async with self._database.read() as session:
                cursor = (await session.get_one(Account, account_id)).cursor
            batch = await connector.poll(cursor)
            if batch.items or batch.cursor != cursor:
                ids = [getattr(item, "external_id", None) for item in batch.items]
                raw = json.dumps({"polled": [name for name in ids if name]}).encode()
                await self._inbox.receive(
                    ReceivedBody(account_id, batch.items, raw, cursor=batch.cursor)
                )
            if not batch.more:
                break
        await note_poll(self._database, account_id, self._now(), None)
        return connector.poll_every
