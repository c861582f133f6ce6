"""When the month's agents work: shifts, breaks, days off."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.month.arrivals import Span, open_that_day
from hub.month.people import Worker
from hub.sla import BusinessHours

WORKING_MINUTES = 7.5 * 60
"""Of a day's shift, without its breaks."""


def shifts_of(worker: Worker, span: Span, hours: BusinessHours) -> list[tuple[datetime, datetime]]:
    """The stretches they are at work, in order; breaks are cut out."""
    found: list[tuple[datetime, datetime]] = []
    for day, midnight in enumerate(span.local_midnights()):
        working_day = midnight.weekday() < 5 and open_that_day(hours, midnight)
        if worker.shift == "night":
            found += _night(worker, midnight, day, working_day)
        elif working_day:
            found += _day(worker, midnight)
        elif midnight.weekday() == 5 and (worker.number + day) % 8 == 0:
            found.append(_clock(midnight, 9, 13))
    return found


def _day(worker: Worker, midnight: datetime) -> list[tuple[datetime, datetime]]:
    begin = 10.0 if worker.shift == "late" else 8.0
    lunch = begin + 3.25 + worker.number % 4 * 0.5
    pause = begin + 7 + worker.number % 3 * 0.25
    return [
        _clock(midnight, begin, lunch),
        _clock(midnight, lunch + 0.75, pause),
        _clock(midnight, pause + 0.25, begin + 9),
    ]


def _night(
    worker: Worker, midnight: datetime, day: int, working_day: bool
) -> list[tuple[datetime, datetime]]:
    """Half of the crew each night; when offices are closed the other half has the day."""
    mine = (worker.number + day) % 2 == 0
    if mine:
        return [_clock(midnight, 18, 24.0), _clock(midnight, 24.5, 32.0)]
    return [] if working_day else [_clock(midnight, 8, 12), _clock(midnight, 12.5, 18)]


def _clock(midnight: datetime, begin: float, end: float) -> tuple[datetime, datetime]:
    """Wall-clock hours of that day; beyond 24 of the next."""
    naive = midnight.replace(tzinfo=None)

    def at(hour: float) -> datetime:
        return (naive + timedelta(hours=hour)).replace(tzinfo=midnight.tzinfo)

    return at(begin), at(end)
