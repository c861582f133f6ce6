"""What a platform tells beside new messages: of messages known already, of conversations, of
the account itself.

Each may come before the message it speaks of, more than once, and in any order: the hub keeps
what it cannot apply yet, and the newest wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.ports.messages import MAX_NAME, InboundMessage, clean_text


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """The author changed a message: `message` is the whole of it as it reads now.

    A hub that never saw the original stores it as a new message.
    """

    message: InboundMessage
    at: datetime


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """A message is gone from the platform: agents see a tombstone, a sealed copy is kept."""

    external_id: str
    at: datetime

    def __post_init__(self) -> None:
        _clean(self, external_id=MAX_NAME)


@dataclass(frozen=True, slots=True)
class MessageHidden:
    """A message was hidden from, or shown again to, the public on the platform."""

    external_id: str
    hidden: bool
    at: datetime

    def __post_init__(self) -> None:
        _clean(self, external_id=MAX_NAME)


@dataclass(frozen=True, slots=True)
class MessageReaction:
    """Somebody reacted to a message, or (`reaction` is None) took that back."""

    external_id: str
    by: str
    """The reacting person's address; each has one reaction a message."""
    reaction: str | None
    at: datetime

    def __post_init__(self) -> None:
        _clean(self, external_id=MAX_NAME, by=MAX_NAME, reaction=80)


@dataclass(frozen=True, slots=True)
class ConversationSeen:
    """The customer's device got, or the customer read, everything sent up to `until`."""

    conversation: str
    until: datetime
    read: bool
    """False where it was only delivered to the device."""

    def __post_init__(self) -> None:
        _clean(self, conversation=MAX_NAME)


@dataclass(frozen=True, slots=True)
class ControlChanged:
    """Another app on the same page took a conversation over, or gave it to us."""

    conversation: str
    held_by: str | None
    """The app that may answer now; None where it is ours."""
    at: datetime

    def __post_init__(self) -> None:
        _clean(self, conversation=MAX_NAME, held_by=80)


@dataclass(frozen=True, slots=True)
class AccountNotice:
    """The platform says something about the account that people must know."""

    reason: str
    at: datetime | None
    """None where the platform does not say when."""
    stops: bool
    """True where nothing works until the account is authorised again."""

    def __post_init__(self) -> None:
        _clean(self, reason=500)


def _clean(happening: object, **limits: int) -> None:
    """Text as every database takes it: named fields, cut to so many characters."""
    for name, limit in limits.items():
        value = getattr(happening, name)
        if value is not None:
            object.__setattr__(happening, name, clean_text(value, limit))
