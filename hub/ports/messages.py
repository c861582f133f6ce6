"""What a channel hands to the hub: one frozen, vendor-free message per event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

FILE_SCHEME = "file-kept:"
"""What the `url` of an attachment begins with that came through `hub.ports.Files`."""
MAX_NAME = 255
"""Characters of a platform's id."""
MAX_BODY = 20_000
"""Characters of a message kept for people to read; the raw body keeps everything."""


class ChannelKind(StrEnum):
    """The kinds that come with the hub; a third party's connector adds others by name."""

    X = "x"
    FACEBOOK = "facebook"
    OPEN311 = "open311"
    WEBCHAT = "webchat"
    WEBFORM = "webform"
    PHONE = "phone"
    WALK_IN = "walk-in"


class Visibility(StrEnum):
    """Who can read a message on its platform."""

    PUBLIC = "public"
    PRIVATE = "private"


def clean_text(text: str, limit: int | None = None) -> str:
    """Text every database and browser takes: no NUL, no lone surrogate, LF line ends.

    PostgreSQL rejects NUL and neither database encodes a lone surrogate, so both become
    U+FFFD here, once, for every channel. `limit` cuts to that many characters.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "�")
    # A surrogate pair that arrived as two code points is one character; what is left is lone.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if limit is not None and len(text) > limit:
        text = text[: limit - 1] + "…"
    return text


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote: `address` is unique within `kind` (a user id, a PSID, a phone number)."""

    kind: str
    """The address's name space: `x`, `facebook`, `phone`, `email`, `web`, `open311`."""
    address: str
    display_name: str | None = None
    handle: str | None = None
    verified: bool = False
    """The city's own sign-in vouches for the address."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", clean_text(self.address, 255))
        for name in ("display_name", "handle"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, clean_text(value, 255).strip() or None)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file a message carries. Platforms' links expire: the hub fetches the file at once."""

    url: str
    """Where the platform has it; `FILE_SCHEME` and a number where the hub has it already."""
    media_type: str
    """A MIME type, or its first half (`image`) where the platform says no more."""
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """Where a service request lies: WGS84 degrees, an address, or both."""

    latitude: float | None = None
    longitude: float | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers a bot offers: `value` is the article's slug."""

    title: str
    value: str


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message that arrived on an account, whoever wrote it.

    `conversation` is the thread it belongs to on that account: messages with the same key
    go to the same ticket while it can be reopened. Open311 uses the request's own id, so
    every request is its own ticket. `sent_at` is the platform's time, aware UTC.
    """

    external_id: str
    conversation: str
    author: Author
    body: str
    sent_at: datetime
    visibility: Visibility
    by_staff: bool = False
    """Staff wrote it in the platform's own app: an outbound reply, not an inquiry."""
    in_reply_to: str | None = None
    continues: str | None = None
    """External id of the message this one answers, where the platform does not name the
    conversation: if the hub knows it and it is in a conversation with the same person, this
    one joins it, and `conversation` is not used."""
    held_by: str | None = None
    """Another app of the platform has the conversation (standby): people see the message, the
    bot is silent, and a reply needs control to be taken first."""
    subject: str | None = None
    unit: str | None = None
    """Slug of the unit it goes to where the channel already knows (a service code's)."""
    topic: str | None = None
    """Slug of the article it is about, where the channel already knows."""
    skip_bot: bool = False
    """A person must see it first: a service request, a call, a walk-in."""
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    permalink: str | None = None
    can_reply: bool = True
    """False where the platform's API refuses a reply to this message."""
    context: Mapping[str, Any] = field(default_factory=dict)
    """Further facts for people (service name, post title): JSON values, shown as they are."""

    def __post_init__(self) -> None:
        if self.sent_at.tzinfo is None:
            raise ValueError("sent_at must be aware")
        if not self.external_id or not self.conversation:
            raise ValueError("external_id and conversation must not be empty")
        object.__setattr__(self, "external_id", clean_text(self.external_id, MAX_NAME))
        object.__setattr__(self, "conversation", clean_text(self.conversation, MAX_NAME))
        for name, limit in (("in_reply_to", MAX_NAME), ("continues", MAX_NAME), ("held_by", 80)):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, clean_text(value, limit))
        object.__setattr__(self, "body", clean_text(self.body, MAX_BODY))
        if self.subject is not None:
            object.__setattr__(self, "subject", clean_text(self.subject, 200))


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event the platform sends that is known and not for us: counted, not stored."""

    reason: str
