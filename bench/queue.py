"""Pages of the queue at many open tickets, by keyset, as the API reads them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import http.client
import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import event

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
    "SELECT * FROM tickets WHERE unit = ? AND status IN ('open', 'pending_customer') "
    "ORDER BY queue_key, id LIMIT 51"
)
_CURSOR = (
    "SELECT queue_key, id FROM tickets WHERE status IN ('open', 'pending_customer') "
    "AND unit IN (SELECT value FROM json_each(?)) ORDER BY queue_key, id LIMIT 1 OFFSET ?"
)


def measure(options: Options) -> Measurement:
    data = options.folder / NAME
    make_database(data, options.tickets, options.tickets)
    repeats = 100 if options.tickets > 10_000 else 5
    units = _units(data)
    bare = _sql(data, [(_ONE_UNIT, (units[0],))], repeats)
    times, statements = asyncio.run(_read(data, units, repeats, options))
    token = create_token(data)
    with hub_process(data) as hub:
        page = _over_http(hub.port, token, repeats)
    lines = [Line("the bare statement: one unit, first page", bare, "ms")]
    for what, milliseconds in times.items():
        sql = _sql(data, statements[what], repeats)
        goal = at_most(sql, 3 * bare, "≤ 3 × bare")
        lines.append(Line(f"SQL: {what}", sql, "ms", f"{sql / bare:.1f} × bare", goal))
        lines.append(Line("the same by `read_page`, as ORM objects", milliseconds, "ms"))
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
            "SQL is what `read_page` executes, run again by the bare driver.",
        ],
    )


def _units(data: Path) -> list[str]:
    with sqlite3.connect(data / "hub.db") as connection:
        return [slug for (slug,) in connection.execute("SELECT slug FROM units ORDER BY slug")]


Statements = Sequence[tuple[str, Any]]


def _sql(data: Path, statements: Statements, repeats: int) -> float:
    """Statements through the bare driver, every row fetched."""
    connection = sqlite3.connect(data / "hub.db")
    connection.execute("PRAGMA cache_size=-64000")
    try:
        times = []
        for _ in range(repeats):
            began = time.perf_counter()
            for statement, parameters in statements:
                connection.execute(statement, parameters).fetchall()
            times.append(time.perf_counter() - began)
    finally:
        connection.close()
    return percentile(times, 0.5) * 1000


async def _read(
    data: Path, units: list[str], repeats: int, options: Options
) -> tuple[dict[str, float], dict[str, Statements]]:
    """ms of `read_page` by what was read, and the statements it executed."""
    found: dict[str, float] = {}
    executed: dict[str, Statements] = {}
    some = Principal(Actor("agent", 1, "Bench"), Role.AGENT, frozenset(units))
    few = Principal(Actor("agent", 1, "Bench"), Role.AGENT, frozenset(units[:2]))
    everyone = Principal(Actor("agent", 1, "Bench"), Role.SUPERVISOR, None)
    async with opened(data) as hub:
        for who, principal, unit in (
            ("one unit", everyone, units[0]),
            ("an agent of 2 units", few, None),
            (f"an agent of {len(units)} units", some, None),
            ("a supervisor, every unit", everyone, None),
        ):
            wanted = QueueFilter(view=View.ALL, unit=unit)
            seen = 1 if unit else len(principal.units or units)
            total = options.tickets * seen // len(units)
            far = min(FAR_PAGE, max(1, total // PAGE // 2 + 1))
            for number in (1, far):
                cursor = None
                if number > 1:
                    shown = [unit] if unit else sorted(principal.units or units)
                    cursor = _cursor(data, shown, (number - 1) * PAGE - 1)
                what = f"{who}, page {number:,}"
                with _recorded(hub) as statements:
                    await _time(hub, wanted, principal, cursor, 1)
                executed[what] = statements
                found[what] = await _time(hub, wanted, principal, cursor, repeats)
    return found, executed


@contextlib.contextmanager
def _recorded(hub: Hub) -> Iterator[list[tuple[str, Any]]]:
    """What the hub's engine executes within the block."""
    statements: list[tuple[str, Any]] = []

    def remember(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            statements.append((statement, values))

    engine = hub.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", remember)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", remember)


def _cursor(data: Path, units: Sequence[str], offset: int) -> str:
    """The cursor of a far page, without reading all those before it."""
    connection = sqlite3.connect(data / "hub.db")
    try:
        row = connection.execute(_CURSOR, (json.dumps(list(units)), offset)).fetchone()
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
