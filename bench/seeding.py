"""Many tickets and messages, written straight into the database."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Column, Table

from bench.hub_process import prepare, settings_of
from hub.app import build_hub
from hub.db import schema
from hub.system import Hub

UNITS = 20
_WORDS = (
    "bill meter water outage gas leak deposit payment account move service street light tree "
    "recycling pickup storm drain pressure rate solar rebate audit transfer closing balance late "
    "notice portal password statement online autopay budget plan refund crew truck estimate"
)
_VOCABULARY = tuple(_WORDS.split())


def make_database(data: Path, tickets: int, messages: int) -> None:
    """A hub's SQLite database with `UNITS` units, open tickets over them, and messages.

    Each ticket has at least one message where `messages` allows it.
    """
    prepare(data)
    connection = sqlite3.connect(data / "hub.db", isolation_level=None)
    # It need not survive a power cut.
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA foreign_keys=OFF")
    (account,) = connection.execute("SELECT id FROM accounts WHERE kind = 'facebook'").fetchone()
    connection.execute("BEGIN")
    units = _units(connection)
    dice = random.Random(7)
    now = time.time_ns() // 1000
    connection.execute(
        "INSERT INTO contacts (id, name, notes, created_at) VALUES (1, 'Bench', '', ?)", (now,)
    )
    connection.execute(
        "INSERT INTO contact_points (id, contact_id, kind, address) VALUES (1, 1, 'facebook', 'b')"
    )
    _insert(connection, schema.Ticket, _tickets(tickets, units, account, now, dice))
    _insert(connection, schema.Message, _messages(messages, tickets, account, now, dice))
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _units(connection: sqlite3.Connection) -> list[str]:
    units = [slug for (slug,) in connection.execute("SELECT slug FROM units ORDER BY slug")]
    for number in range(len(units), UNITS):
        slug = f"unit-{number}"
        connection.execute(
            "INSERT INTO units (slug, name, auto_assign) VALUES (?, ?, 0)", (slug, slug)
        )
        units.append(slug)
    return units


def _tickets(
    count: int, units: Sequence[str], account: int, now: int, dice: random.Random
) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        due = now + dice.randrange(-86_400, 30 * 86_400) * 1_000_000 + number % 1_000
        made = now - dice.randrange(30 * 86_400) * 1_000_000
        yield {
            "id": number,
            "subject": sentence(dice, 6),
            "preview": sentence(dice, 12),
            "status": "open",
            "priority": "normal",
            "channel": "facebook",
            "visibility": "private",
            "account_id": account,
            "conversation": f"psid:{number}",
            "contact_id": 1,
            "contact_point_id": 1,
            "contact_name": f"Customer {number}",
            "unit": units[number % len(units)],
            "created_at": made,
            "updated_at": made,
            "last_message_at": made,
            "last_author": "customer",
            "waiting_since": made,
            "queue_key": due,
            "due_at": due,
            "due_metric": "first_response",
            "first_response_due_at": due,
            "resolution_due_at": due + 86_400_000_000,
            "context": "{}",
            "takeover": 1,
            "version": 1,
        }


def _messages(
    count: int, tickets: int, account: int, now: int, dice: random.Random
) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        at = now - (count - number) * 1_000_000
        yield {
            "id": number,
            "ticket_id": number % tickets + 1,
            "account_id": account,
            "external_id": f"m{number}",
            "direction": "inbound",
            "author_kind": "customer",
            "author_id": 1,
            "author_name": "Customer",
            "body": f"{sentence(dice, 18)} ref{number % 5_000}",
            "visibility": "private",
            "sent_at": at,
            "created_at": at,
        }


def sentence(dice: random.Random, words: int) -> str:
    return " ".join(dice.choices(_VOCABULARY, k=words))


def _insert(connection: sqlite3.Connection, model: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Write `rows`; what they do not say is the column's default, or empty."""
    table = cast(Table, model.__table__)
    given = {column.name: _default(column) for column in table.columns}
    statement = (
        f"INSERT INTO {table.name} ({', '.join(given)}) "  # noqa: S608 - our own names
        f"VALUES ({', '.join('?' * len(given))})"
    )
    connection.executemany(statement, (list((given | row).values()) for row in rows))


def _default(column: Column[Any]) -> Any:
    if column.nullable:
        return None
    value = column.default.arg if column.default is not None else 0  # type: ignore[attr-defined]
    return value if isinstance(value, str | int) else "[]"


@contextlib.asynccontextmanager
async def opened(data: Path) -> AsyncIterator[Hub]:
    """The hub over such a database, nothing running."""
    hub = build_hub(settings_of(data))
    try:
        yield hub
    finally:
        await hub.connectors.aclose()
        await hub.rooms.responder.aclose()
        await hub.database.aclose()
