"""The tickets behind a report, for the sheet that lists them: read from the facts that the figures
are counted from, so that list and figures agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.directory import Directory
from hub.reports.figures import ReportQuery
from hub.reports.models import TicketFact
from hub.reports.names import agent_names
from hub.reports.outcome import METRICS, Outcome
from hub.reports.query import conditions
from hub.tickets.models import Ticket

MAX_TICKETS = 10_000


@dataclass(frozen=True, slots=True)
class MetricOfTicket:
    outcome: str
    """In words; empty where there is no clock."""
    business: float | None
    calendar: float | None


@dataclass(frozen=True, slots=True)
class TicketLine:
    id: int
    created_at: datetime
    channel: str
    unit: str
    topic: str
    subject: str
    priority: str
    status: str
    agent: str
    metrics: tuple[MetricOfTicket, ...]
    """In the order of `METRICS`."""
    reopened: bool
    first_contact: bool
    contained: bool
    survey_score: int | None
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class TicketList:
    lines: Sequence[TicketLine] = ()
    more: bool = False
    """There are further ones: the newest `MAX_TICKETS` are listed."""


async def read_tickets(
    session: AsyncSession, directory: Directory, query: ReportQuery, limit: int = MAX_TICKETS
) -> TicketList:
    """The newest tickets of the period that the filters let through."""
    agents = await agent_names(session, directory)
    found = await session.execute(
        select(
            TicketFact,
            Ticket.subject,
            Ticket.priority,
            Ticket.status,
            Ticket.resolved_at,
        )
        .join(Ticket, Ticket.id == TicketFact.ticket_id)
        .where(*conditions(query))
        .order_by(TicketFact.ticket_id.desc())
        .limit(limit + 1)
    )
    lines = [
        TicketLine(
            id=fact.ticket_id,
            created_at=fact.created_at,
            channel=fact.channel,
            unit=_unit(directory, fact.unit),
            topic=fact.topic or "",
            subject=subject,
            priority=priority,
            status=status.replace("_", " "),
            agent="" if fact.agent_id is None else agents.get(fact.agent_id, f"{fact.agent_id}"),
            metrics=tuple(_metric(fact, metric) for metric in METRICS),
            reopened=bool(fact.reopened),
            first_contact=bool(fact.first_contact),
            contained=bool(fact.contained),
            survey_score=fact.survey_score,
            resolved_at=resolved_at,
        )
        for fact, subject, priority, status, resolved_at in found
    ]
    return TicketList(lines[:limit], len(lines) > limit)


def _metric(fact: TicketFact, metric: str) -> MetricOfTicket:
    outcome = Outcome(getattr(fact, f"{metric}_outcome"))
    words = "" if outcome is Outcome.NONE else outcome.field.replace("_", " ")
    return MetricOfTicket(
        words, getattr(fact, f"{metric}_business"), getattr(fact, f"{metric}_calendar")
    )


def _unit(directory: Directory, slug: str) -> str:
    entry = directory.units.get(slug)
    return entry.name if entry else slug
