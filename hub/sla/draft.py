"""Rules as a supervisor writes them, read and checked: every problem at once, each at its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.errors import FieldError
from hub.sla.business_hours import BusinessHours
from hub.sla.entries import ALWAYS, Rules
from hub.sla.errors import SlaError
from hub.sla.policy import Action, ActionKind, Metric, SlaPolicy
from hub.sla.reach import Names, unreachable

MOST_CALENDARS = 50
MOST_POLICIES = 200
LONGEST_TARGET = timedelta(days=366)
_LATEST = timedelta(days=366 * 10)
"""A due time further away than this is a mistake, and none must be past what a date can say."""
_AUDIENCES = ("assignee", "unit", "supervisors")


@dataclass(frozen=True, slots=True)
class Calendar:
    key: str
    """What policies of the same draft name it by."""
    id: int | None
    """None for a new one."""
    name: str
    hours: BusinessHours


@dataclass(frozen=True, slots=True)
class Policy:
    id: int | None
    calendar: str
    policy: SlaPolicy
    """With its place in the draft as id."""


@dataclass(slots=True)
class Draft:
    calendars: list[Calendar] = field(default_factory=list)
    policies: list[Policy] = field(default_factory=list)
    problems: list[FieldError] = field(default_factory=list)

    def rules(self) -> Rules:
        """The draft as it would govern; policies have their places as ids."""
        hours = {calendar.key: calendar.hours for calendar in self.calendars}
        common = next(iter(hours.values()), ALWAYS)
        return Rules(
            tuple(one.policy for one in self.policies),
            common,
            {one.policy.id: hours.get(one.calendar, common) for one in self.policies},
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What a draft may name."""

    names: Names
    emails: frozenset[str]


def read_draft(
    calendars: Sequence[Mapping[str, Any]],
    policies: Sequence[Mapping[str, Any]],
    known: Known,
    now: datetime,
) -> Draft:
    """`calendars` are `{"key", "id", "name", "definition"}`, `policies` as `SlaPolicy.to_dict`
    writes them, with `calendar`, a key. What cannot be is among the draft's problems, with fields
    such as `calendars.0.definition.weekly_hours.mon.1`."""
    draft = Draft()
    _read_calendars(draft, calendars)
    for index, source in enumerate(policies):
        _read_policy(draft, index, source, known)
    if len(draft.policies) == len(policies):
        # Only in a list that is whole do places mean anything.
        listed = [one.policy for one in draft.policies]
        draft.problems += map(_problem, unreachable(listed, known.names))
    if not draft.problems:
        draft.problems += _never_due(draft, now)
    return draft


def _read_calendars(draft: Draft, calendars: Sequence[Mapping[str, Any]]) -> None:
    if not 1 <= len(calendars) <= MOST_CALENDARS:
        draft.problems.append(FieldError("calendars", f"must be 1 to {MOST_CALENDARS}"))
    names: set[str] = set()
    keys: set[str] = set()
    for index, source in enumerate(calendars):
        where = f"calendars.{index}"
        name = " ".join(str(source["name"]).split())
        if not 1 <= len(name) <= 80:
            draft.problems.append(FieldError(f"{where}.name", "must have 1 to 80 characters"))
        elif name.casefold() in names:
            draft.problems.append(FieldError(f"{where}.name", "is another calendar's, too"))
        if source["key"] in keys:
            draft.problems.append(FieldError(f"{where}.key", "is another calendar's, too"))
        names.add(name.casefold())
        keys.add(source["key"])
        try:
            hours = BusinessHours.from_dict(source["definition"])
        except SlaError as error:
            field = f"{where}.definition.{error.field}"
            draft.problems.append(FieldError(field, error.reason))
        else:
            draft.calendars.append(Calendar(source["key"], source["id"], name, hours))


def _read_policy(draft: Draft, index: int, source: Mapping[str, Any], known: Known) -> None:
    where = f"policies.{index}"
    if index >= MOST_POLICIES:
        if index == MOST_POLICIES:
            draft.problems.append(FieldError("policies", f"must be at most {MOST_POLICIES}"))
        return
    described = {name: source[name] for name in source if name not in ("id", "calendar")}
    try:
        policy = SlaPolicy.from_dict({**described, "id": index})
    except SlaError as error:
        draft.problems.append(FieldError(f"{where}.{error.field}", error.reason))
        return
    draft.policies.append(Policy(source["id"], source["calendar"], policy))
    if len(policy.name) > 80:
        draft.problems.append(FieldError(f"{where}.name", "must have at most 80 characters"))
    for metric in Metric:
        target = policy.target(metric)
        if target is not None and target > LONGEST_TARGET:
            draft.problems.append(FieldError(f"{where}.{metric}", "must be at most a year"))
    for field_name, actions in (("on_warning", policy.on_warning), ("on_breach", policy.on_breach)):
        for number, action in enumerate(actions):
            reason = _wrong_target(action, known)
            if reason is not None:
                at = f"{where}.{field_name}.{number}.target"
                draft.problems.append(FieldError(at, reason))


def _wrong_target(action: Action, known: Known) -> str | None:
    target = action.target
    match action.kind:
        case ActionKind.NOTIFY:
            if target not in _AUDIENCES and target not in known.emails:
                return f"must be one of {', '.join(_AUDIENCES)} or an agent's e-mail address"
        case ActionKind.REASSIGN:
            if target is not None and target not in known.emails:
                return "must be an agent's e-mail address, or nobody for the unit"
        case ActionKind.MOVE:
            if known.names.units is not None and target not in known.names.units:
                return f"there is no unit {target!r}"
    return None


def _never_due(draft: Draft, now: datetime) -> Iterator[FieldError]:
    """Calendars that policies name but are not there, and targets that are never reached."""
    keys = {calendar.key for calendar in draft.calendars}
    rules = draft.rules()
    for index, one in enumerate(draft.policies):
        if one.calendar not in keys:
            yield FieldError(f"policies.{index}.calendar", "there is no such calendar")
            continue
        hours = ALWAYS if one.policy.calendar_time else rules.calendars[one.policy.id]
        for metric in Metric:
            target = one.policy.target(metric)
            if target is not None and not _reached(hours, now, target):
                yield FieldError(
                    f"policies.{index}.{metric}",
                    "is not reached within ten years in this calendar: it opens too seldom",
                )


def _reached(hours: BusinessHours, now: datetime, target: timedelta) -> bool:
    # Not by its due time: that may lie thousands of years ahead, and each would be laid out.
    try:
        return hours.elapsed(now, now + _LATEST) >= target
    except SlaError:
        return False


def _problem(error: SlaError) -> FieldError:
    return FieldError(error.field, error.reason)
