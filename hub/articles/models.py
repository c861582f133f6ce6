"""Rows of articles, their versions, and what came of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id, Json


class ArticleState(StrEnum):
    """Of an article's newest version; what was published before stays in use until it ends."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Article(Base):
    """A topic citizens ask about. Its words are in its versions."""

    __tablename__ = "articles"

    slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]
    """The number of the newest version; a change names the one it was made from."""
    published: Mapped[int | None]
    """The number of the version in use, None where none is."""
    title: Mapped[str] = mapped_column(String(160))
    unit: Mapped[str | None] = mapped_column(String(40))
    review_due: Mapped[datetime]
    """When somebody must look whether it is still true."""
    told_due: Mapped[datetime | None]
    """The `review_due` that supervisors were told had passed: each is told once."""
    seeded: Mapped[str | None] = mapped_column(String(64))
    """A digest of the file the newest version came from; None once people have edited it."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ArticleVersion(Base):
    """What an article said from some moment on, append-only."""

    __tablename__ = "article_versions"
    __table_args__ = (UniqueConstraint("slug", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), ForeignKey("articles.slug"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    """The fields of `hub.ports.ArticleText`."""
    state: Mapped[str] = mapped_column(String(10))
    """What it was made as, or moved to last."""
    why: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(160))
    at: Mapped[datetime]


class UseKind(StrEnum):
    SHOWN = "shown"
    """Said by the bot, read in the help centre, or put into a reply by an agent."""
    HELPFUL = "helpful"
    UNHELPFUL = "unhelpful"
    PERSON = "person"
    """Shown by the bot, and a person was needed all the same."""


class ArticleUse(Base):
    """One thing that came of an article: its figures are counts of these."""

    __tablename__ = "article_uses"
    __table_args__ = (Index("ix_article_uses_slug", "slug", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10))
    place: Mapped[str] = mapped_column(String(10))
    """`bot`, `help` or `agent`."""
    language: Mapped[str] = mapped_column(String(5))
    ticket_id: Mapped[int | None] = mapped_column(Id)
    at: Mapped[datetime]
