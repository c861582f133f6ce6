"""What else the hub may ask of a platform: protocols that a connector implements or not.

The core calls them in jobs, repeats them when they raise TemporarilyUnavailable and shows agents
why when they raise Rejected; so each must be safe to repeat. All raise like `Connector.send`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from hub.ports.connector import Reply
from hub.ports.messages import Author


@runtime_checkable
class HidesMessages(Protocol):
    async def hide(self, external_id: str, hidden: bool) -> None:
        """Hide a customer's public message from others, or show it again."""
        ...


@runtime_checkable
class ControlsThreads(Protocol):
    """A platform where several apps share a page's conversations."""

    async def take_control(self, conversation: str) -> None: ...

    async def pass_control(self, conversation: str) -> None:
        """Give the conversation to the platform's own inbox."""
        ...


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """How a ticket fares, for the system it came from."""

    key: str
    """Stable over retries of the same update, unique over updates."""
    conversation: str
    open: bool
    status: str
    """The ticket's own status, richer than open or closed."""
    notes: str | None
    at: datetime


@runtime_checkable
class TakesStatus(Protocol):
    async def push_status(self, update: StatusUpdate) -> None: ...


@runtime_checkable
class NamesPeople(Protocol):
    async def name(self, address: str) -> Author | None:
        """Who somebody is who wrote without a name; None where the platform does not tell."""
        ...


@runtime_checkable
class FindsDeleted(Protocol):
    """A platform that does not tell when somebody deletes what they wrote."""

    async def deleted(self, external_ids: Collection[str]) -> frozenset[str]:
        """Those of `external_ids` (at most 100) that are gone."""
        ...


@dataclass(frozen=True, slots=True)
class RateBudget:
    """What a platform's headers said is left of one of its limits."""

    name: str
    """The connector's own name for the limit: `posts`, `messages`, `mentions`."""
    limit: int | None
    remaining: int
    resets_at: datetime


@runtime_checkable
class Metered(Protocol):
    """A platform that says how much may still be asked of it."""

    def budget_of(self, reply: Reply) -> str | None:
        """The name of the budget that sending `reply` draws on."""
        ...

    def budgets(self) -> tuple[RateBudget, ...]:
        """The newest word on each budget since the last call; the hub shares it between
        workers and sends nothing on one that is used up before it resets."""
        ...


@dataclass(frozen=True, slots=True)
class RenewedAccess:
    """Secrets that replace those of the same names, and when they end."""

    secrets: Mapping[str, str] = field(repr=False)
    expires_at: datetime | None


@runtime_checkable
class RenewsAccess(Protocol):
    """Credentials that end and can be renewed without a person (OAuth 2.0 refresh tokens)."""

    async def renew(self) -> RenewedAccess | None:
        """New credentials, to be stored before the old are used again; None where the account
        has none that can be renewed."""
        ...
