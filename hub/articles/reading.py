"""Articles as the API shows them: a line each, or one with its newest text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.articles.content import from_content
from hub.articles.figures import NONE, Figures, figures
from hub.articles.models import Article, ArticleVersion
from hub.articles.publishing import problems_of
from hub.errors import NotFound
from hub.ports import ArticleText, Editorial, TextProblem


async def article_lines(
    session: AsyncSession, now: datetime, conditions: Iterable[ColumnElement[bool]] = ()
) -> list[dict[str, Any]]:
    """Every article that fulfils `conditions`, by slug, with its newest version."""
    newest = and_(ArticleVersion.slug == Article.slug, ArticleVersion.number == Article.version)
    query = (
        select(Article, ArticleVersion.content)
        .join(ArticleVersion, newest)
        .where(*conditions)
        .order_by(Article.slug)
    )
    counted = await figures(session, now)
    return [
        _line(article, from_content(content), counted.get(article.slug, NONE), now)
        for article, content in await session.execute(query)
    ]


async def article_detail(
    session: AsyncSession, editorial: Editorial, slug: str, now: datetime, today: date
) -> dict[str, Any]:
    """One article, what is published of it, and what forbids to publish its newest version.

    `today` is the city's. Raises NotFound.
    """
    article = await session.get(Article, slug)
    if article is None:
        raise NotFound(f"there is no article {slug}")
    text = await text_of(session, slug, article.version)
    published = None
    if article.published is not None:
        published = await text_of(session, slug, article.published)
    counted = (await figures(session, now, slug)).get(slug, NONE)
    problems = await problems_of(session, editorial, text, published, today)
    return {
        **_line(article, text, counted, now),
        "text": text_view(text),
        "published_text": None if published is None else text_view(published),
        "problems": problem_views(problems),
    }


async def version_of(session: AsyncSession, slug: str, number: int) -> ArticleVersion:
    """Raises NotFound."""
    found = await session.scalar(
        select(ArticleVersion).where(ArticleVersion.slug == slug, ArticleVersion.number == number)
    )
    if found is None:
        raise NotFound(f"article {slug} has no version {number}")
    return found


async def text_of(session: AsyncSession, slug: str, number: int) -> ArticleText:
    """What a version says. Raises NotFound."""
    return from_content((await version_of(session, slug, number)).content)


def text_view(text: ArticleText) -> dict[str, Any]:
    return {name: getattr(text, name) for name in text.__slots__}


def problem_views(problems: Iterable[TextProblem]) -> list[dict[str, str]]:
    return [{"field": each.field, "message": each.message} for each in problems]


def version_line(version: ArticleVersion) -> dict[str, Any]:
    """Without the text; `by` is a name."""
    return {
        "number": version.number,
        "state": version.state,
        "why": version.why,
        "by": version.by.rpartition(":")[2],
        "at": version.at,
    }


def _line(article: Article, text: ArticleText, counted: Figures, now: datetime) -> dict[str, Any]:
    return {
        "slug": article.slug,
        "title": text.title,
        "unit": text.unit,
        "state": article.state,
        "confidence": text.confidence,
        "emergency": text.emergency,
        "version": article.version,
        "published": article.published,
        "review_due": article.review_due,
        "overdue": article.published is not None and article.review_due <= now,
        "updated_at": article.updated_at,
        "figures": counted,
    }
