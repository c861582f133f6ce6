"""Rows of answers kept for repeated requests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base


class IdempotentAnswer(Base):
    """The first answer to a POST, given again when its Idempotency-Key comes again."""

    __tablename__ = "idempotent_answers"
    __table_args__ = (Index("ix_idempotent_answers_created", "created_at"),)

    actor: Mapped[str] = mapped_column(String(160), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    """None while the first request is still under way."""
    body: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
