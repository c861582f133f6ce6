"""A customer's text made safe to read: bounded, without what no keyboard writes by itself."""

from __future__ import annotations

import unicodedata

MAX_TEXT = 2000
"""Characters of a message sent to Rasa, whose time grows with length."""
TAIL = 800
"""Of those, how many are kept of the end: after a long story the question comes last."""
LOOKED_AT = 10 * MAX_TEXT
"""Characters at each end that are looked at, so that 100 kB cost no more than 40."""

_UNREADABLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
"""Control and direction marks, halves of characters, and what Unicode does not know."""
_GAP = " … "

PLEASED = frozenset("👍👏🙏❤💙💚🧡💛💜🤍🖤😊🙂😀😃😄😁🥰😍👌✅🎉💯")
"""Emoji that say thanks, or yes."""


def readable(text: str) -> str:
    """`text` as Rasa may have it: one line of at most MAX_TEXT characters, empty without words.

    A leading slash would name an intent of Rasa's instead of being read.
    """
    if len(text) > 2 * LOOKED_AT:
        text = text[:LOOKED_AT] + _GAP + text[-LOOKED_AT:]
    seen = "".join(" " if unicodedata.category(sign) in _UNREADABLE else sign for sign in text)
    line = " ".join(seen.split()).lstrip("/ ")
    if len(line) > MAX_TEXT:
        line = line[: MAX_TEXT - TAIL - len(_GAP)] + _GAP + line[-TAIL:]
    return line if any(sign.isalnum() for sign in line) else ""


def is_pleased(text: str) -> bool:
    """Whether a message is nothing but emoji that say thanks, or yes."""
    signs = {
        sign
        for sign in text[:40]
        if not sign.isspace() and unicodedata.category(sign) not in {"Cf", "Mn", "Sk"}
    }
    return bool(signs) and len(text) <= 40 and signs <= PLEASED
