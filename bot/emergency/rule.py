"""A rule: concepts that stand together, and the talk in which they mean no danger."""

from __future__ import annotations

from dataclasses import dataclass

from bot.emergency.context import AGAIN, BUSINESS, NOT_NOW
from bot.emergency.reading import Concept, Hit, Reading
from bot.emergency.settled import PRESENT, SAFE, STORIES

REACH = 14
"""Words: how far around a danger the talk may stand that makes it none."""

STORY = 40
"""Words: how far around, in whatever sentence, a story says that all is over."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The emergency `slug`, told where all of `needs` stand within `within` words."""

    slug: str
    needs: tuple[Concept, ...]
    within: int
    unless: tuple[Concept, ...]
    business: bool
    """Whether it holds beside talk of prices, offers and who owns what, too."""
    across: bool
    """Whether the needs may stand in different sentences."""

    def match(self, reading: Reading) -> str | None:
        """The words of the message that tell of it, or None."""
        if not all(reading.hits(need) for need in self.needs):
            return None
        for anchor in reading.hits(self.needs[0]):
            span = self._span(reading, anchor)
            if span is not None and not self._harmless(reading, span):
                return reading.said(span)
        return None

    def _span(self, reading: Reading, anchor: Hit) -> Hit | None:
        span = anchor
        for need in self.needs[1:]:
            found = reading.near(need, anchor, self.within, across=self.across)
            if found is None:
                return None
            span = Hit(min(span.first, found.first), max(span.last, found.last))
        return span

    def _harmless(self, reading: Reading, span: Hit) -> bool:
        if any(reading.beside(one, span, REACH) for one in self.unless):
            return True
        if reading.around(SAFE, span, STORY):
            return True
        talk = any(all(reading.around(one, span, STORY) for one in story) for story in STORIES)
        talk = talk or (not self.business and reading.beside(BUSINESS, span, REACH))
        if talk and not reading.around(PRESENT, span, STORY):
            return True
        return reading.beside(NOT_NOW, span, REACH) and not reading.beside(AGAIN, span, REACH)


def rule(
    slug: str,
    *needs: Concept,
    within: int = 8,
    unless: tuple[Concept, ...] = (),
    across: bool = False,
    business: bool = False,
) -> Rule:
    """A rule; `business` lets it hold beside talk of prices, offers and who owns what, too."""
    return Rule(slug, needs, within, unless, business, across)
