"""An incident's tickets: which match, which are attached, and how each is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.incidents.matching import Rule, Seen, matches
from hub.incidents.models import Incident, IncidentState
from hub.incidents.words import Said
from hub.tickets.change import Change
from hub.tickets.models import Direction, Message, Status, Ticket

BEFORE = timedelta(hours=24)
"""How long before the incident was made a ticket may have begun that belongs to it."""
MOST = 2_000
"""Tickets that are looked at, the newest."""
_AT_ONCE = 250


def rule_of(incident: Incident) -> Rule:
    return Rule(incident.topic, tuple(incident.terms), incident.unit)


def is_open() -> ColumnElement[bool]:
    """Of a ticket: somebody may still be answered in it."""
    return and_(Ticket.status != Status.RESOLVED.value, Ticket.merged_into_id.is_(None))


async def candidates(
    session: AsyncSession, incident: Incident, visible: ColumnElement[bool] | None = None
) -> list[Ticket]:
    """The open tickets that match and are in no incident, the newest first; their customers wrote
    lately, not only people of ours."""
    rule = rule_of(incident)
    if rule.empty:
        return []
    since = incident.created_at - BEFORE
    wanted = [is_open(), Ticket.incident_id.is_(None), Ticket.last_message_at >= since]
    wanted += [] if visible is None else [visible]
    wanted += [] if incident.unit is None else [Ticket.unit == incident.unit]
    tickets = list(
        await session.scalars(select(Ticket).where(*wanted).order_by(Ticket.id.desc()).limit(MOST))
    )
    found = []
    for start in range(0, len(tickets), _AT_ONCE):
        part = tickets[start : start + _AT_ONCE]
        texts = await _texts(session, [ticket.id for ticket in part], since)
        # Some hundred milliseconds for long texts and many terms: others go on meanwhile.
        found += await asyncio.to_thread(_matching, rule, part, texts)
    return found


def _matching(
    rule: Rule, tickets: Sequence[Ticket], texts: Mapping[int, Sequence[str]]
) -> list[Ticket]:
    return [
        ticket
        for ticket in tickets
        if ticket.id in texts and matches(rule, _seen(ticket, "\n".join(texts[ticket.id])))
    ]


async def _texts(
    session: AsyncSession, ids: Sequence[int], since: datetime
) -> dict[int, list[str]]:
    found = await session.execute(
        select(Message.ticket_id, Message.body)
        .where(
            Message.ticket_id.in_(ids),
            Message.direction == Direction.INBOUND.value,
            Message.deleted_at.is_(None),
            Message.sent_at >= since,
        )
        .order_by(Message.id)
    )
    texts: dict[int, list[str]] = {}
    for ticket_id, body in found:
        texts.setdefault(ticket_id, []).append(body)
    return texts


def _seen(ticket: Ticket, text: str) -> Seen:
    return Seen(Said(text), () if ticket.topic is None else (ticket.topic,), ticket.unit)


async def open_incident(session: AsyncSession, incident_id: int) -> Incident | None:
    """The incident if it is open, held so until the transaction ends: it closes after it.

    A ticket is locked before its incident, everywhere.
    """
    return await session.scalar(
        select(Incident)
        .where(Incident.id == incident_id, Incident.state == IncidentState.OPEN.value)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )


def attach(change: Change, incident: Incident, *, anew: bool = False) -> bool:
    """Make the ticket a part of `incident`; `anew` also if it is another one's.

    False where it is already, or is merged: the ticket it is merged into counts.
    """
    ticket = change.ticket
    before = ticket.incident_id
    if ticket.merged_into_id is not None or before == incident.id:
        return False
    if before is not None and not anew:
        return False
    ticket.incident_id = incident.id
    change.audit("incident", incident_id=incident.id, title=incident.title, before=before)
    return True


def detach(change: Change, incident_id: int) -> bool:
    """Take the ticket out of the incident; False where it is not in it."""
    if change.ticket.incident_id != incident_id:
        return False
    change.ticket.incident_id = None
    change.audit("incident left", incident_id=incident_id)
    return True
