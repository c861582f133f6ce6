"""Rows of raw bodies."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id


class RawBody(Base):
    """What arrived, as it arrived but for masked card and social-security numbers."""

    __tablename__ = "raw_bodies"
    __table_args__ = (Index("ix_raw_bodies_state", "state", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"))
    received_at: Mapped[datetime]
    content_type: Mapped[str] = mapped_column(String(120))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(12))
    """`read`, or `unreadable`: then the body is sealed with HUB_SECRET_KEY and expires."""
    error: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime]
