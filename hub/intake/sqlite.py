"""The gateway to SQLite: its own connection on its own thread.

The methods are coroutines that never wait, so `drive` can run a whole batch on that thread:
one thread hop a batch instead of one a statement.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Table

from hub.db.database import SQLITE_PRAGMAS
from hub.intake.gateway import Row, codec

# Rows of an INSERT: few different statements, so that they are prepared once.
_CHUNKS = (32, 8, 2, 1)
_STATEMENTS = 256

T = TypeVar("T")


def connect(path: Path) -> sqlite3.Connection:
    """A connection in the mode every other one of the hub uses."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=_STATEMENTS
    )
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)
    return connection


def drive(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits to its end, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    coroutine.close()
    raise RuntimeError("a SQLite gateway's coroutine waited for something")


class SqliteGateway:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def match(
        self, table: Table, columns: Sequence[str], wanted: Iterable[Sequence[Any]]
    ) -> list[Row]:
        keys = [list(key) for key in wanted]
        if not keys:
            return []
        read = codec(table)
        on = " AND ".join(
            f"t.{name} = json_extract(w.value, '$[{position}]')"
            for position, name in enumerate(columns)
        )
        names = ", ".join(f"t.{name}" for name in read.columns)
        # CROSS JOIN keeps the wanted keys as the outer loop, so that each is an index look-up.
        statement = f"SELECT {names} FROM json_each(?) w CROSS JOIN {table.name} t ON {on}"  # noqa: S608
        found = self._connection.execute(statement, (json.dumps(keys),))
        return [read.decode(values) for values in found]

    async def reserve(self, counts: Mapping[Table, int]) -> None:
        """Nothing to gain: asking costs no round trip."""

    async def next_ids(self, table: Table, count: int) -> list[int]:
        # The transaction holds SQLite's one write lock: nobody else takes these.
        (last,) = self._connection.execute(
            f"SELECT coalesce(max(id), 0) FROM {table.name}"  # noqa: S608
        ).fetchone()
        return list(range(last + 1, last + 1 + count))

    async def insert(self, table: Table, rows: Sequence[Row]) -> None:
        if not rows:
            return
        write = codec(table)
        names = ", ".join(write.columns)
        mark = f"({', '.join('?' * len(write.columns))})"
        values = write.encode_rows(rows, write.columns)
        # Many rows a statement: at the end of each one this thread waits its turn to run Python.
        start = 0
        for size in _CHUNKS:
            marks = ", ".join([mark] * size)
            statement = f"INSERT INTO {table.name} ({names}) VALUES {marks}"  # noqa: S608
            while len(values) - start >= size:
                chunk = values[start : start + size]
                self._connection.execute(statement, list(chain.from_iterable(chunk)))
                start += size

    async def update(self, table: Table, key: Sequence[str], rows: Sequence[Row]) -> None:
        if not rows:
            return
        write = codec(table)
        changed = [name for name in rows[0] if name not in key]
        assignments = ", ".join(f"{name} = ?" for name in changed)
        where = " AND ".join(f"{name} = ?" for name in key)
        self._connection.executemany(
            f"UPDATE {table.name} SET {assignments} WHERE {where}",  # noqa: S608
            write.encode_rows(rows, [*changed, *key]),
        )

    async def advance(self, counter: str, by: int) -> int:
        (value,) = self._connection.execute(
            "UPDATE counters SET value = value + ? WHERE name = ? RETURNING value", (by, counter)
        ).fetchone()
        return int(value)

    async def flush(self) -> None:
        """Everything was written when it was asked for."""
