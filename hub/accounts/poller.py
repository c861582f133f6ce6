"""Asking the platforms that are polled: each account on its own beat, by one worker at a time,
the cursor kept with what it brought."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Collection
from datetime import timedelta

import structlog
from sqlalchemy import select, update

from hub.accounts.budget import add_cost, note_connector
from hub.accounts.connectors import AccountBroken, ConnectorPool
from hub.accounts.health import note_poll, resume_account, stop_account
from hub.accounts.leases import LeaseLost, PollLease
from hub.accounts.models import Account
from hub.accounts.renewal import AccessRenewal
from hub.accounts.silence import POLLED, WebhookSilence
from hub.db.database import Database
from hub.directory import DirectoryCache
from hub.intake.models import RawBody
from hub.jobs.lease import holding
from hub.jobs.queue import backoff
from hub.now import Now
from hub.ports import (
    AuthFailed,
    ConnectorError,
    Inbox,
    PollBatch,
    Polls,
    ReceivedBody,
    ReceivesWebhooks,
    TemporarilyUnavailable,
    Unreadable,
)

MAX_PAGES = 20
"""Pages read in one go; where there are more, the next poll follows soon."""
_WATCH_EVERY = 1.0
_LONGEST_PAUSE = 60.0
_BETWEEN_PAGES = 2.0
_TRY_STOPPED_EVERY = timedelta(minutes=10)

log = structlog.get_logger(__name__)


class Poller:
    """Looks for accounts that are due; new ones are noticed. Any number may run."""

    def __init__(
        self,
        database: Database,
        directory: DirectoryCache,
        connectors: ConnectorPool,
        inbox: Inbox,
        now: Now,
        renewal: AccessRenewal | None = None,
    ) -> None:
        self._database = database
        self._directory = directory
        self._connectors = connectors
        self._inbox = inbox
        self._now = now
        self._renewal = renewal
        self._silence = WebhookSilence(database, now)
        self._failures: dict[int, int] = {}
        """By account: how often in a row it could not be read."""

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as polls:
            polls.create_task(self._watch_stopped(), name="poll-stopped")
            running: dict[int, asyncio.Task[None]] = {}
            while True:
                running = {number: task for number, task in running.items() if not task.done()}
                for account, connector in await self._due(running):
                    lease = await PollLease.claim(self._database, account.id, self._now)
                    if lease is not None:
                        running[account.id] = polls.create_task(
                            self._poll(account.id, connector, lease),
                            name=f"poll-{account.kind}-{account.slug}",
                        )
                await asyncio.sleep(_WATCH_EVERY)

    async def _due(self, running: Collection[int]) -> list[tuple[Account, Polls]]:
        async with self._database.read() as session:
            accounts = await session.scalars(
                select(Account).where(
                    Account.enabled,
                    ~Account.stopped,
                    Account.poll_due_at.is_(None) | (Account.poll_due_at <= self._now()),
                )
            )
        due: list[tuple[Account, Polls]] = []
        for account in accounts:
            try:
                connector = self._connectors.of(account)
            except AccountBroken:
                continue
            if account.id not in running and isinstance(connector, Polls):
                due.append((account, connector))
        return due

    async def _watch_stopped(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_EVERY)
            try:
                await self._try_stopped()
            except Exception as error:  # the database is away: the next look will do
                log.warning("poll.stopped_not_tried", error=str(error))

    async def _try_stopped(self) -> None:
        """A platform may have refused us by mistake: ask stopped accounts now and then."""
        now = self._now()
        async with self._database.read() as session:
            stopped = await session.scalars(
                select(Account).where(
                    Account.enabled,
                    Account.stopped,
                    Account.last_error_at <= now - _TRY_STOPPED_EVERY,
                )
            )
        for account in stopped:
            async with self._database.write() as session:
                mine = await session.scalar(  # one worker asks
                    update(Account)
                    .where(Account.id == account.id, Account.last_error_at == account.last_error_at)
                    .values(last_error_at=now)
                    .returning(Account.id)
                    .execution_options(synchronize_session=False)
                )
            if mine is None:
                continue
            try:
                await self._connectors.of(account).check()
            except AuthFailed as error:
                await stop_account(self._database, account.id, str(error), now)
            except ConnectorError as error:
                log.info("account.still_stopped", account=account.id, error=str(error))
            else:
                await resume_account(self._database, account.id, now)
                self._connectors.forget()
                self._directory.forget()

    async def _poll(self, account_id: int, connector: Polls, lease: PollLease) -> None:
        try:
            await self._poll_under(lease, account_id, connector)
        except Exception as error:  # the database is away: the lease runs out, then it is due
            log.warning("poll.not_recorded", account=account_id, error=str(error))

    async def _poll_under(self, lease: PollLease, account_id: int, connector: Polls) -> None:
        """One poll, and when the next one is due."""
        pause = _LONGEST_PAUSE
        try:
            async with self._connectors.using(connector), holding(lease.renew):
                pause = await self.poll_once(account_id, connector, lease)
            self._failures.pop(account_id, None)
        except LeaseLost:
            return
        except AuthFailed as error:
            renewal = self._renewal
            if renewal is not None and await renewal.recover(account_id, connector):
                pause = 0.0
            else:
                await stop_account(self._database, account_id, str(error), self._now())
                self._directory.forget()
        except Exception as error:  # whatever it was, the next beat tries again
            failures = self._failures[account_id] = self._failures.get(account_id, 0) + 1
            pause = backoff(failures, base=1.0, cap=_LONGEST_PAUSE).total_seconds()
            if isinstance(error, TemporarilyUnavailable) and error.retry_after:
                pause = error.retry_after
            expected = isinstance(error, ConnectorError)
            log.warning("poll.failed", account=account_id, error=str(error), exc_info=not expected)
            await note_poll(self._database, account_id, self._now(), str(error))
        await lease.end(self._now() + timedelta(seconds=pause))

    async def poll_once(
        self, account_id: int, connector: Polls, lease: PollLease | None = None
    ) -> float:
        """Read until there is no more; gives the seconds to wait. Raises ConnectorError, or
        LeaseLost where somebody else goes on."""
        more = False
        for _ in range(MAX_PAGES):
            if lease is not None:
                lease.check()
            async with self._database.read() as session:
                cursor = (await session.get_one(Account, account_id)).cursor
            try:
                batch = await connector.poll(cursor)
            finally:
                await note_connector(self._database, account_id, connector, self._now())
            await add_cost(self._database, account_id, batch.cost, self._now())
            await self._keep(account_id, batch, cursor, isinstance(connector, ReceivesWebhooks))
            more = batch.more
            if not more:
                break
        await note_poll(self._database, account_id, self._now(), None)
        return min(_BETWEEN_PAGES, connector.poll_every) if more else connector.poll_every

    async def _keep(
        self, account_id: int, batch: PollBatch, cursor: str | None, hooked: bool
    ) -> None:
        """What cannot be read is kept first: the cursor, once saved, leaves it behind."""
        for unreadable in batch.unreadable:
            await self._keep_unreadable(account_id, unreadable)
        if batch.items or batch.cursor != cursor:
            ids = [getattr(item, "external_id", None) for item in batch.items]
            raw = json.dumps({"polled": [name for name in ids if name]}).encode()
            accepted = await self._inbox.receive(
                ReceivedBody(account_id, batch.items, raw, POLLED, cursor=batch.cursor)
            )
            if hooked:
                await self._silence.note(account_id, batch.items, accepted)

    async def _keep_unreadable(self, account_id: int, unreadable: Unreadable) -> None:
        """Overlapping polls bring the same again and again: it is listed once."""
        digest = hashlib.sha256(unreadable.raw).hexdigest()[:16]
        error = f"{unreadable.error[:400]} (polled, {digest})"
        async with self._database.read() as session:
            known = await session.scalar(
                select(RawBody.id)
                .where(
                    RawBody.state.in_(("unreadable", "replayed", "dismissed")),
                    RawBody.account_id == account_id,
                    RawBody.error == error,
                )
                .limit(1)
            )
        if known is None:
            await self._inbox.receive(
                ReceivedBody(account_id, (), unreadable.raw, POLLED, error=error)
            )
