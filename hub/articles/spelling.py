"""The words of a question as the articles spell them: slips of typing, and words half typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from hub.articles.words import LANGUAGES, STOP_WORDS, fold, stem, words

MOST_WORDS = 40
"""A question may be a whole message: its first words are enough."""
GUESSED = 0.8
"""What a word is worth that was only guessed from its spelling."""
BEGUN = 0.7
"""What a word is worth that the last one may become."""
_SHORTEST = 4
_MOST_BEGUN = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's terms by language, with what each is worth (0..1)."""

    terms: Mapping[str, Mapping[str, float]]
    corrected: str | None
    """The question as it was probably meant, None where every word is known."""

    @property
    def any(self) -> list[str]:
        return [term for language in LANGUAGES for term in self.terms[language]]


class Spelling:
    def __init__(self, spoken: Mapping[str, int]) -> None:
        """`spoken`: how often the articles say each word, folded."""
        self._spoken = spoken
        self._by_length: dict[int, list[str]] = {}
        for word in spoken:
            if len(word) >= _SHORTEST and not word.isdecimal():
                self._by_length.setdefault(len(word), []).append(word)

    def read(self, question: str) -> Asked:
        asked = words(question)[:MOST_WORDS]
        terms: dict[str, dict[str, float]] = {language: {} for language in LANGUAGES}

        def take(word: str, worth: float) -> None:
            if any(word in stop for stop in STOP_WORDS.values()):
                return  # in one language; nobody knows yet which one it is
            for language in LANGUAGES:
                known = terms[language]
                term = stem(word, language)
                known[term] = max(known.get(term, 0.0), worth)

        corrections: dict[str, str] = {}
        for position, word in enumerate(asked):
            if self._known(word):
                take(word, 1.0)
                continue
            last = position == len(asked) - 1 and fold(question).endswith(word)
            begun = self._begun(word) if last else []
            for longer in begun:
                take(longer, BEGUN)
            guess = None if begun else self._nearest(word)
            if guess is not None:
                corrections[word] = guess
                take(guess, GUESSED)
        corrected = None
        if corrections:
            corrected = " ".join(corrections.get(word, word) for word in asked)
        return Asked(terms, corrected)

    def _known(self, word: str) -> bool:
        return word in self._spoken or any(word in stop for stop in STOP_WORDS.values())

    def _begun(self, word: str) -> Sequence[str]:
        """The commonest words that begin like the last one, which may still be typed."""
        if len(word) < 3:
            return ()
        longer = [each for each in self._spoken if each.startswith(word)]
        return sorted(longer, key=lambda each: (-self._spoken[each], each))[:_MOST_BEGUN]

    def _nearest(self, word: str) -> str | None:
        """The word that is meant: one slip away, or two in a long word; of equals the commoner."""
        if len(word) < _SHORTEST or word.isdecimal():
            return None
        slips = 1 if len(word) < 7 else 2
        best: tuple[float, int, str] | None = None
        for length in range(len(word) - slips, len(word) + slips + 1):
            for other in self._by_length.get(length, ()):
                distance = float(OSA.distance(word, other, score_cutoff=slips))
                if distance > slips:
                    continue
                # Few miss the first letter.
                found = (distance + 0.5 * (word[0] != other[0]), -self._spoken[other], other)
                best = found if best is None else min(best, found)
        return None if best is None else best[2]
