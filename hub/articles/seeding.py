"""The articles that come with the project, as rows.

A new file is a new article, published. An article that nobody has edited follows its file; one
that people have edited is theirs, and its file is not looked at again. An article whose file has
gone stays: people archive it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.articles.content import digest, from_content, teaches_otherwise, to_content
from hub.articles.index import ArticleIndex, article_index, mark_of
from hub.articles.models import Article, ArticleState, ArticleVersion
from hub.articles.review import review_due
from hub.articles.telling import tell_article
from hub.db.database import Database
from hub.now import Now
from hub.ports import ArticleText, Editorial
from hub.team.access import SYSTEM
from hub.training.wishes import want_model

FIRST = "Came with the project"
FOLLOWED = "Its file changed"
_LOCK = 0x5357_4152


async def seed_library(database: Database, editorial: Editorial, now: Now) -> int:
    """Bring the rows to the project's articles, and the index to the rows.

    Gives the number of articles that are new or have followed their file.
    """
    async with database.write() as session:
        if not database.is_sqlite:  # processes that start together take turns
            await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        return await seed_articles(session, editorial, article_index(database), now())


async def seed_articles(
    session: AsyncSession, editorial: Editorial, index: ArticleIndex, now: datetime
) -> int:
    """Gives the number of articles that are new or have followed their file."""
    known = {row.slug: row for row in await session.scalars(select(Article))}
    learnt: list[str] = []
    changed = 0
    for text in editorial.seed():
        row = known.get(text.slug)
        if row is not None and row.seeded in (None, digest(text)):
            continue
        before = None if row is None else await _published(session, row)
        article = await _follow(session, row, text, now)
        changed += 1
        if known:  # in a new hub there is nobody to tell, and no model yet
            tell_article(session, article, now)
            if teaches_otherwise(before, text):
                learnt.append(text.title)
    if learnt:
        why = f"Changed with the project: {', '.join(learnt[:5])}"
        await want_model(session, by=str(SYSTEM), why=why, now=now)
    await session.flush()
    await align(session, index)
    return changed


async def _published(session: AsyncSession, row: Article) -> ArticleText | None:
    content = await session.scalar(
        select(ArticleVersion.content).where(
            ArticleVersion.slug == row.slug, ArticleVersion.number == row.published
        )
    )
    return None if content is None else from_content(content)


async def _follow(
    session: AsyncSession, row: Article | None, text: ArticleText, now: datetime
) -> Article:
    if row is None:
        row = Article(slug=text.slug, version=0, created_at=now)
        session.add(row)
    row.version += 1
    row.state = ArticleState.PUBLISHED.value
    row.published = row.version
    row.title, row.unit = text.title, text.unit
    row.review_due = review_due(text)
    row.seeded = digest(text)
    row.updated_at = now
    await session.flush()  # the version refers to it
    session.add(
        ArticleVersion(
            slug=row.slug,
            number=row.version,
            content=to_content(text),
            state=ArticleState.PUBLISHED.value,
            why=FIRST if row.version == 1 else FOLLOWED,
            by=str(SYSTEM),
            at=now,
        )
    )
    return row


async def align(session: AsyncSession, index: ArticleIndex) -> None:
    """Index what is published and is not indexed as it should be, and nothing else."""
    found = await session.execute(select(Article.slug, Article.published))
    published = {row.slug: row.published for row in found if row.published is not None}
    marks = await index.marks(session)
    for slug in marks.keys() - published.keys():
        await index.remove(session, slug)
    stale = [slug for slug, number in published.items() if marks.get(slug) != mark_of(number)]
    if not stale:
        return
    query = select(ArticleVersion).join(
        Article,
        (Article.slug == ArticleVersion.slug) & (Article.published == ArticleVersion.number),
    )
    for version in await session.scalars(query.where(Article.slug.in_(stale))):
        await index.put(session, from_content(version.content), version.number)
