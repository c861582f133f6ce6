"""What forbids to publish a text beside the editorial rules: the day, the rules of emergencies,
and what other articles say."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.articles.content import from_content
from hub.articles.models import Article, ArticleVersion
from hub.articles.words import words
from hub.ports import ArticleText, Editorial, TextProblem


def ruled(editorial: Editorial) -> Collection[str]:
    """The articles that the emergency rules answer with: those must stay what they are."""
    return {text.slug for text in editorial.seed() if text.emergency}


async def problems_of(
    session: AsyncSession,
    editorial: Editorial,
    text: ArticleText,
    before: ArticleText | None,
    today: date,
) -> list[TextProblem]:
    """Everything that forbids to publish `text` where `before` is in use; `today` is the city's."""
    problems = list(editorial.check(text))
    if text.reviewed > today:
        problems.append(TextProblem("reviewed", "lies in the future"))
    if not text.emergency and text.slug in ruled(editorial):
        problems.append(TextProblem("emergency", "the emergency rules answer with this article"))
    return problems + await _said_elsewhere(session, text, before)


async def _said_elsewhere(
    session: AsyncSession, text: ArticleText, before: ArticleText | None
) -> list[TextProblem]:
    """New phrases that another published article has: one under two teaches the bot nothing."""
    query = (
        select(ArticleVersion.content)
        .join(
            Article,
            and_(Article.slug == ArticleVersion.slug, Article.published == ArticleVersion.number),
        )
        .where(Article.slug != text.slug)
    )
    taken: dict[str, str] = {}
    for content in await session.scalars(query):
        other = from_content(content)
        for phrase in (*other.phrases, *other.phrases_es):
            taken[_bare(phrase)] = other.title
    problems = []
    for field in ("phrases", "phrases_es"):
        known = set(getattr(before, field)) if before is not None else set()
        for phrase in getattr(text, field):
            title = taken.get(_bare(phrase))
            if title is not None and phrase not in known:
                problems.append(TextProblem(field, f"{phrase!r} is a phrase of “{title}”, too"))
    return problems


def _bare(phrase: str) -> str:
    return " ".join(words(phrase))
