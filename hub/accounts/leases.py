"""Named leases: what only one of several processes may do at a time.

A lease is a row of `counters` whose value is the instant it ends, taken and given back by
single statements; one that a killed process held ends by itself.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.accounts.models import Account
from hub.db.base import to_micros
from hub.db.database import Database
from hub.events.models import Counter
from hub.jobs.lease import LEASE
from hub.now import Now


async def claim(database: Database, name: str, now: datetime, until: datetime) -> bool:
    """Take the lease `name` (at most 20 characters); False while somebody has it."""
    insert = (sqlite if database.is_sqlite else postgresql).insert(Counter)
    async with database.write() as session:
        taken = await session.scalar(
            insert.values(name=name, value=to_micros(until))
            .on_conflict_do_update(
                index_elements=["name"],
                set_={"value": to_micros(until)},
                where=Counter.value <= to_micros(now),
            )
            .returning(Counter.name)
        )
    return taken is not None


async def free(database: Database, name: str) -> None:
    """Give a lease back before it ends."""
    async with database.write() as session:
        await session.execute(delete(Counter).where(Counter.name == name))


class LeaseLost(Exception):
    """It ran out, or an administrator wants the account to be polled anew."""


class PollLease:
    """The right to poll one account: `accounts.poll_due_at`, moved ahead while it is used.

    Until then nobody else finds the account due; when the holder dies, it is due again.
    """

    def __init__(self, database: Database, account_id: int, until: datetime, now: Now) -> None:
        self._database = database
        self._account_id = account_id
        self._until = until
        self._now = now
        self.lost = False

    @classmethod
    async def claim(cls, database: Database, account_id: int, now: Now) -> PollLease | None:
        """None where somebody polls it already, or it is not due, or it is off."""
        at = now()
        until = at + LEASE
        async with database.write() as session:
            taken = await session.scalar(
                update(Account)
                .where(
                    Account.id == account_id,
                    Account.enabled,
                    ~Account.stopped,
                    Account.poll_due_at.is_(None) | (Account.poll_due_at <= at),
                )
                .values(poll_due_at=until)
                .returning(Account.id)
                .execution_options(synchronize_session=False)
            )
        return None if taken is None else cls(database, account_id, until, now)

    def check(self) -> None:
        """Raises LeaseLost."""
        if self.lost:
            raise LeaseLost(f"account {self._account_id} is somebody else's to poll")

    async def renew(self) -> None:
        """Move its end ahead; notes where it is not ours any more."""
        await self._move(self._now() + LEASE)

    async def end(self, due: datetime) -> None:
        """The poll is over: the next is `due` then, whoever makes it."""
        await self._move(due)

    async def _move(self, until: datetime) -> None:
        async with self._database.write() as session:
            moved = await session.scalar(
                update(Account)
                .where(Account.id == self._account_id, Account.poll_due_at == self._until)
                .values(poll_due_at=until)
                .returning(Account.id)
                .execution_options(synchronize_session=False)
            )
        if moved is None:
            self.lost = True
        else:
            self._until = until
