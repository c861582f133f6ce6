"""The supervisor's report over many messages: read off the days' sheets, against the same
percentiles computed from every ticket by the database itself, in the same run."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.hub_process import prepare, settings_of
from bench.machine import percentile
from bench.options import Options
from bench.postgres import NoPostgresql, postgresql
from bench.report_exact import KINDS, SHARES, Exact, on_postgresql, on_sqlite
from bench.report_rows import DAYS, END, PER_TICKET, write_postgresql, write_sqlite
from bench.result import Line, Measurement, at_least, at_most
from hub.app import build_hub
from hub.reports.facts import rebuild
from hub.reports.figures import Dimension, Report, ReportQuery
from hub.reports.outcome import METRICS
from hub.reports.report import read_report

NAME = "reports"
TITLE = "a supervisor's report over 90 days"
_QUERY = ReportQuery((END - timedelta(days=DAYS)).date(), END.date())
_OTHERS = {
    "by topic": ReportQuery(_QUERY.start, _QUERY.end, Dimension.TOPIC),
    "by hour": ReportQuery(_QUERY.start, _QUERY.end, Dimension.HOUR),
    "by day, of one unit": ReportQuery(_QUERY.start, _QUERY.end, Dimension.DAY, unit="billing"),
    "by agent, of one topic": ReportQuery(
        _QUERY.start, _QUERY.end, Dimension.AGENT, topic="topic-3"
    ),
}


@dataclass(frozen=True, slots=True)
class Product:
    """What the hub took, in seconds."""

    rebuild: float
    report: float
    """The median of several by unit."""
    others: dict[str, float]
    by_unit: Report


def measure(options: Options) -> Measurement:
    tickets = max(1, options.report_messages // PER_TICKET)
    lines: list[Line] = []
    notes = []
    data = options.folder / NAME
    prepare(data)
    path = str(data / "hub.db")
    messages = write_sqlite(path, tickets, options.seed)
    product = asyncio.run(_product(data, None, options))
    lines += _lines("SQLite", "window functions", tickets, product, lambda *q: on_sqlite(path, *q))
    notes.append(f"{messages:,} messages of {tickets:,} tickets over {DAYS} days, made from a seed")
    try:
        with postgresql() as url:
            prepare(data / "postgresql", url)
            write_postgresql(url, tickets, options.seed)
            product = asyncio.run(_product(data / "postgresql", url, options))
            lines += _lines(
                "PostgreSQL", "percentile_cont", tickets, product,
                lambda *q: on_postgresql(url, *q),
            )  # fmt: skip
    except NoPostgresql as error:
        notes.append(f"PostgreSQL was not measured: {error}")
    notes += [
        "The hub's report has also the period before, volume with backlog, and topics; the SQL "
        "computes counts and percentiles of the rows and totals, from one narrow row a ticket.",
        "The error is the largest of all medians and 90th percentiles, by unit and in all.",
    ]
    return Measurement(NAME, TITLE, lines, notes)


def _lines(
    database: str,
    how: str,
    tickets: int,
    product: Product,
    exact_of: Callable[[str, int, int], tuple[float, Exact]],
) -> list[Line]:
    days = _QUERY.start.toordinal(), _QUERY.end.toordinal()
    runs = [exact_of("unit", *days) for _ in range(2)]
    took, exact = min(runs, key=lambda run: run[0])
    ratio = took / product.report
    error = _largest_error(product.by_unit, exact) * 100
    assert product.by_unit.totals.created == tickets, "the report missed tickets"
    return [
        Line(f"{database}: {how}, by unit and in all", took * 1000, "ms"),
        Line(
            f"{database}: the hub's report by unit",
            product.report * 1000,
            "ms",
            f"{ratio:.0f} × as fast",
            at_least(ratio, 15, "≥ 15 ×"),
        ),
        *(Line(f"{database}: {what}", took * 1000, "ms") for what, took in product.others.items()),
        Line(f"{database}: largest error", error, "%", goal=at_most(error, 2, "≤ 2 %")),
        Line(f"{database}: all facts anew", tickets / product.rebuild, "tickets/s"),
    ]


def _largest_error(report: Report, exact: Exact) -> float:
    """As a share. Every percentile of the one must be in the other."""
    largest = 0.0
    for row in (report.totals, *report.rows):
        for metric in METRICS:
            for kind in KINDS:
                times = getattr(getattr(row, metric), kind)
                for share, name in zip(SHARES, ("median", "p90"), strict=True):
                    wanted = exact.get((row.key, metric, kind, share))
                    seconds = getattr(times, name)
                    open_ = getattr(times, f"{name}_open")
                    assert open_ == (wanted == math.inf), (row.key, metric, name)
                    if wanted is None or math.isinf(wanted):
                        assert seconds is None, (row.key, metric, name)
                    elif wanted > 1:
                        largest = max(largest, abs(seconds - wanted) / wanted)
    return largest


async def _product(data: Path, url: str | None, options: Options) -> Product:
    repeats = 15 if options.report_messages > 10_000 else 2
    hub = build_hub(settings_of(data, url))
    timezone = hub.settings.timezone
    try:
        directory = await hub.directory.get()
        began = time.perf_counter()
        await rebuild(hub.database, directory, timezone, now=lambda: END)
        rebuilt = time.perf_counter() - began

        async def read(query: ReportQuery) -> tuple[float, Report]:
            times = []
            for _ in range(repeats):
                began = time.perf_counter()
                async with hub.database.read() as session:
                    report = await read_report(session, directory, query, END, timezone)
                times.append(time.perf_counter() - began)
            return percentile(times, 0.5), report

        took, by_unit = await read(_QUERY)
        others = {what: (await read(query))[0] for what, query in _OTHERS.items()}
        return Product(rebuilt, took, others, by_unit)
    finally:
        await hub.connectors.aclose()
        await hub.rooms.responder.aclose()
        await hub.database.aclose()
