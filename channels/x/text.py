"""X's text: how it counts it, how a long answer becomes numbered posts, how it comes back.

A post holds 280 weighted characters (a link counts 23, an emoji and a CJK character 2):
the rule is twitter-text's, counted by `twitter-text-parser`.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from hub.ports.messages import clean_text

POST_LIMIT = 280

# U+FEFF, U+FFFE and U+FFFF make X refuse a post; twitter-text calls them invalid.
_INVALID = re.compile("[\ufeff\ufffe\uffff]")
_LINK_LIKE = re.compile(r"\.\w")
_ESCAPED = re.compile(r"&(amp|lt|gt);")
_UNESCAPED = {"amp": "&", "lt": "<", "gt": ">"}
_LEADING_HANDLES = re.compile(r"^(?:\s*@\w{1,20})+\s*")
_WORD = re.compile(r"(\s*)(\S+)")
_ENDS_SENTENCE = re.compile(r"[.!?…。！？][\"'”’)\]]*$")
# One character as a reader sees it, roughly: a base with its marks, joiners and modifiers.
_CLUSTER = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|.(?:[\u0300-\u036f\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]|\u200d.){0,20}",
    re.DOTALL,
)


def unescape(text: str) -> str:
    """Text as it was written: X escapes `&`, `<` and `>`, once."""
    return _ESCAPED.sub(lambda found: _UNESCAPED[found[1]], text)


def tidy(text: str) -> str:
    """`text` without what X refuses, and without blank ends."""
    return _INVALID.sub("", clean_text(text)).strip()


def weight(text: str) -> int:
    """Weighted characters, as X counts them."""
    if text.isascii() and not _LINK_LIKE.search(text):
        # No link, no emoji, nothing of double weight: X counts characters, and so can we,
        # a thousand times faster.
        return len(text.replace("\r\n", "\n"))
    parse_tweet, _ = _twitter_text()
    return int(parse_tweet(text).weightedLength)


def split(text: str) -> tuple[str, ...]:
    """`text` as posts of at most 280 weighted characters, numbered ` (1/3)` if several.

    Breaks after sentences where it can, between words where it must, and inside a word only
    if the word alone does not fit. No word is lost. Blank text gives no post.
    """
    text = tidy(text)
    if not text:
        return ()
    if weight(text) <= POST_LIMIT:
        return (text,)
    total = 2
    while True:
        suffix = f" ({total}/{total})"
        chunks = list(_pack(text, lambda chunk, suffix=suffix: _fits(chunk + suffix)))  # type: ignore[misc]
        if len(chunks) <= total:
            last = len(chunks)
            return tuple(f"{chunk} ({n}/{last})" for n, chunk in enumerate(chunks, start=1))
        total = len(chunks)


def has_link(text: str) -> bool:
    """Does X see an address in `text`, be it only `talgov.com`?"""
    if not _LINK_LIKE.search(text):
        return False
    _, extract_urls = _twitter_text()
    return bool(extract_urls(text))


def comparable(text: str) -> str:
    """What stays the same between a text we posted and what X gives back.

    X escapes it, shortens its links and puts the handles of those it answers in front.
    """
    text = unicodedata.normalize("NFC", _LEADING_HANDLES.sub("", tidy(unescape(text))))
    if _LINK_LIKE.search(text):
        _, extract_urls = _twitter_text()
        for url in sorted(extract_urls(text), key=len, reverse=True):
            text = text.replace(url, "\ufffc")
    return " ".join(text.split())


def _fits(text: str) -> bool:
    return weight(text) <= POST_LIMIT


def _pack(text: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """Fill chunk after chunk with sentences; whitespace at a break is dropped."""
    chunk = ""
    for sentence in _sentences(text):
        if fits((chunk + sentence).strip()):
            chunk += sentence
            continue
        if chunk.strip():
            yield chunk.strip()
        chunk = ""
        for piece in _pieces(sentence, fits):
            if fits((chunk + piece).strip()):
                chunk += piece
            else:
                yield chunk.strip()
                chunk = piece
    if chunk.strip():
        yield chunk.strip()


def _sentences(text: str) -> Iterator[str]:
    """Sentences and lines, each with the whitespace in front of it."""
    sentence = ""
    for found in _WORD.finditer(text):
        if "\n" in found[1] and sentence:
            yield sentence
            sentence = ""
        sentence += found[0]
        if _ENDS_SENTENCE.search(found[2]):
            yield sentence
            sentence = ""
    if sentence:
        yield sentence


def _pieces(sentence: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """The words of a sentence; of a word too long for a post, as much as fits at a time."""
    for found in _WORD.finditer(sentence):
        if fits(found[2]):
            yield found[0]
            continue
        clusters = _CLUSTER.findall(found[2])
        lead = found[1]
        while clusters:
            taken = _longest(clusters, fits)
            yield lead + "".join(clusters[:taken])
            clusters = clusters[taken:]
            lead = ""


def _longest(clusters: list[str], fits: Callable[[str], bool]) -> int:
    """How many of the first clusters fit, by bisection; at least one always does."""
    low, high = 1, min(len(clusters), POST_LIMIT)
    while low < high:
        middle = (low + high + 1) // 2
        if fits("".join(clusters[:middle])):
            low = middle
        else:
            high = middle - 1
    return low


@cache
def _twitter_text() -> tuple[Callable[[str], Any], Callable[[str], list[str]]]:
    with warnings.catch_warnings():
        # It imports pkg_resources, which announces its own end.
        warnings.simplefilter("ignore")
        from twitter_text import extract_urls, parse_tweet
    return parse_tweet, extract_urls
