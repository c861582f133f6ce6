"""When a schedule is due, and which period it reports then: pure arithmetic on the city's clock.

    daily     at `hour`                          about yesterday
    weekly    on `day` (Monday is 0) at `hour`   about last week, Monday to Sunday
    monthly   on `day` (1 to 28) at `hour`       about last month

Where the clock is put forward over the hour, the report is due as the clock says one hour more; of
an hour that comes twice, the first is meant. So every local day has exactly one due time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_LONGEST = 33
"""Days between two due times, at most, with one to spare on either side."""


class Frequency(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Timing:
    frequency: Frequency
    day: int
    hour: int
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Period:
    """Both days are in it."""

    start: date
    end: date


def next_due(timing: Timing, after: datetime) -> datetime:
    """The first due time later than `after`, in UTC."""
    today = after.astimezone(timing.zone).date()
    days = (today + n * _DAY for n in range(-1, _LONGEST))
    return next(due for due in _dues(timing, days) if due > after)


def last_due(timing: Timing, until: datetime) -> datetime:
    """The last due time not later than `until`, in UTC."""
    today = until.astimezone(timing.zone).date()
    days = (today - n * _DAY for n in range(-1, _LONGEST))
    return next(due for due in _dues(timing, days) if due <= until)


def period_of(frequency: Frequency, due: datetime, zone: ZoneInfo) -> Period:
    """What has just ended when a report is due."""
    today = due.astimezone(zone).date()
    if frequency is Frequency.DAILY:
        return Period(today - _DAY, today - _DAY)
    if frequency is Frequency.WEEKLY:
        monday = today - today.weekday() * _DAY
        return Period(monday - 7 * _DAY, monday - _DAY)
    end = today.replace(day=1) - _DAY
    return Period(end.replace(day=1), end)


def _dues(timing: Timing, days: Iterator[date]) -> Iterator[datetime]:
    for day in days:
        if _is_due_on(timing, day):
            yield _instant(day, timing.hour, timing.zone)


def _is_due_on(timing: Timing, day: date) -> bool:
    if timing.frequency is Frequency.WEEKLY:
        return day.weekday() == timing.day
    if timing.frequency is Frequency.MONTHLY:
        return day.day == timing.day
    return True


def _instant(day: date, hour: int, zone: ZoneInfo) -> datetime:
    # fold=0: the first of two; and what is skipped is read with the offset from before (PEP 495).
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
