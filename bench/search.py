"""Searching in what was said, newest first, as the API does."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from bench.machine import percentile
from bench.options import Options
from bench.result import Line, Measurement, at_most
from bench.seeding import make_database, opened
from hub.now import system_now
from hub.team.access import Actor, Principal
from hub.team.models import Role
from hub.tickets.queue import QueueFilter, read_page

NAME = "search"
TITLE = "search newest first (SQLite)"
_QUERIES = {
    "a word in most messages": "meter",
    "two common words": "water bill",
    "a rare word": "ref4711",
    "a rare and a common word": "ref4711 meter",
    "the beginning of common words": "re",
    "three common words": "storm drain pressure",
    "no match": "zzzyx",
}


def measure(options: Options) -> Measurement:
    data = options.folder / NAME
    make_database(data, max(1, options.messages // 5), options.messages)
    repeats = 30 if options.messages > 10_000 else 3
    times = asyncio.run(_search(data, repeats))
    everything = [value for values in times.values() for value in values]
    p95 = percentile(everything, 0.95)
    lines = [
        Line(f"p50, {what}: `{_QUERIES[what]}`", percentile(values, 0.5), "ms")
        for what, values in times.items()
    ]
    lines.append(Line("p95 of all of them", p95, "ms", goal=at_most(p95, 50, "≤ 50 ms")))
    return Measurement(
        NAME,
        TITLE,
        lines,
        [
            f"{options.messages:,} messages of 19 words; the goal is meant for 1,000,000 "
            "(`--messages 1000000`).",
            "A page of 50 tickets through `read_page`.",
        ],
    )


async def _search(data: Path, repeats: int) -> dict[str, list[float]]:
    principal = Principal(Actor("agent", 1, "Bench"), Role.SUPERVISOR, None)
    found: dict[str, list[float]] = {}
    async with opened(data) as hub:
        for what, query in _QUERIES.items():
            times = found.setdefault(what, [])
            for _ in range(repeats):
                began = time.perf_counter()
                async with hub.database.read() as session:
                    await read_page(
                        session, hub.search, QueueFilter(query=query), principal, system_now(),
                        cursor=None, limit=50,
                    )  # fmt: skip
                times.append((time.perf_counter() - began) * 1000)
    return found
