"""What changes seldom and is needed often: units, agents, accounts, policies and calendars.

A process keeps one immutable `Directory` and reads it anew when a `config.changed` event
comes by, or at the latest after `MAX_AGE`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from hub.accounts.models import Account
from hub.db.database import Database
from hub.now import Now
from hub.ports import Capabilities
from hub.sla.clockwork import Clockwork
from hub.sla.rules_document import load_clockwork
from hub.team.models import Agent, AgentUnit, Unit

MAX_AGE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class AccountEntry:
    id: int
    kind: str
    slug: str
    name: str
    external_id: str
    unit: str
    enabled: bool
    sandbox: bool
    stopped: bool
    last_error: str | None
    notice: str | None
    capabilities: Capabilities


@dataclass(frozen=True, slots=True)
class AgentEntry:
    id: int
    name: str
    email: str
    role: str
    presence: str
    capacity: int
    units: tuple[str, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitEntry:
    slug: str
    name: str
    auto_assign: bool


@dataclass(frozen=True, slots=True)
class Directory:
    units: Mapping[str, UnitEntry]
    accounts: Mapping[int, AccountEntry]
    agents: Mapping[int, AgentEntry]
    """Active agents only."""
    clockwork: Clockwork
    read_at: datetime

    def account(self, account_id: int) -> AccountEntry:
        return self.accounts[account_id]

    def account_of(self, kind: str, slug: str | None = None) -> AccountEntry | None:
        """The account of that kind and slug; without a slug the first of its kind."""
        found = [
            account
            for account in self.accounts.values()
            if account.kind == kind and account.enabled and slug in (None, account.slug)
        ]
        return min(found, key=lambda account: account.id, default=None)


class DirectoryCache:
    def __init__(
        self, database: Database, now: Now, capabilities: Callable[[str], Capabilities]
    ) -> None:
        """`capabilities` gives those of a kind of account."""
        self._database = database
        self._capabilities = capabilities
        self._now = now
        self._current: Directory | None = None
        self._changes = 0
        self._lock = asyncio.Lock()

    def forget(self) -> None:
        """Something changed: the next `get` reads."""
        self._current = None
        self._changes += 1

    async def get(self) -> Directory:
        current = self._current
        if current is not None and self._now() - current.read_at < MAX_AGE:
            return current
        async with self._lock:
            if self._current is not None and self._now() - self._current.read_at < MAX_AGE:
                return self._current
            changes = self._changes
            found = await self._read()
            # What was read while something changed serves this once, and is not kept.
            self._current = found if changes == self._changes else None
            return found

    def _capabilities_of(self, kind: str) -> Capabilities:
        try:
            return self._capabilities(kind)
        except LookupError:  # its connector is not installed any more
            return Capabilities(can_reply=False)

    async def _read(self) -> Directory:
        async with self._database.read() as session:
            units = await session.scalars(select(Unit).order_by(Unit.slug))
            accounts = await session.scalars(select(Account).order_by(Account.id))
            agents = await session.scalars(select(Agent).where(Agent.active).order_by(Agent.name))
            memberships: dict[int, list[str]] = {}
            for agent_id, unit in await session.execute(
                select(AgentUnit.agent_id, AgentUnit.unit).order_by(AgentUnit.unit)
            ):
                memberships.setdefault(agent_id, []).append(unit)
            return Directory(
                {unit.slug: UnitEntry(unit.slug, unit.name, unit.auto_assign) for unit in units},
                {
                    account.id: _account_entry(account, self._capabilities_of(account.kind))
                    for account in accounts
                },
                {
                    agent.id: agent_entry(agent, tuple(memberships.get(agent.id, ())))
                    for agent in agents
                },
                await load_clockwork(session),
                self._now(),
            )


def _account_entry(account: Account, capabilities: Capabilities) -> AccountEntry:
    return AccountEntry(
        account.id,
        account.kind,
        account.slug,
        account.name,
        account.external_id,
        account.unit,
        account.enabled,
        account.sandbox,
        account.stopped,
        account.last_error,
        account.notice,
        capabilities,
    )


def agent_entry(agent: Agent, units: tuple[str, ...]) -> AgentEntry:
    return AgentEntry(
        agent.id,
        agent.name,
        agent.email,
        agent.role,
        agent.presence,
        agent.capacity,
        units,
        tuple(agent.languages),
    )
