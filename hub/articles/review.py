"""When somebody must look whether an article is still true, and telling supervisors so."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.articles.models import Article
from hub.db.database import Database
from hub.notices.models import Audience, Severity
from hub.notices.notices import tell
from hub.now import Now
from hub.ports import ArticleText, Confidence

MONTHS = {Confidence.HIGH: 6, Confidence.MEDIUM: 3, Confidence.NONE: 3}
"""For how long a look is enough: what is less certain is looked at more often."""
NOTICE = "review"
"""The kind of the notice."""
_NAMED = 5


def review_due(text: ArticleText) -> datetime:
    """The midnight (UTC) when the last review has become too old."""
    day = _months_after(text.reviewed, MONTHS[text.confidence])
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _months_after(day: date, months: int) -> date:
    """31 August and six months is the last of February."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def overdue(now: datetime) -> ColumnElement[bool]:
    """Published and not reviewed in time, as a condition on the articles table."""
    return and_(Article.published.is_not(None), Article.review_due <= now)


class ReviewWatch:
    """Tells supervisors what has become overdue, each article once a due time."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now

    async def run(self) -> None:
        """Many due on one day are one notice."""
        now = self._now()
        async with self._database.read() as session:
            if await session.scalar(_untold(now).limit(1)) is None:
                return
        async with self._database.write() as session:
            await tell_overdue(session, now)


def _untold(now: datetime) -> Any:
    told = or_(Article.told_due.is_(None), Article.told_due != Article.review_due)
    return select(Article).where(overdue(now), told).order_by(Article.slug)


async def tell_overdue(session: AsyncSession, now: datetime) -> int:
    """Gives the number of articles that were told of."""
    due = (await session.scalars(_untold(now).with_for_update())).all()
    if not due:
        return 0
    for article in due:
        article.told_due = article.review_due
    names = ", ".join(f"“{article.title}”" for article in due[:_NAMED])
    more = f" and {len(due) - _NAMED} more" if len(due) > _NAMED else ""
    count = "1 article is" if len(due) == 1 else f"{len(due)} articles are"
    await tell(
        session,
        now,
        NOTICE,
        f"{count} due for review: {names}{more}.",
        audience=Audience.SUPERVISORS,
        severity=Severity.INFO,
        detail={"slugs": [article.slug for article in due]},
    )
    return len(due)
