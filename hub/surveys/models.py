"""Rows of satisfaction surveys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id


class Survey(Base):
    """One question to one customer about one resolved ticket."""

    __tablename__ = "surveys"
    __table_args__ = (Index("ix_surveys_contact", "contact_id", "asked_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"), unique=True)
    contact_id: Mapped[int] = mapped_column(Id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the secret in its link."""
    language: Mapped[str] = mapped_column(String(2), default="en")
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    score: Mapped[int | None]
    """1 (very dissatisfied) to 5 (very satisfied)."""
    comment: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
