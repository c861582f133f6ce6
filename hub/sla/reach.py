"""Whether every policy of a list can govern a ticket: some facts must get past those before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from hub.sla.errors import UnreachablePolicy
from hub.sla.policy import PRIORITIES, VISIBILITIES, Conditions, Facts, SlaPolicy

_OTHER = "\0"
"""Any name that no policy mentions."""
_MOST_TRIED = 200_000
_DIMENSIONS = ("channel", "unit", "priority", "topic", "visibility", "emergency")


@dataclass(frozen=True, slots=True)
class Names:
    """What there is; None leaves names unchecked."""

    channels: AbstractSet[str] | None = None
    units: AbstractSet[str] | None = None
    topics: AbstractSet[str] | None = None

    def of(self, dimension: str) -> AbstractSet[str] | None:
        return {"channel": self.channels, "unit": self.units, "topic": self.topics}.get(dimension)


def check_policies(
    policies: Sequence[SlaPolicy],
    *,
    channels: AbstractSet[str] | None = None,
    units: AbstractSet[str] | None = None,
    topics: AbstractSet[str] | None = None,
) -> None:
    """Refuse a list in which a policy can never govern a ticket; None checks no names.

    Raises UnreachablePolicy with the field `policies.2` or `policies.2.conditions.unit`.
    """
    for problem in unreachable(policies, Names(channels, units, topics)):
        raise problem


def unreachable(policies: Sequence[SlaPolicy], names: Names) -> Iterable[UnreachablePolicy]:
    """One problem for each policy that no ticket can match."""
    for index, policy in enumerate(policies):
        where = f"policies.{index}"
        problem = _unknown(policy.conditions, names, where) or _covered(policies, index, names)
        if problem is not None:
            yield problem


def _unknown(asked: Conditions, names: Names, where: str) -> UnreachablePolicy | None:
    for dimension in ("channel", "unit", "topic"):
        known = names.of(dimension)
        wanted: frozenset[str] | None = getattr(asked, dimension)
        unknown = sorted((wanted or frozenset()) - known) if known is not None else []
        if unknown:
            called = ", ".join(map(repr, unknown))
            return UnreachablePolicy(
                f"{where}.conditions.{dimension}", f"nothing is called {called}"
            )
    return None


def _covered(policies: Sequence[SlaPolicy], index: int, names: Names) -> UnreachablePolicy | None:
    policy, earlier = policies[index], policies[:index]
    where = f"policies.{index}"
    for other in earlier:
        if other.conditions.cover(policy.conditions):
            return UnreachablePolicy(
                where, f"{policy.name!r} is never reached: {other.name!r} matches before it"
            )
    if any(_gets_past(facts, earlier) for facts in _tickets_of(policy, earlier, names)):
        return None
    return UnreachablePolicy(
        where, f"{policy.name!r} is never reached: those before it match all of its tickets"
    )


def _gets_past(facts: Facts, earlier: Sequence[SlaPolicy]) -> bool:
    return not any(policy.conditions.match(facts) for policy in earlier)


def _tickets_of(policy: SlaPolicy, earlier: Sequence[SlaPolicy], names: Names) -> Iterable[Facts]:
    """One ticket of each kind that `earlier` can tell apart, of those that `policy` matches."""
    values = [_values(dimension, policy, earlier, names) for dimension in _DIMENSIONS]
    # Beyond this many kinds a list is past checking; what covers it alone was found before.
    combined = islice(product(*values), _MOST_TRIED)
    return (Facts(**dict(zip(_DIMENSIONS, found, strict=True))) for found in combined)


def _values(
    dimension: str, policy: SlaPolicy, earlier: Sequence[SlaPolicy], names: Names
) -> list[Any]:
    asked = getattr(policy.conditions, dimension)
    if dimension == "emergency":
        return [True, False] if asked is None else [asked]
    mentioned = [getattr(other.conditions, dimension) for other in earlier]
    candidates: set[str]
    if asked is not None:
        candidates = set(asked)
    elif dimension == "priority":
        candidates = set(PRIORITIES)
    elif dimension == "visibility":
        candidates = set(VISIBILITIES)
    else:
        known = names.of(dimension)
        open_ended = known is None or dimension == "topic"
        candidates = set().union(*(m for m in mentioned if m is not None), known or ())
        if open_ended:
            candidates.add(_OTHER)
    # Values that every earlier policy treats alike are one.
    kinds: dict[tuple[bool, ...], str] = {}
    for value in sorted(candidates):
        kinds.setdefault(tuple(m is None or value in m for m in mentioned), value)
    return list(kinds.values())
