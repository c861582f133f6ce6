"""Reading what a ticket's facts are computed from, many tickets at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Table, and_, exists, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from hub.audit.models import AuditEntry
from hub.reports.models import TicketFact
from hub.reports.reckoning import FOLLOWED, TicketRows, reckon
from hub.sla.entries import Rules
from hub.sla.models import ClockRow, TimelineRow
from hub.surveys.models import Survey
from hub.tickets.models import Direction, Message, Status, Ticket

_FOLLOWED = int(FOLLOWED.total_seconds() * 1_000_000)
_CLOCKS = cast(Table, ClockRow.__table__)


async def compute(
    session: AsyncSession, ids: Iterable[int], rules: Rules, zone: ZoneInfo, now: datetime
) -> list[dict[str, Any]]:
    """The facts of these tickets, by id. Those that do not exist have none, and a merged one
    counts in the ticket it was merged into."""
    wanted = sorted(set(ids))
    tickets = await session.execute(
        select(
            Ticket.id, Ticket.status, Ticket.channel, Ticket.unit, Ticket.topic,
            Ticket.assignee_id, Ticket.created_at, Ticket.resolved_at,
        )
        .where(Ticket.id.in_(wanted), Ticket.merged_into_id.is_(None))
        .order_by(Ticket.id)
    )  # fmt: skip
    found = {ticket.id: TicketRows(ticket) for ticket in tickets}
    wanted = list(found)
    for clock in await session.execute(
        select(_CLOCKS).where(_CLOCKS.c.ticket_id.in_(wanted)).order_by(_CLOCKS.c.id)
    ):
        found[clock.ticket_id].clocks.append(clock)
    for entry in await session.execute(
        select(TimelineRow.ticket_id, TimelineRow.at, TimelineRow.kind, TimelineRow.detail)
        .where(TimelineRow.ticket_id.in_(wanted), TimelineRow.kind.in_(("created", "status")))
        .order_by(TimelineRow.id)
    ):
        found[entry.ticket_id].changes.append(entry)
    for message in await session.execute(
        select(
            Message.ticket_id, Message.direction, Message.author_kind, Message.author_id,
            Message.sent_at,
            and_(Message.articles != [], ~Message.emergency).label("article"),
        )
        .where(Message.ticket_id.in_(wanted), Message.direction != Direction.NOTE.value)
        .order_by(Message.id)
    ):  # fmt: skip
        found[message.ticket_id].messages.append(message)
    for ticket_id, agent_id in await _resolvers(session, wanted):
        found[ticket_id].resolved_by = agent_id
    for survey in await session.execute(
        select(Survey.ticket_id, Survey.score, Survey.answered_at).where(
            Survey.ticket_id.in_(wanted)
        )
    ):
        found[survey.ticket_id].survey = survey
    for ticket_id in await _followed(session, wanted):
        found[ticket_id].followed = True
    return [reckon(rows, rules, zone, now) for rows in found.values()]


async def _resolvers(session: AsyncSession, ids: Sequence[int]) -> Iterable[tuple[int, int | None]]:
    """Who resolved each ticket, the last one last; None where it was no agent."""
    audited = await session.execute(
        select(AuditEntry.ticket_id, AuditEntry.actor, AuditEntry.detail)
        .where(AuditEntry.ticket_id.in_(ids), AuditEntry.action == "status")
        .order_by(AuditEntry.id)
    )
    found: list[tuple[int, int | None]] = []
    for ticket_id, actor, detail in audited:
        if ticket_id is not None and detail.get("status") == Status.RESOLVED:
            kind, _, rest = actor.partition(":")
            number = rest.partition(":")[0]
            agent = int(number) if kind == "agent" and number.isdecimal() else None
            found.append((ticket_id, agent))
    return found


async def _followed(session: AsyncSession, ids: Sequence[int]) -> Iterable[int]:
    """Those of the tickets after which the same customer asked the same again, soon."""
    later = aliased(Ticket)
    return await session.scalars(
        select(Ticket.id).where(
            Ticket.id.in_(ids),
            Ticket.status == Status.RESOLVED.value,
            exists(
                select(later.id).where(
                    later.contact_id == Ticket.contact_id,
                    later.id > Ticket.id,
                    later.topic.is_not_distinct_from(Ticket.topic),
                    type_coerce(later.created_at, BigInteger)
                    <= type_coerce(Ticket.resolved_at, BigInteger) + _FOLLOWED,
                )
            ),
        )
    )


async def neighbours(session: AsyncSession, ids: Sequence[int]) -> set[int]:
    """Earlier tickets that these may have followed: those whose customer's ticket is new to
    reports, or has another topic than it had."""
    fact, earlier = aliased(TicketFact), aliased(Ticket)
    found = await session.scalars(
        select(earlier.id)
        .join(Ticket, Ticket.contact_id == earlier.contact_id)
        .outerjoin(fact, fact.ticket_id == Ticket.id)
        .where(
            Ticket.id.in_(ids),
            fact.ticket_id.is_(None) | fact.topic.is_distinct_from(Ticket.topic),
            earlier.id < Ticket.id,
            earlier.status == Status.RESOLVED.value,
            type_coerce(earlier.resolved_at, BigInteger)
            >= type_coerce(Ticket.created_at, BigInteger) - _FOLLOWED,
        )
        .distinct()
    )
    return set(found)
