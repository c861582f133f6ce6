"""Rows of tickets, conversations and messages."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
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
    """What the clocks must know of the ticket beside their own rows (`hub.sla.service`)."""
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
    version: Mapped[int] = mapped_column(default=1)


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


class Message(Base):
    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("account_id", "external_id"),
        UniqueConstraint("ticket_id", "key"),
        Index("ix_messages_ticket", "ticket_id", "id"),
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
