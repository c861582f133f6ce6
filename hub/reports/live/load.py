"""What is open, waits, falls due and was missed: in all, by unit and by channel; and on whose desk.

The median first response is over today's, late ones included (`sla.md`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from statistics import median
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.directory import Directory
from hub.reports.live.scope import ACTIVE, Scope, count_tickets, how_many
from hub.sla.entries import COUNTER_CHANNELS
from hub.sla.models import ClockRow
from hub.sla.policy import Metric
from hub.tickets.models import Status, Ticket
from hub.tickets.queue import DUE_SOON

Responses = dict[str, defaultdict[str, list[float]]]


async def read_load(session: AsyncSession, directory: Directory, scope: Scope) -> dict[str, Any]:
    """`totals`, `by_unit`, `by_channel` and `agents`. A unit's report has that unit alone, and
    its agents, with what they have from other units, too."""
    everywhere = (await session.execute(_grouped(scope))).all()
    groups = [group for group in everywhere if scope.unit in (None, group.unit)]
    responses = await _first_responses(session, scope)
    units = directory.units if scope.unit is None else [scope.unit]
    channels = sorted({group.channel for group in groups} | set(responses["channel"]))
    every = [seconds for listed in responses["unit"].values() for seconds in listed]
    return {
        "totals": _sum(groups, every)
        | {
            "waiting_bot": await count_tickets(session, scope, Ticket.status == Status.BOT.value),
            "resolved_today": await count_tickets(
                session, scope, Ticket.resolved_at >= scope.today
            ),
        },
        "by_unit": [
            {"unit": unit, **_sum((g for g in groups if g.unit == unit), responses["unit"][unit])}
            for unit in units
        ],
        "by_channel": [
            {
                "channel": channel,
                **_sum((g for g in groups if g.channel == channel), responses["channel"][channel]),
            }
            for channel in channels
        ],
        "agents": _agents(everywhere, directory, scope),
    }


def _grouped(scope: Scope) -> Any:
    """One walk over what is active, in the order of `ix_tickets_live`, for all its figures."""
    due = and_(Ticket.due_at >= scope.now, ~Ticket.overdue)
    groups = (Ticket.status, Ticket.unit, Ticket.channel, Ticket.assignee_id)
    return (
        select(
            Ticket.unit,
            Ticket.channel,
            Ticket.assignee_id,
            func.count().label("open"),
            func.count(Ticket.waiting_since).label("waiting"),
            how_many(and_(due, Ticket.due_at <= scope.now + DUE_SOON)).label("due_soon"),
            how_many(Ticket.overdue).label("breached"),
            func.min(Ticket.waiting_since).label("oldest"),
            func.min(case((due, Ticket.due_at))).label("next_due"),
        )
        .where(Ticket.status.in_(ACTIVE))
        .group_by(*groups)
    )


def _sum(groups: Iterable[Any], responses: Sequence[float]) -> dict[str, Any]:
    groups = list(groups)
    return {
        "open": sum(group.open for group in groups),
        "waiting": sum(group.waiting for group in groups),
        "due_soon": sum(group.due_soon for group in groups),
        "breached": sum(group.breached for group in groups),
        "unassigned": sum(group.open for group in groups if group.assignee_id is None),
        "oldest_waiting_at": min((g.oldest for g in groups if g.oldest), default=None),
        "next_due_at": min((g.next_due for g in groups if g.next_due), default=None),
        "median_first_response_seconds": median(responses) if responses else None,
    }


def _agents(groups: Sequence[Any], directory: Directory, scope: Scope) -> list[dict[str, Any]]:
    by_agent: defaultdict[int | None, list[Any]] = defaultdict(list)
    for group in groups:
        by_agent[group.assignee_id].append(group)
    return [
        {
            "id": agent.id,
            "name": agent.name,
            "presence": agent.presence,
            "open": sum(group.open for group in by_agent[agent.id]),
            "capacity": agent.capacity,
            "waiting": sum(group.waiting for group in by_agent[agent.id]),
            "overdue": sum(group.breached for group in by_agent[agent.id]),
        }
        for agent in directory.agents.values()
        if scope.unit is None or scope.unit in agent.units
    ]


async def _first_responses(session: AsyncSession, scope: Scope) -> Responses:
    """Seconds from inquiry to first response, of those met today; calls are met as they come."""
    query = (
        select(Ticket.unit, Ticket.channel, Ticket.created_at, ClockRow.met_at)
        .join(Ticket, Ticket.id == ClockRow.ticket_id)
        .where(
            ClockRow.met_at >= scope.today,
            ClockRow.metric == Metric.FIRST_RESPONSE.value,
            ClockRow.ended.is_(None),
            Ticket.channel.not_in(sorted(COUNTER_CHANNELS)),
        )
    )
    responses: Responses = {"unit": defaultdict(list), "channel": defaultdict(list)}
    for unit, channel, created_at, met_at in await session.execute(query):
        if scope.unit not in (None, unit):
            continue
        assert met_at is not None
        seconds = max(timedelta(0), met_at - created_at).total_seconds()
        responses["unit"][unit].append(seconds)
        responses["channel"][channel].append(seconds)
    return responses
