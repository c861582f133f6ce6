"""The search index's two implementations: FTS5 on SQLite, tsvector on PostgreSQL.

Both find tickets one of whose messages has all the words of a query, newest message first;
case, accents and punctuation make no difference.
Relevance over a common word costs a scan; the newest matches do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol
from unicodedata import normalize

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.database import Database

# What stands between words on both databases. What a word is beyond that, each index decides
# for its own text and for the query alike.
_BETWEEN = re.compile(r"[\x00-/:-@\[-`{-\x7f\s\ud800-\udfff]+")
_MAX_WORDS = 12
_CANDIDATES = 1000


class SearchIndex(Protocol):
    async def find(self, session: AsyncSession, query: str, limit: int) -> list[int]:
        """Ids of the tickets whose newest matching messages are newest, each once."""
        ...


def words_of(query: str) -> list[str]:
    """The words a query asks for; the last may be the beginning of one."""
    words = [word for word in _BETWEEN.split(query) if any(map(str.isalnum, word))]
    return words[:_MAX_WORDS]


def _without_accents(word: str) -> str:
    """As migration 0002 writes words into PostgreSQL's index."""
    return "".join(c for c in normalize("NFKD", word) if not "\u0300" <= c <= "\u036f")


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
        asked = " & ".join(f"'{_without_accents(word)}'" for word in words) + ":*"
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
