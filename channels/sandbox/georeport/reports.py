"""Service requests: those of the city next door, and those filed at the hub through us."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from channels.sandbox.world import World, moment


@dataclass(frozen=True, slots=True)
class Report:
    """One request. `number` is ours; `id` is the server's, None until the hub gave one."""

    number: int
    id: str | None
    at_hub: bool
    persona: str | None
    service_code: str
    description: str
    status: str
    """`open` or `closed`."""
    status_notes: str | None
    requested_at: datetime
    updated_at: datetime
    fields: Mapping[str, str]
    """address, lat, long, media_url, email…: as they were given."""


@dataclass(frozen=True, slots=True)
class Update:
    """An answer on a report."""

    number: int
    key: str
    report: int
    request_id: str
    status: str
    description: str
    updated_at: datetime
    media_url: str | None


def _report(row: sqlite3.Row) -> Report:
    return Report(
        number=row["number"],
        id=row["id"],
        at_hub=bool(row["at_hub"]),
        persona=row["persona"],
        service_code=row["service_code"],
        description=row["description"],
        status=row["status"],
        status_notes=row["status_notes"],
        requested_at=moment(row["requested_at"]),
        updated_at=moment(row["updated_at"]),
        fields=json.loads(row["fields"]),
    )


def _update(row: sqlite3.Row) -> Update:
    return Update(
        number=row["id"],
        key=row["key"],
        report=row["report"],
        request_id=row["request_id"] or "",
        status=row["status"],
        description=row["description"],
        updated_at=moment(row["updated_at"]),
        media_url=row["media_url"],
    )


class Reports:
    """Both kinds, in one table."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._database = world.database

    def add(
        self,
        service_code: str,
        description: str,
        fields: Mapping[str, str],
        *,
        at_hub: bool = False,
        persona: str | None = None,
        requested_at: datetime | None = None,
    ) -> Report:
        """A new report. One at the city next door has its id at once.

        `requested_at` is when its citizen noticed; it is entered, and so updated, now.
        """
        now = self._world.clock()
        with self._database.transaction():
            number = self._database.write(
                "INSERT INTO reports (at_hub, persona, service_code, description, status, "
                "requested_at, updated_at, fields) VALUES (?, ?, ?, ?, 'open', ?, ?, ?)",
                (
                    at_hub,
                    persona,
                    service_code,
                    description,
                    (requested_at or now).timestamp(),
                    now.timestamp(),
                    json.dumps(dict(fields)),
                ),
            )
            if not at_hub:
                self.name(number, f"PB-{100_000 + number}")
        self._world.changed.ring()
        found = self.numbered(number)
        assert found is not None
        return found

    def name(self, number: int, request_id: str) -> None:
        """Note the id that a server gave a report."""
        with self._database.transaction():
            # A hub that was emptied counts from one again: the id is the newest report's.
            self._database.write("UPDATE reports SET id = NULL WHERE id = ?", (request_id,))
            self._database.write("UPDATE reports SET id = ? WHERE number = ?", (request_id, number))

    def note(self, report: Report, field: str, value: str) -> None:
        """Keep a further field of a report."""
        fields = json.dumps({**report.fields, field: value})
        self._database.write(
            "UPDATE reports SET fields = ? WHERE number = ?", (fields, report.number)
        )

    def numbered(self, number: int) -> Report | None:
        row = self._database.one("SELECT * FROM reports WHERE number = ?", (number,))
        return _report(row) if row else None

    def get(self, request_id: str) -> Report | None:
        """One of the city next door."""
        row = self._database.one("SELECT * FROM reports WHERE id = ? AND at_hub = 0", (request_id,))
        return _report(row) if row else None

    def find(
        self, where: str, values: Sequence[object], *, limit: int, offset: int = 0
    ) -> list[Report]:
        """Of the city next door, newest first; `where` is a condition of ours."""
        rows = self._database.all(
            f"SELECT * FROM reports WHERE at_hub = 0 AND ({where}) "  # noqa: S608
            "ORDER BY requested_at DESC, number DESC LIMIT ? OFFSET ?",
            (*values, limit, offset),
        )
        return [_report(row) for row in rows]

    def latest(self, limit: int, persona: str | None = None) -> list[Report]:
        """Of both kinds, those with the latest news first."""
        rows = self._database.all(
            "SELECT * FROM reports WHERE ? IS NULL OR persona = ? "
            "ORDER BY updated_at DESC, number DESC LIMIT ?",
            (persona, persona, limit),
        )
        return [_report(row) for row in rows]

    def filed_at_hub(self, since: datetime, limit: int) -> list[Report]:
        """Those the hub has given an id, newest first."""
        rows = self._database.all(
            "SELECT * FROM reports WHERE at_hub = 1 AND id IS NOT NULL AND updated_at > ? "
            "ORDER BY number DESC LIMIT ?",
            (since.timestamp(), limit),
        )
        return [_report(row) for row in rows]

    def answer(
        self,
        report: Report,
        *,
        status: str,
        description: str,
        at: datetime | None = None,
        media_url: str | None = None,
        key: str | None = None,
    ) -> Update:
        """Add an update and change the report with it. The same `key` again is the same one."""
        if key is not None:
            known = self.updates("u.key = ? AND u.report = ?", (key, report.number))
            if known:
                return known[0]
        now = self._world.clock()
        with self._database.transaction():
            number = self._database.write(
                "INSERT INTO report_updates (key, report, status, description, updated_at, "
                "media_url) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    key or "",
                    report.number,
                    status,
                    description,
                    (at or now).timestamp(),
                    media_url,
                ),
            )
            if key is None:
                self._database.write(
                    "UPDATE report_updates SET key = ? WHERE id = ?", (str(number), number)
                )
            self._database.write(
                "UPDATE reports SET status = ?, status_notes = COALESCE(NULLIF(?, ''), "
                "status_notes), updated_at = ? WHERE number = ?",
                (status, description, now.timestamp(), report.number),
            )
        self._world.changed.ring()
        return self.updates("u.id = ?", (number,))[0]

    def updates(
        self, where: str, values: Sequence[object], *, limit: int = 1000, offset: int = 0
    ) -> list[Update]:
        """Oldest first; `where` is a condition of ours on `u` (updates) and `r` (reports)."""
        rows = self._database.all(
            "SELECT u.*, r.id AS request_id FROM report_updates u "  # noqa: S608
            f"JOIN reports r ON r.number = u.report WHERE {where} "
            "ORDER BY u.updated_at, u.id LIMIT ? OFFSET ?",
            (*values, limit, offset),
        )
        return [_update(row) for row in rows]
