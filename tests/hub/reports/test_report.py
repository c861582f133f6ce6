"""Reports against the same figures counted one by one in plain Python, over random weeks."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from hub.reports.drill import FIGURES, tickets_behind
from hub.reports.facts import rebuild
from hub.reports.figures import Dimension, MetricFigures, Report, ReportQuery, ReportRow
from hub.reports.keeper import Keeper
from hub.reports.report import read_report
from hub.reports.sheets import roll, stale_days
from hub.system import Hub
from tests.fakes import FakeClock, ScriptedResponder
from tests.fixtures import Work
from tests.hub.reports import expected
from tests.hub.reports.expected import KEYS, METRICS, Seen
from tests.hub.reports.histories import Weeks

pytestmark = pytest.mark.anyio

ZONE = "America/New_York"
ERROR = 0.02


def keeper_of(hub: Hub) -> Keeper:
    """One whose pauses between two sheets of a day are over."""
    seconds = itertools.count(0.0, 6.0)
    return Keeper(hub.database, hub.directory, hub.now, ZONE, lambda: next(seconds) / 100)


async def caught_up(hub: Hub) -> None:
    keeper = keeper_of(hub)
    while await keeper.run():
        pass


async def report_of(hub: Hub, query: ReportQuery) -> Report:
    directory = await hub.directory.get()
    async with hub.database.read() as session:
        return await read_report(session, directory, query, hub.now(), ZONE)


def _agree(row: ReportRow, seen: Sequence[Seen]) -> None:
    wanted = expected.figures(seen)
    for name, value in wanted.items():
        metric, _, kind = name.partition(".")
        if kind:
            _agree_times(getattr(row, metric), kind, value)
        elif name in METRICS:
            figures: MetricFigures = getattr(row, name)
            assert {word: getattr(figures, word) for word in value} == value, (row.key, name)
        elif name == "survey_score":
            assert row.survey_score == (None if value is None else pytest.approx(value))
        else:
            assert getattr(row, name) == value, (row.key, name)


def _agree_times(figures: MetricFigures, kind: str, times: list[float]) -> None:
    assert figures.decided == len(times)
    found = getattr(figures, kind)
    for name, share in (("median", 0.5), ("p90", 0.9)):
        wanted = expected.percentile(times, share)
        endless = wanted == float("inf")
        assert getattr(found, f"{name}_open") is endless
        if wanted is None or endless:
            assert getattr(found, name) is None
        else:
            assert getattr(found, name) == pytest.approx(wanted, rel=ERROR, abs=0.1)


async def _check(hub: Hub, query: ReportQuery, seen: Sequence[Seen]) -> Report:
    report = await report_of(hub, query)
    theirs = expected.matching(seen, query)
    inside = expected.within(theirs, query.start, query.end)
    length = query.end - query.start + timedelta(days=1)
    earlier = expected.within(theirs, query.start - length, query.start - timedelta(days=1))
    _agree(report.totals, inside)
    _agree(report.before, earlier)
    key = KEYS[query.by.value]
    rows = {row.key: row for row in report.rows}
    assert len(rows) == len(report.rows)
    assert {key(one) for one in inside} <= set(rows)
    for name, row in rows.items():
        _agree(row, [one for one in inside if key(one) == name])
    assert sum(row.created for row in report.rows) == report.totals.created
    found = [(day.day, day.created, day.resolved, day.backlog) for day in report.volume]
    assert found == expected.volume(theirs, query.start, query.end)
    for trend in report.topics:
        assert trend.created == sum(one.ticket.topic == trend.topic for one in inside)
        assert trend.before == sum(one.ticket.topic == trend.topic for one in earlier)
    return report


async def _drill(hub: Hub, query: ReportQuery, row: ReportRow, group: str | None) -> None:
    """Every figure of a row opens as many tickets as it says."""
    async with hub.database.read() as session:
        for figure in FIGURES:
            metric, _, outcome = figure.partition(".")
            said = getattr(row, metric)
            number = getattr(said, outcome) if outcome else said
            seen: list[int] = []
            cursor = None
            while True:
                page = await tickets_behind(session, query, figure, group, cursor=cursor, limit=15)
                assert page.total == number, figure
                seen += [item.ticket.id for item in page.items]
                for item in page.items:
                    timed = outcome in ("within", "late")
                    assert (item.seconds_business is not None) or not timed
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert len(seen) == len(set(seen)) == number, figure
            assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("seed", [1])
@pytest.mark.timeout(400)
async def test_every_figure_is_that_of_the_tickets(
    hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder, seed: int
) -> None:
    """Weeks around the end of summer time, kept up to date at random moments."""
    clock.at = datetime(2026, 10, 26, 14, tzinfo=UTC)
    weeks = Weeks(hub, work, clock, responder, seed)
    chance = random.Random(seed)
    keeper = keeper_of(hub)
    for _ in range(110):
        await weeks.step()
        if chance.random() < 0.1:
            await keeper.run()
    await caught_up(hub)
    hub.directory.forget()
    seen = await expected.audit(hub, clock())
    today = clock().astimezone(expected.ZONE).date()
    whole = date(2026, 10, 20), today
    agents = sorted({one.agent_id for one in seen if one.agent_id is not None})
    queries = [
        *(ReportQuery(*whole, by) for by in Dimension),
        ReportQuery(*whole, Dimension.HOUR, unit="billing"),
        ReportQuery(*whole, Dimension.AGENT, channel="x", topic="high-bill"),
        ReportQuery(*whole, Dimension.TOPIC, agent_id=agents[0], unit="call-center"),
        ReportQuery(date(2026, 11, 1), date(2026, 11, 1), Dimension.HOUR),
        ReportQuery(date(2026, 11, 2), date(2026, 11, 4), Dimension.DAY),
        ReportQuery(date(2026, 10, 27), date(2026, 10, 28), Dimension.CHANNEL, channel="facebook"),
    ]
    for query in queries:
        report = await _check(hub, query, seen)
        if query.by is Dimension.TOPIC and query.unit is None:
            await _drill(hub, query, report.totals, None)
            for row in report.rows[:1]:
                await _drill(hub, query, row, row.key)
    whole_report = await report_of(hub, queries[0])
    # The weeks have something of everything, or this proves little.
    totals = whole_report.totals
    for name in ("resolved", "open", "contained", "reopened", "first_contact", "surveys_answered"):
        assert getattr(totals, name) > 0, name
    first = totals.first_response
    assert min(first.within, first.late, first.overdue, first.answered_by_bot) > 0
    assert totals.next_response.decided > 0
    assert whole_report.as_of == clock()
    # Sheets made or not, anew or not: the figures are the same.
    for query in queries[:1]:
        before = await report_of(hub, query)
        while await roll(hub.database, limit=50):
            pass
        assert await stale_days(hub.database) == []
        assert await report_of(hub, query) == before
        await rebuild(hub.database, await hub.directory.get(), ZONE, now=clock)
        assert await report_of(hub, query) == before
