"""The seam to the knowledge base, as triage and the bot read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


class Knowledge(Protocol):
    async def article(self, slug: str) -> ArticleView | None:
        """The published article of that slug, or None."""
        ...

    async def articles(self) -> Sequence[ArticleView]:
        """Every published article, by slug."""
        ...
