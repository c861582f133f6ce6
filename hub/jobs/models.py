"""Rows of jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id, Json


class Job(Base):
    """A promise to run a handler, at least once, after `run_at`."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index(
            "ix_jobs_due",
            "run_at",
            sqlite_where=text("done_at is null"),
            postgresql_where=text("done_at is null"),
        ),
        Index(
            "ix_jobs_lane",
            "lane",
            "id",
            sqlite_where=text("done_at is null"),
            postgresql_where=text("done_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    lane: Mapped[str | None] = mapped_column(String(60))
    """Jobs of one lane run one after another, in the order they were promised."""
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    run_at: Mapped[datetime]
    """Not before this; while it is being run, when the lease runs out."""
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    failed: Mapped[bool] = mapped_column(default=False)
    """Given up after too many attempts; `error` says why."""
