"""Changing an article: each step is one function that changes, audits and tells.

```
  make, edit, restore ──► draft ──submit──► review
                            │                 │
                            └────publish──────┴──► published ──► archived
```
A new draft leaves in use what was published before, until it is published or archived itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from hub.articles.content import from_content, teaches_otherwise, to_content
from hub.articles.index import ArticleIndex
from hub.articles.models import Article, ArticleState, ArticleVersion
from hub.articles.publishing import problems_of, ruled
from hub.articles.reading import version_of
from hub.articles.review import review_due
from hub.articles.telling import tell_article
from hub.audit.models import AuditEntry
from hub.errors import Conflict, FieldError, Invalid, NotFound
from hub.ports import ArticleText, Editorial
from hub.team.access import Actor
from hub.training.wishes import want_model

RESERVED = frozenset({"all", "preview", "out-of-scope", "skip", "search"})
"""No article's slug: addresses of the API, and labels that stand for no article."""


@dataclass(frozen=True, slots=True)
class Editing:
    """What a change needs: its transaction, who makes it, and when. `today` is the city's."""

    session: AsyncSession
    editorial: Editorial
    index: ArticleIndex
    actor: Actor
    now: datetime
    today: date

    async def locked(self, slug: str, version: int) -> Article:
        """The article, locked for a change that was made on `version`.

        Raises NotFound, or Conflict where there is a newer version.
        """
        article = await self.session.scalar(
            select(Article)
            .where(Article.slug == slug)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if article is None:
            raise NotFound(f"there is no article {slug}")
        if article.version != version:
            newest = await version_of(self.session, slug, article.version)
            raise Conflict(
                f"{newest.by.rpartition(':')[2]} has saved version {newest.number} meanwhile; "
                f"this was made on version {version}"
            )
        return article

    async def make(self, text: ArticleText, why: str) -> Article:
        """A new article, as a draft. Raises Invalid for a slug that cannot be one, or Conflict
        where there is one of that slug."""
        wrong = [each for each in self.editorial.check(text) if each.field == "slug"]
        if wrong:
            raise Invalid.field("slug", wrong[0].message)
        if text.slug in RESERVED:
            raise Invalid.field("slug", "has a meaning of its own: please take another")
        article = Article(
            slug=text.slug,
            state=ArticleState.DRAFT.value,
            version=0,
            title=text.title,
            unit=text.unit,
            review_due=review_due(text),
            created_at=self.now,
            updated_at=self.now,
        )
        taken = Conflict(f"there is an article {text.slug}")
        if await self.session.get(Article, text.slug) is not None:
            raise taken
        self.session.add(article)
        try:
            await self.session.flush()
        except IntegrityError:  # somebody else made it at the same moment
            raise taken from None
        await self._add_version(article, text, ArticleState.DRAFT, why)
        return self._done(article, "make", why)

    async def edit(self, article: Article, text: ArticleText, why: str) -> Article:
        """A new version, as a draft. Raises Invalid for another slug: labels and events name it."""
        if text.slug != article.slug:
            raise Invalid.field("slug", f"stays {article.slug}: make another article instead")
        await self._add_version(article, text, ArticleState.DRAFT, why)
        return self._done(article, "edit", why)

    async def restore(self, article: Article, number: int, why: str) -> Article:
        """What version `number` said, as a new draft. Raises NotFound."""
        text = from_content((await version_of(self.session, article.slug, number)).content)
        await self._add_version(article, text, ArticleState.DRAFT, why)
        return self._done(article, "restore", why, number=number)

    async def submit(self, article: Article, why: str) -> Article:
        """A draft for somebody else to read. Raises Conflict."""
        self._require(article, ArticleState.DRAFT)
        await self._move_newest(article, ArticleState.REVIEW)
        return self._done(article, "submit", why)

    async def publish(self, article: Article, why: str) -> Article:
        """Use the newest version from now on. Raises Conflict, or Invalid with every problem at
        its field."""
        self._require(article, ArticleState.DRAFT, ArticleState.REVIEW)
        text = from_content((await version_of(self.session, article.slug, article.version)).content)
        before = await self._published(article)
        problems = await problems_of(self.session, self.editorial, text, before, self.today)
        if problems:
            told = "; ".join(f"{each.field}: {each.message}" for each in problems[:3])
            raise Invalid(told, tuple(FieldError(each.field, each.message) for each in problems))
        await self._use_newest(article, text)
        await self._teach(before, text, f"Published “{text.title}”")
        return self._done(article, "publish", why)

    async def archive(self, article: Article, why: str) -> Article:
        """Take it out of use, with its drafts. Raises Conflict, also for what the emergency rules
        answer with."""
        if article.state == ArticleState.ARCHIVED:
            raise Conflict("this article is archived already")
        if article.slug in ruled(self.editorial):
            raise Conflict("the emergency rules answer with this article: it cannot be archived")
        before = await self._published(article)
        await self._move(article, article.published, ArticleState.ARCHIVED)
        await self._move_newest(article, ArticleState.ARCHIVED)
        article.published = None
        await self.index.remove(self.session, article.slug)
        await self._teach(before, None, f"Archived “{article.title}”")
        return self._done(article, "archive", why)

    async def mark_reviewed(self, article: Article, why: str) -> Article:
        """Somebody looked, and it is still true: what is published, with today's date.

        Raises Conflict where it is not published, or there is a newer draft.
        """
        if article.published is None:
            raise Conflict("this article is not published: there is nothing to review")
        if article.published != article.version:
            raise Conflict("there is a newer draft: publish it, or restore what is published")
        before = await self._published(article)
        assert before is not None
        text = replace(before, reviewed=self.today)
        await self._add_version(article, text, ArticleState.PUBLISHED, why)
        await self._use_newest(article, text)
        return self._done(article, "review", why)

    def _require(self, article: Article, *states: ArticleState) -> None:
        if article.state not in states:
            raise Conflict(f"the newest version is {article.state}: edit or restore it first")

    async def _published(self, article: Article) -> ArticleText | None:
        if article.published is None:
            return None
        return from_content(
            (await version_of(self.session, article.slug, article.published)).content
        )

    async def _add_version(
        self, article: Article, text: ArticleText, state: ArticleState, why: str
    ) -> None:
        article.version += 1
        article.state = state.value
        article.title, article.unit = text.title, text.unit
        if article.published is None:
            article.review_due = review_due(text)
        self.session.add(
            ArticleVersion(
                slug=article.slug,
                number=article.version,
                content=to_content(text),
                state=state.value,
                why=why,
                by=str(self.actor)[:160],
                at=self.now,
            )
        )
        await self.session.flush()

    async def _use_newest(self, article: Article, text: ArticleText) -> None:
        if article.published != article.version:
            await self._move(article, article.published, ArticleState.ARCHIVED)
        await self._move_newest(article, ArticleState.PUBLISHED)
        article.published = article.version
        article.review_due = review_due(text)
        await self.index.put(self.session, text, article.version)

    async def _move_newest(self, article: Article, state: ArticleState) -> None:
        article.state = state.value
        await self._move(article, article.version, state)

    async def _move(self, article: Article, number: int | None, state: ArticleState) -> None:
        if number is not None:
            (await version_of(self.session, article.slug, number)).state = state.value

    async def _teach(
        self, before: ArticleText | None, after: ArticleText | None, what: str
    ) -> None:
        if teaches_otherwise(before, after):
            await want_model(self.session, by=str(self.actor)[:160], why=what, now=self.now)

    def _done(self, article: Article, action: str, why: str, **more: int) -> Article:
        article.seeded = None  # from now on it is people's
        article.updated_at = self.now
        detail = {"slug": article.slug, "version": article.version, "why": why, **more}
        self.session.add(
            AuditEntry(
                at=self.now, actor=str(self.actor)[:160], action=f"article {action}", detail=detail
            )
        )
        tell_article(self.session, article, self.now)
        return article
