"""The figures of a report by SQL alone: every percentile from every ticket's own time."""

from __future__ import annotations

import asyncio
import math
import sqlite3
import time
from collections.abc import Mapping

import asyncpg

from bench.report_rows import plain_url
from hub.reports.outcome import METRICS

KINDS = ("business", "calendar")
SHARES = (0.5, 0.9)
_ENDLESS = 1e15
"""Seconds: what stands in SQL for a time that has not ended."""
_DECIDED = "IN (1, 2, 3, 4)"

Key = tuple[str, str, str, float]
"""Group (empty for all), metric, kind, share."""
Exact = Mapping[Key, float]

_FLAGS = ("with_bot", "contained", "reopened", "first_contact", "survey_asked")
_COUNTS = ", ".join(
    [
        "count(*)",
        "count(resolved_day)",
        *(f"sum({flag})" for flag in _FLAGS),
        "avg(survey_score)",
        *(
            f"count(*) FILTER (WHERE {metric}_outcome = {outcome})"
            for metric in METRICS
            for outcome in range(1, 8)
        ),
    ]
)
_VALUES = {
    (metric, kind): f"coalesce({metric}_{kind}, {_ENDLESS})" for metric in METRICS for kind in KINDS
}


def on_postgresql(url: str, column: str, first: int, last: int) -> tuple[float, Exact]:
    """Seconds it took, and the percentiles by `column` and of all."""
    return asyncio.run(_on_postgresql(url, column, first, last))


async def _on_postgresql(url: str, column: str, first: int, last: int) -> tuple[float, Exact]:
    percentiles = ", ".join(
        f"percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY {value}) "
        f"FILTER (WHERE {metric}_outcome {_DECIDED})"
        for (metric, _), value in _VALUES.items()
    )
    statement = (
        f"SELECT {column}, {percentiles}, {_COUNTS} FROM ticket_facts "  # noqa: S608
        f"WHERE day BETWEEN $1 AND $2 GROUP BY GROUPING SETS (({column}), ())"
    )
    connection = await asyncpg.connect(plain_url(url))
    try:
        await connection.execute("SET work_mem = '256MB'")
        began = time.perf_counter()
        rows = await connection.fetch(statement, first, last)
        took = time.perf_counter() - began
    finally:
        await connection.close()
    found: dict[Key, float] = {}
    for row in rows:
        group = "" if row[0] is None else str(row[0])
        for place, (metric, kind) in enumerate(_VALUES, 1):
            for share, seconds in zip(SHARES, row[place] or (), strict=False):
                found[group, metric, kind, share] = _read(seconds)
    return took, found


def on_sqlite(path: str, column: str, first: int, last: int) -> tuple[float, Exact]:
    """The same by window functions, which is how SQLite does it."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA cache_size=-64000")
    found: dict[Key, float] = {}
    began = time.perf_counter()
    for grouped in (column, "''"):
        connection.execute(
            f"SELECT {grouped}, {_COUNTS} FROM ticket_facts "  # noqa: S608
            "WHERE day BETWEEN ? AND ? GROUP BY 1",
            (first, last),
        ).fetchall()
        for (metric, kind), value in _VALUES.items():
            ranked = connection.execute(
                f"WITH times AS (SELECT {grouped} AS one, {value} AS seconds "  # noqa: S608
                f"FROM ticket_facts WHERE day BETWEEN ? AND ? AND {metric}_outcome {_DECIDED}), "
                "ranked AS (SELECT one, seconds, row_number() OVER (PARTITION BY one "
                "ORDER BY seconds) - 1 AS rank, count(*) OVER (PARTITION BY one) - 1 AS most "
                "FROM times) SELECT one, most, rank, seconds FROM ranked WHERE "
                "rank - most * 0.5 > -1 AND rank - most * 0.5 < 1 OR "
                "rank - most * 0.9 > -1 AND rank - most * 0.9 < 1",
                (first, last),
            ).fetchall()
            by_group: dict[tuple[str, int], dict[int, float]] = {}
            for one, most, rank, seconds in ranked:
                by_group.setdefault((one, most), {})[rank] = seconds
            for (one, most), times in by_group.items():
                for share in SHARES:
                    place = most * share
                    low = times[math.floor(place)]
                    high = times[math.ceil(place)]
                    part = place - math.floor(place)
                    found[one, metric, kind, share] = _read(low + (high - low) * part)
    took = time.perf_counter() - began
    connection.close()
    return took, found


def _read(seconds: float) -> float:
    return math.inf if seconds > _ENDLESS / 1e6 else seconds
