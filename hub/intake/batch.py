"""A batch on its way in: what was submitted, what is known of it, what will be written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.directory import Directory
from hub.intake.gateway import Row
from hub.ports import Accepted, Happening, InboundMessage, MessageEdited
from hub.sla.summary import is_missed


@dataclass(slots=True)
class Submission:
    """One received body, ready to be stored: masked, and parsed as far as it could be."""

    account_id: int
    raw: bytes | None
    """None where the body is stored apart from this message of it."""
    content_type: str
    received_at: datetime
    expires_at: datetime
    items: tuple[InboundMessage | Happening, ...] = ()
    error: str | None = None
    cursor: str | None = None
    results: list[Accepted] = field(default_factory=list)

    @property
    def messages(self) -> list[InboundMessage]:
        """New and edited ones, whole."""
        return [
            item.message if isinstance(item, MessageEdited) else item
            for item in self.items
            if isinstance(item, InboundMessage | MessageEdited)
        ]


@dataclass(slots=True)
class Person:
    """A contact point and the contact it belongs to; ids are None while they are new."""

    contact: Row
    point: Row
    changed: bool = False


@dataclass(slots=True)
class TicketDraft:
    """A ticket being decided about, with its clocks; `row['id']` is None while it is new."""

    row: Row
    clocks: list[Row]
    opened_by: Person | None = None
    """Set while the ticket is new."""
    changed: bool = False
    missed: set[int] = field(default_factory=set)
    """Ids of the clocks whose breach is recorded."""
    entries: list[Row] = field(default_factory=list)
    """New rows of its timeline."""
    stale: bool = False
    """Its clocks have to be computed anew, see `hub.sla.recount`."""

    @property
    def newly_missed(self) -> list[Row]:
        """The clocks whose breach is still to be recorded."""
        return [
            clock for clock in self.clocks if clock["id"] not in self.missed and is_missed(clock)
        ]


@dataclass(slots=True)
class MessageDraft:
    row: Row
    ticket: TicketDraft
    by: Person | None
    """The customer; None for what staff wrote, which needs no triage."""
    delivery: Row | None = None
    """Of a message of ours."""
    revisions: list[bytes] = field(default_factory=list)
    """What it said before, sealed."""
    changed: bool = False


@dataclass(slots=True)
class Promise:
    """A job that belongs to what is being written; its payload is made once ids are given."""

    kind: str
    lane: Callable[[], str]
    payload: Callable[[], dict[str, Any]]


@dataclass(slots=True)
class Known:
    """What the database already has of a batch, by natural key; decisions extend it."""

    directory: Directory
    seal: Callable[[bytes], bytes]
    messages: dict[tuple[int, str], MessageDraft] = field(default_factory=dict)
    """By account and external id."""
    people: dict[tuple[str, str], Person] = field(default_factory=dict)
    conversations: dict[tuple[int, str], TicketDraft] = field(default_factory=dict)
    early: dict[tuple[int, str], list[Row]] = field(default_factory=dict)
    """What was told of messages before they came, by account and external id."""
    accounts: dict[int, Row] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """What a batch writes. Ids are given when it is stored, references are by object."""

    raw_bodies: list[Row] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    """New or changed, each once."""
    tickets: list[TicketDraft] = field(default_factory=list)
    """New or changed, each once."""
    conversations: list[tuple[Row, TicketDraft, bool]] = field(default_factory=list)
    """A conversation's row, its ticket, and whether the row is new."""
    messages: list[MessageDraft] = field(default_factory=list)
    changed_messages: list[MessageDraft] = field(default_factory=list)
    """Stored before this batch, each once."""
    early: list[Row] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    outcomes: list[tuple[Submission, MessageDraft, bool]] = field(default_factory=list)
    """For each message of each submission: its draft, and whether it is a duplicate."""
    accounts: list[Row] = field(default_factory=list)
    notices: list[Row] = field(default_factory=list)
    """Accounts about which the platform said something."""

    def touch(self, ticket: TicketDraft) -> None:
        """The ticket is written, and consoles hear of it."""
        if not ticket.changed:
            ticket.changed = True
            self.tickets.append(ticket)

    def touch_message(self, message: MessageDraft) -> None:
        """The message is written again, and consoles hear of it."""
        if message.row["id"] is not None and not message.changed:
            message.changed = True
            self.changed_messages.append(message)
