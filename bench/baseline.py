"""A process that measures what bare drivers do: one row inserted and updated a transaction.

Configuration: `kind` (sqlite, postgresql), `target` (a folder, a URL), `seconds`, `connections`.
Answers once: count, seconds, cpu.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

from bench.child import answer, configuration
from hub.db.database import SQLITE_PRAGMAS

_BODY = "Hello, my bill is higher than last month, can you look at it? " * 3


def sqlite_transactions(folder: Path, seconds: float) -> dict[str, float]:
    """Single-row transactions under the hub's own pragmas: WAL, synchronous=FULL."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "raw.db"
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)
    connection.executescript(
        "CREATE TABLE IF NOT EXISTS message "
        "(id INTEGER PRIMARY KEY, external TEXT UNIQUE, body TEXT);"
        "CREATE TABLE IF NOT EXISTS ticket (id INTEGER PRIMARY KEY, seen INTEGER, preview TEXT);"
        "INSERT OR IGNORE INTO ticket VALUES (1, 0, '');"
    )
    mark = time.time_ns()
    count, cpu = 0, time.process_time()
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "INSERT INTO message (external, body) VALUES (?, ?)", (f"{mark}-{count}", _BODY)
        )
        connection.execute("UPDATE ticket SET seen = seen + 1, preview = ? WHERE id = 1", (_BODY,))
        connection.execute("COMMIT")
        count += 1
    elapsed = time.perf_counter() - began
    connection.close()
    return {"count": count, "seconds": elapsed, "cpu": time.process_time() - cpu}


async def postgresql_transactions(url: str, seconds: float, connections: int) -> dict[str, float]:
    """The same through asyncpg; each connection has its own row to update."""
    pool = await asyncpg.create_pool(url, min_size=connections, max_size=connections)
    await pool.execute(
        "CREATE TABLE IF NOT EXISTS raw_message "
        "(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, external text UNIQUE, body text)"
    )
    await pool.execute(
        "CREATE TABLE IF NOT EXISTS raw_ticket (id bigint PRIMARY KEY, seen bigint, preview text)"
    )
    await pool.executemany(
        "INSERT INTO raw_ticket VALUES ($1, 0, '') ON CONFLICT DO NOTHING",
        [(number,) for number in range(connections)],
    )
    mark = time.time_ns()
    cpu = time.process_time()
    began = time.perf_counter()

    async def sender(number: int) -> int:
        count = 0
        async with pool.acquire() as connection:
            while time.perf_counter() - began < seconds:
                async with connection.transaction():
                    await connection.execute(
                        "INSERT INTO raw_message (external, body) VALUES ($1, $2)",
                        f"{mark}-{number}-{count}",
                        _BODY,
                    )
                    await connection.execute(
                        "UPDATE raw_ticket SET seen = seen + 1, preview = $1 WHERE id = $2",
                        _BODY,
                        number,
                    )
                count += 1
        return count

    counts = await asyncio.gather(*(sender(number) for number in range(connections)))
    elapsed = time.perf_counter() - began
    cpu = time.process_time() - cpu
    await pool.close()
    return {"count": sum(counts), "seconds": elapsed, "cpu": cpu}


def main(config: dict[str, Any]) -> dict[str, float]:
    if config["kind"] == "sqlite":
        return sqlite_transactions(Path(config["target"]), config["seconds"])
    return uvloop.run(
        postgresql_transactions(config["target"], config["seconds"], config["connections"])
    )


if __name__ == "__main__":
    answer(main(configuration()))
