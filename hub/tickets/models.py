"""Rows of tickets, conversations and messages."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id, Json


class Status(StrEnum):
    BOT = "bot"
    OPEN = "open"
    PENDING_CUSTOMER = "pending_customer"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTE = "note"


class AuthorKind(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"
    STAFF = "staff"
    """Staff writing in the platform's own app."""
    SYSTEM = "system"


class Ticket(Base):
    """One inquiry. What the queue shows is kept on the row, so that a page of it is one read."""

    __tablename__ = "tickets"
    __table_args__ = (
        # The queue: one unit's open tickets by what is due next.
        Index(
            "ix_tickets_unit_queue",
            "unit",
            "queue_key",
            "id",
            sqlite_where=text("status in ('open','pending_customer')"),
            postgresql_where=text("status in ('open','pending_customer')"),
        ),
        Index("ix_tickets_status_queue", "status", "queue_key", "id"),
        Index("ix_tickets_assignee_queue", "assignee_id", "status", "queue_key", "id"),
        Index("ix_tickets_contact", "contact_id", "id"),
        Index("ix_tickets_account_created", "account_id", "created_at"),
        Index(
            "ix_tickets_place",
            "latitude",
            "longitude",
            sqlite_where=text("latitude is not null"),
            postgresql_where=text("latitude is not null"),
        ),
        Index(
            "ix_tickets_callback",
            "callback_due_at",
            sqlite_where=text("callback_due_at is not null"),
            postgresql_where=text("callback_due_at is not null"),
        ),
        Index(
            "ix_tickets_incident",
            "incident_id",
            sqlite_where=text("incident_id is not null"),
            postgresql_where=text("incident_id is not null"),
        ),
        Index("ix_tickets_created", "created_at"),
        Index(
            "ix_tickets_resolved",
            "resolved_at",
            sqlite_where=text("resolved_at is not null"),
            postgresql_where=text("resolved_at is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))
    preview: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(20))
    priority: Mapped[str] = mapped_column(String(10), default=Priority.NORMAL.value)
    channel: Mapped[str] = mapped_column(String(20))
    visibility: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"))
    conversation: Mapped[str] = mapped_column(String(255))
    contact_id: Mapped[int] = mapped_column(Id, ForeignKey("contacts.id"))
    contact_point_id: Mapped[int] = mapped_column(Id, ForeignKey("contact_points.id"))
    contact_name: Mapped[str] = mapped_column(String(255))
    unit: Mapped[str] = mapped_column(String(40), ForeignKey("units.slug"))
    assignee_id: Mapped[int | None] = mapped_column(Id, ForeignKey("agents.id"))
    topic: Mapped[str | None] = mapped_column(String(60))
    tags: Mapped[list[str]] = mapped_column(Json, default=list)
    emergency: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_message_at: Mapped[datetime]
    last_author: Mapped[str] = mapped_column(String(10))
    waiting_since: Mapped[datetime | None]
    """When the customer began to wait; None while it is their turn."""
    queue_key: Mapped[int] = mapped_column(BigInteger)
    """What the queue is sorted by, see `hub.tickets.queue`."""
    due_at: Mapped[datetime | None]
    due_metric: Mapped[str | None] = mapped_column(String(20))
    first_response_due_at: Mapped[datetime | None]
    first_response_met_at: Mapped[datetime | None]
    first_response_breached: Mapped[bool] = mapped_column(default=False)
    resolution_due_at: Mapped[datetime | None]
    resolution_met_at: Mapped[datetime | None]
    resolution_breached: Mapped[bool] = mapped_column(default=False)
    overdue: Mapped[bool] = mapped_column(default=False)
    """A clock that still runs has been breached."""
    sla: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What the clocks must know of the ticket beside their own rows (`hub.sla.clockwork`)."""
    can_reply: Mapped[bool] = mapped_column(default=True)
    permalink: Mapped[str | None] = mapped_column(Text)
    location: Mapped[dict[str, Any] | None] = mapped_column(Json)
    context: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    handoff: Mapped[dict[str, Any] | None] = mapped_column(Json)
    takeover: Mapped[int] = mapped_column(default=0)
    """The fence: raised whenever a person takes over; the bot writes only if it has not moved."""
    asked_back: Mapped[int] = mapped_column(default=0)
    resolved_at: Mapped[datetime | None]
    resolution_reason: Mapped[str | None] = mapped_column(String(40))
    snoozed_until: Mapped[datetime | None]
    previous_ticket_id: Mapped[int | None] = mapped_column(Id, ForeignKey("tickets.id"))
    merged_into_id: Mapped[int | None] = mapped_column(Id)
    """The ticket that has its conversations now."""
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    """Of `location`, WGS84 degrees: what lies close is looked for by them."""
    held_by: Mapped[str | None] = mapped_column(String(80))
    """Another app of the platform that answers this conversation."""
    held_changed_at: Mapped[datetime | None]
    private_heard_at: Mapped[datetime | None]
    """The customer's newest private message: reply windows run from it."""
    delivered_until: Mapped[datetime | None]
    read_until: Mapped[datetime | None]
    """What was sent before has reached the customer's device, has been read."""
    callback_due_at: Mapped[datetime | None]
    """When the next promised call is due, see `Callback`."""
    incident_id: Mapped[int | None] = mapped_column(Id)
    """The incident it is a part of, see `hub.incidents`."""
    language: Mapped[str | None] = mapped_column(String(5))
    """In which the customer writes: `en` or `es`; None until the bot has read something."""
    request: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What a form of the bot's collected: `kind`, `title`, `complete`, and `fields`, each with
    `name`, `label` and `value`."""
    version: Mapped[int] = mapped_column(default=1)


class Dialogue(Base):
    """What the bot must remember of a ticket from one message to the next: the form it is in."""

    __tablename__ = "dialogues"

    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"), primary_key=True)
    state: Mapped[dict[str, Any]] = mapped_column(Json)
    updated_at: Mapped[datetime]


class BulkChange(Base):
    """One change to many tickets, with what they were before: it can be taken back."""

    __tablename__ = "bulk_changes"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(160))
    agent_id: Mapped[int | None] = mapped_column(Id)
    wanted: Mapped[dict[str, Any]] = mapped_column(Json)
    before: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """Of each ticket: `ticket_id`, the `version` the change left it at, and earlier values."""
    undone_at: Mapped[datetime | None]


class TicketTag(Base):
    """The index over `Ticket.tags`, written with it."""

    __tablename__ = "ticket_tags"

    tag: Mapped[str] = mapped_column(String(40), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"), primary_key=True)


class Conversation(Base):
    """A platform thread and the newest ticket it led to."""

    __tablename__ = "conversations"

    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"))
    contact_point_id: Mapped[int | None] = mapped_column(Id)
    """Who the customer is in it; None where it is the ticket's own."""


class Callback(Base):
    """A promise to call somebody back."""

    __tablename__ = "callbacks"
    __table_args__ = (Index("ix_callbacks_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"))
    due_at: Mapped[datetime]
    phone: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    done_by: Mapped[str | None] = mapped_column(String(120))
    done_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    """`reached`, `no_answer`, `cancelled`."""


class Message(Base):
    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("account_id", "external_id"),
        UniqueConstraint("ticket_id", "key"),
        Index("ix_messages_ticket", "ticket_id", "id"),
        Index(
            "ix_messages_bot",
            "created_at",
            sqlite_where=text("author_kind = 'bot'"),
            postgresql_where=text("author_kind = 'bot'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"))
    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"))
    external_id: Mapped[str | None] = mapped_column(String(255))
    """The platform's id, for an outbound message the last part's; None until it has one."""
    direction: Mapped[str] = mapped_column(String(10))
    author_kind: Mapped[str] = mapped_column(String(10))
    author_id: Mapped[int | None] = mapped_column(Id)
    """An agent's id, or a contact's."""
    author_name: Mapped[str] = mapped_column(String(255))
    body: Mapped[str] = mapped_column(Text)
    visibility: Mapped[str] = mapped_column(String(10))
    sent_at: Mapped[datetime]
    """The platform's time of an inbound message; of ours, when it was written."""
    created_at: Mapped[datetime]
    in_reply_to: Mapped[str | None] = mapped_column(String(255))
    permalink: Mapped[str | None] = mapped_column(Text)
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    articles: Mapped[list[str]] = mapped_column(Json, default=list)
    choices: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)
    emergency: Mapped[bool] = mapped_column(default=False)
    key: Mapped[str | None] = mapped_column(String(120))
    """The Idempotency-Key it was posted with."""
    conversation: Mapped[str | None] = mapped_column(String(255))
    """The platform's thread it belongs to; None in tickets from before this was kept."""
    logged: Mapped[bool] = mapped_column(default=False, server_default=false())
    """An answer given elsewhere (on the platform itself, by phone), entered by an agent."""
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    """Gone from the platform: `body` is empty, the text is in a `MessageRevision`."""
    hidden: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Hidden from the public on the platform."""
    hidden_changed_at: Mapped[datetime | None]
    moderation: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """A hiding an agent asked for: `{"hidden", "reason", "by", "state", "error"}`."""
    reactions: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """By the reacting person's address: `{"reaction", "at"}`; None as a reaction is taken back."""


class MessageRevision(Base):
    """What a message said before it was edited or deleted, sealed with HUB_SECRET_KEY."""

    __tablename__ = "message_revisions"
    __table_args__ = (Index("ix_message_revisions_message", "message_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    message_id: Mapped[int] = mapped_column(Id, ForeignKey("messages.id"))
    until: Mapped[datetime]
    """When it was replaced or deleted, platform time."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON: `body` and `attachments`."""


class EarlyHappening(Base):
    """Something told of a message that has not arrived yet: applied when it does."""

    __tablename__ = "early_happenings"
    __table_args__ = (
        UniqueConstraint("account_id", "external_id", "kind", "address", "at"),
        Index("ix_early_happenings_recorded", "recorded_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(Id)
    external_id: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(12))
    """`deleted`, `hidden`, `shown`, `reaction`."""
    address: Mapped[str] = mapped_column(String(255), default="")
    """Of the person who reacted."""
    reaction: Mapped[str | None] = mapped_column(String(80))
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
