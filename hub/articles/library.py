"""What is published, as triage, the bot, agents and the help centre read it: `hub.ports.Knowledge`.

A process keeps the published texts and reads them anew when an `article.updated` event comes by,
or at the latest after `MAX_AGE`. What was computed of a version is kept as long as it is published.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import structlog
from sqlalchemy import and_, select

from hub.articles.content import from_content
from hub.articles.index import article_index
from hub.articles.models import Article, ArticleVersion
from hub.articles.ranking import Entry, Statistics, fit
from hub.articles.spelling import Spelling
from hub.db.database import Database
from hub.now import Now, system_now
from hub.ports import ArticleText, ArticleView, Editorial, view_of

MAX_AGE = timedelta(seconds=30)
MAX_QUERY = 2_000
"""Characters of a question that are read."""
RANK_TIMEOUT = 0.3
"""Seconds the bot has to say what it thinks; without it the words decide."""
RANK = 2.0
"""What the bot's confidence counts, beside a fit of about 4 at most."""

Rank = Callable[[str, str], Awaitable[Sequence[tuple[str, float]]]]
"""The slugs a text may be about with the bot's confidence (0..1), given the text and `en`/`es`."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that fits; a greater `score` fits better, comparable within one search."""

    article: ArticleView
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    hits: Sequence[Hit] = ()
    corrected: str | None = None
    """The question as it was probably meant, where it had unknown words."""


class _Shelf:
    """The published articles at one moment."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries = entries
        self._lock = asyncio.Lock()

    @cached_property
    def _spelling(self) -> Spelling:
        spoken: Counter[str] = Counter()
        for entry in self.entries.values():
            spoken.update(entry.spoken)
        return Spelling(spoken)

    @cached_property
    def _statistics(self) -> Statistics:
        return Statistics(self.entries.values())

    async def prepared(self) -> tuple[Spelling, Statistics]:
        """Computed in a thread the first time: it takes some tenths of a second."""
        async with self._lock:
            if "_statistics" not in self.__dict__:
                await asyncio.to_thread(lambda: (self._spelling, self._statistics))
            return self._spelling, self._statistics


class Library:
    def __init__(
        self,
        database: Database,
        editorial: Editorial,
        now: Now = system_now,
        *,
        rank: Rank | None = None,
    ) -> None:
        self.database = database
        self._editorial = editorial
        self._now = now
        self._rank = rank
        self._index = article_index(database)
        self._shelf = _Shelf({})
        self._read_at: datetime | None = None
        self._changes = 0
        self._lock = asyncio.Lock()

    def forget(self) -> None:
        """Something was published or archived: whoever asks next reads."""
        self._read_at = None
        self._changes += 1

    async def article(self, slug: str) -> ArticleView | None:
        entry = (await self._get()).entries.get(slug)
        return None if entry is None else entry.view

    async def articles(self) -> Sequence[ArticleView]:
        return [entry.view for entry in (await self._get()).entries.values()]

    async def text(self, slug: str) -> ArticleText | None:
        """All that the published article of that slug says, or None."""
        entry = (await self._get()).entries.get(slug)
        return None if entry is None else entry.text

    async def texts(self) -> Sequence[ArticleText]:
        """All that every published article says, by slug."""
        return [entry.text for entry in (await self._get()).entries.values()]

    async def suggest(self, query: str, limit: int, language: str = "en") -> Sequence[ArticleView]:
        """The articles that fit a question best, at most so many; without one any."""
        if not query.strip():
            return (await self.articles())[:limit]
        return [hit.article for hit in (await self.search(query, limit, language)).hits]

    async def search(
        self, query: str, limit: int, language: str = "en", *, ask_bot: bool = True
    ) -> Found:
        """The articles that fit a question, best first; those in `language` before the others."""
        query = query[:MAX_QUERY]
        shelf = await self._get()
        ranking = asyncio.create_task(self._ranked(query, language)) if ask_bot else None
        try:
            spelling, statistics = await shelf.prepared()
            asked = spelling.read(query)
            async with self.database.read() as session:
                candidates = await self._index.find(session, asked.any)
            ranked = {} if ranking is None else dict(await ranking)
        finally:
            if ranking is not None:
                ranking.cancel()
        scores = dict.fromkeys(ranked, 0.0) | {slug: 0.0 for slug, _ in candidates}
        hits = []
        for slug in scores:
            entry = shelf.entries.get(slug)
            if entry is not None:  # it may have been archived a moment ago
                score = fit(entry, asked.terms, statistics, language)
                hits.append(Hit(entry.view, score + RANK * ranked.get(slug, 0.0)))
        hits.sort(key=lambda hit: (-hit.score, hit.article.slug))
        return Found(hits[: max(limit, 0)], asked.corrected)

    async def _ranked(self, query: str, language: str) -> Sequence[tuple[str, float]]:
        """What the bot thinks, if it says so in time."""
        if self._rank is None:
            return ()
        try:
            async with asyncio.timeout(RANK_TIMEOUT):
                return await self._rank(query, language)
        except Exception as error:  # whatever ails the bot, the search goes on
            log.info("articles.unranked", error=f"{type(error).__name__}: {error}"[:200])
            return ()

    async def _get(self) -> _Shelf:
        if self._is_fresh():
            return self._shelf
        async with self._lock:
            if not self._is_fresh():
                changes, now = self._changes, self._now()
                entries = await self._read()
                if entries != self._shelf.entries:
                    self._shelf = _Shelf(entries)
                # What was read while something changed serves this once.
                self._read_at = now if changes == self._changes else None
            return self._shelf

    def _is_fresh(self) -> bool:
        return self._read_at is not None and self._now() - self._read_at < MAX_AGE

    async def _read(self) -> Mapping[str, Entry]:
        query = (
            select(Article.slug, ArticleVersion.number, ArticleVersion.content)
            .join(
                ArticleVersion,
                and_(
                    ArticleVersion.slug == Article.slug,
                    ArticleVersion.number == Article.published,
                ),
            )
            .order_by(Article.slug)
        )
        async with self.database.read() as session:
            rows = (await session.execute(query)).all()
        entries = {}
        for slug, number, content in rows:
            known = self._shelf.entries.get(slug)
            if known is None or known.number != number:
                text = from_content(content)
                known = Entry(text, view_of(text, self._editorial.plain), number)
            entries[slug] = known
        return entries
