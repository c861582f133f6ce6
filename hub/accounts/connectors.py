"""The connectors of this process: one an account, made when first needed."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from hub.accounts.models import Account
from hub.db.database import Database
from hub.ports import Account as PortAccount
from hub.ports import AuthFailed, ChannelKind, Connector
from hub.secrets import Seal

ConnectorFactory = Callable[[PortAccount], Connector]


class AccountStopped(AuthFailed):
    """Nothing is sent there: the platform has refused us before, or it is switched off."""


class ConnectorPool:
    """Made with the registry's factory, so that the core knows no platform."""

    def __init__(self, database: Database, seal: Seal, factory: ConnectorFactory) -> None:
        self._database = database
        self._seal = seal
        self._factory = factory
        self._connectors: dict[int, Connector] = {}

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
        """The account's connector, also while the account is stopped: it still receives."""
        known = self._connectors.get(account_id)
        if known is not None:
            return known
        async with self._database.read() as session:
            return self.of(await session.get_one(Account, account_id))

    def of(self, account: Account) -> Connector:
        connector = self._connectors.get(account.id)
        if connector is None:
            connector = self._factory(self.port_account(account))
            self._connectors[account.id] = connector
        return connector

    def port_account(self, account: Account) -> PortAccount:
        return PortAccount(
            id=account.id,
            kind=ChannelKind(account.kind),
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
        """Every account that is on, with its connector."""
        async with self._database.read() as session:
            accounts = await session.scalars(
                select(Account).where(Account.enabled, ~Account.stopped).order_by(Account.id)
            )
            return [(account, self.of(account)) for account in accounts]

    async def stopped(self) -> list[Account]:
        """Accounts whose platform refused our credentials."""
        async with self._database.read() as session:
            found = await session.scalars(select(Account).where(Account.enabled, Account.stopped))
            return list(found)

    async def aclose(self) -> None:
        for connector in self._connectors.values():
            await connector.aclose()
        self._connectors.clear()
