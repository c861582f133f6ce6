"""A day's opening hours as people write them: reading, checking, writing back.

A span is `(opens, closes)` in seconds of wall-clock time since the midnight its day begins
with. It belongs to that day and may run past the next midnight: `["22:00", "06:00"]` is
`(79200, 108000)`. Days are numbered as `date.weekday()` does, Monday first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeGuard

from hub.sla.errors import BadField, BadTime, OverlappingHours

DAY_SECONDS = 86_400
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Span = tuple[int, int]
DayHours = tuple[Span, ...]

_TIME = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])(?::([0-5][0-9]))?")


def read_day(spans: object, field: str) -> DayHours:
    """`[["08:00","12:00"], ["13:00","17:00"]]`, sorted; `[]` is a closed day.

    Raises BadField, BadTime or OverlappingHours.
    """
    if not _is_list(spans):
        raise BadField(field, "must be a list of [opens, closes] pairs")
    read: list[tuple[Span, str]] = []
    for index, pair in enumerate(spans):
        where = f"{field}.{index}"
        if not _is_list(pair) or len(pair) != 2:
            raise BadField(where, "must be a pair of times, opens and closes")
        read.append((_read_span(pair[0], pair[1], where), where))
    read.sort()
    for ((_, closes), _), ((opens, _), where) in pairwise(read):
        if opens < closes:
            raise OverlappingHours(where, "overlaps another interval of the same day")
    return tuple(span for span, _ in read)


def read_week(weekly: object, field: str = "weekly_hours") -> tuple[DayHours, ...]:
    """Seven days, Monday first, of `{"mon": [...], ...}`; a day left out is closed.

    Raises BadField, BadTime or OverlappingHours.
    """
    if not isinstance(weekly, Mapping):
        raise BadField(field, "must map mon … sun to lists of intervals")
    for day in weekly:
        if day not in WEEKDAYS:
            raise BadField(f"{field}.{day}", f"is no day of the week; use {', '.join(WEEKDAYS)}")
    week = tuple(read_day(weekly.get(day, []), f"{field}.{day}") for day in WEEKDAYS)
    check_week(week, field)
    return week


def check_day(day: DayHours, field: str) -> None:
    """Refuse spans that are empty, out of range, unsorted or overlapping."""
    for index, (opens, closes) in enumerate(day):
        if not (0 <= opens < DAY_SECONDS and opens < closes < opens + DAY_SECONDS + 1):
            raise BadTime(f"{field}.{index}", "must open within its day and close after opening")
    for index, ((_, closes), (opens, _)) in enumerate(pairwise(day), start=1):
        if opens < closes:
            raise OverlappingHours(f"{field}.{index}", "overlaps the interval before it")


def check_week(week: Sequence[DayHours], field: str = "weekly_hours") -> None:
    """Refuse a night that runs into the next day's hours, Sunday into Monday too."""
    for number, day in enumerate(week):
        following = (number + 1) % 7
        if runs_into(day, week[following]):
            raise OverlappingHours(
                f"{field}.{WEEKDAYS[following]}.0",
                f"overlaps the hours that {WEEKDAYS[number]} runs past midnight",
            )


def runs_into(day: DayHours, following: DayHours) -> bool:
    """Whether `day` is still open past midnight when `following` opens."""
    return bool(day and following) and day[-1][1] - DAY_SECONDS > following[0][0]


def write_day(day: DayHours) -> list[list[str]]:
    """The inverse of `read_day`."""
    return [[_write_time(opens), _write_closing(closes)] for opens, closes in day]


def _read_span(opens: object, closes: object, field: str) -> Span:
    start = _read_time(opens, f"{field}.0")
    end = _read_time(closes, f"{field}.1")
    if start == DAY_SECONDS:
        raise BadTime(f"{field}.0", "24:00 can only close a day; open the next one at 00:00")
    if start == end:
        raise BadTime(field, "opens and closes at the same time; a whole day is 00:00 to 24:00")
    return (start, end) if end > start else (start, end + DAY_SECONDS)


def _read_time(text: object, field: str) -> int:
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise BadTime(field, "must be a time of day as HH:MM, 00:00 to 24:00")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = hours * 3600 + minutes * 60 + seconds
    if total > DAY_SECONDS:
        raise BadTime(field, "is later than 24:00")
    return total


def _write_closing(closes: int) -> str:
    return _write_time(closes if closes <= DAY_SECONDS else closes - DAY_SECONDS)


def _write_time(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{rest:02}" if rest else text


def _is_list(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)
