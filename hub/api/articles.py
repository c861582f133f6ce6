"""`/articles`: what the city knows. Everybody searches and reads; supervisors write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query
from sqlalchemy import select

from hub.api.access import Agent, Reader, Supervisor, TheHub
from hub.api.article_schemas import (
    ArticleDetail,
    ArticleLines,
    ArticlePage,
    DiffView,
    EditRequest,
    LookRequest,
    NewArticleRequest,
    PreviewRequest,
    PreviewView,
    RestoreRequest,
    StepRequest,
    UsedRequest,
    VersionLines,
    VersionView,
)
from hub.api.changing import visible_ticket
from hub.api.idempotency import IdempotentRoute
from hub.api.schemas import Asked, RowId
from hub.articles.diff import diff
from hub.articles.editing import Editing
from hub.articles.figures import record_use
from hub.articles.index import article_index
from hub.articles.models import Article, ArticleState, ArticleVersion, UseKind
from hub.articles.reading import (
    article_detail,
    article_lines,
    problem_views,
    text_of,
    text_view,
    version_line,
    version_of,
)
from hub.articles.review import overdue as is_overdue
from hub.errors import NotFound
from hub.ports import ArticleText, ArticleView, Editorial
from hub.system import Hub
from hub.team.access import Principal
from hub.tickets.models import Direction, Message

router = APIRouter(prefix="/articles", tags=["articles"], route_class=IdempotentRoute)

ArticleSlug = Annotated[str, Path(max_length=60, pattern=r"^[a-z0-9][a-z0-9-]*$")]
Number = Annotated[int, Path(ge=1, lt=2**31)]
VersionNumber = Annotated[int, Query(ge=1, lt=2**31)]


@router.get("", response_model=ArticlePage)
async def search_articles(
    hub: TheHub,
    principal: Reader,
    q: Annotated[Asked, Query(max_length=500)] = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 8,
    ticket_id: Annotated[RowId | None, Query()] = None,
) -> dict[str, Any]:
    """The published articles that fit a question best; all of them without one. With `ticket_id`
    those that fit its customer's newest message, the ones in its language first."""
    question, language = q, None
    if ticket_id is not None:
        ticket = await visible_ticket(hub, principal, ticket_id)
        language = ticket.language
        if not question.strip():
            question = await _last_words(hub, ticket_id)
    found = await hub.rooms.suggest(question, limit, language)
    return {"items": [_hit(article) for article in found]}


async def _last_words(hub: Hub, ticket_id: int) -> str:
    """What the ticket's customer wrote last."""
    query = (
        select(Message.body)
        .where(
            Message.ticket_id == ticket_id,
            Message.direction == Direction.INBOUND.value,
            Message.deleted_at.is_(None),
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    async with hub.database.read() as session:
        return await session.scalar(query) or ""


def _hit(article: ArticleView) -> dict[str, Any]:
    names = ("slug", "title", "title_es", "unit", "confidence", "answer", "answer_es")
    return {name: getattr(article, name) for name in names}


@router.get("/all", response_model=ArticleLines)
async def list_articles(
    hub: TheHub,
    principal: Supervisor,
    state: ArticleState | None = None,
    overdue: bool | None = None,
) -> dict[str, Any]:
    """Every article with its figures; those in a state, or those due for review (or not)."""
    conditions = []
    if state is not None:
        conditions.append(Article.state == state.value)
    if overdue is not None:
        due = is_overdue(hub.now())
        conditions.append(due if overdue else ~due)
    async with hub.database.read() as session:
        return {"items": await article_lines(session, hub.now(), conditions)}


@router.post("/preview", response_model=PreviewView)
async def preview(hub: TheHub, principal: Supervisor, wanted: PreviewRequest) -> dict[str, Any]:
    """How a text will look, and everything that is wrong with it. Nothing is kept."""
    editorial, text = hub.rooms.editorial, wanted.text.text()
    return {
        "html": _rendered(editorial, text.answer),
        "html_es": _rendered(editorial, text.answer_es),
        "plain": None if text.answer is None else editorial.plain(text.answer),
        "plain_es": None if text.answer_es is None else editorial.plain(text.answer_es),
        "problems": problem_views(editorial.check(text)),
    }


def _rendered(editorial: Editorial, markdown: str | None) -> str | None:
    return None if markdown is None else editorial.html(markdown)


@router.post("", response_model=ArticleDetail, status_code=201)
async def make_article(hub: TheHub, principal: Supervisor, wanted: NewArticleRequest) -> Any:
    """A new article, as a draft; 409 where there is one of that slug."""
    text = wanted.text.text()
    async with _editing(hub, principal) as editing:
        await editing.make(text, wanted.why)
    return await _detail(hub, text.slug)


@router.get("/{slug}", response_model=ArticleDetail)
async def read_article(hub: TheHub, principal: Reader, slug: ArticleSlug) -> Any:
    """The newest version, and what is published."""
    return await _detail(hub, slug)


@router.put("/{slug}", response_model=ArticleDetail)
async def edit_article(
    hub: TheHub, principal: Supervisor, slug: ArticleSlug, wanted: EditRequest
) -> Any:
    """A new version, as a draft: what is published stays in use. 409 where `version` is not the
    newest."""
    text: ArticleText = wanted.text.text()
    async with _editing(hub, principal) as editing:
        await editing.edit(await editing.locked(slug, wanted.version), text, wanted.why)
    return await _detail(hub, slug)


@router.post("/{slug}/submit", response_model=ArticleDetail)
async def submit_article(
    hub: TheHub, principal: Supervisor, slug: ArticleSlug, wanted: LookRequest
) -> Any:
    """A draft for somebody else to read."""
    async with _editing(hub, principal) as editing:
        await editing.submit(await editing.locked(slug, wanted.version), wanted.why)
    return await _detail(hub, slug)


@router.post("/{slug}/publish", response_model=ArticleDetail)
async def publish_article(
    hub: TheHub, principal: Supervisor, slug: ArticleSlug, wanted: StepRequest
) -> Any:
    """Use it from now on; 422 with every problem at its field. The bot learns it in the
    background where it has something to learn."""
    async with _editing(hub, principal) as editing:
        await editing.publish(await editing.locked(slug, wanted.version), wanted.why)
    return await _detail(hub, slug)


@router.post("/{slug}/archive", response_model=ArticleDetail)
async def archive_article(
    hub: TheHub, principal: Supervisor, slug: ArticleSlug, wanted: StepRequest
) -> Any:
    """Take it out of use; restoring a version brings it back as a draft."""
    async with _editing(hub, principal) as editing:
        await editing.archive(await editing.locked(slug, wanted.version), wanted.why)
    return await _detail(hub, slug)


@router.post("/{slug}/reviewed", response_model=ArticleDetail)
async def mark_reviewed(
    hub: TheHub, principal: Supervisor, slug: ArticleSlug, wanted: LookRequest
) -> Any:
    """Somebody looked, and what is published is still true."""
    async with _editing(hub, principal) as editing:
        await editing.mark_reviewed(await editing.locked(slug, wanted.version), wanted.why)
    return await _detail(hub, slug)


@router.post("/{slug}/restore", response_model=ArticleDetail)
async def restore_version(
    hub: TheHub, principal: Supervisor, slug: ArticleSlug, wanted: RestoreRequest
) -> Any:
    """What version `number` said, as a new draft."""
    async with _editing(hub, principal) as editing:
        article = await editing.locked(slug, wanted.version)
        await editing.restore(article, wanted.number, wanted.why)
    return await _detail(hub, slug)


@router.get("/{slug}/versions", response_model=VersionLines)
async def list_versions(hub: TheHub, principal: Reader, slug: ArticleSlug) -> dict[str, Any]:
    """The newest first."""
    query = select(ArticleVersion).where(ArticleVersion.slug == slug)
    async with hub.database.read() as session:
        found = (await session.scalars(query.order_by(ArticleVersion.number.desc()))).all()
    if not found:
        raise NotFound(f"there is no article {slug}")
    return {"items": [version_line(version) for version in found]}


@router.get("/{slug}/versions/{number}", response_model=VersionView)
async def read_version(hub: TheHub, principal: Reader, slug: ArticleSlug, number: Number) -> Any:
    async with hub.database.read() as session:
        version = await version_of(session, slug, number)
        return {**version_line(version), "text": text_view(await text_of(session, slug, number))}


@router.get("/{slug}/diff", response_model=DiffView)
async def read_diff(
    hub: TheHub,
    principal: Reader,
    slug: ArticleSlug,
    one: Annotated[VersionNumber, Query(alias="from")],
    other: Annotated[VersionNumber, Query(alias="to")],
) -> dict[str, Any]:
    """The fields that differ between two versions, with all their lines."""
    async with hub.database.read() as session:
        before, after = await text_of(session, slug, one), await text_of(session, slug, other)
    # In a thread: long texts take some tenths of a second.
    fields = await asyncio.to_thread(diff, before, after)
    return {"fields": [asdict(each) for each in fields]}


@router.post("/{slug}/used", status_code=204)
async def use_article(
    hub: TheHub, principal: Agent, slug: ArticleSlug, wanted: UsedRequest
) -> None:
    """An agent put it into a reply: it counts as shown."""
    ticket = await visible_ticket(hub, principal, wanted.ticket_id)
    if await hub.rooms.knowledge.article(slug) is None:
        raise NotFound(f"there is no published article {slug}")
    async with hub.database.write() as session:
        language = ticket.language or "en"
        await record_use(session, slug, UseKind.SHOWN, "agent", language, hub.now(), ticket.id)


@asynccontextmanager
async def _editing(hub: Hub, principal: Principal) -> AsyncIterator[Editing]:
    """A change to an article in one transaction; what it changed is read anew after."""
    now = hub.now()
    today = now.astimezone(ZoneInfo(hub.settings.timezone)).date()
    index = article_index(hub.database)
    async with hub.database.write() as session:
        yield Editing(session, hub.rooms.editorial, index, principal.actor, now, today)
    # Before the event comes round: whoever publishes may look at once.
    hub.rooms.knowledge.forget()


async def _detail(hub: Hub, slug: str) -> dict[str, Any]:
    now = hub.now()
    today = now.astimezone(ZoneInfo(hub.settings.timezone)).date()
    async with hub.database.read() as session:
        return await article_detail(session, hub.rooms.editorial, slug, now, today)
