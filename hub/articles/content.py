"""An article's text as it is kept in a version, and whether two are the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from functools import lru_cache
from typing import Any

from hub.ports import ArticleText, Confidence

FIELDS = tuple(field.name for field in fields(ArticleText))
_LEARNT = ("title", "confidence", "emergency", "phrases", "phrases_es")
"""What the bot is trained on; the rest it looks up when it answers."""


def to_content(text: ArticleText) -> dict[str, Any]:
    """JSON-ready data; `from_content` gives the text back."""
    return {
        **asdict(text),
        "confidence": text.confidence.value,
        "reviewed": text.reviewed.isoformat(),
        "phrases": list(text.phrases),
        "phrases_es": list(text.phrases_es),
    }


def from_content(content: Mapping[str, Any]) -> ArticleText:
    return ArticleText(
        **{
            **content,
            "confidence": Confidence(content["confidence"]),
            "reviewed": date.fromisoformat(content["reviewed"]),
            "phrases": tuple(content["phrases"]),
            "phrases_es": tuple(content["phrases_es"]),
        }
    )


@lru_cache(1024)  # every start asks for all of them
def digest(text: ArticleText) -> str:
    """Tells whether a text is as it was: 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(to_content(text), sort_keys=True).encode()).hexdigest()


def teaches_otherwise(one: ArticleText | None, other: ArticleText | None) -> bool:
    """Whether the bot would learn something else of `other` than of `one`; None is no article."""
    if one is None or other is None:
        return one is not other
    return any(getattr(one, name) != getattr(other, name) for name in _LEARNT)
