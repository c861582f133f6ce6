"""Looking for messages that their authors deleted, where the platform does not tell.

One job an account, which promises itself anew: one worker looks, every quarter of an hour.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.accounts.connectors import ConnectorPool
from hub.db.database import Database
from hub.jobs.models import Job
from hub.jobs.promise import promise
from hub.now import Now
from hub.ports import ConnectorError, FindsDeleted, Inbox, MessageDeleted, ReceivedBody, Visibility
from hub.tickets.models import Direction, Message, Status, Ticket

KIND = "find-deleted"
EVERY = timedelta(minutes=15)
MOST = 100
"""Messages a look: those of open tickets, newest first."""


class Deletions:
    """Handles `find-deleted` jobs."""

    def __init__(
        self, database: Database, connectors: ConnectorPool, inbox: Inbox, now: Now
    ) -> None:
        self._database = database
        self._connectors = connectors
        self._inbox = inbox
        self._now = now

    async def ensure(self) -> None:
        """Every account whose connector can be asked has its job."""
        for account, connector in await self._connectors.enabled():
            if not isinstance(connector, FindsDeleted):
                continue
            waiting = exists().where(Job.lane == _lane(account.id), Job.done_at.is_(None))
            async with self._database.write() as session:
                if not await session.scalar(select(waiting)):
                    self._promise(session, account.id)

    def _promise(self, session: AsyncSession, account_id: int) -> None:
        later = self._now() + EVERY
        promise(session, KIND, {"account_id": account_id}, _lane(account_id), later)

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        account_id = payload["account_id"]
        # The account's own health tells of errors; the next look comes all the same.
        with contextlib.suppress(ConnectorError):
            await self._look(account_id)
        await self._again(account_id)

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        await self._again(payload["account_id"])

    async def _again(self, account_id: int) -> None:
        async with self._database.write() as session:
            waiting = select(func.count()).where(
                Job.lane == _lane(account_id), Job.done_at.is_(None)
            )
            # Besides this job there may be the next one, of an attempt that died after this.
            if (await session.scalar(waiting) or 0) < 2:
                self._promise(session, account_id)

    async def _look(self, account_id: int) -> None:
        connector = await self._connectors.get(account_id)
        if not isinstance(connector, FindsDeleted):
            return
        async with self._database.read() as session:
            found = await session.scalars(
                select(Message.external_id)
                .join(Ticket, Ticket.id == Message.ticket_id)
                .where(
                    Message.account_id == account_id,
                    Message.direction == Direction.INBOUND.value,
                    Message.visibility == Visibility.PUBLIC.value,
                    Message.deleted_at.is_(None),
                    Ticket.status != Status.RESOLVED.value,
                )
                .order_by(Message.id.desc())
                .limit(MOST)
            )
            asked = [name for name in found if name]
        if not asked:
            return
        async with self._connectors.using(connector):
            gone = await connector.deleted(asked)
        now = self._now()
        items = tuple(MessageDeleted(name, now) for name in sorted(gone))
        if items:
            await self._inbox.receive(ReceivedBody(account_id, items, keep_raw=False))


def _lane(account_id: int) -> str:
    return f"find-deleted:{account_id}"
