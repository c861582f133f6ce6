"""Writing the month into a database: one transaction, in bulk, through intake's own gateways."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any

from sqlalchemy import func, select, text

from hub.db.database import Database
from hub.intake import sqlite
from hub.intake.gateway import Gateway
from hub.intake.postgresql import INTAKE_LOCK, PostgresqlGateway
from hub.month.ledger import CONVERSATIONS, NUMBERED, WRITTEN, Ledger

_AT_ONCE = 2_000
"""Rows of one statement on PostgreSQL."""

Task = Callable[[Gateway, Ledger], Coroutine[Any, Any, None]]
"""Writes through the gateway what it puts into the ledger."""


async def write(database: Database, task: Task) -> None:
    """Run `task` in one transaction, in which nobody else writes what it writes."""
    if database.is_sqlite:
        async with database.write_lock:
            await asyncio.to_thread(_on_sqlite, database, task)
    else:
        await _on_postgresql(database, task)


async def flush(gateway: Gateway, ledger: Ledger) -> None:
    """Write what the ledger has taken in since the last time."""
    rows = ledger.take()
    for table in WRITTEN:
        listed = rows[table]
        for start in range(0, len(listed), _AT_ONCE):
            await gateway.insert(table, listed[start : start + _AT_ONCE])
            await gateway.flush()
    moved, ledger.moved = ledger.moved, []
    await gateway.update(CONVERSATIONS, ["account_id", "key"], moved)
    await gateway.flush()


def _on_sqlite(database: Database, task: Task) -> None:
    with contextlib.closing(sqlite.connect(database.path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            last = {table: _last_id(connection, table.name) for table in NUMBERED}
            sqlite.drive(task(sqlite.SqliteGateway(connection), Ledger(last)))
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
        connection.execute("ANALYZE")


def _last_id(connection: sqlite3.Connection, table: str) -> int:
    (last,) = connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()  # noqa: S608
    return int(last)


async def _on_postgresql(database: Database, task: Task) -> None:
    names = ", ".join(table.name for table in WRITTEN)
    async with database.engine.begin() as connection:
        # Nobody takes an id while these are given out: neither intake nor anybody's INSERT.
        await connection.execute(select(func.pg_advisory_xact_lock(INTAKE_LOCK)))
        await connection.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
        last: dict[Any, int] = {}
        for table in NUMBERED:
            sequence = func.pg_get_serial_sequence(table.name, "id")
            newest = select(func.coalesce(func.max(table.c.id), 0)).scalar_subquery()
            given = func.coalesce(func.pg_sequence_last_value(sequence), 0)
            last[table] = await connection.scalar(select(func.greatest(newest, given))) or 0
        ledger = Ledger(last)
        raw = await connection.get_raw_connection()
        await task(PostgresqlGateway(raw.driver_connection), ledger)
        for table in NUMBERED:
            if ledger.last_ids[table] > 0:
                sequence = func.pg_get_serial_sequence(table.name, "id")
                await connection.execute(select(func.setval(sequence, ledger.last_ids[table])))
        await connection.execute(text(f"ANALYZE {names}"))
