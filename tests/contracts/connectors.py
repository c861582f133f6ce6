"""What the parts of the connector suite share. What it runs over is in `tests.contracts.stages`."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from channels.registry import Factory
from hub.ports import (
    Account,
    Connector,
    ConnectorError,
    InboundItem,
    InboundMessage,
    Polls,
    ReceivesWebhooks,
    Reply,
    SecretField,
)

if TYPE_CHECKING:
    from tests.contracts.stages import Scene

MARKER = "hushhush"
"""Part of every secret: where it turns up, a secret leaks."""


@dataclass(frozen=True)
class Subject:
    """A connector's class, under the name of its kind."""

    kind: str
    made: Factory

    def __str__(self) -> str:
        return self.kind

    def connector(self, account: Account | None = None) -> Connector:
        return self.made(self.account() if account is None else account)

    def receiver(self, account: Account | None = None) -> ReceivesWebhooks:
        connector = self.connector(account)
        assert isinstance(connector, ReceivesWebhooks)
        return connector

    @property
    def secret_fields(self) -> tuple[SecretField, ...]:
        found: tuple[SecretField, ...] = getattr(self.made, "secret_fields", ())
        return found

    def account(self, **changes: Any) -> Account:
        fields: dict[str, Any] = {
            "id": 1,
            "kind": self.kind,
            "name": "City of Elmwood",
            "external_id": "1001",
            "secrets": {each.name: f"{MARKER}-{each.name}" for each in self.secret_fields},
            # Nothing listens there, and nothing here may try.
            "base_url": "http://127.0.0.1:9",
        }
        return Account(**fields | changes)


class Saved(list[str]):
    """A `save_part` that keeps what it is told."""

    async def __call__(self, part: str) -> None:
        self.append(part)


async def failing(attempt: Awaitable[object]) -> ConnectorError:
    """What `attempt` raises: an error of the hub's that tells no secret, wherever it is logged."""
    with pytest.raises(ConnectorError) as raised:
        await attempt
    error = raised.value
    assert str(error), "an error without words helps nobody"
    told = "".join(traceback.format_exception(error))
    assert MARKER not in f"{error} {error!r} {told}"
    return error


def answer(message: InboundMessage, body: str, **changes: Any) -> Reply:
    """A person's reply to `message`, as the core would ask for it."""
    fields: dict[str, Any] = {
        "key": "reply-1",
        "conversation": message.conversation,
        "recipient": message.author.address,
        "recipient_handle": message.author.handle,
        "body": body,
        "visibility": message.visibility,
        "in_reply_to": message.external_id,
        "last_inbound_at": message.sent_at,
        "written_at": datetime.now(UTC),
    }
    return Reply(**fields | changes)


async def heard(scene: Scene, connector: Connector, number: str) -> InboundMessage:
    """The message that the platform knows by `number`, as it reaches the hub."""
    found: list[InboundItem] = []
    if isinstance(connector, ReceivesWebhooks):
        found = [item for _, body in scene.hooks() for item in connector.parse(body)]
    else:
        assert isinstance(connector, Polls)
        first = await connector.poll(None)
        # A window may end with the last full second; the next poll overlaps it.
        found = [*first.items, *(await connector.poll(first.cursor)).items]
    messages = {item.external_id: item for item in found if isinstance(item, InboundMessage)}
    (message,) = [each for name, each in messages.items() if number in name]
    return message
