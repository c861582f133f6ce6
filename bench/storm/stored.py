"""What lies in the databases at the end: the hub's own, and the sandbox's, which is what the
citizens can read."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.storm.expected import marks_in
from bench.storm.town import Town

_PLATFORM_TEXTS = (
    "SELECT text FROM posts WHERE deleted = 0 ORDER BY id",
    "SELECT text FROM direct_messages ORDER BY id",
    "SELECT message FROM comments WHERE deleted = 0 ORDER BY number",
    "SELECT text FROM messages ORDER BY number",
    "SELECT description FROM report_updates ORDER BY id",
)


@dataclass(frozen=True, slots=True)
class Message:
    """A row of the hub's messages, with the state of its delivery if it has one."""

    id: int
    direction: str
    external_id: str | None
    body: str
    delivery: str | None = None


class HubDatabase:
    """Read from outside: the hub's own reading is under test."""

    def __init__(self, town: Town) -> None:
        self._town = town

    def messages(self) -> list[Message]:
        rows = self._rows(
            "SELECT m.id, m.direction, m.external_id, m.body, d.state AS delivery "
            "FROM messages m LEFT JOIN deliveries d ON d.message_id = m.id ORDER BY m.id"
        )
        return [Message(**row) for row in rows]

    def event_numbers(self, since: int) -> list[int]:
        rows = self._rows(f"SELECT seq FROM events WHERE seq > {int(since)} ORDER BY seq")  # noqa: S608
        return [row["seq"] for row in rows]

    def under_way(self) -> dict[str, int]:
        """How many deliveries and jobs are not yet done."""
        (found,) = self._rows(
            "SELECT (SELECT COUNT(*) FROM deliveries WHERE state IN ('pending', 'sending')) "
            "AS deliveries, (SELECT COUNT(*) FROM jobs WHERE done_at IS NULL "
            "AND kind = 'triage') AS jobs"
        )
        return found

    def failed_jobs(self) -> list[str]:
        rows = self._rows("SELECT kind, error FROM jobs WHERE failed")
        return [f"{row['kind']}: {row['error']}" for row in rows]

    def unreadable(self) -> list[str]:
        """Why bodies could not be read, each reason once."""
        rows = self._rows("SELECT DISTINCT error FROM raw_bodies WHERE error IS NOT NULL")
        return [row["error"] for row in rows]

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        server = self._town.postgresql
        if server is not None:
            found = server.run(
                f"SELECT COALESCE(json_agg(row), '[]') FROM ({sql}) row",  # noqa: S608
                database="storm",
            )
            rows: list[dict[str, Any]] = json.loads(found)
            return rows
        return _rows(self._town.database_file, sql)


def shown_on_platforms(sandbox_file: Path) -> list[str]:
    """The marks that citizens of the sandbox can read; on each platform oldest first."""
    return [
        words
        for sql in _PLATFORM_TEXTS
        for row in _rows(sandbox_file, sql)
        for words in marks_in(next(iter(row.values())))
    ]


def waiting_webhooks(sandbox_file: Path) -> int:
    """How many of the sandbox's webhooks have not been taken yet."""
    sql = "SELECT COUNT(*) AS n FROM deliveries WHERE state = 'waiting'"
    return int(_rows(sandbox_file, sql)[0]["n"])


def _rows(file: Path, sql: str) -> list[dict[str, Any]]:
    database = sqlite3.connect(file, timeout=30)
    try:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(sql)]
    finally:
        database.close()
