"""The way in: what receives a body and promises that it is durable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hub.ports.messages import InboundItem


@dataclass(frozen=True, slots=True)
class ReceivedBody:
    """One webhook, poll or form: its raw bytes and what was read from them.

    `error` is set, and `items` empty, where the body could not be read: it is then kept
    sealed and listed as unreadable.
    """

    account_id: int
    items: tuple[InboundItem, ...]
    raw: bytes = b""
    content_type: str = "application/json"
    error: str | None = None
    text_fields: frozenset[str] = frozenset()
    """Names of the body's free-text fields: numbers to be masked are looked for in these."""
    cursor: str | None = None
    """A poll's new cursor, saved in the same transaction as its messages."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of one message: `duplicate` if it had been received before."""

    message_id: int
    ticket_id: int
    duplicate: bool


class Inbox(Protocol):
    async def receive(self, received: ReceivedBody) -> tuple[Accepted, ...]:
        """Returns once everything is committed, one entry per InboundMessage, in order."""
        ...
