"""The full-text index of published articles: FTS5 on SQLite, tsvector on PostgreSQL.

A row is an article in one language, kept with the transaction that publishes or archives it. It
gives candidates, best first: a word in the title counts more than one in a phrase, and that more
than one in the answer. `hub.articles.ranking` then orders them, the same on both databases.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.articles.words import LANGUAGES, REVISION, terms
from hub.db.database import Database
from hub.ports import ArticleText

MOST = 60
"""Rows that are ranked: some forty articles."""


@dataclass(frozen=True, slots=True)
class IndexRow:
    """What is indexed of an article in one language: its terms, parted by spaces."""

    slug: str
    language: str
    mark: str
    title: str
    phrases: str
    answer: str


def mark_of(number: int) -> str:
    """Tells whether a row is of that version, by today's rules."""
    return f"{REVISION}:{number}"


def rows_of(article: ArticleText, number: int) -> list[IndexRow]:
    """A row for each language in which it says anything."""
    said = {
        "en": (article.title, article.phrases, article.answer),
        "es": (article.title_es, article.phrases_es, article.answer_es),
    }
    rows = []
    for language in LANGUAGES:
        parts = [
            " ".join(terms(part or "", language))
            for part in (said[language][0], "\n".join(said[language][1]), said[language][2])
        ]
        if any(parts):
            rows.append(IndexRow(article.slug, language, mark_of(number), *parts))
    return rows


class ArticleIndex(Protocol):
    async def put(self, session: AsyncSession, article: ArticleText, number: int) -> None:
        """Index version `number` of an article instead of whatever was indexed of it."""
        ...

    async def remove(self, session: AsyncSession, slug: str) -> None: ...

    async def marks(self, session: AsyncSession) -> Mapping[str, str]:
        """What is indexed: by slug, the mark of its version."""
        ...

    async def find(self, session: AsyncSession, asked: Iterable[str]) -> list[tuple[str, str]]:
        """Slug and language of the rows that have any of the terms, the best first."""
        ...


class _Index(ABC):
    """What both databases do alike."""

    _INSERT: str
    _FIND: str

    async def put(self, session: AsyncSession, article: ArticleText, number: int) -> None:
        await self.remove(session, article.slug)
        for row in rows_of(article, number):
            values = {name: getattr(row, name) for name in row.__slots__}
            await session.execute(text(self._INSERT), values)

    async def remove(self, session: AsyncSession, slug: str) -> None:
        await session.execute(text("DELETE FROM article_search WHERE slug = :slug"), {"slug": slug})

    async def marks(self, session: AsyncSession) -> Mapping[str, str]:
        found = await session.execute(text("SELECT slug, mark FROM article_search"))
        return {row.slug: row.mark for row in found}

    async def find(self, session: AsyncSession, asked: Iterable[str]) -> list[tuple[str, str]]:
        query = self._query(dict.fromkeys(asked))
        if not query:
            return []
        found = await session.execute(text(self._FIND), {"asked": query, "most": MOST})
        return [(slug, language) for slug, language in found]

    @abstractmethod
    def _query(self, asked: Iterable[str]) -> str:
        """What the database is asked for; empty for nothing."""


class SqliteIndex(_Index):
    _INSERT = (
        "INSERT INTO article_search (slug, language, mark, title, phrases, answer) "
        "VALUES (:slug, :language, :mark, :title, :phrases, :answer)"
    )
    # The weights are by column, the unindexed ones too.
    _FIND = (
        "SELECT slug, language FROM article_search WHERE article_search MATCH :asked "
        "ORDER BY bm25(article_search, 0, 0, 0, 8.0, 2.0, 1.0), slug, language LIMIT :most"
    )

    def _query(self, asked: Iterable[str]) -> str:
        return " OR ".join(f'"{term}"' for term in asked)


class PostgresqlIndex(_Index):
    _INSERT = (
        "INSERT INTO article_search (slug, language, mark, search) "
        "VALUES (:slug, :language, :mark, "
        "setweight(to_tsvector('simple', :title), 'A') || "
        "setweight(to_tsvector('simple', :phrases), 'B') || "
        "setweight(to_tsvector('simple', :answer), 'C'))"
    )
    _FIND = (
        "SELECT slug, language FROM article_search, to_tsquery('simple', :asked) asked "
        "WHERE search @@ asked "
        "ORDER BY ts_rank('{0.1, 0.15, 0.4, 1.0}', search, asked) DESC, slug, language LIMIT :most"
    )

    def _query(self, asked: Iterable[str]) -> str:
        return " | ".join(f"'{term}'" for term in asked)


def article_index(database: Database) -> ArticleIndex:
    return SqliteIndex() if database.is_sqlite else PostgresqlIndex()
