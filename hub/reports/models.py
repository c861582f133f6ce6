"""Rows that reports are read from: a ticket's facts, and a day's facts packed into one sheet.

All of it can be computed again from the tickets (`hub.reports.facts.rebuild`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, Index, Integer, LargeBinary, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id

LASTING = 7
"""Days. What was not resolved by then is looked for apart when a backlog is counted."""


class TicketFact(Base):
    """What reports count of one ticket. Days are those of the city's calendar, as ordinals
    (`date.toordinal`); times are seconds; an outcome is an `Outcome`.

    No foreign key: on PostgreSQL its check would wait for whoever changes the ticket.
    """

    __tablename__ = "ticket_facts"
    __table_args__ = (
        Index("ix_ticket_facts_day", "day", "ticket_id"),
        Index(
            "ix_ticket_facts_lasting",
            "day",
            "resolved_day",
            sqlite_where=text("lasting = 1"),
            postgresql_where=text("lasting = 1"),
        ),
        Index(
            "ix_ticket_facts_next_due",
            "next_due",
            sqlite_where=text("next_due is not null"),
            postgresql_where=text("next_due is not null"),
        ),
        Index(
            "ix_ticket_facts_surveyed",
            "survey_answered_at",
            sqlite_where=text("survey_answered_at is not null"),
            postgresql_where=text("survey_answered_at is not null"),
        ),
    )

    ticket_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    day: Mapped[int]
    """On which it was created."""
    hour: Mapped[int] = mapped_column(SmallInteger)
    unit: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str | None] = mapped_column(String(60))
    agent_id: Mapped[int | None] = mapped_column(Id)
    """Who resolved it, else who answered first, else to whom it is given."""
    created_at: Mapped[datetime]
    resolved_day: Mapped[int | None]
    """None while it is not resolved."""
    lasting: Mapped[int] = mapped_column(SmallInteger)
    """1: not resolved within `LASTING` days after its day."""
    with_bot: Mapped[int] = mapped_column(SmallInteger)
    contained: Mapped[int] = mapped_column(SmallInteger)
    reopened: Mapped[int] = mapped_column(SmallInteger)
    first_contact: Mapped[int] = mapped_column(SmallInteger)
    survey_asked: Mapped[int] = mapped_column(SmallInteger)
    survey_score: Mapped[int | None] = mapped_column(SmallInteger)
    survey_answered_at: Mapped[datetime | None]
    first_response_outcome: Mapped[int] = mapped_column(SmallInteger)
    first_response_business: Mapped[float | None] = mapped_column(Float)
    first_response_calendar: Mapped[float | None] = mapped_column(Float)
    next_response_outcome: Mapped[int] = mapped_column(SmallInteger)
    next_response_business: Mapped[float | None] = mapped_column(Float)
    next_response_calendar: Mapped[float | None] = mapped_column(Float)
    resolution_outcome: Mapped[int] = mapped_column(SmallInteger)
    resolution_business: Mapped[float | None] = mapped_column(Float)
    resolution_calendar: Mapped[float | None] = mapped_column(Float)
    next_due: Mapped[datetime | None]
    """When one of its clocks will be overdue, if nothing else happens before."""


class ReportDay(Base):
    """A day's facts as one sheet (`hub.reports.sheets`).

    Whatever changes a fact of the day raises `revision`; while `rolled` is another one, the
    sheet is out of date and the facts themselves are read.
    """

    __tablename__ = "report_days"
    __table_args__ = (
        Index(
            "ix_report_days_stale",
            "day",
            sqlite_where=text("rolled <> revision"),
            postgresql_where=text("rolled <> revision"),
        ),
    )

    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    revision: Mapped[int]
    rolled: Mapped[int]
    sheet: Mapped[bytes | None] = mapped_column(LargeBinary)
