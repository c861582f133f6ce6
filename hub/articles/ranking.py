"""Which of the articles that have any of a question's words fits it best.

Pure. What counts is how well the question and the title, or the one phrase that is most like it,
cover each other; rare words count more. The rest of the phrases and the answer break ties.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from hub.articles.words import LANGUAGES, terms, words
from hub.ports import ArticleText, ArticleView

TITLE, PHRASE, PHRASES, ANSWER = 1.3, 2.0, 1.2, 0.3
"""What each counts, if it fits wholly."""
OTHER_LANGUAGE = 0.85
"""What a fit counts in another language than the asker's."""
EMERGENCY = 1.05
"""What a fit counts for an emergency: where two fit alike, it comes first."""
_SATURATION = 2.0
"""How often an article's phrases have a word until half of it is counted."""


@dataclass(frozen=True)
class Profile:
    """The terms of what an article says in one language."""

    title: frozenset[str]
    phrases: tuple[frozenset[str], ...]
    answer: frozenset[str]

    @cached_property
    def counts(self) -> Counter[str]:
        """In how many phrases each term is."""
        return Counter(term for phrase in self.phrases for term in phrase)

    @cached_property
    def all(self) -> frozenset[str]:
        return self.title | self.counts.keys() | self.answer


class Entry:
    """A published article, with what is computed of it once and kept until it changes."""

    def __init__(self, text: ArticleText, view: ArticleView, number: int) -> None:
        self.text = text
        self.view = view
        self.number = number

    @cached_property
    def profiles(self) -> Mapping[str, Profile]:
        text = self.text
        return {
            "en": _profile("en", text.title, text.phrases, self.view.answer),
            "es": _profile("es", text.title_es, text.phrases_es, self.view.answer_es),
        }

    @cached_property
    def spoken(self) -> Counter[str]:
        """The words of everything it says, as they are spelt but for case and accents."""
        text, view = self.text, self.view
        said = (text.title, text.title_es, view.answer, view.answer_es)
        return Counter(
            word
            for part in (*(part or "" for part in said), *text.phrases, *text.phrases_es)
            for word in words(part)
        )


def _profile(
    language: str, title: str | None, phrases: Sequence[str], answer: str | None
) -> Profile:
    return Profile(
        frozenset(terms(title or "", language)),
        tuple(frozenset(terms(phrase, language)) for phrase in phrases),
        frozenset(terms(answer or "", language)),
    )


class Statistics:
    """How rare each term is among all articles, by language."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        entries = tuple(entries)
        self._size = len(entries)
        self._having = {
            language: Counter(term for entry in entries for term in entry.profiles[language].all)
            for language in LANGUAGES
        }

    def rarity(self, term: str, language: str) -> float:
        having = self._having[language][term]
        return math.log(1 + (self._size - having + 0.5) / (having + 0.5))


def fit(
    entry: Entry, asked: Mapping[str, Mapping[str, float]], statistics: Statistics, prefer: str
) -> float:
    """How well an article fits: 0 where it has none of the terms, about 4 where it is said as its
    title and a phrase are.

    `asked` has the question's terms by language, with what each is worth (0..1).
    """
    best = 0.0
    for language, terms_worth in asked.items():
        score = _fit(entry.profiles[language], language, terms_worth, statistics)
        best = max(best, score if language == prefer else score * OTHER_LANGUAGE)
    return best * EMERGENCY if entry.view.emergency else best


def _fit(
    profile: Profile, language: str, worth: Mapping[str, float], statistics: Statistics
) -> float:
    weight = {term: statistics.rarity(term, language) for term in worth}
    whole = sum(weight.values())
    known = {term: weight[term] * worth[term] for term in worth if term in profile.all}
    if not whole or not known:
        return 0.0

    def like(said: frozenset[str]) -> float:
        """Dice's coefficient, by weight."""
        shared = sum(value for term, value in known.items() if term in said)
        if not shared:
            return 0.0
        rest = sum(statistics.rarity(term, language) for term in said)
        return 2 * shared / (whole + rest)

    phrase = max(
        map(like, (one for one in profile.phrases if not one.isdisjoint(known))), default=0
    )
    often = sum(
        value * profile.counts[term] / (profile.counts[term] + _SATURATION)
        for term, value in known.items()
    )
    answered = sum(value for term, value in known.items() if term in profile.answer)
    return (
        TITLE * like(profile.title)
        + PHRASE * phrase
        + PHRASES * often / whole
        + ANSWER * answered / whole
    )
