"""How an incident looks outside: the same in the API and in events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.events.record import PendingEvent, record
from hub.incidents.models import Incident, IncidentAnswer
from hub.tickets.models import Status, Ticket
from hub.tickets.view import timestamp

_PLAIN = (
    "id", "state", "title", "topic", "terms", "unit", "detected", "evidence", "opened_by",
    "closed_by", "answer", "answer_es", "auto_answer", "version",
)  # fmt: skip
_INSTANTS = ("created_at", "opened_at", "closed_at")


@dataclass(frozen=True, slots=True)
class Counts:
    tickets: int = 0
    """All of the incident's."""
    waiting: int = 0
    """Those whose customer waits for an answer."""


def still_waits() -> ColumnElement[bool]:
    """Not answered yet: by nobody, not even automatically."""
    return and_(
        Ticket.status != Status.RESOLVED.value,
        Ticket.merged_into_id.is_(None),
        Ticket.waiting_since.is_not(None),
    )


async def counts_of(session: AsyncSession, ids: Iterable[int]) -> dict[int, Counts]:
    """By incident; one without tickets is left out."""
    found = await session.execute(
        select(
            Ticket.incident_id,
            func.count(),
            func.coalesce(func.sum(case((still_waits(), 1), else_=0)), 0),
        )
        .where(Ticket.incident_id.in_(list(ids)), Ticket.incident_id.is_not(None))
        .group_by(Ticket.incident_id)
    )
    return {number: Counts(tickets, waiting) for number, tickets, waiting in found}


async def incident_views(
    session: AsyncSession, incidents: Sequence[Incident]
) -> list[dict[str, Any]]:
    """Incidents as JSON-ready data, with their tickets counted and what was said to them."""
    ids = [incident.id for incident in incidents]
    counts = await counts_of(session, ids)
    answers: dict[int, list[dict[str, Any]]] = {}
    for answer in await session.scalars(
        select(IncidentAnswer)
        .where(IncidentAnswer.incident_id.in_(ids))
        .order_by(IncidentAnswer.id)
    ):
        answers.setdefault(answer.incident_id, []).append(_answer_view(answer))
    return [
        _view(incident, counts.get(incident.id, Counts()), answers.get(incident.id, []))
        for incident in incidents
    ]


async def incident_view(session: AsyncSession, incident: Incident) -> dict[str, Any]:
    (view,) = await incident_views(session, [incident])
    return view


async def tell_incident(
    session: AsyncSession, now: datetime, incident: Incident, kind: str = "incident.updated"
) -> dict[str, Any]:
    """Record the event of an incident, for everybody who is signed in; gives its view."""
    await session.flush()
    view = await incident_view(session, incident)
    record(session, PendingEvent(kind, now, view))
    return view


def _view(
    incident: Incident, counts: Counts, answers: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    row = incident.as_row()
    view = {name: row[name] for name in _PLAIN}
    for name in _INSTANTS:
        view[name] = timestamp(row[name])
    return view | {
        "tickets": counts.tickets,
        "waiting": counts.waiting,
        "answers": list(answers),
    }


def _answer_view(answer: IncidentAnswer) -> dict[str, Any]:
    return {
        "id": answer.id,
        "at": timestamp(answer.at),
        "author": answer.author,
        "body": answer.body,
        "resolve": answer.resolve,
        "total": answer.total,
        "done": answer.done,
        "refused": answer.refused,
    }
