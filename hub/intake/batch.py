"""A batch on its way in: what was submitted, what is known of it, what will be written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from hub.directory import Directory
from hub.intake.gateway import Row
from hub.ports import Accepted, InboundMessage


@dataclass(slots=True)
class Submission:
    """One received body, ready to be stored: masked, and parsed as far as it could be."""

    account_id: int
    raw: bytes | None
    """None where the body is stored apart from this message of it."""
    content_type: str
    received_at: datetime
    expires_at: datetime
    messages: tuple[InboundMessage, ...] = ()
    error: str | None = None
    cursor: str | None = None
    results: list[Accepted] = field(default_factory=list)


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


@dataclass(slots=True)
class MessageDraft:
    row: Row
    ticket: TicketDraft
    by: Person | None
    """The customer; None for what staff wrote, which needs no triage."""
    choice: str | None = None
    """Slug of the button the customer pressed, where the platform says so."""


@dataclass(slots=True)
class Known:
    """What the database already has of a batch, by natural key; decisions extend it."""

    directory: Directory
    seen: dict[tuple[int, str], Row | MessageDraft] = field(default_factory=dict)
    people: dict[tuple[str, str], Person] = field(default_factory=dict)
    conversations: dict[tuple[int, str], TicketDraft] = field(default_factory=dict)
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
    outcomes: list[tuple[Submission, Row | MessageDraft, bool]] = field(default_factory=list)
    """For each message of each submission: its row or draft, and whether it is a duplicate."""
    accounts: list[Row] = field(default_factory=list)
