"""Rows of the event log and its counter."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id


class Event(Base):
    """Something that happened. `data` is JSON, serialised once when it was recorded."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_at", "at"),)

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime]
    ticket_id: Mapped[int | None] = mapped_column(Id)
    unit: Mapped[str | None] = mapped_column(String(40))
    """Who may see it: this unit, `assignee_id`, supervisors. None: everyone signed in."""
    assignee_id: Mapped[int | None] = mapped_column(Id)
    data: Mapped[str] = mapped_column(Text)


class Counter(Base):
    """A number handed out in commit order: updated as a transaction's last statement."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)
