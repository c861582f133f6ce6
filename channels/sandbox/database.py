"""The sandbox's memory: one small SQLite file, so that a restart forgets nothing.

Everything runs on the one event loop, each call in well under a millisecond, so there is one
connection and no pool.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

VERSION = 1

SCHEMA = """
CREATE TABLE IF NOT EXISTS posts (
    id INTEGER PRIMARY KEY,
    author_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    created_at REAL NOT NULL,
    conversation_id INTEGER NOT NULL,
    in_reply_to INTEGER,
    quoted INTEGER,
    hidden INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS posts_author ON posts (author_id, id);
CREATE INDEX IF NOT EXISTS posts_conversation ON posts (conversation_id, id);
CREATE TABLE IF NOT EXISTS post_mentions (
    post_id INTEGER NOT NULL REFERENCES posts (id),
    user_id INTEGER NOT NULL,
    PRIMARY KEY (user_id, post_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS post_edits (
    id INTEGER PRIMARY KEY REFERENCES posts (id),
    replaces INTEGER NOT NULL UNIQUE REFERENCES posts (id),
    first_id INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS post_edits_first ON post_edits (first_id, id);
CREATE TABLE IF NOT EXISTS x_tokens (
    token TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    expires REAL,
    spent INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS direct_messages (
    id INTEGER PRIMARY KEY,
    sender_id INTEGER NOT NULL,
    recipient_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS page_posts (
    id TEXT PRIMARY KEY,
    from_id TEXT NOT NULL,
    message TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS comments (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    post_id TEXT NOT NULL,
    parent_id TEXT NOT NULL,
    from_id TEXT NOT NULL,
    message TEXT NOT NULL,
    created_at REAL NOT NULL,
    hidden INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    private_reply TEXT
);
CREATE INDEX IF NOT EXISTS comments_parent ON comments (parent_id, number);
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    mid TEXT NOT NULL UNIQUE,
    person_id TEXT NOT NULL,
    from_page INTEGER NOT NULL,
    text TEXT NOT NULL,
    created_at REAL NOT NULL,
    extra TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS messages_person ON messages (person_id, number);
CREATE TABLE IF NOT EXISTS facebook_marks (
    object_id TEXT NOT NULL,
    mark TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (object_id, mark)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facebook_reactions (
    object_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    reaction TEXT NOT NULL,
    PRIMARY KEY (object_id, person_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reports (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT,
    at_hub INTEGER NOT NULL,
    persona TEXT,
    service_code TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    status_notes TEXT,
    requested_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    fields TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS reports_id ON reports (id);
CREATE TABLE IF NOT EXISTS report_updates (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    report INTEGER NOT NULL REFERENCES reports (number),
    status TEXT NOT NULL,
    description TEXT NOT NULL,
    updated_at REAL NOT NULL,
    media_url TEXT
);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    event TEXT NOT NULL,
    subject TEXT NOT NULL,
    body BLOB NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    attempts INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL,
    created_at REAL NOT NULL,
    delivered_at REAL,
    detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due);
CREATE INDEX IF NOT EXISTS deliveries_subject ON deliveries (subject);
"""

TABLES = (
    "deliveries",
    "report_updates",
    "reports",
    "facebook_reactions",
    "facebook_marks",
    "messages",
    "comments",
    "page_posts",
    "direct_messages",
    "post_edits",
    "post_mentions",
    "posts",
)
"""What is forgotten on request. Not `x_tokens`: the hub holds the newest of those."""


class Database:
    """A connection and the schema. `path` None is a database in memory."""

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(
            ":memory:" if path is None else path,
            isolation_level=None,
            # Built before the server's thread starts; used by that thread alone from then on.
            check_same_thread=False,
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        # Enough against a killed process; only a power cut could lose the last words.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._depth = 0
        found = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        if found not in (0, VERSION):
            # Play data of another version: starting afresh is what anybody would do by hand.
            for table in TABLES:
                self._connection.execute(f"DROP TABLE IF EXISTS {table}")
        self._connection.executescript(SCHEMA)
        self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        self._connection.close()

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        return self._connection.execute(sql, values).fetchall()

    def one(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def write(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run a statement and return the last row's number."""
        return self._connection.execute(sql, values).lastrowid or 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. An inner transaction joins the outer one."""
        if self._depth:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        else:
            self._connection.execute("COMMIT")
        finally:
            self._depth = 0

    def forget(self) -> None:
        """Empty every table."""
        with self.transaction():
            for table in TABLES:
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608  # our own names
