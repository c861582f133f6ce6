"""The gateway to PostgreSQL: one asyncpg transaction, arrays unnested on the server."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import asyncpg
from sqlalchemy import Table

from hub.intake.gateway import Codec, Row, codec

# Batches of several processes take turns, so that no two of them meet on a new contact or
# conversation. Agents' transactions do not take it.
INTAKE_LOCK = 0x5357_4249


class PostgresqlGateway:
    """Runs inside a transaction that `connection` has open.

    Each statement is a round trip on which nobody else's batch moves: ids are fetched together,
    and what is written is held back and sent as one statement.
    """

    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        self._connection = connection
        self._ids: dict[Table, deque[int]] = {}
        self._new: dict[Table, list[Row]] = {}
        self._changed: list[tuple[Table, Sequence[str], Sequence[Row]]] = []

    async def match(
        self, table: Table, columns: Sequence[str], wanted: Iterable[Sequence[Any]]
    ) -> list[Row]:
        keys = list(wanted)
        if not keys:
            return []
        read = codec(table)
        arrays = ", ".join(
            f"${position}::{read.array_type(name)}" for position, name in enumerate(columns, 1)
        )
        on = " AND ".join(f"t.{name} = w.{name}" for name in columns)
        names = ", ".join(f"t.{name}" for name in read.columns)
        # Ticket rows are what an agent may be changing at this moment: wait for them.
        lock = " FOR UPDATE OF t" if table.name == "tickets" else ""
        found = await self._connection.fetch(
            f"SELECT {names} FROM unnest({arrays}) AS w({', '.join(columns)}) "  # noqa: S608
            f"JOIN {table.name} t ON {on} ORDER BY {', '.join(f't.{c}' for c in columns)}{lock}",
            *(list(column) for column in zip(*keys, strict=True)),
        )
        return [read.decode(record.values()) for record in found]

    async def reserve(self, counts: Mapping[Table, int]) -> None:
        wanted = [(table, count) for table, count in counts.items() if count]
        if not wanted:
            return
        found = await self._connection.fetch(
            "WITH w AS MATERIALIZED ("  # so that each sequence is looked up once
            "SELECT name, count, pg_get_serial_sequence(name, 'id')::regclass AS sequence "
            "FROM unnest($1::text[], $2::bigint[]) AS given(name, count)) "
            "SELECT w.name, nextval(w.sequence) FROM w, generate_series(1, w.count)",
            [table.name for table, _ in wanted],
            [count for _, count in wanted],
        )
        by_name: dict[str, deque[int]] = {table.name: deque() for table, _ in wanted}
        for name, number in found:
            by_name[name].append(number)
        self._ids |= {table: by_name[table.name] for table, _ in wanted}

    async def next_ids(self, table: Table, count: int) -> list[int]:
        if len(self._ids.get(table, ())) < count:
            await self.reserve({table: count})
        return [self._ids[table].popleft() for _ in range(count)]

    async def insert(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            self._new.setdefault(table, []).extend(rows)

    async def update(self, table: Table, key: Sequence[str], rows: Sequence[Row]) -> None:
        if rows:
            self._changed.append((table, key, rows))

    async def advance(self, counter: str, by: int) -> int:
        # Whoever waits for the counter waits for what comes after it.
        await self.flush()
        value = await self._connection.fetchval(
            "UPDATE counters SET value = value + $1 WHERE name = $2 RETURNING value", by, counter
        )
        return int(value)

    async def flush(self) -> None:
        """First what is new, since what changes may refer to it."""
        new, self._new = self._new, {}
        changed, self._changed = self._changed, []
        if new:
            await self._insert(new)
        for table, key, rows in changed:
            await self._update(table, key, rows)

    async def _insert(self, new: Mapping[Table, Sequence[Row]]) -> None:
        """One statement for all tables: references are checked at its end."""
        parts: list[str] = []
        arrays: list[tuple[Any, ...]] = []
        for number, (table, rows) in enumerate(new.items()):
            write = codec(table)
            types = ", ".join(
                f"${position}::{write.array_type(name)}"
                for position, name in enumerate(write.columns, len(arrays) + 1)
            )
            parts.append(
                f"w{number} AS (INSERT INTO {table.name} ({', '.join(write.columns)}) "  # noqa: S608
                f"SELECT * FROM unnest({types}))"
            )
            arrays += _columns(write, rows, write.columns)
        await self._connection.execute(f"WITH {', '.join(parts)} SELECT 1", *arrays)

    async def _update(self, table: Table, key: Sequence[str], rows: Sequence[Row]) -> None:
        write = codec(table)
        names = list(rows[0])
        changed = [name for name in names if name not in key]
        arrays = ", ".join(
            f"${position}::{write.array_type(name)}" for position, name in enumerate(names, 1)
        )
        await self._connection.execute(
            f"UPDATE {table.name} t SET {', '.join(f'{n} = w.{n}' for n in changed)} "  # noqa: S608
            f"FROM unnest({arrays}) AS w({', '.join(names)}) "
            f"WHERE {' AND '.join(f't.{name} = w.{name}' for name in key)}",
            *_columns(write, rows, names),
        )


def _columns(write: Codec, rows: Sequence[Row], names: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows' values as one array a column."""
    return list(zip(*write.encode_rows(rows, names), strict=True))
