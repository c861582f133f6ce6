"""The search index's two implementations: FTS5 on SQLite, tsvector on PostgreSQL.

Both find tickets one of whose messages has all the words of a query, newest message first.
Relevance over a common word costs a scan; the newest matches do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.database import Database

_WORD = re.compile(r"\w+", re.UNICODE)
_MAX_WORDS = 12
_CANDIDATES = 1000


class SearchIndex(Protocol):
    async def find(self, session: AsyncSession, query: str, limit: int) -> list[int]:
        """Ids of the tickets whose newest matching messages are newest, each once."""
        ...


def words_of(query: str) -> list[str]:
    """The words a query asks for; the last may be the beginning of one."""
    return [word.lower() for word in _WORD.findall(query)[:_MAX_WORDS]]


class SqliteSearch:
    """FTS5: the rowid is the message's id, so the newest come first without sorting."""

    async def find(self, session: AsyncSession, query: str, limit: int) -> list[int]:
        words = words_of(query)
        if not words:
            return []
        asked = " ".join(f'"{word}"' for word in words) + "*"
        found = await session.execute(
            text(
                "SELECT m.ticket_id FROM message_search s JOIN messages m ON m.id = s.rowid "
                "WHERE message_search MATCH :asked ORDER BY s.rowid DESC LIMIT :candidates"
            ),
            {"asked": asked, "candidates": _CANDIDATES},
        )
        return _first(found.scalars().all(), limit)


class PostgresqlSearch:
    """tsvector: a GIN index over a generated column."""

    async def find(self, session: AsyncSession, query: str, limit: int) -> list[int]:
        words = words_of(query)
        if not words:
            return []
        asked = " & ".join(f"'{word}'" for word in words) + ":*"
        found = await session.execute(
            text(
                "SELECT ticket_id FROM messages WHERE search @@ to_tsquery('simple', :asked) "
                "ORDER BY id DESC LIMIT :candidates"
            ).bindparams(bindparam("asked", asked), bindparam("candidates", _CANDIDATES))
        )
        return _first(found.scalars().all(), limit)


def _first(ids: Iterable[int], limit: int) -> list[int]:
    return list(dict.fromkeys(ids))[:limit]


def search_index(database: Database) -> SearchIndex:
    return SqliteSearch() if database.is_sqlite else PostgresqlSearch()
