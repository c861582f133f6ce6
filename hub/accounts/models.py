"""Rows of accounts: a channel kind, the platform's id, sealed secrets, a poll cursor."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id


class Account(Base):
    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("kind", "slug"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    external_id: Mapped[str] = mapped_column(String(120))
    """The platform's id of the page or user."""
    unit: Mapped[str] = mapped_column(String(40), ForeignKey("units.slug"))
    """Where its tickets start."""
    base_url: Mapped[str | None] = mapped_column(Text)
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary)
    """JSON of names and values, sealed with HUB_SECRET_KEY."""
    enabled: Mapped[bool] = mapped_column(default=True)
    sandbox: Mapped[bool] = mapped_column(default=False)
    """Its platform is the sandbox: nobody outside reads or writes here."""
    cursor: Mapped[str | None] = mapped_column(Text)
    last_event_at: Mapped[datetime | None]
    last_poll_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    last_error_at: Mapped[datetime | None]
    stopped: Mapped[bool] = mapped_column(default=False)
    """The platform refused our credentials: nothing is sent or polled until re-authorised."""
