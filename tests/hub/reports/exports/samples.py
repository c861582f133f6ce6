"""Reports with invented figures."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.reports.exports.tickets import MetricOfTicket, TicketLine, TicketList
from hub.reports.figures import (
    Dimension,
    MetricFigures,
    Report,
    ReportQuery,
    ReportRow,
    Times,
    TopicTrend,
    VolumeDay,
)

ZONE = ZoneInfo("America/New_York")
CITY = "City of Tallahassee Utilities"
AS_OF = datetime(2026, 12, 1, 12, 5, tzinfo=UTC)
UNITS = (
    "Call center",
    "Billing",
    "Energy services",
    "Atención al cliente y señalización de averías eléctricas (Sección Ñandú)",
    "Commercial",
    "Social media",
)


def metric(seed: int, **more: Any) -> MetricFigures:
    chance = random.Random(seed)
    plain: dict[str, Any] = {
        "within": chance.randrange(50, 400),
        "late": chance.randrange(5, 60),
        "overdue": chance.randrange(0, 9),
        "unanswered": chance.randrange(0, 5),
        "pending": chance.randrange(0, 30),
        "answered_by_bot": chance.randrange(0, 80),
        "no_reply_needed": chance.randrange(0, 12),
        "business": Times(900.0 + seed, False, 8_000.0 + seed, False),
        "calendar": Times(1_900.0 + seed, False, 90_000.0 + seed, False),
    }
    return MetricFigures(**{**plain, **more})


def row(key: str, label: str, seed: int = 1, **more: Any) -> ReportRow:
    plain: dict[str, Any] = {
        "created": 412 + seed,
        "resolved": 371,
        "open": 41 + seed,
        "first_response": metric(seed),
        "next_response": metric(seed + 1),
        "resolution": metric(seed + 2),
        "with_bot": 200,
        "contained": 77,
        "reopened": 13,
        "first_contact": 250,
        "surveys_asked": 120,
        "surveys_answered": 40,
        "surveys_satisfied": 33,
        "survey_score": 4.15,
    }
    return ReportRow(key, label, **{**plain, **more})


def volume(start: date, days: int) -> tuple[VolumeDay, ...]:
    chance = random.Random(7)
    backlog, found = 60, []
    for n in range(days):
        created, resolved = chance.randrange(20, 140), chance.randrange(20, 140)
        backlog = max(0, backlog + created - resolved)
        found.append(VolumeDay(start + timedelta(days=n), created, resolved, backlog))
    return tuple(found)


def report(
    labels: Sequence[str] = UNITS, *, days: int = 30, by: Dimension = Dimension.UNIT, **more: Any
) -> Report:
    start = date(2026, 11, 1)
    plain: dict[str, Any] = {
        "query": ReportQuery(start, start + timedelta(days=days - 1), by),
        "as_of": AS_OF,
        "totals": row(
            "",
            "All",
            30,
            created=2_471,
            resolution=metric(9, business=Times(52_000.0, False, None, True)),
        ),
        "before": row("", "All", 40, created=2_210, first_contact=240),
        "rows": tuple(row(f"unit-{n}", label, n) for n, label in enumerate(labels)),
        "volume": volume(start, days),
        "topics": (
            TopicTrend("power-outage", 310, 120),
            TopicTrend("high-bill", 250, 262),
            TopicTrend("alumbrado-público", 33, 0),
            TopicTrend("", 20, 12),
        ),
    }
    return Report(**{**plain, **more})


def empty_report() -> Report:
    nothing = ReportRow("", "All")
    query = ReportQuery(date(2026, 11, 1), date(2026, 11, 1))
    days = (VolumeDay(query.start, 0, 0, 0),)
    return Report(query, AS_OF, nothing, nothing, (), days, ())


def tickets(count: int = 3, **more: Any) -> TicketList:
    measured = (
        MetricOfTicket("within", 600.0, 600.0),
        MetricOfTicket("", None, None),
        MetricOfTicket("overdue", None, None),
    )
    plain: dict[str, Any] = {
        "created_at": datetime(2026, 11, 1, 5, 30, 15, tzinfo=UTC),
        "channel": "x",
        "unit": "Call center",
        "topic": "power-outage",
        "subject": "Sin luz en Killearn",
        "priority": "high",
        "status": "open",
        "agent": "Ava Reyes",
        "metrics": measured,
        "reopened": False,
        "first_contact": True,
        "contained": False,
        "survey_score": 5,
        "resolved_at": None,
    }
    lines = [TicketLine(id=1_000 + n, **{**plain, **more}) for n in range(count)]
    return TicketList(lines, False)
