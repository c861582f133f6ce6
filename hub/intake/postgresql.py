"""The gateway to PostgreSQL: one asyncpg transaction, arrays unnested on the server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
from sqlalchemy import Table

from hub.intake.gateway import Codec, Row, codec

# Batches of several processes take turns, so that no two of them meet on a new contact or
# conversation. Agents' transactions do not take it.
INTAKE_LOCK = 0x5357_4249


class PostgresqlGateway:
    """Runs inside a transaction that `connection` has open."""

    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        self._connection = connection

    async def lock(self) -> None:
        await self._connection.execute("SELECT pg_advisory_xact_lock($1)", INTAKE_LOCK)

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

    async def next_ids(self, table: Table, count: int) -> list[int]:
        if not count:
            return []
        found = await self._connection.fetch(
            "SELECT nextval(pg_get_serial_sequence($1, 'id')) FROM generate_series(1, $2)",
            table.name,
            count,
        )
        return [record[0] for record in found]

    async def insert(self, table: Table, rows: Sequence[Row]) -> None:
        if not rows:
            return
        write = codec(table)
        arrays = ", ".join(
            f"${position}::{write.array_type(name)}"
            for position, name in enumerate(write.columns, 1)
        )
        await self._connection.execute(
            f"INSERT INTO {table.name} ({', '.join(write.columns)}) "  # noqa: S608
            f"SELECT * FROM unnest({arrays})",
            *_columns(write, rows, write.columns),
        )

    async def update(self, table: Table, key: Sequence[str], rows: Sequence[Row]) -> None:
        if not rows:
            return
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

    async def advance(self, counter: str, by: int) -> int:
        value = await self._connection.fetchval(
            "UPDATE counters SET value = value + $1 WHERE name = $2 RETURNING value", by, counter
        )
        return int(value)


def _columns(write: Codec, rows: Sequence[Row], names: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows' values as one array a column."""
    return list(zip(*write.encode_rows(rows, names), strict=True))
