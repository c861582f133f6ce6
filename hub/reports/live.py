"""The supervisor's live figures: open, due soon, breached, and the median first response.

The median is over today's first responses, late ones included (`sla.md`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.audit.models import AuditEntry
from hub.directory import Directory
from hub.tickets.models import AuthorKind, Direction, Message, Status, Ticket
from hub.tickets.queue import DUE_SOON

_ACTIVE = (Status.OPEN.value, Status.PENDING_CUSTOMER.value)


async def live_report(
    session: AsyncSession, directory: Directory, now: datetime, timezone: str
) -> dict[str, Any]:
    """The page's figures, as `hub.api.system_schemas.LiveReport` says."""
    today = datetime.combine(now.astimezone(ZoneInfo(timezone)).date(), time(), ZoneInfo(timezone))
    groups = (await session.execute(_grouped(now))).all()
    responses = await _first_responses(session, today)
    by_unit = [
        {"unit": unit, **_sum([g for g in groups if g.unit == unit], responses["unit"][unit])}
        for unit in directory.units
    ]
    channels = sorted({group.channel for group in groups} | set(responses["channel"]))
    by_channel = [
        {
            "channel": channel,
            **_sum([g for g in groups if g.channel == channel], responses["channel"][channel]),
        }
        for channel in channels
    ]
    every = [seconds for listed in responses["unit"].values() for seconds in listed]
    totals = _sum(groups, every) | {
        "waiting_bot": await _count(session, Ticket.status == Status.BOT.value),
        "resolved_today": await _count(
            session, and_(Ticket.status == Status.RESOLVED.value, Ticket.resolved_at >= today)
        ),
    }
    return {
        "at": now,
        "totals": totals,
        "by_unit": by_unit,
        "by_channel": by_channel,
        "agents": await _agents(session, directory),
        "bot": await _bot(session, today),
    }


def _grouped(now: datetime) -> Any:
    soon = and_(Ticket.due_at.between(now, now + DUE_SOON), ~Ticket.overdue)
    return (
        select(
            Ticket.unit,
            Ticket.channel,
            func.count().label("open"),
            _how_many(soon).label("due_soon"),
            _how_many(Ticket.overdue).label("breached"),
            _how_many(Ticket.assignee_id.is_(None)).label("unassigned"),
            func.min(Ticket.waiting_since).label("oldest"),
        )
        .where(Ticket.status.in_(_ACTIVE))
        .group_by(Ticket.unit, Ticket.channel)
    )


def _how_many(condition: SQLColumnExpression[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _sum(groups: Sequence[Any], responses: Sequence[float]) -> dict[str, Any]:
    return {
        "open": sum(group.open for group in groups),
        "due_soon": sum(group.due_soon for group in groups),
        "breached": sum(group.breached for group in groups),
        "unassigned": sum(group.unassigned for group in groups),
        "oldest_waiting_at": min((g.oldest for g in groups if g.oldest), default=None),
        "median_first_response_seconds": median(responses) if responses else None,
    }


async def _first_responses(
    session: AsyncSession, since: datetime
) -> dict[str, defaultdict[str, list[float]]]:
    """Seconds from inquiry to first response, of those met today; calls are met as they come."""
    found = await session.execute(
        select(Ticket.unit, Ticket.channel, Ticket.created_at, Ticket.first_response_met_at).where(
            Ticket.first_response_met_at >= since, Ticket.channel.not_in(("phone", "walk-in"))
        )
    )
    responses: dict[str, defaultdict[str, list[float]]] = {
        "unit": defaultdict(list),
        "channel": defaultdict(list),
    }
    for unit, channel, created_at, met_at in found:
        assert met_at is not None
        seconds = max(timedelta(0), met_at - created_at).total_seconds()
        responses["unit"][unit].append(seconds)
        responses["channel"][channel].append(seconds)
    return responses


async def _agents(session: AsyncSession, directory: Directory) -> list[dict[str, Any]]:
    found = await session.execute(
        select(Ticket.assignee_id, func.count())
        .where(Ticket.status.in_(_ACTIVE), Ticket.assignee_id.is_not(None))
        .group_by(Ticket.assignee_id)
    )
    load = {agent_id: count for agent_id, count in found}  # noqa: C416
    return [
        {
            "id": agent.id,
            "name": agent.name,
            "presence": agent.presence,
            "open": load.get(agent.id, 0),
        }
        for agent in directory.agents.values()
    ]


async def _bot(session: AsyncSession, today: datetime) -> dict[str, int]:
    answered = await session.scalar(
        select(func.count(func.distinct(Message.ticket_id))).where(
            Message.author_kind == AuthorKind.BOT.value,
            Message.direction == Direction.OUTBOUND.value,
            Message.articles != [],
            Message.created_at >= today,
        )
    )
    handed = await session.scalar(
        select(func.count(func.distinct(AuditEntry.ticket_id))).where(
            AuditEntry.action == "hand off", AuditEntry.at >= today
        )
    )
    return {"answered_today": answered or 0, "handed_over_today": handed or 0}


async def _count(session: AsyncSession, condition: ColumnElement[bool]) -> int:
    return await session.scalar(select(func.count()).select_from(Ticket).where(condition)) or 0
