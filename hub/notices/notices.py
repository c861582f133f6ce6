"""Telling people: a row for the feed and the bell, and an event for those on line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from hub.events.record import PendingEvent, record
from hub.notices.models import Audience, Notice, Severity
from hub.tickets.models import Ticket
from hub.tickets.view import timestamp

NO_UNIT = ""
"""The unit of an event that only supervisors, who see every unit, are to get."""
_PLAIN = (
    "id", "kind", "severity", "audience", "agent_id", "unit", "ticket_id", "incident_id", "text",
    "author", "detail", "acknowledged_by",
)  # fmt: skip


def notice_view(row: Mapping[str, Any]) -> dict[str, Any]:
    """A notice as JSON-ready data: the same in the API and in events."""
    view = {name: row[name] for name in _PLAIN}
    for name in ("at", "acknowledged_at"):
        view[name] = timestamp(row[name])
    return view


async def tell(
    session: AsyncSession,
    now: datetime,
    kind: str,
    text: str,
    *,
    audience: Audience,
    severity: Severity = Severity.INFO,
    ticket: Ticket | None = None,
    agent_id: int | None = None,
    unit: str | None = None,
    incident_id: int | None = None,
    author: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Notice:
    """Tell `audience` something, in the caller's transaction. `unit` defaults to the ticket's."""
    if unit is None and ticket is not None:
        unit = ticket.unit
    notice = Notice(
        at=now,
        kind=kind,
        severity=severity.value,
        audience=audience.value,
        agent_id=agent_id,
        unit=unit,
        ticket_id=None if ticket is None else ticket.id,
        incident_id=incident_id,
        text=text[:500],
        author=author,
        detail=dict(detail or {}),
    )
    session.add(notice)
    await session.flush()
    tell_again(session, now, notice, "notice.created")
    return notice


def place_of(notice: Notice) -> tuple[str, int | None]:
    """The unit and the assignee by which `Principal.sees` tells who a notice is for; whoever
    sees every unit gets every one."""
    if notice.audience == Audience.AGENT:
        return NO_UNIT, notice.agent_id
    if notice.audience == Audience.UNIT:
        return notice.unit or NO_UNIT, None
    return NO_UNIT, None


def tell_again(session: AsyncSession, now: datetime, notice: Notice, kind: str) -> None:
    """Record the event of a notice for those it is for."""
    unit, assignee = place_of(notice)
    data = notice_view(notice.as_row())
    record(session, PendingEvent(kind, now, data, notice.ticket_id, unit, assignee))
