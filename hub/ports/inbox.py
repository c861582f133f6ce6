"""The way in: what receives a body and promises that it is durable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hub.ports.happenings import (
    AccountNotice,
    ControlChanged,
    ConversationSeen,
    MessageDeleted,
    MessageEdited,
    MessageHidden,
    MessageReaction,
)
from hub.ports.messages import InboundMessage


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event the platform sends that is known and not for us: counted, not stored."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One thing among others that could not be read: kept sealed and listed, the others go on."""

    raw: bytes
    """Of a poll. A webhook's body is kept whole, so that it can be read again."""
    error: str


Happening = (
    MessageEdited
    | MessageDeleted
    | MessageHidden
    | MessageReaction
    | ConversationSeen
    | ControlChanged
    | AccountNotice
)
InboundItem = InboundMessage | Happening | Ignored | Unreadable


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
    keep_raw: bool = True
    """False where the body is stored already: it is being read again."""
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
        """Returns once everything is committed, one entry per InboundMessage (an edited one, too),
        in order."""
        ...
