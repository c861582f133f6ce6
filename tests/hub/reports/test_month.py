"""A simulated month's reports against a recount of what was said and done, and the wallboard's
counts against plain SQL."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from statistics import mean, median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from hub.db.base import to_micros
from hub.reports.figures import Dimension, MetricFigures, ReportQuery, ReportRow, Times
from hub.reports.live import live_report
from hub.reports.report import read_report
from tests.hub.month.brute import Brute, Counted, percentile
from tests.hub.month.months import AFTER, LAST_DAY, SMALL, Month, month

__all__ = ["month"]
pytestmark = pytest.mark.anyio

FIRST_DAY = LAST_DAY - timedelta(days=29)
STORM = date(2026, 11, 18)
METRICS = ("first_response", "next_response", "resolution")
OUTCOMES = (
    "within", "late", "overdue", "unanswered", "pending", "answered_by_bot", "no_reply_needed",
)  # fmt: skip
DECIDED = ("within", "late", "overdue", "unanswered")
KEYS: dict[Dimension, Callable[[Counted], str]] = {
    Dimension.UNIT: lambda one: one.unit,
    Dimension.CHANNEL: lambda one: one.channel,
    Dimension.TOPIC: lambda one: one.topic,
    Dimension.AGENT: lambda one: one.agent,
    Dimension.HOUR: lambda one: f"{one.hour:02d}",
    Dimension.WEEKDAY: lambda one: str(one.day.weekday()),
    Dimension.DAY: lambda one: one.day.isoformat(),
}


@pytest.mark.parametrize("by", list(Dimension))
async def test_figures_are_those_of_a_recount(month: Month, by: Dimension) -> None:
    async with month.hub() as hub, hub.database.read() as session:
        zone = hub.settings.timezone
        brute = Brute(ZoneInfo(zone), AFTER)
        await brute.read(session)
        query = ReportQuery(FIRST_DAY, LAST_DAY, by)
        report = await read_report(session, await hub.directory.get(), query, AFTER, zone)
    assert len(brute.counted) == SMALL
    _same(report.totals, brute.counted)
    groups = defaultdict(list)
    for one in brute.counted:
        groups[KEYS[by](one)].append(one)
    assert {row.key for row in report.rows if row.created} == set(groups)
    for row in report.rows:
        _same(row, groups.get(row.key, []))


@pytest.mark.parametrize(
    "narrowed",
    [{"unit": "call-center"}, {"channel": "facebook"}, {"topic": "report-outage"}],
    ids=str,
)
async def test_a_stormy_week_narrowed(month: Month, narrowed: dict[str, Any]) -> None:
    start, end = STORM - timedelta(days=3), STORM + timedelta(days=1)
    async with month.hub() as hub, hub.database.read() as session:
        zone = hub.settings.timezone
        brute = Brute(ZoneInfo(zone), AFTER)
        await brute.read(session)
        query = ReportQuery(start, end, Dimension.DAY, **narrowed)
        report = await read_report(session, await hub.directory.get(), query, AFTER, zone)
    chosen = [
        one
        for one in brute.counted
        if all(getattr(one, name) == wanted for name, wanted in narrowed.items())
    ]
    inside = [one for one in chosen if start <= one.day <= end]
    assert inside
    _same(report.totals, inside)
    before = [one for one in chosen if start - timedelta(days=5) <= one.day < start]
    _same(report.before, before)
    for day in report.volume:
        assert (day.created, day.resolved, day.backlog) == (
            sum(one.day == day.day for one in chosen),
            sum(one.resolved_day == day.day for one in chosen),
            sum(
                one.day <= day.day and (one.resolved_day is None or one.resolved_day > day.day)
                for one in chosen
            ),
        ), day


async def test_the_storm_shows(month: Month) -> None:
    """What the whole is for: late answers come with the storm, not at random."""
    async with month.hub() as hub, hub.database.read() as session:
        query = ReportQuery(FIRST_DAY, LAST_DAY, Dimension.DAY)
        zone = hub.settings.timezone
        report = await read_report(session, await hub.directory.get(), query, AFTER, zone)
    days = {date.fromisoformat(row.key): row for row in report.rows}
    usual = [days[day] for day in days if day.weekday() < 5 and day != STORM]
    assert days[STORM].created > 1.5 * median(row.created for row in usual)
    assert days[STORM].first_response.late > 1.5 * median(row.first_response.late for row in usual)
    assert report.topics[0].topic == "report-outage"
    sundays = [row.created for day, row in days.items() if day.weekday() == 6]
    mondays = [row.created for day, row in days.items() if day.weekday() == 0]
    assert max(sundays) < min(mondays) / 2


async def test_the_wallboard_counts_what_sql_counts(month: Month) -> None:
    async with month.hub() as hub, hub.database.read() as session:
        directory = await hub.directory.get()
        live = await live_report(session, directory, AFTER, hub.settings.timezone)
        now = to_micros(AFTER)
        midnight = AFTER.astimezone(ZoneInfo(hub.settings.timezone)).replace(
            hour=0, minute=0, second=0, microsecond=0
        )

        async def number(query: str, **given: Any) -> int:
            values = {"now": now, "today": to_micros(midnight), **given}
            asked = {name: value for name, value in values.items() if f":{name}" in query}
            return int(await session.scalar(text(query), asked) or 0)

        async def check(found: dict[str, Any], where: str, **given: Any) -> None:
            active = f"FROM tickets WHERE status IN ('open', 'pending_customer') {where}"
            wanted = {
                "open": await number(f"SELECT count(*) {active}", **given),
                "waiting": await number(
                    f"SELECT count(*) {active} AND waiting_since IS NOT NULL", **given
                ),
                "unassigned": await number(
                    f"SELECT count(*) {active} AND assignee_id IS NULL", **given
                ),
                "breached": await number(
                    "SELECT count(DISTINCT tickets.id) FROM tickets JOIN sla_clocks c ON "
                    "c.ticket_id = tickets.id AND c.running_since IS NOT NULL AND "
                    "c.breached_at IS NOT NULL WHERE status IN ('open', 'pending_customer') "
                    f"{where}",
                    **given,
                ),
            }
            assert {name: found[name] for name in wanted} == wanted, where
            oldest = await number(f"SELECT min(waiting_since) {active}", **given)
            at = found["oldest_waiting_at"]
            assert (0 if at is None else to_micros(at)) == oldest

        await check(live["totals"], "")
        assert live["totals"]["open"] > 20
        assert live["totals"]["breached"] > 5
        for row in live["by_unit"]:
            await check(row, "AND unit = :unit", unit=row["unit"])
        for row in live["by_channel"]:
            await check(row, "AND channel = :channel", channel=row["channel"])
        resolved = (
            "SELECT count(*) FROM tickets WHERE status = 'resolved' AND resolved_at >= :today"
        )
        assert live["totals"]["resolved_today"] == await number(resolved)
        bot = "SELECT count(*) FROM tickets WHERE status = 'bot'"
        assert live["totals"]["waiting_bot"] == await number(bot) > 0
        for agent in live["agents"]:
            assert agent["open"] == await number(
                "SELECT count(*) FROM tickets WHERE assignee_id = :agent AND status IN "
                "('open', 'pending_customer')",
                agent=agent["id"],
            )


def _same(row: ReportRow, group: Sequence[Counted]) -> None:
    resolved = [one for one in group if one.resolved_day is not None]
    answered = [one.score for one in group if one.score is not None]
    assert (row.created, row.resolved, row.open) == (
        len(group), len(resolved), len(group) - len(resolved),
    ), row.key  # fmt: skip
    assert (row.with_bot, row.contained, row.reopened, row.first_contact) == (
        sum(one.with_bot for one in group),
        sum(one.contained for one in group),
        sum(one.reopened for one in group),
        sum(one.first_contact for one in group),
    ), row.key
    assert (row.surveys_asked, row.surveys_answered, row.surveys_satisfied) == (
        sum(one.asked for one in group), len(answered), sum(score >= 4 for score in answered),
    ), row.key  # fmt: skip
    if answered:
        assert row.survey_score == pytest.approx(mean(answered))
    else:
        assert row.survey_score is None
    for metric in METRICS:
        figures: MetricFigures = getattr(row, metric)
        counts = Counter(one.outcome[metric] for one in group if metric in one.outcome)
        found = {name: getattr(figures, name) for name in OUTCOMES}
        assert found == {name: counts[name] for name in OUTCOMES}, (row.key, metric)
        decided = sum(counts[name] for name in DECIDED)
        share = counts["within"] / decided if decided else None
        assert figures.share_within == (None if share is None else pytest.approx(share))
        for way in ("business", "calendar"):
            times = [getattr(one, way)[metric] for one in group if metric in getattr(one, way)]
            assert len(times) == decided
            _close(getattr(figures, way), times, (row.key, metric, way))


def _close(found: Times, times: Sequence[float], where: Any) -> None:
    for share, value, is_open in (
        (0.5, found.median, found.median_open),
        (0.9, found.p90, found.p90_open),
    ):
        wanted = percentile(times, share)
        if wanted is None or math.isinf(wanted):
            assert (value, is_open) == (None, wanted is not None), where
        else:
            # Within 2 %; below a second nobody counts.
            assert value == pytest.approx(wanted, rel=0.02, abs=1), where
            assert not is_open
