"""The hub's side of the ports, in memory: an inbox that opens tickets, and reading them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hub.ports import (
    Accepted,
    Account,
    ChannelKind,
    InboundMessage,
    ReceivedBody,
    ServiceRequest,
    ServiceRequestFilter,
)

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
API_KEY = "a-key-for-tests"


def account(base_url: str | None = None, **secrets: str) -> Account:
    return Account(
        id=7,
        kind=ChannelKind.OPEN311,
        name="DigiTally",
        external_id="digitally",
        secrets={"api_key": API_KEY, **secrets},
        base_url=base_url,
    )


@dataclass
class Hub:
    """Inbox and ServiceRequests over one list."""

    received: list[ReceivedBody] = field(default_factory=list)
    requests: list[ServiceRequest] = field(default_factory=list)
    asked: list[ServiceRequestFilter] = field(default_factory=list)

    @property
    def messages(self) -> list[InboundMessage]:
        return [
            item
            for body in self.received
            for item in body.items
            if isinstance(item, InboundMessage)
        ]

    async def receive(self, received: ReceivedBody) -> tuple[Accepted, ...]:
        self.received.append(received)
        accepted = []
        for item in received.items:
            assert isinstance(item, InboundMessage)
            number = len(self.requests) + 1
            self.requests.append(
                ServiceRequest(
                    id=str(number),
                    open=True,
                    status_notes=None,
                    service_code=str(item.context["service_code"]),
                    description=item.body,
                    requested_at=item.sent_at,
                    updated_at=item.sent_at,
                    expected_at=item.sent_at + timedelta(days=2),
                    agency="Call Center",
                    location=item.location,
                    media_url=item.attachments[0].url if item.attachments else None,
                )
            )
            accepted.append(Accepted(message_id=number, ticket_id=number, duplicate=False))
        return tuple(accepted)

    async def find(self, account_id: int, wanted: ServiceRequestFilter) -> Sequence[ServiceRequest]:
        self.asked.append(wanted)

        def fits(one: ServiceRequest) -> bool:
            if wanted.ids:
                return one.id in wanted.ids
            return (
                (not wanted.service_codes or one.service_code in wanted.service_codes)
                and (wanted.open is None or one.open == wanted.open)
                and (wanted.requested_from is None or one.requested_at >= wanted.requested_from)
                and (wanted.requested_to is None or one.requested_at <= wanted.requested_to)
                and (wanted.updated_from is None or one.updated_at >= wanted.updated_from)
                and (wanted.updated_to is None or one.updated_at <= wanted.updated_to)
            )

        found = sorted(
            (one for one in self.requests if fits(one)),
            key=lambda one: (one.requested_at, int(one.id)),
            reverse=True,
        )
        return found[wanted.offset : wanted.offset + wanted.limit]
