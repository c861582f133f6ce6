"""Access that ends is renewed before it does: by one worker, and stored before it is used.

A platform takes a refresh token once. So only the holder of a lease asks, and what it gets is
sealed and committed before any connector works with it.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy import or_, select, update

from hub.accounts.connectors import AccountBroken, ConnectorPool
from hub.accounts.health import resume_account, set_notice
from hub.accounts.leases import claim, free
from hub.accounts.models import Account
from hub.db.base import to_micros
from hub.db.database import Database
from hub.events.models import Counter
from hub.events.record import PendingEvent, record
from hub.now import Now
from hub.ports import (
    ConnectorError,
    RenewedAccess,
    RenewsAccess,
    TemporarilyUnavailable,
)
from hub.secrets import Seal

BEFORE = timedelta(minutes=10)
"""Renewed when this is left, or a tenth of its life where that is known and more."""
_ASKING = timedelta(minutes=1)
_STORING = 12
"""Times that new access is tried to be stored: about a minute."""
_PATIENCE = 45.0
"""Seconds the platform has to answer: less than the lease."""
_AGAIN_AFTER_REFUSAL = timedelta(minutes=10)
_NOTICE = "access could not be renewed"
_LOOK = 0.5

log = structlog.get_logger(__name__)


class AccessRenewal:
    def __init__(self, database: Database, connectors: ConnectorPool, seal: Seal, now: Now) -> None:
        self._database = database
        self._connectors = connectors
        self._seal = seal
        self._now = now

    async def run(self) -> None:
        """Renew what ends soon, and what a refused sign-in has stopped."""
        async with self._database.read() as session:
            accounts = await session.scalars(
                select(Account).where(
                    Account.enabled, or_(Account.stopped, Account.access_expires_at.is_not(None))
                )
            )
        for account in accounts:
            try:
                connector = self._connectors.of(account)
            except AccountBroken:
                continue
            if not isinstance(connector, RenewsAccess):
                continue
            if account.stopped:
                if await self.recover(account.id, connector):
                    await resume_account(self._database, account.id, self._now())
                    self._connectors.forget()
            elif await self._ends_soon(account):
                await self._renew_in_time(account)

    async def recover(self, account_id: int, refused: object) -> bool:
        """The platform refused the connector `refused`: whether there is other access now.

        Renews it unless that was done in the last minutes, in which case it did not help.
        """
        if not isinstance(refused, RenewsAccess):
            return False
        for _ in range(int(_PATIENCE / _LOOK)):
            if await self._connector(account_id) is not refused:
                return True  # somebody has renewed it
            now = self._now()
            if await claim(self._database, f"renew:{account_id}", now, now + _ASKING):
                break
            await asyncio.sleep(_LOOK)
        else:
            return False
        try:
            account = await self._account(account_id)
            current: object = self._connectors.of(account)
            if current is not refused:
                return True
            once = f"renewed:{account_id}"
            if not await claim(self._database, once, now, now + _AGAIN_AFTER_REFUSAL):
                return False
            return await self._renew(account, refused)
        except (ConnectorError, TimeoutError) as error:
            log.error("account.not_renewed", account=account_id, error=str(error))
            return False
        except Exception:  # the account stops, as it would without renewal
            log.exception("account.not_renewed", account=account_id)
            return False
        finally:
            await free(self._database, f"renew:{account_id}")

    async def _renew_in_time(self, account: Account) -> None:
        now = self._now()
        name = f"renew:{account.id}"
        if not await claim(self._database, name, now, now + _ASKING):
            return  # another worker does, or did without success a moment ago
        account = await self._account(account.id)
        connector = self._connectors.of(account)
        if not await self._ends_soon(account) or not isinstance(connector, RenewsAccess):
            await free(self._database, name)
            return
        try:
            if await self._renew(account, connector):
                await free(self._database, name)
        except (ConnectorError, TimeoutError) as error:  # the lease runs out: the pause
            log.warning("account.not_renewed", account=account.id, error=str(error))
            assert account.access_expires_at is not None
            left = account.access_expires_at - now
            passing = isinstance(error, TemporarilyUnavailable | TimeoutError)
            if not (passing and left > BEFORE / 2):
                words = str(error) or "the platform did not answer"
                notice = f"{_NOTICE}, it ends at {account.access_expires_at:%Y-%m-%d %H:%M} UTC"
                if account.notice is None or account.notice.startswith(_NOTICE):
                    await set_notice(self._database, account.id, f"{notice}: {words}"[:500], now)

    async def _renew(self, account: Account, connector: RenewsAccess) -> bool:
        """Ask, seal, commit. Raises ConnectorError or TimeoutError."""
        async with self._connectors.using(connector), asyncio.timeout(_PATIENCE):
            renewed = await connector.renew()
        if renewed is None:
            return False
        await self._keep(account, renewed)
        self._connectors.forget()
        log.info("account.renewed", account=account.id, expires_at=renewed.expires_at)
        return True

    async def _keep(self, account: Account, renewed: RenewedAccess) -> None:
        """Store it, also where the database is away for a moment: the old is used up, and nobody
        gives it out twice."""
        for attempt in range(1, _STORING + 1):
            try:
                await self._store(account, renewed)
            except Exception:
                if attempt == _STORING:
                    raise
                log.warning("account.renewal_not_stored", account=account.id, attempt=attempt)
                await asyncio.sleep(min(attempt, 10))
            else:
                return

    async def _store(self, account: Account, renewed: RenewedAccess) -> None:
        now = self._now()
        secrets = {**self._seal.open_secrets(account.secrets), **renewed.secrets}
        ours = account.notice is not None and account.notice.startswith(_NOTICE)
        async with self._database.write() as session:
            stored = await session.scalar(
                update(Account)
                # An administrator may have authorised it anew meanwhile: theirs stays.
                .where(Account.id == account.id, Account.secrets == account.secrets)
                .values(
                    secrets=self._seal.seal_secrets(secrets),
                    access_expires_at=renewed.expires_at,
                    notice=None if ours else account.notice,
                )
                .returning(Account.id)
                .execution_options(synchronize_session=False)
            )
            if stored is not None:
                if renewed.expires_at is not None:
                    life = Counter(
                        name=_life(account.id), value=to_micros(renewed.expires_at) - to_micros(now)
                    )
                    await session.merge(life)
                record(session, PendingEvent("config.changed", now, {"account_id": account.id}))

    async def _ends_soon(self, account: Account) -> bool:
        if account.access_expires_at is None:
            return False
        left = account.access_expires_at - self._now()
        if left <= BEFORE:
            return True
        async with self._database.read() as session:
            life = await session.get(Counter, _life(account.id))
        return life is not None and left <= timedelta(microseconds=life.value) / 10

    async def _account(self, account_id: int) -> Account:
        async with self._database.read() as session:
            return await session.get_one(Account, account_id)

    async def _connector(self, account_id: int) -> object:
        return self._connectors.of(await self._account(account_id))


def _life(account_id: int) -> str:
    """The counter that keeps how long the account's access lasts when it is new."""
    return f"life:{account_id}"
