"""How X reads a post's text: mentions, links, and its length in weighted characters."""

from __future__ import annotations

import re
import unicodedata
import warnings
from dataclasses import dataclass

LIMIT = 280

_MENTION = re.compile(r"(?<![\w@/])@([A-Za-z0-9_]{1,20})(?![\w@])")
_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_HASHTAG = re.compile(r"(?<![\w&/])#(\w*[^\W\d_]\w*)")
_LEADING = re.compile(r"\A(?:@[A-Za-z0-9_]{1,20}\s+)+")


@dataclass(frozen=True, slots=True)
class Entity:
    """A piece of text; `start` and `end` count code points."""

    start: int
    end: int
    text: str


def mentions(text: str) -> list[Entity]:
    """Handles without their at sign."""
    return [Entity(m.start(), m.end(), m[1]) for m in _MENTION.finditer(text)]


def links(text: str) -> list[Entity]:
    return [Entity(m.start(), m.end(), m[0]) for m in _LINK.finditer(text)]


def hashtags(text: str) -> list[Entity]:
    return [Entity(m.start(), m.end(), m[1]) for m in _HASHTAG.finditer(text)]


def without_leading_mentions(text: str) -> str:
    """What a reply shows: the handles X put in front of it do not belong to the words."""
    return _LEADING.sub("", text)


def weighted_length(text: str) -> int:
    """As X counts: NFC, a link 23, an emoji 2, most of Latin 1, CJK 2."""
    with warnings.catch_warnings():
        # It imports pkg_resources, which warns that it will go.
        warnings.simplefilter("ignore")
        from twitter_text import parse_tweet
    normal = unicodedata.normalize("NFC", text)
    return int(parse_tweet(normal).weightedLength) if normal else 0


def escaped(text: str) -> str:
    """X's API gives `&`, `<` and `>` as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
