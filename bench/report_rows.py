"""A season of tickets with their clocks, timelines, messages and surveys, made up from a seed
and written straight into a database."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import asyncpg
from sqlalchemy import Boolean, Column, Table, make_url

from hub.db import schema
from hub.db.base import to_micros

DAYS = 90
END = datetime(2026, 10, 31, 12, tzinfo=UTC)
"""The season's last day; none of it lies in the future."""
PER_TICKET = 4
"""Messages a ticket, on average."""
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_CHANNELS = ("x", "facebook", "webchat", "open311", "webform")
_TOPICS = tuple(f"topic-{number}" for number in range(20))
_TARGET = 4 * 3_600 * _SECOND
_RESOLVED_TARGET = 3 * _DAY
_AGENTS = 20
_BATCH = 5_000

Rows = dict[str, list[dict[str, Any]]]
TABLES: Mapping[str, Table] = {
    model.__tablename__: cast(Table, model.__table__)
    for model in (
        schema.Contact,
        schema.ContactPoint,
        schema.Ticket,
        schema.ClockRow,
        schema.TimelineRow,
        schema.Message,
        schema.Survey,
    )
}


class Season:
    """Rows of `tickets` tickets, some thousand at a time, in the order they must be written."""

    def __init__(self, tickets: int, units: Sequence[str], account: int, seed: int) -> None:
        self._tickets = tickets
        self._units = units
        self._account = account
        self._dice = random.Random(seed)
        self._ids = dict.fromkeys(TABLES, 0)
        self.messages = 0

    def batches(self) -> Iterator[Rows]:
        for begin in range(0, self._tickets, _BATCH):
            rows: Rows = {name: [] for name in TABLES}
            for number in range(begin, min(begin + _BATCH, self._tickets)):
                self._ticket(rows, number)
            self.messages += len(rows["messages"])
            yield rows

    def _add(self, rows: Rows, table: str, **values: Any) -> int:
        self._ids[table] += 1
        rows[table].append({"id": self._ids[table], **values})
        return self._ids[table]

    def _ticket(self, rows: Rows, number: int) -> None:
        dice = self._dice
        if number % 3 == 0:
            contact = self._add(rows, "contacts", name="Somebody", notes="", created_at=0)
            self._add(rows, "contact_points", contact_id=contact, kind="x", address=f"u{contact}")
        contact = self._ids["contacts"]
        day = self._day()
        created = day + int(dice.triangular(7, 21, 11) * 3_600 * _SECOND)
        answered = int(dice.lognormvariate(7.8, 1.3) * _SECOND) if dice.random() < 0.92 else None
        resolved = None
        if answered is not None and dice.random() < 0.95:
            resolved = created + answered + int(dice.lognormvariate(9.5, 1.6) * _SECOND)
            resolved = None if resolved > to_micros(END) else resolved
        channel, unit = dice.choice(_CHANNELS), dice.choice(self._units)
        topic = dice.choice(_TOPICS) if dice.random() < 0.9 else None
        agent = dice.randrange(_AGENTS) + 1
        status = "open" if resolved is None else "resolved"
        ticket = self._add(
            rows, "tickets", subject="s", preview="p", status=status, priority="normal",
            channel=channel, visibility="private", account_id=self._account,
            conversation=f"c{number}", contact_id=contact, contact_point_id=contact,
            contact_name="Somebody", unit=unit, topic=topic, created_at=created,
            updated_at=created, last_message_at=created, last_author="customer",
            queue_key=created, resolved_at=resolved, takeover=1, version=1, sla="{}", context="{}",
        )  # fmt: skip
        facts = {"channel": channel, "unit": unit}
        detail = f'{{"facts":{facts},"status":"open","rules":1,"heard":{created}}}'.replace(
            "'", '"'
        )
        self._entry(rows, ticket, created, "created", detail)
        self._clock(rows, ticket, "first_response", created, answered, _TARGET)
        self._say(rows, ticket, created, None)
        if dice.random() < 0.45:  # in two messages
            self._say(rows, ticket, created + 30 * _SECOND, None)
        if answered is not None:
            self._say(rows, ticket, created + answered, agent)
        self._later(rows, ticket, created, answered, agent)
        took = None if resolved is None else resolved - created
        self._clock(rows, ticket, "resolution", created, took, _RESOLVED_TARGET)
        if resolved is not None:
            if dice.random() < 0.2:  # it waited for the customer for a while
                middle = created + (resolved - created) // 2
                self._status(rows, ticket, middle, "pending_customer")
                self._status(rows, ticket, middle + (resolved - middle) // 2, "open")
            self._status(rows, ticket, resolved, "resolved")
            if dice.random() < 0.1:
                self._add(
                    rows, "surveys", ticket_id=ticket, contact_id=contact,
                    token_hash=f"t{ticket}", language="en", asked_at=resolved,
                    expires_at=resolved + _DAY, score=dice.choice((None, 1, 3, 4, 5)),
                )  # fmt: skip

    def _day(self) -> int:
        """The midnight of some day; weekends are quieter."""
        while True:
            ago = self._dice.randrange(DAYS) + 1
            day = to_micros(END.replace(hour=0)) - ago * _DAY
            if self._dice.random() < (1.0 if (END.weekday() - ago) % 7 < 5 else 0.4):
                return day

    def _later(
        self, rows: Rows, ticket: int, created: int, answered: int | None, agent: int
    ) -> None:
        """The customer asks again: an exchange, sometimes left open."""
        if answered is None or self._dice.random() > 0.6:
            return
        asked = created + answered + self._dice.randrange(600, 50_000) * _SECOND
        took = int(self._dice.lognormvariate(7.5, 1.2) * _SECOND)
        left = self._dice.random() < 0.05
        self._clock(rows, ticket, "next_response", asked, None if left else took, _TARGET)
        self._say(rows, ticket, asked, None)
        for at in range(self._dice.randrange(0 if left else 1, 4)):
            self._say(rows, ticket, asked + took + at * 60 * _SECOND, agent)

    def _clock(
        self, rows: Rows, ticket: int, metric: str, start: int, took: int | None, target: int
    ) -> None:
        due = start + target
        late = (to_micros(END) > due) if took is None else took > target
        self._add(
            rows, "sla_clocks", ticket_id=ticket, metric=metric, target=target,
            calendar_time=True, started_at=start, used=took or 0,
            running_since=start if took is None else None, due_at=due,
            met_at=None if took is None else start + took, breached_at=due if late else None,
        )  # fmt: skip

    def _say(self, rows: Rows, ticket: int, at: int, agent: int | None) -> None:
        ours = agent is not None
        self._add(
            rows, "messages", ticket_id=ticket, account_id=self._account,
            external_id=f"m{self._ids['messages']}", body="b", visibility="private",
            direction="outbound" if ours else "inbound",
            author_kind="agent" if ours else "customer", author_id=agent, author_name="n",
            sent_at=at, created_at=at,
        )  # fmt: skip

    def _status(self, rows: Rows, ticket: int, at: int, status: str) -> None:
        self._entry(rows, ticket, at, "status", f'{{"status":"{status}","reason":null}}')

    def _entry(self, rows: Rows, ticket: int, at: int, kind: str, detail: str) -> None:
        self._add(rows, "sla_entries", ticket_id=ticket, at=at, kind=kind, detail=detail)


def write_sqlite(path: str, tickets: int, seed: int) -> int:
    """Fill a prepared SQLite database; gives the number of messages."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")  # it need not survive a power cut
    connection.execute("PRAGMA foreign_keys=OFF")
    units = [slug for (slug,) in connection.execute("SELECT slug FROM units ORDER BY slug")]
    (account,) = connection.execute("SELECT min(id) FROM accounts").fetchone()
    season = Season(tickets, units, account, seed)
    for rows in season.batches():
        connection.execute("BEGIN")
        for name, table in TABLES.items():
            columns = _columns(table)
            statement = (
                f"INSERT INTO {name} ({', '.join(columns)}) "  # noqa: S608 - our own names
                f"VALUES ({', '.join('?' * len(columns))})"
            )
            connection.executemany(statement, _records(columns, rows[name]))
        connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return season.messages


def write_postgresql(url: str, tickets: int, seed: int) -> int:
    """Fill a prepared PostgreSQL database; gives the number of messages."""
    return asyncio.run(_write_postgresql(url, tickets, seed))


async def _write_postgresql(url: str, tickets: int, seed: int) -> int:
    connection = await asyncpg.connect(plain_url(url))
    try:
        await connection.execute("SET synchronous_commit = off")
        found = await connection.fetch("SELECT slug FROM units ORDER BY slug")
        account = await connection.fetchval("SELECT min(id) FROM accounts")
        season = Season(tickets, [row["slug"] for row in found], account, seed)
        for rows in season.batches():
            for name, table in TABLES.items():
                columns = _columns(table)
                await connection.copy_records_to_table(
                    name, records=_records(columns, rows[name]), columns=list(columns)
                )
        await connection.execute("ANALYZE")
        return season.messages
    finally:
        await connection.close()


def plain_url(url: str) -> str:
    """Without the driver that SQLAlchemy's form names."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _columns(table: Table) -> dict[str, Any]:
    """The columns, and what one has that a row does not give."""
    return {column.name: _otherwise(column) for column in table.columns}


def _otherwise(column: Column[Any]) -> Any:
    if column.nullable:
        return None
    if isinstance(column.type, Boolean):
        return False
    value = column.default.arg if column.default is not None else 0  # type: ignore[attr-defined]
    return value if isinstance(value, str | int) else "[]"


def _records(
    columns: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> list[tuple[Any, ...]]:
    return [tuple({**columns, **row}.values()) for row in rows]
