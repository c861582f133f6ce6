"""From a message to the emergency it tells of."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from bot.emergency import carbon_monoxide, electricity, gas, medical, water
from bot.emergency.rule import NOT_NOW, STILL, Rule
from bot.emergency.text import sentences

MAX_TEXT = 5000
"""Characters that are read: an emergency is told at once."""
LONGEST_PIECE = 40
"""Words: people who write without full stops are read in overlapping pieces of this length."""

# The first that matches names the article, so what kills without a smell comes first, and a
# pole on fire is a fire before it is a fallen pole.
RULES: tuple[Rule, ...] = (
    *carbon_monoxide.RULES,
    *medical.RULES,
    *gas.RULES,
    *electricity.FIRE_RULES,
    *electricity.LINE_RULES,
    *water.SEWAGE_RULES,
    *water.MAIN_RULES,
)


@dataclass(frozen=True, slots=True)
class EmergencyMatch:
    """`slug` is the article with the safety steps; `why` the words that led to it."""

    slug: str
    why: str


def recognise(text: str) -> EmergencyMatch | None:
    """The emergency that `text` tells of, or None.

    Takes time linear in the length of the text: patterns look at pieces of bounded length.
    """
    plain = sentences(text[:MAX_TEXT])
    current = [
        piece
        for sentence in plain
        for piece in _pieces(sentence)
        if not NOT_NOW.search(piece) or STILL.search(piece)
    ]
    # Two sentences together, for what is said in two: "The power is out. She is on oxygen."
    joined = [f"{one} {other}" for one, other in pairwise(plain)]
    across = current + [piece for sentence in joined for piece in _pieces(sentence)]
    for rule in RULES:
        for piece in across if rule.across else current:
            why = rule.match(piece)
            if why is not None:
                return EmergencyMatch(rule.slug, why)
    return None


def _pieces(sentence: str) -> list[str]:
    words = sentence.split()
    step = LONGEST_PIECE // 2
    starts = range(0, max(1, len(words) - step), step)
    return [" ".join(words[start : start + LONGEST_PIECE]) for start in starts]
