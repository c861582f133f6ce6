"""When people work, and sums of that time: `due` and `elapsed`, each the other's inverse.

A calendar's working time is laid out once a year as sorted instants with running totals; both
sums then are a bisection, whatever the distance. The rules it follows:

- A span belongs to the day it starts on: a holiday closes the spans that start on it, and a
  night that began on the eve runs to its end.
- A dated exception replaces its day's hours and also outranks a holiday of that date.
- `always_open` is just that: weekly hours, holidays and exceptions are kept and do not count.
- Hours are read off the wall clock, see `hub.sla.wall_clock`: a night of 22:00 to 06:00 has
  seven hours when the clocks go forward and nine when they go back.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from hub.sla.errors import (
    BadDate,
    BadField,
    BadInstant,
    NoWorkingTime,
    OverlappingHours,
    UnknownTimeZone,
)
from hub.sla.holiday_calendar import HolidayCalendar
from hub.sla.opening_hours import (
    WEEKDAYS,
    DayHours,
    check_day,
    check_week,
    read_day,
    read_week,
    runs_into,
    write_day,
)
from hub.sla.wall_clock import SECOND, from_micros, instant_of, to_micros

_CLOSED_WEEK: tuple[DayHours, ...] = ((),) * 7
_DAY = timedelta(days=1)
_REACH = 86_400 * SECOND
_FIRST_YEAR, _LAST_YEAR = 2, 9998
_YEARS_KEPT = 64
"""A year takes some 50 kB; a mistyped date must not lay out and keep thousands."""
_FIELDS = (
    "timezone",
    "weekly_hours",
    "holidays",
    "exceptions",
    "holiday_calendar",
    "always_open",
)


@dataclass(frozen=True, slots=True)
class _Year:
    """One year's working spans as instants in microseconds, and the total before each."""

    opens: list[int]
    closes: list[int]
    totals: list[int]
    """`totals[i]` is the working time of the first `i` spans, so it has one entry more."""

    @property
    def total(self) -> int:
        return self.totals[-1]

    def worked_by(self, instant: int) -> int:
        count = bisect_right(self.opens, instant)
        if count == 0:
            return 0
        return self.totals[count] - max(0, self.closes[count - 1] - instant)

    def reach(self, worked: int) -> int:
        """The first instant by which `worked` has been worked, 0 < worked <= total."""
        span = bisect_left(self.totals, worked) - 1
        return self.closes[span] - (self.totals[span + 1] - worked)


@dataclass(frozen=True)
class BusinessHours:
    """A calendar of working time. Immutable; it keeps the years it has laid out.

    `weekly` has seven days, Monday first. Everything is checked on construction and refused
    with a `CalendarError` (a ValueError) that names the field.
    """

    timezone: str
    weekly: tuple[DayHours, ...] = _CLOSED_WEEK
    holidays: frozenset[date] = frozenset()
    exceptions: tuple[tuple[date, DayHours], ...] = ()
    holiday_calendar: HolidayCalendar | None = None
    always_open: bool = False
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _dated: Mapping[date, DayHours] = field(init=False, repr=False, compare=False)
    _years: dict[int, _Year] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_zone", _zone_named(self.timezone))
        object.__setattr__(self, "exceptions", tuple(sorted(self.exceptions)))
        object.__setattr__(self, "_dated", dict(self.exceptions))
        object.__setattr__(self, "_years", {})
        if len(self.weekly) != 7:
            raise BadField("weekly_hours", "must have seven days")
        if len(self._dated) != len(self.exceptions):
            raise BadField("exceptions", "name a date twice")
        for name, day in zip(WEEKDAYS, self.weekly, strict=True):
            check_day(day, f"weekly_hours.{name}")
        check_week(self.weekly)
        for when, day in self.exceptions:
            self._check_exception(when, day)
        # Dated exceptions run out one day, so they alone are no calendar to count on.
        if not self.always_open and not any(self.weekly):
            raise NoWorkingTime("weekly_hours", "has no working time in any week")

    @classmethod
    def always(cls) -> BusinessHours:
        """Calendar time: every hour of every day."""
        return cls("UTC", always_open=True)

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> BusinessHours:
        """Read a calendar from JSON values.

        `timezone` is an IANA name; `weekly_hours` maps `mon` … `sun` to lists of
        `["HH:MM", "HH:MM"]`, a close before its opening being on the next day; `holidays` are
        ISO dates; `exceptions` map ISO dates to such lists, `[]` for closed;
        `holiday_calendar` is `{"country": "US", "subdivision": "FL"}`; `always_open` a bool.
        Only `timezone` and some working time are required. Raises CalendarError.
        """
        if not isinstance(source, Mapping):
            raise BadField("business_hours", "must be an object")
        for key in source:
            if key not in _FIELDS:
                raise BadField(str(key), "is not a field of business hours")
        named = source.get("holiday_calendar")
        return cls(
            timezone=_read_timezone(source.get("timezone")),
            weekly=read_week(_given(source, "weekly_hours", {})),
            holidays=_read_holidays(_given(source, "holidays", [])),
            exceptions=_read_exceptions(_given(source, "exceptions", {})),
            holiday_calendar=None if named is None else HolidayCalendar.from_dict(named),
            always_open=_read_flag(source.get("always_open", False), "always_open"),
        )

    def to_dict(self) -> dict[str, Any]:
        """The inverse of `from_dict`, in one canonical form."""
        written: dict[str, Any] = {
            "timezone": self.timezone,
            "weekly_hours": {
                name: write_day(day) for name, day in zip(WEEKDAYS, self.weekly, strict=True) if day
            },
            "holidays": [day.isoformat() for day in sorted(self.holidays)],
            "always_open": self.always_open,
        }
        if self.exceptions:
            written["exceptions"] = {
                when.isoformat(): write_day(day) for when, day in self.exceptions
            }
        if self.holiday_calendar is not None:
            written["holiday_calendar"] = self.holiday_calendar.to_dict()
        return written

    def due(self, start: datetime, working_time: timedelta) -> datetime:
        """The first instant, in UTC, by which `working_time` has passed since `start`.

        Outside working hours time stands still, so a start there counts from the next
        opening, and with no working time at all the answer is that opening. A due time that
        falls on a closing time stays there. Raises BadInstant for a naive start, a negative
        time, or a due time past the year 9998.
        """
        begin = to_micros(start, "start")
        wanted = working_time // timedelta(microseconds=1)
        if wanted < 0:
            raise BadInstant("working_time", "must not be negative")
        if self.always_open:
            return from_micros(begin + wanted)
        from_micros(begin + wanted)  # no calendar is faster than the clock: refuse at once
        number = self._year_number(begin)
        while not (year := self._year(number)).closes or year.closes[-1] < begin:
            number += 1
        if wanted == 0:
            span = bisect_left(year.closes, begin)
            return from_micros(max(begin, year.opens[span]))
        wanted += year.worked_by(begin)
        while wanted > year.total:
            wanted -= year.total
            number += 1
            year = self._year(number)
        return from_micros(year.reach(wanted))

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two instants. Raises BadInstant if `end` is before `start`."""
        begin, finish = to_micros(start, "start"), to_micros(end, "end")
        if finish < begin:
            raise BadInstant("end", "must not be before start")
        if self.always_open:
            return timedelta(microseconds=finish - begin)
        worked = 0
        for number in range(self._year_number(begin), self._year_number(finish + _REACH) + 1):
            year = self._year(number)
            worked += year.worked_by(finish) - year.worked_by(begin)
        return timedelta(microseconds=worked)

    def is_open(self, at: datetime) -> bool:
        """Whether `at` is working time; an opening is, its closing is not."""
        instant = to_micros(at, "at")
        if self.always_open:
            return True
        number = self._year_number(instant)
        for year in (self._year(number), self._year(number + 1)):
            count = bisect_right(year.opens, instant)
            if count and instant < year.closes[count - 1]:
                return True
        return False

    def hours_on(self, day: date) -> DayHours:
        """The spans that start on `day`, exceptions and holidays applied."""
        dated = self._dated.get(day)
        if dated is not None:
            return dated
        if day in self.holidays:
            return ()
        if self.holiday_calendar is not None and day in self.holiday_calendar.in_year(day.year):
            return ()
        return self.weekly[day.weekday()]

    def _check_exception(self, when: date, day: DayHours) -> None:
        where = f"exceptions.{when.isoformat()}"
        if not _FIRST_YEAR < when.year < _LAST_YEAR:
            raise BadDate(where, "is too far away")
        check_day(day, where)
        if runs_into(self.hours_on(when - _DAY), day):
            raise OverlappingHours(f"{where}.0", "overlaps the night of the day before")
        if runs_into(day, self.hours_on(when + _DAY)):
            raise OverlappingHours(
                f"{where}.{len(day) - 1}", "runs past midnight into the next day's hours"
            )

    def _year_number(self, instant: int) -> int:
        """The first year whose spans may still be open at `instant`.

        A span lasts until the end of the next day at most, so the local date one day earlier
        decides.
        """
        day_before = from_micros(instant - _REACH, "start")
        number = day_before.year
        # Only around New Year it is another year elsewhere: zones are slow to ask. At the ends
        # of time they cannot be asked at all.
        if day_before.month in (1, 12) and _FIRST_YEAR <= number <= _LAST_YEAR:
            number = day_before.astimezone(self._zone).year
        if not _FIRST_YEAR <= number <= _LAST_YEAR:
            raise BadInstant("start", "is beyond the years a calendar is laid out for")
        return number

    def _year(self, number: int) -> _Year:
        year = self._years.get(number)
        if year is None:
            if number > _LAST_YEAR:
                raise BadInstant("working_time", "lies beyond the year 9998")
            if len(self._years) >= _YEARS_KEPT:
                self._years.clear()
            year = self._years[number] = self._lay_out(number)
        return year

    def _lay_out(self, number: int) -> _Year:
        opens: list[int] = []
        closes: list[int] = []
        day = date(number, 1, 1)
        while day.year == number:
            midnight = datetime.combine(day, time())
            for start, end in self.hours_on(day):
                opened = instant_of(midnight + timedelta(seconds=start), self._zone)
                closed = instant_of(midnight + timedelta(seconds=end), self._zone)
                # Spans that the clocks skip whole are none.
                if opened < closed:
                    opens.append(opened)
                    closes.append(closed)
            day += _DAY
        lengths = (closed - opened for opened, closed in zip(opens, closes, strict=True))
        return _Year(opens, closes, [0, *accumulate(lengths)])


def _zone_named(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    # ZoneInfo raises any of these for names that are empty, absolute, folders or not text.
    except (KeyError, ValueError, OSError, TypeError):
        raise UnknownTimeZone("timezone", f"{name!r} is no time zone") from None


def _given(source: Mapping[str, Any], name: str, otherwise: object) -> object:
    value = source.get(name)
    return otherwise if value is None else value


def _read_timezone(name: object) -> str:
    if not isinstance(name, str) or not name:
        raise UnknownTimeZone("timezone", "must be the name of a time zone")
    return name


def _read_flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise BadField(where, "must be true or false")
    return value


def _read_date(text: object, where: str) -> date:
    if isinstance(text, date) and not isinstance(text, datetime):
        return text
    try:
        if isinstance(text, str) and len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadDate(where, "must be a date as YYYY-MM-DD")


def _read_holidays(dates: object) -> frozenset[date]:
    if not isinstance(dates, Sequence | frozenset | set) or isinstance(dates, str | bytes):
        raise BadField("holidays", "must be a list of dates")
    return frozenset(_read_date(text, f"holidays.{index}") for index, text in enumerate(dates))


def _read_exceptions(dated: object) -> tuple[tuple[date, DayHours], ...]:
    if not isinstance(dated, Mapping):
        raise BadField("exceptions", "must map dates to lists of intervals")
    return tuple(
        (_read_date(text, f"exceptions.{text}"), read_day(day, f"exceptions.{text}"))
        for text, day in dated.items()
    )
