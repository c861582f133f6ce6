"""Rows of incidents, and of what was said to all their tickets at once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id, Json


class IncidentState(StrEnum):
    SUSPECTED = "suspected"
    """Noticed as a spike; a supervisor opens or dismisses it."""
    OPEN = "open"
    """Later inquiries that match are attached, and answered where there is an answer."""
    CLOSED = "closed"
    DISMISSED = "dismissed"


class Incident(Base):
    """One cause of many inquiries, such as an outage in a neighbourhood."""

    __tablename__ = "incidents"
    __table_args__ = (
        Index(
            "ix_incidents_state",
            "state",
            sqlite_where=text("state in ('suspected','open')"),
            postgresql_where=text("state in ('suspected','open')"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(200))
    topic: Mapped[str | None] = mapped_column(String(60))
    """An inquiry matches that has this topic, where there is one, and …"""
    terms: Mapped[list[str]] = mapped_column(Json, default=list)
    """… says one of these words or phrases, where there are any. Lower case."""
    unit: Mapped[str | None] = mapped_column(String(40))
    detected: Mapped[bool] = mapped_column(default=False)
    """Noticed by the hub, not made by a person."""
    evidence: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Why it was noticed: `seen`, `expected`, `minutes`."""
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[str | None] = mapped_column(String(120))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(120))
    answer: Mapped[str] = mapped_column(Text, default="")
    """What later inquiries are told, in English and in Spanish; empty for nothing."""
    answer_es: Mapped[str] = mapped_column(Text, default="")
    auto_answer: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class IncidentAnswer(Base):
    """Something said once to every open ticket of an incident."""

    __tablename__ = "incident_answers"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[int] = mapped_column(Id, ForeignKey("incidents.id"), index=True)
    at: Mapped[datetime]
    author: Mapped[str] = mapped_column(String(120))
    agent_id: Mapped[int | None] = mapped_column(Id)
    body: Mapped[str] = mapped_column(Text)
    resolve: Mapped[bool] = mapped_column(default=False)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    """Tickets that were left for people: their channel takes no reply, or they are emergencies
    that nobody has answered yet."""
