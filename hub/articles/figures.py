"""What came of an article: what was shown, what helped, what needed a person all the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.articles.models import ArticleUse, UseKind

WINDOW = timedelta(days=90)
KEPT = timedelta(days=400)

Figures = Mapping[str, int]
"""How often each kind of use was counted; every kind is there."""
NONE: Figures = {kind.value: 0 for kind in UseKind}


async def record_use(
    session: AsyncSession,
    slug: str,
    kind: UseKind,
    place: str,
    language: str,
    now: datetime,
    ticket_id: int | None = None,
) -> None:
    """Count one use; `place` is `bot`, `help` or `agent`."""
    session.add(
        ArticleUse(
            slug=slug,
            kind=kind.value,
            place=place,
            language=language,
            ticket_id=ticket_id,
            at=now,
        )
    )


async def figures(
    session: AsyncSession, now: datetime, slug: str | None = None
) -> Mapping[str, Figures]:
    """By slug, the counts of the last 90 days; an article that was never used is not there."""
    query = (
        select(ArticleUse.slug, ArticleUse.kind, func.count())
        .where(ArticleUse.at >= now - WINDOW)
        .group_by(ArticleUse.slug, ArticleUse.kind)
    )
    if slug is not None:
        query = query.where(ArticleUse.slug == slug)
    counted: dict[str, dict[str, int]] = {}
    for name, kind, count in await session.execute(query):
        counted.setdefault(name, dict(NONE))[kind] = count
    return counted


async def remove_old_uses(session: AsyncSession, now: datetime) -> None:
    """Forget what no figure counts any more."""
    await session.execute(delete(ArticleUse).where(ArticleUse.at < now - KEPT))
