"""What a webhook should cause, said without the product's help."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """How many messages an event may become."""

    INQUIRY = "inquiry"
    """Exactly one, from a customer."""
    ANSWER = "answer"
    """Words of the city's own: at most one, and never a customer's."""
    NOTHING = "nothing"
    """It speaks of other messages, or of nothing that people write."""
    UNSEEN = "unseen"
    """The edit of something never seen: at most one."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One message, by the platform's id and by words that no other message has."""

    what: str
    """For people: the recorded file's or the event's name."""
    external: str
    fate: Fate
    mark: str | None = None
    edited: bool = False
    """It was edited: at the end it reads `edited_words(mark)`."""
    deleted: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Webhook:
    """A body on its way to one platform's address."""

    platform: str
    name: str
    body: bytes


_MARK = re.compile(r"\[[a-z]\d{6}\]")


def mark(kind: str, number: int) -> str:
    """Words that are in one message only: `[w000123]`. `kind` is a small letter."""
    return f"[{kind}{number:06d}]"


def marks_in(text: str) -> list[str]:
    return _MARK.findall(text)


def edited_words(of: str) -> str:
    """What an edited message says at the end, beside its mark."""
    return f"{of} as edited"
