"""Figures in words, the same in every file and in the mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.directory import Directory
from hub.reports.figures import Dimension, Report, ReportQuery
from hub.reports.names import named

NONE = "–"
LONGER = "longer than measured"

METRICS = {
    "first_response": "First response",
    "next_response": "Next response",
    "resolution": "Resolution",
}
DIMENSIONS = {
    Dimension.UNIT: "Unit",
    Dimension.CHANNEL: "Channel",
    Dimension.TOPIC: "Topic",
    Dimension.AGENT: "Agent",
    Dimension.HOUR: "Hour of the day",
    Dimension.WEEKDAY: "Day of the week",
    Dimension.DAY: "Day",
}


def ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def percent(share: float | None) -> str:
    """`87.5 %`; a whole share has no decimals. 99.96 % is not rounded up to all of them."""
    if share is None:
        return NONE
    if share in (0.0, 1.0):
        return f"{share * 100:.0f} %"
    return f"{min(max(share * 100, 0.1), 99.9):.1f} %"


def count(number: int | None) -> str:
    return NONE if number is None else f"{number:,}"


def score(value: float | None) -> str:
    return NONE if value is None else f"{value:.1f}"


def duration(seconds: float | None) -> str:
    """`45 s`, `12 min`, `3 h 20 min`, `126 h`: never days, which mean two things here."""
    if seconds is None:
        return NONE
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds < 59.5 else "1 min"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours >= 100 or not minutes:
        return f"{hours + (minutes >= 30):,} h"
    return f"{hours} h {minutes} min"


def lasting(seconds: float | None, is_open: bool) -> str:
    """A median or percentile; `is_open` where it lies among those without an answer."""
    if not is_open:
        return duration(seconds)
    return LONGER if seconds is None else f"{LONGER} (> {duration(seconds)})"


def long_day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def period(query: ReportQuery) -> str:
    start, end = query.start, query.end
    if start == end:
        return f"{start:%A}, {long_day(start)}"
    if start.year != end.year:
        return f"{long_day(start)} – {long_day(end)}"
    if start.month != end.month:
        return f"{start:%B} {start.day} – {long_day(end)}"
    return f"{start:%B} {start.day} – {end.day}, {end.year}"


def moment(instant: datetime, zone: ZoneInfo) -> str:
    """`November 23, 2026, 07:05 EST`."""
    local = instant.astimezone(zone)
    return f"{long_day(local.date())}, {local:%H:%M} {local:%Z}"


def topic(slug: str) -> str:
    return slug.replace("-", " ").capitalize() or "No topic"


def filters(query: ReportQuery, directory: Directory, agents: Mapping[int, str]) -> str:
    """What the report is limited to; empty where it is about everything. `agents` are everybody's
    names."""
    given = (
        (Dimension.UNIT, query.unit),
        (Dimension.CHANNEL, query.channel),
        (Dimension.TOPIC, query.topic),
        (Dimension.AGENT, query.agent_id),
    )
    return ", ".join(
        f"{DIMENSIONS[by].lower()} {named(by, [key], directory, agents)[0][1]}"
        for by, key in given
        if key is not None
    )


def stem(report: Report) -> str:
    """The files' name without its ending."""
    return f"service-report-{report.query.start.isoformat()}-to-{report.query.end.isoformat()}"
