"""A message as words in a row, and where in it a concept is spoken of."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from bot.emergency.text import sentences

SHORTEST_BENT = 4
"""Letters: endings make other words of shorter ones ("red", "reds")."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing, however it is said, in English and Spanish alike: people mix them."""

    spoken: str
    """The alternatives as a regular expression over plain words."""
    pattern: re.Pattern[str] = field(compare=False)


def concept(*parts: str | Concept) -> Concept:
    """The concept of the words in `parts`, which blanks separate.

    A plain word of four letters or more may have an English or Spanish ending (`wire` is also
    `wires` and `wired`). In a word, `_` is a blank, `*` after a letter any ending, `~` up to
    three words between; the rest is as in regular expressions (`gas(es)?`, `[ao]s`). Whole
    concepts may be parts too.
    """
    spoken = "|".join(
        part.spoken
        if isinstance(part, Concept)
        else "|".join(_alternative(word) for word in part.split())
        for part in parts
    )
    return Concept(spoken, re.compile(rf"(?<= )(?:{spoken})(?= )"))


def _alternative(word: str) -> str:
    if word.isalpha() and len(word) >= SHORTEST_BENT:
        return f"{word}(?:s|es|d|ed|ing)?"
    word = re.sub(r"(?<=[a-z\]])\*", r"\\w*", word)
    return word.replace("_", " ").replace("~", r"(?: \w+){0,3}? ")


@dataclass(frozen=True, slots=True)
class Hit:
    """Words `first` to `last` (both included) of a reading speak of a concept."""

    first: int
    last: int


class Reading:
    """What is asked of one message. Every concept is looked for once."""

    def __init__(self, text: str) -> None:
        self.plain = f" . {' . '.join(sentences(text))} . "
        words = self.plain.split()
        self._starts = [found.start() + 1 for found in re.finditer(r" (?=\S)", self.plain)]
        self._words = words
        self._stops = [place for place, word in enumerate(words) if word == "."]
        self._hits: dict[str, list[Hit]] = {}
        self.steps = 0
        """How many hits were looked at: what the time depends on."""

    def hits(self, wanted: Concept) -> list[Hit]:
        """Where `wanted` is spoken of, in order."""
        found = self._hits.get(wanted.spoken)
        if found is None:
            found = [
                Hit(self._word_at(one.start()), self._word_at(one.end() - 1))
                for one in wanted.pattern.finditer(self.plain)
            ]
            self._hits[wanted.spoken] = found
        return found

    def near(self, wanted: Concept, around: Hit, words: int, *, across: bool) -> Hit | None:
        """The nearest hit with at most `words` words between it and `around`, and no overlap."""
        lowest, highest = self._bounds(around, words + 1, across)
        hits = self.hits(wanted)
        start = bisect_left(hits, around.first, key=lambda hit: hit.first)
        # Overlapping hits and two on either side are enough: the nearest is among them.
        best: tuple[int, Hit] | None = None
        for hit in hits[max(0, start - 3) : start + 4]:
            self.steps += 1
            if hit.first <= around.last and hit.last >= around.first:
                continue
            if hit.last < lowest or hit.first > highest:
                continue
            distance = max(hit.first - around.last, around.first - hit.last)
            if best is None or distance < best[0]:
                best = distance, hit
        return best[1] if best else None

    def beside(self, wanted: Concept, around: Hit, words: int) -> bool:
        """Whether `wanted` is spoken of in the sentence of `around`, not far away."""
        lowest, highest = self._bounds(around, words, across=False)
        hits = self.hits(wanted)
        start = bisect_left(hits, lowest, key=lambda hit: hit.first)
        self.steps += 1
        return start < len(hits) and hits[start].first <= highest

    def around(self, wanted: Concept, span: Hit, words: int) -> bool:
        """Whether `wanted` is spoken of not far away, in whatever sentence."""
        hits = self.hits(wanted)
        start = bisect_left(hits, span.first - words, key=lambda hit: hit.first)
        self.steps += 1
        return start < len(hits) and hits[start].first <= span.last + words

    def said(self, span: Hit) -> str:
        """The words of `span`."""
        return " ".join(self._words[span.first : span.last + 1])

    def _bounds(self, around: Hit, words: int, across: bool) -> tuple[int, int]:
        lowest, highest = around.first - words, around.last + words
        if across:
            return lowest, highest
        before = bisect_left(self._stops, around.first)
        after = bisect_right(self._stops, around.last)
        if before > 0:
            lowest = max(lowest, self._stops[before - 1])
        if after < len(self._stops):
            highest = min(highest, self._stops[after])
        return lowest, highest

    def _word_at(self, sign: int) -> int:
        return bisect_right(self._starts, sign) - 1
