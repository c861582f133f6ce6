"""What an Open311 client may read back of the requests it filed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
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
    """The first picture, where the reporter said it lies."""
    conversation: str = ""
    """Where a comment on it belongs."""
    address_id: str | None = None
    zipcode: str | None = None
    status: str = "open"
    """The ticket's own status, richer than open or closed."""
    joined_with: str | None = None
    """The request it was joined with: `open`, `updated_at` and the answers are that one's."""
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Answers to questions of its service, as they were given."""


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


@dataclass(frozen=True, slots=True)
class ServiceRequestUpdate:
    """What became of a request: a public answer, a comment that was posted, its closing."""

    id: str
    request_id: str
    open: bool
    """Whether the request was open after it."""
    description: str
    at: datetime
    media_url: str | None = None
    external_id: str | None = None
    """Of a comment that was posted: the `InboundMessage.external_id` it came with."""


@dataclass(frozen=True, slots=True)
class UpdateFilter:
    """Bounds are inclusive; the oldest update first."""

    request_ids: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 1000
    offset: int = 0


@dataclass(frozen=True, slots=True)
class FiledMessage:
    """A message that was filed, found by its external id."""

    external_id: str
    message_id: int
    ticket_id: int
    at: datetime
    """`InboundMessage.sent_at`."""


class ServiceRequests(Protocol):
    async def find(
        self, account_id: int, wanted: ServiceRequestFilter
    ) -> Sequence[ServiceRequest]: ...

    async def updates(
        self, account_id: int, wanted: UpdateFilter
    ) -> Sequence[ServiceRequestUpdate]: ...

    async def filed(
        self, account_id: int, external_ids: Collection[str]
    ) -> Sequence[FiledMessage]: ...
