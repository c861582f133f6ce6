"""The seam to a platform: one small protocol, and optional ones for what only some can do.

A connector translates. The core owns loops, retries, backoff, cursors and dedup. Its one
constructor argument is an `Account`; it opens connections lazily and closes them in `aclose`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from hub.ports.inbox import InboundItem, Unreadable
from hub.ports.messages import Author, Choice, Visibility

SavePart = Callable[[str], Awaitable[None]]
"""Called with each part's external id as soon as the platform accepted it."""


@dataclass(frozen=True, slots=True)
class Account:
    """A configured page or handle, as its connector needs it."""

    id: int
    kind: str
    """A `ChannelKind`, or the name a third party's connector is registered under."""
    name: str
    external_id: str
    """The platform's id of the page or user: messages it wrote itself are not inquiries."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By name: `app_secret`, `verify_token`, `consumer_secret`, `access_token`, `api_key`…"""
    base_url: str | None = None
    """Where the platform's API lives when not at its usual place: the sandbox."""
    unit: str = "call-center"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the console must know before an agent writes. An attribute of the connector's class:
    the hub reads it without building a connector."""

    platform: str | None = None
    """The platform's name for people ("open on X"); None for a channel of our own."""
    can_reply: bool = True
    public_limit: int | None = None
    """Characters in a public reply, None for no limit; longer ones are split or refused."""
    private_limit: int | None = None
    splits_long_replies: bool = False
    """True where the connector itself sends a longer reply in numbered parts."""
    reply_window: timedelta | None = None
    """How long after the customer's last private message anything may be sent."""
    human_window: timedelta | None = None
    """How long a person, never the bot, may answer after that."""
    private_replies: bool = False
    """A public message can be answered in private; the ticket then has both conversations."""
    private_reply_window: timedelta | None = None
    """How old the public message may be for that."""
    hides: bool = False
    """Implements HidesMessages."""
    controls_threads: bool = False
    """Implements ControlsThreads."""
    takes_status: bool = False
    """Implements TakesStatus."""
    names_people: bool = False
    """Implements NamesPeople."""
    media: bool = False
    """Files can be sent."""
    surveys: bool = False
    """After a resolution, the customer may be sent an automatic question in a private conversation,
    within `reply_window`."""
    keeps_files: bool = False
    """It takes files in itself, through `Files`: its attachments may name kept ones. Believed of
    no other, or a platform's link could name somebody else's file."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A public or private answer to send into a conversation."""

    key: str
    """Stable over retries of the same reply, unique over replies."""
    conversation: str
    """Of the message that is answered. A private reply with a public conversation opens a
    private one: where the platform has that, `Receipt.conversation` says which."""
    recipient: str
    """The address of the customer's contact point in that conversation."""
    body: str
    visibility: Visibility
    in_reply_to: str | None = None
    """External id of the customer's newest message."""
    last_inbound_at: datetime | None = None
    """When the customer last wrote in `conversation`."""
    recipient_handle: str | None = None
    by_bot: bool = False
    choices: tuple[Choice, ...] = ()
    """Offered as buttons where the platform has them; the body lists them all the same."""
    sent_parts: tuple[str, ...] = ()
    """External ids of the parts accepted in an earlier attempt: these are not sent again."""
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SecretField:
    """One of the secrets a kind of account works with, as the console asks for it."""

    name: str
    """Its key in `Account.secrets`."""
    title: str
    required: bool = True
    help: str = ""
    generated: bool = False
    """Ours to choose: the hub makes one up where none is given, and shows it once."""


@dataclass(frozen=True, slots=True)
class AccountKind:
    """A kind of account that can be added, and what must be asked for to add one.

    Read from the connector's class, of which all of these are optional attributes: `title`,
    `secret_fields` (a tuple of SecretField), `several_accounts` and `takes_base_url` (both True
    where they are missing).
    """

    kind: str
    title: str
    secrets: tuple[SecretField, ...] = ()
    webhook: bool = False
    """The platform calls us: the account has a webhook address."""
    several: bool = True
    """More than one such account makes sense."""
    base_url: bool = False
    """It may be told where the platform's API lives."""
    installed: bool = True
    """False where its connector cannot be loaded: accounts of it stand still."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform accepted the whole reply."""

    external_ids: tuple[str, ...]
    accepted_at: datetime
    conversation: str | None = None
    """A conversation this reply opened: what the customer writes there joins the ticket."""
    recipient: Author | None = None
    """Who the customer is in it."""
    cost: int = 0
    """What the platform charges for it, in millionths of a US dollar."""


@runtime_checkable
class Connector(Protocol):
    """What every channel does."""

    @property
    def capabilities(self) -> Capabilities: ...

    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        """Send `reply`. Raises AuthFailed, TemporarilyUnavailable or Rejected."""
        ...

    async def check(self) -> None:
        """Prove that the credentials work. Raises like `send`."""
        ...

    async def aclose(self) -> None:
        """Close connections; the connector is not used afterwards."""
        ...


@runtime_checkable
class FindsSent(Protocol):
    """A channel that can look up whether a reply of unknown outcome did arrive."""

    async def find_sent(self, reply: Reply) -> Receipt | None:
        """The receipt of `reply` if the platform has all of it, else None."""
        ...


@dataclass(frozen=True, slots=True)
class Handshake:
    """The answer to a platform's check that a webhook address is ours."""

    body: str
    media_type: str


@runtime_checkable
class ReceivesWebhooks(Protocol):
    """A channel that calls us. All three are pure: no I/O, no clock."""

    text_fields: frozenset[str]
    """JSON keys that hold free text: card and social-security numbers are masked in these
    alone, before the raw body is stored."""

    def handshake(self, query: Mapping[str, str]) -> Handshake:
        """Answer a GET. Raises BadSignature when the caller proves nothing."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Check the signature over the raw body (header names in lower case).

        Raises BadSignature.
        """
        ...

    def parse(self, body: bytes) -> tuple[InboundItem, ...]:
        """Read a verified body; one event of many that cannot be read is `Unreadable`.

        Raises MalformedPayload or UnsupportedEvent where nothing can be read.
        """
        ...


@runtime_checkable
class RoutesWebhooks(Protocol):
    """A channel whose webhook address serves several accounts of one app. Pure, like parse."""

    def recipients(self, body: bytes) -> Collection[str]:
        """The `Account.external_id`s a verified body is for; empty where it does not say.

        Raises MalformedPayload or UnsupportedEvent.
        """
        ...

    def parse_for(self, body: bytes, recipient: str) -> tuple[InboundItem, ...]:
        """What of a body is for that account, read as that account. Raises like `parse`."""
        ...


@dataclass(frozen=True, slots=True)
class PollBatch:
    """What a poll found, oldest first, and the cursor to save with it."""

    items: tuple[InboundItem, ...]
    cursor: str | None
    more: bool = False
    """True when the next poll should follow at once."""
    unreadable: tuple[Unreadable, ...] = ()
    cost: int = 0
    """What the platform charges for the reads, in millionths of a US dollar."""


@runtime_checkable
class Polls(Protocol):
    """A channel that is asked."""

    poll_every: float
    """Seconds between polls."""

    async def poll(self, cursor: str | None) -> PollBatch:
        """Read on from `cursor` (None at first), overlapping. Raises like `send`."""
        ...
