"""Pages of the queue at many open tickets, by keyset, as the API reads them."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import sqlite3
import time
from pathlib import Path

from bench.hub_process import create_token, hub_process
from bench.machine import percentile
from bench.options import Options
from bench.result import Line, Measurement, at_most
from bench.seeding import UNITS, make_database, opened
from hub.now import system_now
from hub.system import Hub
from hub.team.access import Actor, Principal
from hub.team.models import Role
from hub.tickets.queue import QueueFilter, View, read_page

NAME = "queue"
TITLE = "a page of 50 from the queue (SQLite)"
PAGE = 50
FAR_PAGE = 2_000
PEER_MS = 142.0
"""django-helpdesk's queue page at 53,000 tickets, on a machine like this: another run."""

_ONE_UNIT = (
    "SELECT id FROM tickets WHERE unit = ? AND status IN ('open', 'pending_customer') "
    "ORDER BY queue_key, id LIMIT 51"
)
_CURSOR = (
    "SELECT queue_key, id FROM tickets WHERE status IN ('open', 'pending_customer') {unit} "
    "ORDER BY queue_key, id LIMIT 1 OFFSET ?"
)


def measure(options: Options) -> Measurement:
    data = options.folder / NAME
    make_database(data, options.tickets, options.tickets)
    repeats = 100 if options.tickets > 10_000 else 5
    units = _units(data)
    bare = _bare(data, units[0], repeats)
    times = asyncio.run(_read(data, units, repeats, options))
    token = create_token(data)
    with hub_process(data) as hub:
        page = _over_http(hub.port, token, repeats)
    lines = [Line("the bare statement: one unit, first page", bare, "ms")]
    for what, milliseconds in times.items():
        goal = None
        if "SQL" in what:
            goal = at_most(milliseconds, 3 * bare, "≤ 3 × bare")
        lines.append(Line(what, milliseconds, "ms", f"{milliseconds / bare:.1f} × bare", goal))
    lines.append(
        Line(
            "GET /api/v1/tickets, every unit, first page",
            page,
            "ms",
            f"{PEER_MS / page:.0f} × as fast as django-helpdesk (142 ms, another run)",
            at_most(page, PEER_MS / 10, "≥ 10 × as fast"),
        )
    )
    return Measurement(
        NAME,
        TITLE,
        lines,
        [
            f"{options.tickets:,} open tickets over {UNITS} units; p50 of {repeats}.",
            "`read_page` builds 50 ORM objects; the bare statement reads 51 ids.",
        ],
    )


def _units(data: Path) -> list[str]:
    with sqlite3.connect(data / "hub.db") as connection:
        return [slug for (slug,) in connection.execute("SELECT slug FROM units ORDER BY slug")]


def _bare(data: Path, unit: str, repeats: int) -> float:
    connection = sqlite3.connect(data / "hub.db")
    try:
        times = []
        for _ in range(repeats):
            began = time.perf_counter()
            connection.execute(_ONE_UNIT, (unit,)).fetchall()
            times.append(time.perf_counter() - began)
    finally:
        connection.close()
    return percentile(times, 0.5) * 1000


async def _read(data: Path, units: list[str], repeats: int, options: Options) -> dict[str, float]:
    found: dict[str, float] = {}
    some = Principal(Actor("agent", 1, "Bench"), Role.AGENT, frozenset(units))
    everyone = Principal(Actor("agent", 1, "Bench"), Role.SUPERVISOR, None)
    async with opened(data) as hub:
        for who, principal, unit in (
            ("one unit", everyone, units[0]),
            (f"an agent of {len(units)} units", some, None),
            ("a supervisor, every unit", everyone, None),
        ):
            wanted = QueueFilter(view=View.ALL, unit=unit)
            total = options.tickets // (len(units) if unit else 1)
            far = min(FAR_PAGE, max(1, total // PAGE // 2 + 1))
            for number in (1, far):
                cursor = None if number == 1 else _cursor(data, unit, (number - 1) * PAGE - 1)
                what = f"`read_page`: {who}, page {number:,}"
                found[what] = await _time(hub, wanted, principal, cursor, repeats)
    return found


def _cursor(data: Path, unit: str | None, offset: int) -> str:
    """The cursor of a far page, without reading all those before it."""
    condition = "AND unit = :unit" if unit else ""
    statement = _CURSOR.format(unit=condition).replace("OFFSET ?", "OFFSET :offset")
    connection = sqlite3.connect(data / "hub.db")
    try:
        row = connection.execute(statement, {"unit": unit, "offset": offset}).fetchone()
    finally:
        connection.close()
    return base64.urlsafe_b64encode(json.dumps(list(row)).encode()).decode().rstrip("=")


async def _time(
    hub: Hub, wanted: QueueFilter, principal: Principal, cursor: str | None, repeats: int
) -> float:
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        async with hub.database.read() as session:
            page = await read_page(
                session, hub.search, wanted, principal, system_now(), cursor=cursor, limit=PAGE
            )
        times.append(time.perf_counter() - began)
        assert page.tickets, "the page is empty"
    return percentile(times, 0.5) * 1000


def _over_http(port: int, token: str, repeats: int) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        connection.request(
            "GET", "/api/v1/tickets?view=all&limit=50", headers={"Authorization": f"Bearer {token}"}
        )
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        times.append(time.perf_counter() - began)
    connection.close()
    return percentile(times, 0.5) * 1000
