"""Whether an inquiry belongs to an incident: a pure rule over values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hub.incidents.subjects import is_about, related
from hub.incidents.words import Said


@dataclass(frozen=True, slots=True)
class Rule:
    """What an incident asks of an inquiry; each that is given must hold."""

    topic: str | None = None
    terms: tuple[str, ...] = ()
    """Any one of these; plain words or phrases (`hub.incidents.words.as_term`)."""
    unit: str | None = None

    @property
    def empty(self) -> bool:
        """It tells nothing apart, so nothing matches it."""
        return self.topic is None and not self.terms


@dataclass(frozen=True, slots=True)
class Seen:
    """An inquiry, as far as a rule looks at it."""

    said: Said
    topics: tuple[str, ...] = ()
    """What it is known to be about; empty while nobody knows."""
    unit: str | None = None


def names_place(rule: Rule, said: Said) -> bool:
    """Whether one of the rule's terms is said."""
    return any(said.says(term) for term in rule.terms)


def matches(rule: Rule, seen: Seen) -> bool:
    """Whether it belongs there.

    A topic is matched by one about the same thing; of an inquiry whose topic nobody knows (the
    bot is off, or did not understand) its words decide.
    """
    if rule.empty or (rule.unit is not None and seen.unit != rule.unit):
        return False
    if rule.terms and not names_place(rule, seen.said):
        return False
    if rule.topic is None:
        return True
    if seen.topics:
        return any(related(rule.topic, topic) for topic in seen.topics)
    return is_about(seen.said, rule.topic)


Item = TypeVar("Item")


def in_order(items: Iterable[tuple[Rule, Item]]) -> Sequence[tuple[Rule, Item]]:
    """The more particular rules first: an outage in one place before outages everywhere."""
    return sorted(
        items,
        key=lambda pair: (not pair[0].terms, pair[0].topic is None, pair[0].unit is None),
    )
