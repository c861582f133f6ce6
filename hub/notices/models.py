"""Rows of notices."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id, Json


class Audience(StrEnum):
    AGENT = "agent"
    """`agent_id` alone."""
    UNIT = "unit"
    """Whoever sees the tickets of `unit`."""
    SUPERVISORS = "supervisors"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Notice(Base):
    """Something somebody should know now: the alert feed, and the bell of those it is for."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_ticket", "ticket_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    """`sla_warning`, `sla_breach`, `emergency`, `incident`, `channel`, `whisper`, `report`,
    `bot`, `review`."""
    severity: Mapped[str] = mapped_column(String(10))
    audience: Mapped[str] = mapped_column(String(12))
    agent_id: Mapped[int | None] = mapped_column(Id)
    unit: Mapped[str | None] = mapped_column(String(40))
    ticket_id: Mapped[int | None] = mapped_column(Id)
    incident_id: Mapped[int | None] = mapped_column(Id)
    text: Mapped[str] = mapped_column(String(500))
    author: Mapped[str | None] = mapped_column(String(120))
    """Of a whisper: the supervisor's name."""
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(120))
