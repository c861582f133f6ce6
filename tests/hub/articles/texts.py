"""Articles written for the tests, and changes to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select

from hub.articles.content import from_content
from hub.articles.editing import Editing
from hub.articles.index import article_index
from hub.articles.models import Article, ArticleVersion
from hub.ports import ArticleText, Confidence
from hub.system import Hub
from hub.team.access import Actor
from tests.fakes import NOON

SAM = Actor("agent", 5, "Sam Laurent")
TODAY = NOON.date()

TEXT = ArticleText(
    slug="lost-umbrella",
    title="Lost umbrellas",
    unit="walk-in",
    confidence=Confidence.HIGH,
    emergency=False,
    handover=False,
    source="City of Tallahassee public pages",
    reviewed=date(2026, 11, 1),
    phrases=(
        "I lost my umbrella",
        "where is my brolly",
        "left my parasol at your desk",
        "umbrella found?",
        "lost and found for umbrellas",
    ),
    answer="Ask at the **front desk**.",
    staff_note=None,
    title_es="Paraguas perdidos",
    answer_es="Pregunte en la **entrada**.",
    phrases_es=("perdí mi paraguas", "¿dónde está mi sombrilla?"),
)


@asynccontextmanager
async def editing(hub: Hub, actor: Actor = SAM) -> AsyncIterator[Editing]:
    """A change in one transaction, as the API makes it."""
    async with hub.database.write() as session:
        index = article_index(hub.database)
        yield Editing(session, hub.rooms.editorial, index, actor, hub.now(), TODAY)
    hub.rooms.knowledge.forget()


async def published(hub: Hub, text: ArticleText = TEXT, **changes: Any) -> Article:
    """A new article that is in use."""
    async with editing(hub) as edit:
        article = await edit.make(replace(text, **changes), "Many ask")
        return await edit.publish(article, "It is true")


async def stored(hub: Hub, slug: str) -> Article:
    async with hub.database.read() as session:
        return await session.get_one(Article, slug)


async def said(hub: Hub, slug: str, number: int) -> ArticleText:
    async with hub.database.read() as session:
        content = await session.scalar(
            select(ArticleVersion.content).where(
                ArticleVersion.slug == slug, ArticleVersion.number == number
            )
        )
    assert content is not None
    return from_content(content)
