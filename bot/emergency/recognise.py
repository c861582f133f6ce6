"""From a message to the emergency it tells of."""

from __future__ import annotations

from dataclasses import dataclass

from bot.emergency import (
    carbon_monoxide,
    fallen_line,
    gas,
    medical,
    sewage,
    shock_and_fire,
    water_main,
)
from bot.emergency.reading import Reading
from bot.emergency.rule import Rule

MAX_TEXT = 5000
"""Characters that are read: an emergency is told at once."""

# The first that matches names the article, so what kills without a smell comes first, and a
# pole on fire is a fire before it is a fallen pole.
RULES: tuple[Rule, ...] = (
    *carbon_monoxide.RULES,
    *medical.RULES,
    *gas.RULES,
    *shock_and_fire.RULES,
    *fallen_line.RULES,
    *sewage.RULES,
    *water_main.RULES,
)


@dataclass(frozen=True, slots=True)
class EmergencyMatch:
    """`slug` is the article with the safety steps; `why` the words that led to it."""

    slug: str
    why: str


def recognise(text: str) -> EmergencyMatch | None:
    """The emergency that `text` tells of, or None."""
    return match(Reading(text[:MAX_TEXT]))


def match(reading: Reading) -> EmergencyMatch | None:
    """The emergency that a message tells of, or None."""
    for rule in RULES:
        why = rule.match(reading)
        if why is not None:
            return EmergencyMatch(rule.slug, why)
    return None
