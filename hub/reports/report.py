"""The supervisor's report: read off the days' sheets, and off the facts where one is stale."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.directory import Directory
from hub.reports.facts import as_of
from hub.reports.figures import (
    Dimension,
    Report,
    ReportQuery,
    ReportRow,
    TopicTrend,
    VolumeDay,
)
from hub.reports.models import LASTING, ReportDay, TicketFact
from hub.reports.names import agent_names, named
from hub.reports.query import filters

if TYPE_CHECKING:  # numpy's: a hub that nobody asks for a report does without
    from hub.reports.sheets import Sheet
    from hub.reports.tally import Pile

MAX_TOPICS = 20
_IN_ORDER = frozenset({Dimension.HOUR, Dimension.WEEKDAY, Dimension.DAY})


@dataclass(frozen=True, slots=True)
class _Days:
    """The report's days as ordinals; `earliest` is the first whose tickets are looked at."""

    start: int
    end: int
    before: int
    earliest: int

    @classmethod
    def of(cls, query: ReportQuery) -> _Days:
        start, end = query.start.toordinal(), query.end.toordinal()
        before = start - (end - start + 1)
        return cls(start, end, before, min(before, start - LASTING))


@dataclass(frozen=True, slots=True)
class _Old:
    """Tickets from before the earliest day that were still open when the period began."""

    resolved_day: int | None
    number: int


async def read_report(
    session: AsyncSession, directory: Directory, query: ReportQuery, now: datetime, timezone: str
) -> Report:
    """The figures of `query` (`hub.reports.query.check` says whether it makes sense).

    `timezone` is the city's; the facts' days are on its calendar already, so it is not needed to
    count, and is taken for what a later definition may need.
    """
    reached = await as_of(session, now)
    days = _Days.of(query)
    packed = await _packed(session, days)
    old = await _old(session, query, days)
    agents = await agent_names(session, directory)
    stale, sheets = await asyncio.to_thread(_unpack, packed)
    if stale:
        from hub.reports.sheets import facts_of_days, make_sheets

        facts = (await session.execute(facts_of_days(stale))).all()
        sheets += await asyncio.to_thread(make_sheets, facts)
    return await asyncio.to_thread(_count, query, days, sheets, old, directory, agents, reached)


async def _packed(session: AsyncSession, days: _Days) -> Sequence[tuple[int, bytes | None]]:
    """Each day's sheet, None where it is out of date: one statement, so that a day that is made
    anew meanwhile is not missed."""
    sheet = case((ReportDay.rolled == ReportDay.revision, ReportDay.sheet))
    found = await session.execute(
        select(ReportDay.day, sheet)
        .where(ReportDay.day.between(days.earliest, days.end))
        .order_by(ReportDay.day)
    )
    return [(day, packed) for day, packed in found]


async def _old(session: AsyncSession, query: ReportQuery, days: _Days) -> list[_Old]:
    found = await session.execute(
        select(TicketFact.resolved_day, func.count())
        .where(
            TicketFact.lasting == 1,
            TicketFact.day < days.earliest,
            TicketFact.resolved_day.is_(None) | (TicketFact.resolved_day >= days.start),
            *filters(query),
        )
        .group_by(TicketFact.resolved_day)
    )
    return [_Old(resolved_day, number) for resolved_day, number in found]


def _unpack(packed: Sequence[tuple[int, bytes | None]]) -> tuple[list[int], list[Sheet]]:
    """The days whose facts have to be read, and the sheets of the others."""
    from hub.reports.sheets import read_sheet

    read = [(day, None if data is None else read_sheet(day, data)) for day, data in packed]
    return [day for day, sheet in read if sheet is None], [
        sheet for _, sheet in read if sheet is not None
    ]


def _count(
    query: ReportQuery,
    days: _Days,
    sheets: Sequence[Sheet],
    old: Sequence[_Old],
    directory: Directory,
    agents: dict[int, str],
    reached: datetime,
) -> Report:
    from hub.reports.tally import lay_together, total

    every = lay_together(sheets).having(_wanted(query))
    inside = every.between(days.start, days.end)
    before = every.between(days.before, days.start - 1)
    rows, totals = _rows(query, days, inside, directory, agents)
    return Report(
        query=query,
        as_of=reached,
        totals=totals,
        before=total(before),
        rows=tuple(rows),
        volume=tuple(_volume(every, days, old)),
        topics=tuple(_topics(inside, before)),
    )


def _wanted(query: ReportQuery) -> dict[str, Any]:
    given = {
        "unit": query.unit,
        "channel": query.channel,
        "topic": query.topic,
        "agent": query.agent_id,
    }
    return {name: key for name, key in given.items() if key is not None}


def _rows(
    query: ReportQuery, days: _Days, pile: Pile, directory: Directory, agents: dict[int, str]
) -> tuple[list[ReportRow], ReportRow]:
    from hub.reports.tally import tally

    groups, keys = pile.groups(query.by, days.start, days.end)
    if query.by is Dimension.UNIT and query.unit is None:
        keys += [slug for slug in directory.units if slug not in keys]
    rows, totals = tally(pile, groups, named(query.by, keys, directory, agents))
    if query.by in _IN_ORDER:
        return rows, totals
    always = set(directory.units) if query.by is Dimension.UNIT and query.unit is None else set()
    shown = [row for row in rows if row.created or row.key in always]
    return sorted(shown, key=lambda row: (-row.created, row.label, row.key)), totals


def _volume(pile: Pile, days: _Days, old: Sequence[_Old]) -> list[VolumeDay]:
    """Day by day; what is resolved counts on the day of its last resolution."""
    import numpy as np

    from hub.reports.sheets import UNRESOLVED

    size = days.end - days.start + 1
    after = pile.rows["resolved_after"].astype(np.int64)
    done = after != UNRESOLVED
    resolved_day = pile.days + after
    inside = pile.days >= days.start
    in_time = done & (resolved_day >= days.start) & (resolved_day <= days.end)
    created = np.bincount(pile.days[inside] - days.start, minlength=size)
    resolved = np.bincount(resolved_day[in_time] - days.start, minlength=size)
    backlog = int(np.count_nonzero(~inside & (~done | (resolved_day >= days.start))))
    for one in old:
        backlog += one.number
        if one.resolved_day is not None and one.resolved_day <= days.end:
            resolved[one.resolved_day - days.start] += one.number
    found = []
    for at in range(size):
        backlog += int(created[at]) - int(resolved[at])
        day = date.fromordinal(days.start + at)
        found.append(VolumeDay(day, int(created[at]), int(resolved[at]), backlog))
    return found


def _topics(inside: Pile, before: Pile) -> list[TopicTrend]:
    import numpy as np

    topics = inside.keys["topic"]
    now, then = (
        np.bincount(pile.rows["topic"], minlength=len(topics)) for pile in (inside, before)
    )
    trends = [
        TopicTrend(topic, int(now[code]), int(then[code]))
        for code, topic in enumerate(topics)
        if isinstance(topic, str) and (now[code] or then[code])
    ]
    trends.sort(key=lambda trend: (-trend.created, -trend.before, trend.topic))
    return trends[:MAX_TOPICS]
