"""Rows of the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id, Json


class AuditEntry(Base):
    """One change: who, what, to which ticket."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_ticket", "ticket_id", "id"),
        Index(
            "ix_audit_entries_hand_off",
            "at",
            sqlite_where=text("action = 'hand off'"),
            postgresql_where=text("action = 'hand off'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(160))
    action: Mapped[str] = mapped_column(String(40))
    ticket_id: Mapped[int | None] = mapped_column(Id)
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
