"""What wants a supervisor's eye: tickets at risk, the alert feed, incidents."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.base import to_micros
from hub.incidents.models import Incident, IncidentState
from hub.notices.models import Audience, Notice, Severity
from hub.notices.notices import notice_view
from hub.reports.live.scope import Scope, how_many
from hub.tickets.models import Status, Ticket
from hub.tickets.view import ticket_view

AT_RISK = 10
NOTICES = 20
_LOOKED_BACK = 5_000
"""Among so many of the newest notices, a critical one waits to be acknowledged."""


async def read_at_risk(session: AsyncSession, scope: Scope) -> list[dict[str, Any]]:
    """At most `AT_RISK`: half of them overdue longest, the others due next; where there are few
    of one kind, more of the other. By due time, so that the overdue are first."""
    now = to_micros(scope.now)  # the queue's key is the due time: the index leads to both sides
    overdue = await _first(session, scope, Ticket.queue_key < now)
    coming = await _first(session, scope, Ticket.queue_key >= now)
    kept = max(AT_RISK // 2, AT_RISK - len(coming))
    shown = overdue[:kept]
    shown += coming[: AT_RISK - len(shown)]
    return [ticket_view(ticket.as_row()) for ticket in shown]


async def _first(
    session: AsyncSession, scope: Scope, condition: ColumnElement[bool]
) -> list[Ticket]:
    found: list[Ticket] = []
    # One status at a time: each is a walk along its index that ends after a few rows.
    for status in (Status.OPEN.value, Status.PENDING_CUSTOMER.value):
        query = (
            select(Ticket)
            .where(Ticket.status == status, Ticket.due_at.is_not(None), condition)
            .order_by(Ticket.queue_key, Ticket.id)
            .limit(AT_RISK)
        )
        found += await session.scalars(scope.tickets(query))
    found.sort(key=lambda ticket: (ticket.queue_key, ticket.id))
    return found[:AT_RISK]


async def read_notices(session: AsyncSession, scope: Scope) -> list[dict[str, Any]]:
    """The newest, with every critical one that nobody has acknowledged; newest first. What is
    for one agent alone is not for a screen that all can see."""
    shown = [Notice.audience != Audience.AGENT.value]
    if scope.unit is not None:
        shown.append(or_(Notice.unit == scope.unit, Notice.unit.is_(None)))
    newest = await session.scalar(select(func.max(Notice.id))) or 0
    recent = select(Notice).where(Notice.id > newest - _LOOKED_BACK, *shown)
    recent = recent.order_by(Notice.id.desc()).limit(NOTICES)
    urgent = list(
        await session.scalars(
            recent.where(
                Notice.severity == Severity.CRITICAL.value, Notice.acknowledged_at.is_(None)
            )
        )
    )
    kept = {notice.id: notice for notice in urgent}
    for notice in await session.scalars(recent):
        if len(kept) >= NOTICES:
            break
        kept.setdefault(notice.id, notice)
    ordered = sorted(kept.values(), key=lambda notice: notice.id, reverse=True)
    return [notice_view(notice.as_row()) for notice in ordered]


async def read_incidents(session: AsyncSession, scope: Scope) -> list[dict[str, Any]]:
    """Those suspected and open, newest first, with how many tickets each has and in how many of
    them the customer waits."""
    query = select(Incident).where(
        Incident.state.in_((IncidentState.SUSPECTED.value, IncidentState.OPEN.value))
    )
    if scope.unit is not None:
        query = query.where(or_(Incident.unit == scope.unit, Incident.unit.is_(None)))
    incidents = list(await session.scalars(query.order_by(Incident.id.desc())))
    counted = await session.execute(
        select(
            Ticket.incident_id,
            func.count(),
            how_many(Ticket.waiting_since.is_not(None)),
        )
        .where(Ticket.incident_id.in_([incident.id for incident in incidents]))
        .group_by(Ticket.incident_id)
    )
    counts = {incident_id: (tickets, waiting) for incident_id, tickets, waiting in counted}
    listed = []
    for incident in incidents:
        tickets, waiting = counts.get(incident.id, (0, 0))
        listed.append(
            {
                "id": incident.id,
                "state": incident.state,
                "title": incident.title,
                "tickets": tickets,
                "waiting": waiting,
                "created_at": incident.created_at,
                "opened_at": incident.opened_at,
            }
        )
    return listed
