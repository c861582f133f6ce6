"""The event that tells every process and console that an article has changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from hub.articles.models import Article
from hub.events.record import PendingEvent, record

KIND = "article.updated"


def tell_article(session: AsyncSession, article: Article, now: datetime) -> None:
    """For everybody: agents use articles, too. Every process then forgets its library."""
    data = {
        "slug": article.slug,
        "state": article.state,
        "version": article.version,
        "published": article.published,
    }
    record(session, PendingEvent(KIND, now, data))
