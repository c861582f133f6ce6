"""Which articles fit a few words: what an agent sees while a ticket is open.

Ranking is BM25 over three fields of different weight. It is written out here, because the
articles are few (some 80) and held in memory: a search library would be larger than this file.
"""

from __future__ import annotations

import difflib
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.article import Article
from kb.rendering import plain_text

_K1 = 1.2
"""How soon a repeated word stops counting more."""
_B = 0.6
"""How much a long article is held back."""
_TITLE, _PHRASES, _BODY = 4.0, 1.0, 1.0
"""What a word in each field counts."""
_MOST_WORDS = 48
"""A query may be a whole message: its first words are enough."""
_ALIKE = 0.8
"""How alike an unknown word must be to a known one to be taken for it (0..1)."""
_GUESSED = 0.6
"""What a word counts that was only guessed from its spelling."""

_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about all am an and any anyone are as at be been but by can could did do does for from
        get had has have he her hi him his how i if in into is it its just like me my no of on or
        our out please she so some somebody someone that the their them then there they this to up
        us was we were what when where which who why will with would you your yall""",
    )
)
# "no" and "out" alone tell nothing: "power" and "water" do.


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that fits; a greater `score` fits better, and is comparable in one search."""

    article: Article
    score: float


class ArticleIndex:
    """The words of a set of articles."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._articles = tuple(articles)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._lengths: list[float] = []
        for position, article in enumerate(self._articles):
            weights = _weights(article)
            self._lengths.append(sum(weights.values()))
            for word, weight in weights.items():
                self._postings[word].append((position, weight))
        self._mean = sum(self._lengths) / len(self._lengths) if self._lengths else 1.0
        self._vocabulary = sorted(self._postings)

    def search(self, query: str, limit: int = 5) -> Sequence[Hit]:
        """The best `limit` articles for `query`, best first; none if no word fits."""
        scores: dict[int, float] = defaultdict(float)
        for word, worth in self._known(words(query)[:_MOST_WORDS]).items():
            postings = self._postings[word]
            rarity = math.log(1 + (len(self._articles) - len(postings) + 0.5) / len(postings))
            for position, weight in postings:
                damping = _K1 * (1 - _B + _B * self._lengths[position] / self._mean)
                scores[position] += worth * rarity * weight * (_K1 + 1) / (weight + damping)
        hits = [Hit(self._articles[position], score) for position, score in scores.items()]
        hits.sort(key=lambda hit: (-hit.score, hit.article.slug))
        return hits[: max(limit, 0)]

    def _known(self, query: Sequence[str]) -> dict[str, float]:
        """The words of `query` that the index has, or the nearest spelling, and their worth."""
        known: dict[str, float] = {}
        for word in query:
            if word in self._postings:
                known[word] = 1.0
            elif len(word) > 3:
                for guess in difflib.get_close_matches(word, self._vocabulary, 1, _ALIKE):
                    known.setdefault(guess, _GUESSED)
        return known


def words(text: str) -> list[str]:
    """The telling words of `text`, each cut to a stem so that "bills" finds "bill"."""
    plain = text.casefold().replace("'", "").replace("’", "")
    return [_stem(word) for word in re.findall(r"[^\W_]+", plain) if word not in _STOP_WORDS]


def _stem(word: str) -> str:
    """A crude English stem: only endings that are safe to cut are cut."""
    for ending, kept in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("s", "")):
        stem = word.removesuffix(ending)
        if stem == word or (ending == "s" and word.endswith(("ss", "us", "is"))):
            continue
        if len(stem) < 3:
            return word
        # "stopped" and "stopping" go with "stop".
        doubled = ending in ("ing", "ed") and stem[-1] == stem[-2] and stem[-1] not in "lsz"
        return (stem[:-1] if doubled else stem) + kept
    return word


def _weights(article: Article) -> dict[str, float]:
    weights: dict[str, float] = defaultdict(float)
    body = "" if article.answer is None else plain_text(article.answer)
    fields = (
        (article.title, _TITLE),
        ("\n".join(article.phrases), _PHRASES),
        (body, _BODY),
    )
    for text, weight in fields:
        for word in words(text):
            weights[word] += weight
    return weights
