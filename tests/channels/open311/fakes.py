"""The hub's side of the ports, in memory: an inbox that opens tickets, and reading them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hub.ports import (
    Accepted,
    Account,
    ChannelKind,
    FiledMessage,
    InboundMessage,
    ReceivedBody,
    ServiceRequest,
    ServiceRequestFilter,
    ServiceRequestUpdate,
    UpdateFilter,
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
    """Inbox and ServiceRequests over lists."""

    received: list[ReceivedBody] = field(default_factory=list)
    requests: list[ServiceRequest] = field(default_factory=list)
    asked: list[ServiceRequestFilter] = field(default_factory=list)
    asked_updates: list[UpdateFilter] = field(default_factory=list)
    stored: list[FiledMessage] = field(default_factory=list)
    posted: list[ServiceRequestUpdate] = field(default_factory=list)

    @property
    def messages(self) -> list[InboundMessage]:
        return [
            item
            for body in self.received
            for item in body.items
            if isinstance(item, InboundMessage)
        ]

    async def receive(self, received: ReceivedBody) -> tuple[Accepted, ...]:
        await asyncio.sleep(0)  # as a database would, it lets others go on meanwhile
        self.received.append(received)
        return tuple(self._take(item) for item in received.items)

    def _take(self, item: object) -> Accepted:
        assert isinstance(item, InboundMessage)
        known = next((one for one in self.stored if one.external_id == item.external_id), None)
        if known is not None:
            return Accepted(known.message_id, known.ticket_id, duplicate=True)
        number = len(self.stored) + 1
        joined = next((one for one in self.requests if one.conversation == item.conversation), None)
        if joined is None:
            self.requests.append(_request(item, len(self.requests) + 1))
        else:
            self.posted.append(_update(item, number, joined.id))
        ticket = int(joined.id if joined is not None else self.requests[-1].id)
        self.stored.append(FiledMessage(item.external_id, number, ticket, item.sent_at))
        return Accepted(message_id=number, ticket_id=ticket, duplicate=False)

    async def filed(self, account_id: int, external_ids: Collection[str]) -> Sequence[FiledMessage]:
        found = [one for one in self.stored if one.external_id in external_ids]
        await asyncio.sleep(0)
        return found

    async def updates(
        self, account_id: int, wanted: UpdateFilter
    ) -> Sequence[ServiceRequestUpdate]:
        self.asked_updates.append(wanted)
        found = [
            one
            for one in self.posted
            if (not wanted.request_ids or one.request_id in wanted.request_ids)
            and (wanted.since is None or one.at >= wanted.since)
            and (wanted.until is None or one.at <= wanted.until)
        ]
        return found[wanted.offset : wanted.offset + wanted.limit]

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


def _request(item: InboundMessage, number: int) -> ServiceRequest:
    context = item.context
    return ServiceRequest(
        id=str(number),
        open=True,
        status_notes=None,
        service_code=str(context["service_code"]),
        description=item.body,
        requested_at=item.sent_at,
        updated_at=item.sent_at,
        expected_at=item.sent_at + timedelta(days=2),
        agency="Call Center",
        location=item.location,
        media_url=item.attachments[0].url if item.attachments else None,
        conversation=item.conversation,
        address_id=context.get("address_id"),
        zipcode=context.get("zipcode"),
        attributes=context.get("attributes", {}),
    )


def _update(item: InboundMessage, number: int, request_id: str) -> ServiceRequestUpdate:
    return ServiceRequestUpdate(
        id=str(number),
        request_id=request_id,
        open=True,
        description=item.body,
        at=item.sent_at,
        media_url=item.attachments[0].url if item.attachments else None,
        external_id=item.external_id,
    )
