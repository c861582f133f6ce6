"""The seam to the knowledge base, as triage and the bot read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol


class Confidence(StrEnum):
    """How sure the city is of an article's facts (`talgov.md`)."""

    HIGH = "H"
    """May be stated as fact."""
    MEDIUM = "M"
    """Only with a request to confirm by phone."""
    NONE = "none"
    """No fact is known: the bot hands over."""


@dataclass(frozen=True, slots=True)
class ArticleView:
    """A published article. `answer` is plain text ready to send, None if confidence is none."""

    slug: str
    title: str
    unit: str | None
    """Slug of the unit a conversation on this topic goes to; None keeps the ticket's."""
    confidence: Confidence
    emergency: bool
    answer: str | None
    handover: bool = False
    """A person follows even though there is an answer (emergencies, complaints)."""
    title_es: str | None = None
    answer_es: str | None = None
    """The same in Spanish; None where nobody has written it."""
    source: str = ""
    """Where the facts come from, in words for the public."""

    def titled(self, language: str) -> str:
        """The title in `language`, else in English."""
        return (self.title_es if language == "es" else None) or self.title

    def said(self, language: str) -> str | None:
        """The answer in `language`, else in English."""
        return (self.answer_es if language == "es" else None) or self.answer


@dataclass(frozen=True, slots=True)
class ArticleText:
    """All that an article says, as it is edited and kept in versions; texts are Markdown."""

    slug: str
    title: str
    unit: str | None
    confidence: Confidence
    emergency: bool
    handover: bool
    source: str
    reviewed: date
    """When somebody last looked whether it is true."""
    phrases: tuple[str, ...]
    """How people ask, in English: what the bot is trained on."""
    answer: str | None
    staff_note: str | None
    title_es: str | None = None
    answer_es: str | None = None
    phrases_es: tuple[str, ...] = ()


def view_of(text: ArticleText, plain: Callable[[str], str]) -> ArticleView:
    """A published `text` as triage and the bot read it; `plain` is `Editorial.plain`."""
    return ArticleView(
        slug=text.slug,
        title=text.title,
        unit=text.unit,
        confidence=text.confidence,
        emergency=text.emergency,
        answer=None if text.answer is None else plain(text.answer),
        handover=text.handover,
        title_es=text.title_es,
        answer_es=None if text.answer_es is None else plain(text.answer_es),
        source=text.source,
    )


@dataclass(frozen=True, slots=True)
class TextProblem:
    """What is wrong with a field of an `ArticleText`."""

    field: str
    message: str


class Editorial(Protocol):
    """What an article must be like, and how its Markdown is shown."""

    def check(self, text: ArticleText) -> Sequence[TextProblem]:
        """Everything that forbids to publish `text`."""
        ...

    def plain(self, markdown: str) -> str:
        """`markdown` as text to be sent where no markup shows."""
        ...

    def html(self, markdown: str) -> str:
        """`markdown` as HTML that is safe to put into a page."""
        ...

    def seed(self) -> Sequence[ArticleText]:
        """The articles that come with the project, by slug."""
        ...


class Knowledge(Protocol):
    async def article(self, slug: str) -> ArticleView | None:
        """The published article of that slug, or None."""
        ...

    async def articles(self) -> Sequence[ArticleView]:
        """Every published article, by slug."""
        ...
