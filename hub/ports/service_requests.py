"""What an Open311 client may read back of the requests it filed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.ports.messages import Location


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """A ticket that came in through Open311, in that standard's terms."""

    id: str
    """The ticket's number."""
    open: bool
    status_notes: str | None
    """The newest public answer, or why it was closed."""
    service_code: str
    description: str
    requested_at: datetime
    updated_at: datetime
    expected_at: datetime | None
    """When the resolution clock is due."""
    agency: str
    """Name of the unit that has it."""
    location: Location | None
    media_url: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceRequestFilter:
    """`ids` overrides all else. Bounds are inclusive; newest request first."""

    ids: tuple[str, ...] = ()
    service_codes: tuple[str, ...] = ()
    requested_from: datetime | None = None
    requested_to: datetime | None = None
    updated_from: datetime | None = None
    updated_to: datetime | None = None
    open: bool | None = None
    limit: int = 1000
    offset: int = 0


class ServiceRequests(Protocol):
    async def find(
        self, account_id: int, wanted: ServiceRequestFilter
    ) -> Sequence[ServiceRequest]: ...
