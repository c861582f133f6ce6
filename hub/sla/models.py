"""Rows of calendars, policies, clocks and the breaches that stay recorded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id, Json


class HoursRow(Base):
    """A calendar, as `BusinessHours.to_dict` writes it."""

    __tablename__ = "business_hours"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    definition: Mapped[dict[str, Any]] = mapped_column(Json)


class PolicyRow(Base):
    """A policy; the lowest `rank` that matches a ticket governs it.

    One that was taken out of the list is `retired` and has a negative rank: clocks name it.
    """

    __tablename__ = "sla_policies"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rank: Mapped[int] = mapped_column(unique=True)
    definition: Mapped[dict[str, Any]] = mapped_column(Json)
    hours_id: Mapped[int] = mapped_column(Id, ForeignKey("business_hours.id"))
    retired: Mapped[bool] = mapped_column(default=False, server_default=false())


class RulesVersion(Base):
    """All policies and calendars as they were saved together; the newest is in force.

    Saving one makes the open clocks be recomputed: `total` tickets, of which `done` are.
    """

    __tablename__ = "sla_rules"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    """The version; a ticket's timeline names it."""
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(160))
    comment: Mapped[str] = mapped_column(String(200), default="")
    definition: Mapped[dict[str, Any]] = mapped_column(Json)
    """As `hub.sla.rules_document` writes it."""
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    reached: Mapped[int] = mapped_column(Id, default=0)
    """The last ticket recomputed: a restarted job goes on after it."""
    finished_at: Mapped[datetime | None]


class TimelineRow(Base):
    """One entry of a ticket's timeline, append-only: its clocks follow from these alone."""

    __tablename__ = "sla_entries"
    __table_args__ = (Index("ix_sla_entries_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"))
    at: Mapped[datetime]
    """The event's own time."""
    kind: Mapped[str] = mapped_column(String(12))
    """`created`, `customer`, `reply`, `bot`, `status`, `classified`, `rules`."""
    detail: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """As `hub.sla.history` writes it."""


class ClockRow(Base):
    """One metric's clock on one ticket; next_response has one for each exchange."""

    __tablename__ = "sla_clocks"
    __table_args__ = (
        Index("ix_sla_clocks_ticket", "ticket_id"),
        Index(
            "ix_sla_clocks_due",
            "due_at",
            sqlite_where=text("running_since is not null and breached_at is null"),
            postgresql_where=text("running_since is not null and breached_at is null"),
        ),
        # What the live report counts of the last hours.
        Index(
            "ix_sla_clocks_met",
            "met_at",
            sqlite_where=text("met_at is not null"),
            postgresql_where=text("met_at is not null"),
        ),
        Index(
            "ix_sla_clocks_ended",
            "ended_at",
            sqlite_where=text("ended_at is not null"),
            postgresql_where=text("ended_at is not null"),
        ),
        Index(
            "ix_sla_clocks_warning",
            "warn_at",
            sqlite_where=text("warn_at is not null and warned_at is null"),
            postgresql_where=text("warn_at is not null and warned_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"))
    metric: Mapped[str] = mapped_column(String(20))
    policy_id: Mapped[int | None] = mapped_column(Id, ForeignKey("sla_policies.id"))
    target: Mapped[timedelta | None]
    """None measures without a due time."""
    calendar_time: Mapped[bool]
    started_at: Mapped[datetime]
    used: Mapped[timedelta] = mapped_column(default=timedelta(0))
    """Time that counted before `running_since`."""
    running_since: Mapped[datetime | None]
    """None while paused or after it was met."""
    due_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    """When its warning is due; None where there is none, or no time runs."""
    warned_at: Mapped[datetime | None]
    """When the warning was given: once, whatever is recomputed later."""
    ended: Mapped[str | None] = mapped_column(String(20))
    """Why it stopped without being met, see `hub.sla.clocks.Ended`."""
    ended_at: Mapped[datetime | None]


class Breach(Base):
    """A target that was missed: append-only, whatever is recomputed later."""

    __tablename__ = "breaches"
    __table_args__ = (Index("ix_breaches_due", "due_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"), index=True)
    clock_id: Mapped[int] = mapped_column(Id, ForeignKey("sla_clocks.id"), unique=True)
    metric: Mapped[str] = mapped_column(String(20))
    unit: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[datetime]
    """When the target was missed: the event's own time, not the sweep's."""
    noticed_at: Mapped[datetime]


class Escalation(Base):
    """A warning or breach that was acted on: each once."""

    __tablename__ = "escalations"
    __table_args__ = (
        UniqueConstraint("clock_id", "moment"),
        Index("ix_escalations_ticket", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    clock_id: Mapped[int] = mapped_column(Id, ForeignKey("sla_clocks.id"))
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"))
    moment: Mapped[str] = mapped_column(String(10))
    """`warning` or `breach`."""
    at: Mapped[datetime]
    done: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """What was done: `{"kind", "target", "error"}`."""
