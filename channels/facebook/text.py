"""A long answer in parts: what one message or comment takes, broken where people would."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hub.ports.messages import clean_text

COMMENT_LIMIT = 8_000
MESSAGE_LIMIT = 2_000

_SENTENCE = re.compile(r"\s*\S.*?(?:[.!?…。！？][\"'”’)\]]*(?=\s)|(?=\n)|\Z)", re.DOTALL)
_WORD = re.compile(r"\s*\S+")


def length(text: str) -> int:
    """As the strictest counter would: in UTF-16, where an emoji is two."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def split(text: str, limit: int) -> tuple[str, ...]:
    """`text` as parts of at most `limit` characters, numbered ` (1/3)` if several.

    Breaks after sentences and lines where it can, between words where it must, and inside a
    word only if the word alone does not fit. No word is lost, and the same text always gives
    the same parts. Blank text gives none.
    """
    text = clean_text(text).strip()
    if not text:
        return ()
    if length(text) <= limit:
        return (text,)
    total = 2
    while True:
        chunks = list(_packed(text, limit - len(f" ({total}/{total})")))
        if len(str(len(chunks))) <= len(str(total)):
            return tuple(f"{chunk} ({n}/{len(chunks)})" for n, chunk in enumerate(chunks, 1))
        total = len(chunks)


def comparable(text: str) -> str:
    """What stays the same between a text we sent and what Facebook lists."""
    return " ".join(text.split())


def _packed(text: str, limit: int) -> Iterator[str]:
    """Chunk after chunk filled with sentences; whitespace at a break is dropped."""
    chunk = ""
    for found in _SENTENCE.finditer(text):
        if length((chunk + found[0]).strip()) <= limit:
            chunk += found[0]
            continue
        if chunk.strip():
            yield chunk.strip()
        chunk = ""
        for piece in _pieces(found[0], limit):
            if length((chunk + piece).strip()) <= limit:
                chunk += piece
                continue
            if chunk.strip():
                yield chunk.strip()
            chunk = piece
    if chunk.strip():
        yield chunk.strip()


def _pieces(sentence: str, limit: int) -> Iterator[str]:
    """The words of a sentence; of a word too long for a part, as much as fits at a time."""
    for found in _WORD.finditer(sentence):
        word = found[0]
        while length(word.strip()) > limit:
            cut = limit
            while length(word[:cut].strip()) > limit:
                cut -= 1
            yield word[:cut]
            word = word[cut:]
        if word:
            yield word
