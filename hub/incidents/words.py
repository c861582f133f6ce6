"""A customer's text as plain words: one spelling for each, with what stands beside it.

English and Spanish alike: accents and case are gone, a hashtag in camel case is its words, links,
mentions and numbers are left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from hub.incidents.stop_words import BEFORE_PLACES, NOT_DISTINCTIVE, STOP_WORDS

MAX_TEXT = 2_000
"""Characters that are looked at: what a message is about stands at its beginning."""
_SHORTEST = 3
_FUZZY_FROM = 7
"""Letters from which a word one typing error away is read as the word."""
_CAMEL = re.compile(r"(?<=[a-záéíóúñü])(?=[A-ZÁÉÍÓÚÑÜ])")
_NOISE = re.compile(r"https?://\S+|www\.\S+|[@]\w+")
_HASHTAG = re.compile(r"#(\w{1,60})")
_SENTENCE = re.compile(r"[.!?;:,\n¡¿()\"“”|]+")
_WORD = re.compile(r"\w+(?:['’]\w+)*")


def plain(text: str) -> str:
    """Lower case, without accents; an apostrophe is left out."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("’", "").replace("'", ""))
    return "".join(sign for sign in folded if not unicodedata.combining(sign))


@dataclass(frozen=True, slots=True)
class Word:
    plain: str
    written: str
    """As the customer wrote it."""
    starts: bool
    """The first of its clause: a capital letter says nothing there."""
    placed: bool
    """It follows a word such as `in`, `near`, `en`: perhaps a place."""

    @property
    def distinctive(self) -> bool:
        """Whether it may tell one matter from others by itself."""
        return (
            len(self.plain) >= _SHORTEST
            and not any(sign.isdigit() for sign in self.plain)
            and self.plain not in NOT_DISTINCTIVE
            and self.plain not in STOP_WORDS
        )


class Said:
    """What a customer wrote, cut into words."""

    def __init__(self, text: str) -> None:
        self.words: tuple[Word, ...] = tuple(_words(text[:MAX_TEXT]))

    @cached_property
    def line(self) -> str:
        """The plain words with one space around each."""
        return f" {' '.join(word.plain for word in self.words)} "

    @cached_property
    def phrases(self) -> dict[str, Phrase]:
        """The distinctive words, and pairs of them that stand together, by their plain form."""
        found: dict[str, Phrase] = {}
        before: Word | None = None
        for word in self.words:
            if not word.distinctive:
                before = None
                continue
            _keep(found, Phrase(word.plain, word.written, _place_like(word)))
            if before is not None and not word.starts:
                pair = f"{before.plain} {word.plain}"
                _keep(found, Phrase(pair, f"{before.written} {word.written}", _place_like(before)))
            before = word
        return found

    def says(self, term: str) -> bool:
        """Whether it has `term`, a plain word or phrase; long words may have one typing error."""
        if f" {term} " in self.line:
            return True
        wanted = term.split()
        if not any(len(part) >= _FUZZY_FROM for part in wanted):
            return False
        said = [word.plain for word in self.words]
        return any(
            all(map(_alike, wanted, said[start : start + len(wanted)]))
            for start in range(len(said) - len(wanted) + 1)
        )


@dataclass(frozen=True, slots=True)
class Phrase:
    plain: str
    written: str
    place_like: bool


def as_term(text: str) -> str:
    """A word or phrase as it is compared: plain words with one space between."""
    return Said(text).line.strip()


def _words(text: str) -> Sequence[Word]:
    text = _NOISE.sub(" ", text)
    text = _HASHTAG.sub(lambda tag: " " + _CAMEL.sub(" ", tag[1].replace("_", " ")) + " ", text)
    found: list[Word] = []
    for clause in _SENTENCE.split(text):
        starts, before = True, ""
        for match in _WORD.finditer(clause):
            written = match[0].strip("_")
            # NFKD may make several words of one sign, as of a fraction: only the letters count.
            word = re.sub(r"\W+", "", plain(written))
            if not word:
                continue
            found.append(Word(word, written, starts, before in BEFORE_PLACES))
            starts, before = False, word
    return found


def _place_like(word: Word) -> bool:
    return word.placed or (not word.starts and word.written[:1].isupper())


def _keep(found: dict[str, Phrase], phrase: Phrase) -> None:
    earlier = found.get(phrase.plain)
    if earlier is None or (phrase.place_like and not earlier.place_like):
        found[phrase.plain] = phrase


def _alike(wanted: str, said: str) -> bool:
    return wanted == said or (
        len(wanted) >= _FUZZY_FROM and wanted[0] == said[:1] and _one_error(wanted, said)
    )


def _one_error(one: str, other: str) -> bool:
    """Whether one letter was changed, left out, added, or swapped with its neighbour."""
    if abs(len(one) - len(other)) > 1:
        return False
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    left, right = one[same:], other[same:]
    swapped = left[:2] == right[:2][::-1] and left[2:] == right[2:]
    return swapped or left[1:] in (right, right[1:]) or left == right[1:]
