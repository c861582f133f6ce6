"""What the bot learns from, as the database has it now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from hub.articles.content import from_content
from hub.articles.models import Article, ArticleVersion
from hub.db.database import Database
from hub.ports import OUT_OF_SCOPE, LabelledText, Material
from hub.tickets.models import Message
from hub.training.models import BotExample

SKIP = "skip"
"""The label of a message that teaches nothing."""
HELD_BACK_OF = 5
"""One labelled message of so many is held back, the others are learnt."""


async def read_material(database: Database) -> Material:
    """The published articles and the labelled messages."""
    async with database.read() as session:
        return await material_of(session)


async def material_of(session: AsyncSession) -> Material:
    published = await session.scalars(
        select(ArticleVersion)
        .join(Article, Article.slug == ArticleVersion.slug)
        .where(ArticleVersion.number == Article.published)
        .order_by(ArticleVersion.slug)
    )
    articles = tuple(from_content(version.content) for version in published)
    labelled = await session.scalars(
        select(BotExample)
        .join(Message, Message.id == BotExample.message_id)
        .where(BotExample.label.is_not(None), BotExample.label != SKIP, ~withdrawn())
        .order_by(BotExample.labelled_at, BotExample.id)
    )
    known = {article.slug for article in articles} | {OUT_OF_SCOPE}
    phrases, held_back = _divided(each for each in labelled if each.label in known)
    return Material(articles, phrases, held_back)


def withdrawn() -> ColumnElement[bool]:
    """Of a message beside its example: its author took the words back, or changed them since."""
    changed = and_(Message.edited_at.is_not(None), Message.edited_at > BotExample.created_at)
    return or_(Message.deleted_at.is_not(None), changed)


def is_held_back(example_id: int) -> bool:
    """By a stable hash, so that what was held back once is never learnt."""
    digest = hashlib.sha256(str(example_id).encode()).digest()
    return int.from_bytes(digest[:4], "big") % HELD_BACK_OF == 0


def _divided(
    examples: Iterable[BotExample],
) -> tuple[tuple[LabelledText, ...], tuple[LabelledText, ...]]:
    phrases: list[LabelledText] = []
    held_back: list[LabelledText] = []
    for each in examples:
        assert each.label is not None
        text = LabelledText(each.text, each.label, each.language)
        (held_back if is_held_back(each.id) else phrases).append(text)
    return tuple(phrases), tuple(held_back)
