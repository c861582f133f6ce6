"""The connectors of this process: one an account, made when first needed, made anew when the
account has changed."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy import select

from hub.accounts.models import Account
from hub.db.database import Database
from hub.ports import Account as PortAccount
from hub.ports import AuthFailed, Connector
from hub.secrets import Seal

ConnectorFactory = Callable[[PortAccount], Connector]

_GRACE = 120.0
"""Seconds a replaced connector stays open for those who got it before and did not say how long
they need it."""
_LOOK_AGAIN = 5.0

log = structlog.get_logger(__name__)


class AccountStopped(AuthFailed):
    """Nothing is sent there: the platform has refused us before, or it is switched off."""


class AccountBroken(AccountStopped):
    """No connector can be made for it: a package is not installed, or a setting is wrong."""


@dataclass(frozen=True, slots=True)
class _Held:
    connector: Connector
    fingerprint: tuple[object, ...]


class ConnectorPool:
    """Made with the registry's factory, so that the core knows no platform."""

    def __init__(self, database: Database, seal: Seal, factory: ConnectorFactory) -> None:
        self._database = database
        self._seal = seal
        self._factory = factory
        self._held: dict[int, _Held] = {}
        self._fresh: set[int] = set()
        """Accounts whose row was read since anything changed."""
        self._changes = 0
        self._users: Counter[int] = Counter()
        """By `id` of a connector: how many are in the middle of using it."""
        self._retired: dict[asyncio.Task[None], Connector] = {}

    def forget(self) -> None:
        """Some account may have changed: whoever asks next has its row read and compared."""
        self._changes += 1
        self._fresh.clear()

    async def get(self, account_id: int) -> Connector:
        """The account's connector. Raises AccountStopped."""
        async with self._database.read() as session:
            account = await session.get_one(Account, account_id)
        if not account.enabled:
            raise AccountStopped("the account is switched off")
        if account.stopped:
            raise AccountStopped(f"the platform refused our sign-in: {account.last_error}")
        return self.of(account)

    async def of_account(self, account_id: int) -> Connector:
        """The account's connector, also while the account is stopped: it still receives.

        Raises AccountBroken.
        """
        known = self._held.get(account_id)
        if known is not None and account_id in self._fresh:
            return known.connector
        changes = self._changes
        async with self._database.read() as session:
            connector = self.of(await session.get_one(Account, account_id))
        if changes == self._changes:
            self._fresh.add(account_id)
        return connector

    def of(self, account: Account) -> Connector:
        """The connector for that row: the one there is, if it was made of the same.

        Raises AccountBroken.
        """
        fingerprint = (
            account.kind,
            account.name,
            account.external_id,
            account.secrets,
            account.base_url,
            account.unit,
        )
        held = self._held.get(account.id)
        if held is not None and held.fingerprint == fingerprint:
            return held.connector
        connector = self.build(self.port_account(account))
        self._held[account.id] = _Held(connector, fingerprint)
        if held is not None and held.connector is not connector:
            self._retire(held.connector)
        return connector

    def build(self, account: PortAccount) -> Connector:
        """A connector of the caller's own, to try something with and to close.

        Raises AccountBroken.
        """
        try:
            return self._factory(account)
        except Exception as error:  # somebody else's package may raise anything
            log.error("account.broken", account=account.id, kind=account.kind, error=str(error))
            raise AccountBroken(f"no connector for {account.kind!r}: {error}") from error

    @asynccontextmanager
    async def using(self, connector: object) -> AsyncIterator[None]:
        """Inside, `connector` is not closed even if the account has changed meanwhile."""
        self._users[id(connector)] += 1
        try:
            yield
        finally:
            self._users[id(connector)] -= 1
            if not self._users[id(connector)]:
                del self._users[id(connector)]

    def port_account(self, account: Account) -> PortAccount:
        return PortAccount(
            id=account.id,
            kind=account.kind,
            name=account.name,
            external_id=account.external_id,
            secrets=self._seal.open_secrets(account.secrets),
            base_url=account.base_url,
            unit=account.unit,
        )

    async def port_account_of(self, account_id: int) -> PortAccount:
        async with self._database.read() as session:
            return self.port_account(await session.get_one(Account, account_id))

    async def enabled(self) -> list[tuple[Account, Connector]]:
        """Every account that is on and works, with its connector."""
        async with self._database.read() as session:
            accounts = await session.scalars(
                select(Account).where(Account.enabled, ~Account.stopped).order_by(Account.id)
            )
            found = []
            for account in accounts:
                with contextlib.suppress(AccountBroken):
                    found.append((account, self.of(account)))
            return found

    async def aclose(self) -> None:
        for task in self._retired:
            task.cancel()
        retired = list(self._retired.values())
        self._retired.clear()
        for connector in (*retired, *(held.connector for held in self._held.values())):
            await _close(connector)
        self._held.clear()

    def _retire(self, connector: Connector) -> None:
        """Close it when nobody uses it any more."""

        async def later() -> None:
            await asyncio.sleep(_GRACE)
            while self._users[id(connector)]:  # noqa: ASYNC110 - seconds do not matter here
                await asyncio.sleep(_LOOK_AGAIN)
            self._retired.pop(task, None)
            await _close(connector)

        task = asyncio.create_task(later(), name="close-connector")
        self._retired[task] = connector


async def _close(connector: Connector) -> None:
    try:
        await connector.aclose()
    except Exception as error:  # it is gone either way
        log.warning("connector.not_closed", error=str(error))
