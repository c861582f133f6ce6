"""What a due time costs, near and far, against walking to it day by day in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bench.options import Options
from bench.result import Line, Measurement, at_least
from hub.sla import BusinessHours
from hub.sla.defaults import city_hours

NAME = "clocks"
TITLE = "due times in business hours"
_CALLS = 2_000
_DAY = timedelta(days=1)
START = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)
NEAR = timedelta(hours=1)
YEAR = timedelta(hours=9 * 250)
"""Working time of about a year."""


def measure(options: Options) -> Measurement:
    hours = city_hours()
    hours.due(START, YEAR)  # lays out the years, as a running hub has them
    near = _microseconds(lambda: hours.due(START, NEAR), options.rounds)
    far = _microseconds(lambda: hours.due(START, YEAR), options.rounds)
    back = _microseconds(lambda: hours.elapsed(START, hours.due(START, YEAR)), options.rounds)
    assert walked(hours, START, YEAR) == hours.due(START, YEAR)
    walk = _microseconds(lambda: walked(hours, START, YEAR), options.rounds, calls=20)
    return Measurement(
        NAME,
        TITLE,
        [
            Line("due in an hour", near, "µs"),
            Line(
                "due in a year",
                far,
                "µs",
                f"{walk / far:.0f} × faster than day by day",
                at_least(walk / far, 20, "≥ 20 × faster"),
            ),
            Line("a year's elapsed time, and its due time", back, "µs"),
            Line("due in a year, day by day", walk, "µs"),
        ],
        ["A calendar lays out each year once, in some milliseconds; a hub keeps them."],
    )


def walked(hours: BusinessHours, start: datetime, working: timedelta) -> datetime:
    """The same due time by looking at one day after another."""
    zone = ZoneInfo(hours.timezone)
    day = start.astimezone(zone).date() - _DAY
    while True:
        for opens, closes in hours.hours_on(day):
            begin = max(_at(day, opens, zone), start)
            end = _at(day, closes, zone)
            if begin < end and end - begin >= working:
                return begin + working
            working -= max(end - begin, timedelta(0))
        day += _DAY


def _at(day: date, seconds: int, zone: ZoneInfo) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (midnight + timedelta(seconds=seconds)).astimezone(UTC)


def _microseconds(call: Callable[[], object], rounds: int, calls: int = _CALLS) -> float:
    took = []
    for _ in range(max(1, rounds)):
        began = time.perf_counter()
        for _ in range(calls):
            call()
        took.append((time.perf_counter() - began) / calls * 1e6)
    return statistics.median(took)
