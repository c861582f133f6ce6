"""Which targets a ticket has: policies in order, of which the first that matches governs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from hub.sla.errors import PolicyError, UnreachablePolicy

PRIORITIES = ("low", "normal", "high", "urgent")
VISIBILITIES = ("public", "private")


class Metric(StrEnum):
    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


class ActionKind(StrEnum):
    """What happens once at a warning or a breach. `target` is what it needs, if anything."""

    NOTIFY = "notify"
    """`target`: `assignee`, `unit`, `supervisors`, or an agent's e-mail address."""
    RAISE_PRIORITY = "raise_priority"
    REASSIGN = "reassign"
    """`target`: an agent's e-mail address; none puts the ticket back to its unit."""
    MOVE = "move"
    """`target`: a unit's slug."""


@dataclass(frozen=True, slots=True)
class Action:
    kind: ActionKind
    target: str | None = None

    def __post_init__(self) -> None:
        if self.target is None and self.kind in (ActionKind.NOTIFY, ActionKind.MOVE):
            raise PolicyError("actions", f"{self.kind} needs a target")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a policy may ask of a ticket: slugs and the words of the API."""

    channel: str
    unit: str
    priority: str = "normal"
    topic: str | None = None
    visibility: str = "public"
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class Conditions:
    """All that are given must hold; None asks nothing. An empty set would match no ticket."""

    channel: frozenset[str] | None = None
    unit: frozenset[str] | None = None
    priority: frozenset[str] | None = None
    topic: frozenset[str] | None = None
    visibility: frozenset[str] | None = None
    emergency: bool | None = None

    def __post_init__(self) -> None:
        for name in ("channel", "unit", "priority", "topic", "visibility"):
            wanted = getattr(self, name)
            if wanted is not None and not wanted:
                raise UnreachablePolicy(f"conditions.{name}", "is empty: no ticket can match")
        _refuse_unknown("conditions.priority", self.priority, PRIORITIES)
        _refuse_unknown("conditions.visibility", self.visibility, VISIBILITIES)

    def match(self, facts: Facts) -> bool:
        return (
            (self.channel is None or facts.channel in self.channel)
            and (self.unit is None or facts.unit in self.unit)
            and (self.priority is None or facts.priority in self.priority)
            and (self.topic is None or facts.topic in self.topic)
            and (self.visibility is None or facts.visibility in self.visibility)
            and (self.emergency is None or facts.emergency == self.emergency)
        )

    def cover(self, other: Conditions) -> bool:
        """Whether every ticket that matches `other` matches this."""
        pairs = (
            (self.channel, other.channel),
            (self.unit, other.unit),
            (self.priority, other.priority),
            (self.topic, other.topic),
            (self.visibility, other.visibility),
        )
        return all(
            mine is None or (theirs is not None and theirs <= mine) for mine, theirs in pairs
        ) and (self.emergency is None or self.emergency == other.emergency)


@dataclass(frozen=True, slots=True)
class SlaPolicy:
    """Targets for the tickets that `conditions` select; a target of None is not watched.

    Targets are working time of the ticket's calendar, or of the clock if `calendar_time`.
    The warning comes at `warn_share` of a target, or `warn_before` it, not both.
    """

    id: int | str
    name: str
    conditions: Conditions = field(default_factory=Conditions)
    first_response: timedelta | None = None
    next_response: timedelta | None = None
    resolution: timedelta | None = None
    calendar_time: bool = False
    warn_share: float | None = None
    warn_before: timedelta | None = None
    on_warning: tuple[Action, ...] = ()
    on_breach: tuple[Action, ...] = ()

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise PolicyError("name", "must not be empty")
        for metric in Metric:
            target = self.target(metric)
            if target is not None and target <= timedelta(0):
                raise PolicyError(metric.value, "must be longer than nothing")
        if self.warn_share is not None and self.warn_before is not None:
            raise PolicyError("warn_before", "cannot stand beside warn_share")
        if self.warn_share is not None and not 0 < self.warn_share < 1:
            raise PolicyError("warn_share", "must lie between 0 and 1")
        if self.warn_before is not None and self.warn_before <= timedelta(0):
            raise PolicyError("warn_before", "must be longer than nothing")

    def target(self, metric: Metric) -> timedelta | None:
        if metric is Metric.FIRST_RESPONSE:
            return self.first_response
        return self.next_response if metric is Metric.NEXT_RESPONSE else self.resolution

    def warns_after(self, metric: Metric) -> timedelta | None:
        """Time used at which the warning comes, None without a warning or a target.

        A target shorter than `warn_before` is warned of from its start.
        """
        target = self.target(metric)
        if target is None:
            return None
        if self.warn_share is not None:
            return target * self.warn_share
        if self.warn_before is not None:
            return max(target - self.warn_before, timedelta(0))
        return None

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> SlaPolicy:
        """Read a policy from JSON values: times in seconds, sets as lists. Raises PolicyError."""
        if not isinstance(source, Mapping):
            raise PolicyError("policy", "must be an object")
        _refuse_unknown("policy", source, cls.__dataclass_fields__)
        conditions = _read("conditions", _conditions, source.get("conditions") or {})
        times = {
            name: None if source.get(name) is None else _read(name, _seconds, source[name])
            for name in (*Metric, "warn_before")
        }
        share = source.get("warn_share")
        return cls(
            id=source.get("id", ""),
            name=_read("name", _text, source.get("name")),
            conditions=conditions,
            first_response=times[Metric.FIRST_RESPONSE],
            next_response=times[Metric.NEXT_RESPONSE],
            resolution=times[Metric.RESOLUTION],
            calendar_time=_read("calendar_time", _flag, source.get("calendar_time", False)),
            warn_share=None if share is None else _read("warn_share", float, share),
            warn_before=times["warn_before"],
            on_warning=_read("on_warning", _actions, source.get("on_warning") or ()),
            on_breach=_read("on_breach", _actions, source.get("on_breach") or ()),
        )

    def to_dict(self) -> dict[str, Any]:
        """The inverse of `from_dict`."""
        conditions: dict[str, Any] = {}
        for name in Conditions.__dataclass_fields__:
            wanted = getattr(self.conditions, name)
            if wanted is not None:
                conditions[name] = wanted if isinstance(wanted, bool) else sorted(wanted)
        written: dict[str, Any] = {"id": self.id, "name": self.name, "conditions": conditions}
        for name in (*(metric.value for metric in Metric), "warn_before"):
            duration: timedelta | None = getattr(self, name)
            written[name] = None if duration is None else duration.total_seconds()
        written |= {"calendar_time": self.calendar_time, "warn_share": self.warn_share}
        for name in ("on_warning", "on_breach"):
            actions: tuple[Action, ...] = getattr(self, name)
            written[name] = [{"kind": act.kind.value, "target": act.target} for act in actions]
        return written


def choose(policies: Sequence[SlaPolicy], facts: Facts) -> SlaPolicy | None:
    """The first policy that matches, in the order given; None if the ticket has no targets."""
    return next((policy for policy in policies if policy.conditions.match(facts)), None)


def _refuse_unknown(
    where: str, wanted: AbstractSet[str] | Mapping[str, Any] | None, known: Any
) -> None:
    unknown = sorted(set(wanted or ()) - set(known), key=repr)
    if unknown:
        raise UnreachablePolicy(where, f"nothing is called {', '.join(map(repr, unknown))}")


_T = TypeVar("_T")


def _read(where: str, reader: Callable[[Any], _T], value: Any) -> _T:
    """`reader(value)`, with whatever it does not like told as a PolicyError at `where`."""
    try:
        return reader(value)
    except PolicyError:
        raise
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
        raise PolicyError(where, f"cannot be read: {value!r}") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _seconds(value: Any) -> timedelta:
    if isinstance(value, bool):
        raise TypeError
    return timedelta(seconds=value)


def _actions(listed: Any) -> tuple[Action, ...]:
    return tuple(
        Action(
            ActionKind(item["kind"]),
            None if item.get("target") is None else _text(item["target"]),
        )
        for item in listed
    )


def _conditions(asked: Any) -> Conditions:
    _refuse_unknown("conditions", asked, Conditions.__dataclass_fields__)
    sets = {
        name: _slugs(values)
        for name, values in asked.items()
        if name != "emergency" and values is not None
    }
    emergency = asked.get("emergency")
    return Conditions(**sets, emergency=None if emergency is None else _flag(emergency))


def _slugs(values: Any) -> frozenset[str]:
    if isinstance(values, str):
        raise TypeError
    return frozenset(_text(value) for value in values)
