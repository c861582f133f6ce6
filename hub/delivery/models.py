"""Rows of the outbox."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id, Json


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    """Claimed under a lease: once that has run out, whether it was sent is unknown."""
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Perhaps sent, and the platform cannot be asked: a person decides."""
    CANCELLED = "cancelled"


OPEN_STATES = (DeliveryState.PENDING.value, DeliveryState.SENDING.value)


class Delivery(Base):
    """One message on its way out."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(
            "ix_deliveries_due",
            "next_at",
            sqlite_where=text("state in ('pending','sending')"),
            postgresql_where=text("state in ('pending','sending')"),
        ),
        Index("ix_deliveries_ticket", "ticket_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    message_id: Mapped[int] = mapped_column(Id, ForeignKey("messages.id"), unique=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"))
    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"))
    state: Mapped[str] = mapped_column(String(10))
    by_bot: Mapped[bool]
    fence: Mapped[int]
    """The ticket's take-over counter when it was written: a bot's is not sent if it moved."""
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    """Pending: not before this. Sending: the lease runs out."""
    check_first: Mapped[bool] = mapped_column(default=False)
    """An earlier attempt may have arrived: ask the platform before sending again."""
    sent_parts: Mapped[list[str]] = mapped_column(Json, default=list)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
