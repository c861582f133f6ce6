"""Rows of reports' schedules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id, Json


class ReportSchedule(Base):
    """A report about the period that has just ended, sent to these people."""

    __tablename__ = "report_schedules"
    __table_args__ = (Index("ix_report_schedules_next", "next_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    frequency: Mapped[str] = mapped_column(String(10))
    """`daily`, `weekly` (on `day`, Monday is 0), `monthly` (on `day`, 1 to 28)."""
    day: Mapped[int] = mapped_column(default=0)
    hour: Mapped[int] = mapped_column(default=7)
    """On the city's clock."""
    filters: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    formats: Mapped[list[str]] = mapped_column(Json, default=list)
    """`pdf`, `xlsx`, `csv`."""
    recipients: Mapped[list[str]] = mapped_column(Json, default=list)
    active: Mapped[bool] = mapped_column(default=True)
    next_at: Mapped[datetime]
    last_sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(500))
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
