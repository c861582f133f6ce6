"""Due and elapsed times, case by case, in the manner of other helpdesks' published tables.

November 2026 in America/New_York: Sunday 1 the clocks go back at 02:00; Thursday 26 is
Thanksgiving. In March they go forward on Sunday 8.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.sla import BadInstant, BusinessHours

NEW_YORK = "America/New_York"
case = pytest.param
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
EVERY_DAY = (*WORKDAYS, "sat", "sun")


def hours(*spans: list[str], days: tuple[str, ...] = WORKDAYS, **more: Any) -> BusinessHours:
    weekly = {day: list(spans) for day in days}
    return BusinessHours.from_dict({"timezone": NEW_YORK, "weekly_hours": weekly} | more)


def local(text: str, zone: str = NEW_YORK, fold: int = 0) -> datetime:
    """The instant of a wall-clock reading."""
    reading = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return reading.astimezone(UTC)


def span(text: str) -> timedelta:
    """`4:30` hours and minutes, perhaps with seconds."""
    parts = [int(part) for part in text.split(":")]
    return timedelta(hours=parts[0], minutes=parts[1], seconds=sum(parts[2:]))


OFFICE = hours(["08:00", "17:00"])
SPLIT = hours(["08:00", "12:00"], ["13:00", "17:00"])
NIGHT = hours(["22:00", "06:00"])
NIGHTS = hours(["22:00", "06:00"], days=EVERY_DAY)
DAY_AND_NIGHT = hours(["00:00", "24:00"], days=EVERY_DAY)
THANKSGIVING = hours(["08:00", "17:00"], holidays=["2026-11-26", "2026-11-27"])
EXCEPTIONAL = hours(
    ["08:00", "17:00"],
    holidays=["2026-12-25", "2026-12-31"],
    exceptions={
        "2026-12-24": [["08:00", "12:00"]],
        "2026-12-28": [],
        "2026-12-31": [["09:00", "10:00"]],
    },
)
FLORIDA = hours(["08:00", "17:00"], holiday_calendar={"country": "US", "subdivision": "FL"})


@pytest.mark.parametrize(
    ("calendar", "start", "working", "due"),
    [
        case(OFFICE, "2026-11-18 10:00", "1:00", "2026-11-18 11:00", id="within-a-day"),
        case(OFFICE, "2026-11-18 10:00:07", "0:00:10", "2026-11-18 10:00:17", id="seconds"),
        case(OFFICE, "2026-11-18 06:00", "1:00", "2026-11-18 09:00", id="before-opening"),
        case(OFFICE, "2026-11-18 20:00", "1:00", "2026-11-19 09:00", id="after-closing"),
        case(OFFICE, "2026-11-18 16:50", "1:00", "2026-11-19 08:50", id="over-night"),
        case(OFFICE, "2026-11-20 16:50", "1:00", "2026-11-23 08:50", id="over-weekend"),
        case(OFFICE, "2026-11-21 12:00", "1:00", "2026-11-23 09:00", id="from-saturday"),
        case(OFFICE, "2026-11-18 08:00", "9:00", "2026-11-18 17:00", id="exactly-a-day"),
        case(OFFICE, "2026-11-18 08:00", "9:00:01", "2026-11-19 08:00:01", id="a-second-more"),
        case(OFFICE, "2026-11-20 16:00", "1:00", "2026-11-20 17:00", id="stays-at-closing"),
        case(OFFICE, "2026-11-20 17:00", "1:00", "2026-11-23 09:00", id="from-closing"),
        case(OFFICE, "2026-11-16 08:00", "45:00", "2026-11-20 17:00", id="a-whole-week"),
        case(OFFICE, "2026-11-16 08:00", "90:30", "2026-11-30 08:30", id="two-weeks"),
        case(OFFICE, "2026-11-18 10:00", "0:00", "2026-11-18 10:00", id="no-time-inside"),
        case(OFFICE, "2026-11-21 10:00", "0:00", "2026-11-23 08:00", id="no-time-outside"),
        case(OFFICE, "2026-11-20 17:00", "0:00", "2026-11-20 17:00", id="no-time-at-closing"),
        case(OFFICE, "2026-10-30 16:00", "2:00", "2026-11-02 09:00", id="office-clocks-back"),
        case(OFFICE, "2026-03-06 16:00", "2:00", "2026-03-09 09:00", id="office-clocks-on"),
        case(OFFICE, "2026-12-31 16:30", "1:00", "2027-01-01 08:30", id="over-new-year"),
        case(SPLIT, "2026-11-18 11:30", "1:00", "2026-11-18 13:30", id="over-lunch"),
        case(SPLIT, "2026-11-18 12:15", "0:30", "2026-11-18 13:30", id="from-lunch"),
        case(SPLIT, "2026-11-18 08:00", "4:00", "2026-11-18 12:00", id="up-to-lunch"),
        case(SPLIT, "2026-11-18 08:00", "10:00", "2026-11-19 10:00", id="split-over-night"),
        case(NIGHT, "2026-11-18 23:00", "2:00", "2026-11-19 01:00", id="past-midnight"),
        case(NIGHT, "2026-11-18 12:00", "8:00", "2026-11-19 06:00", id="a-whole-night"),
        case(NIGHT, "2026-11-21 05:00", "2:00", "2026-11-23 23:00", id="friday-night"),
        case(NIGHT, "2026-11-23 03:00", "1:00", "2026-11-23 23:00", id="sunday-night-is-closed"),
        case(NIGHT, "2026-12-31 23:00", "3:00", "2027-01-01 02:00", id="new-years-night"),
        case(NIGHT, "2027-01-01 02:00", "3:00", "2027-01-01 05:00", id="in-new-years-night"),
        case(NIGHTS, "2026-10-31 22:00", "9:00", "2026-11-01 06:00", id="nine-hour-night"),
        case(NIGHTS, "2026-03-07 22:00", "7:00", "2026-03-08 06:00", id="a-night-of-seven-hours"),
        case(DAY_AND_NIGHT, "2026-11-01 00:00", "25:00", "2026-11-02 00:00", id="25-hour-day"),
        case(DAY_AND_NIGHT, "2026-03-08 00:00", "23:00", "2026-03-09 00:00", id="23-hour-day"),
        case(THANKSGIVING, "2026-11-25 16:00", "2:00", "2026-11-30 09:00", id="long-weekend"),
        case(THANKSGIVING, "2026-11-26 10:00", "1:00", "2026-11-30 09:00", id="from-a-holiday"),
        case(EXCEPTIONAL, "2026-12-24 11:00", "2:00", "2026-12-29 09:00", id="short-then-shut"),
        case(EXCEPTIONAL, "2026-12-30 16:30", "1:00", "2026-12-31 09:30", id="beats-holiday"),
        case(FLORIDA, "2026-11-25 16:00", "2:00", "2026-11-30 09:00", id="florida-thanksgiving"),
        case(FLORIDA, "2026-07-02 16:30", "1:00", "2026-07-06 08:30", id="florida-fourth"),
        case(FLORIDA, "2027-12-30 16:30", "1:00", "2028-01-03 08:30", id="florida-new-year"),
    ],
)  # fmt: skip
def test_due_and_back(calendar: BusinessHours, start: str, working: str, due: str) -> None:
    assert calendar.due(local(start), span(working)) == local(due)
    assert calendar.elapsed(local(start), local(due)) == span(working)


@pytest.mark.parametrize(
    ("calendar", "start", "end", "elapsed"),
    [
        case(OFFICE, "2026-11-20 16:00", "2026-11-21 12:00", "1:00", id="ends-outside"),
        case(OFFICE, "2026-11-21 12:00", "2026-11-22 12:00", "0:00", id="weekend"),
        case(OFFICE, "2026-11-20 17:00", "2026-11-23 08:00", "0:00", id="close-to-open"),
        case(OFFICE, "2026-11-18 06:00", "2026-11-18 20:00", "9:00", id="around-a-day"),
        case(SPLIT, "2026-11-18 10:00", "2026-11-18 14:00", "3:00", id="around-lunch"),
        case(NIGHT, "2026-11-20 20:00", "2026-11-23 12:00", "8:00", id="one-night"),
        case(NIGHTS, "2026-10-31 12:00", "2026-11-02 12:00", "17:00", id="clocks-back"),
        case(NIGHTS, "2026-03-07 12:00", "2026-03-09 12:00", "15:00", id="clocks-forward"),
        case(OFFICE, "2026-01-01 00:00", "2027-01-01 00:00", "2349:00", id="261-days"),
        case(OFFICE, "2026-11-18 10:00", "2026-11-18 10:00", "0:00", id="no-time"),
    ],
)
def test_elapsed(calendar: BusinessHours, start: str, end: str, elapsed: str) -> None:
    assert calendar.elapsed(local(start), local(end)) == span(elapsed)


def test_always_open_is_the_clock_on_holidays_too() -> None:
    calendar = BusinessHours.from_dict(
        {"timezone": NEW_YORK, "weekly_hours": {}, "holidays": ["2026-11-26"], "always_open": True}
    )
    start = local("2026-11-25 23:00")
    assert calendar.due(start, span("30:00")) == start + span("30:00")
    assert calendar.elapsed(start, start + span("30:00")) == span("30:00")
    assert calendar.is_open(start + span("2:00"))


def test_a_holiday_closes_the_night_that_starts_on_it_not_the_one_before() -> None:
    calendar = hours(["22:00", "06:00"], days=EVERY_DAY, holidays=["2026-11-26"])
    assert calendar.due(local("2026-11-25 23:00"), span("7:00")) == local("2026-11-26 06:00")
    assert calendar.due(local("2026-11-26 03:00"), span("4:00")) == local("2026-11-27 23:00")


def test_hours_that_begin_in_the_skipped_hour_begin_at_the_change() -> None:
    calendar = hours(["02:30", "05:00"], days=("sun",))
    assert calendar.due(local("2026-03-08 00:00"), span("0:00")) == local("2026-03-08 03:00")
    assert calendar.due(local("2026-03-08 00:00"), span("2:00")) == local("2026-03-08 05:00")


def test_hours_wholly_in_the_skipped_hour_are_none_that_day() -> None:
    calendar = hours(["02:00", "02:45"], days=("sun",))
    assert calendar.due(local("2026-03-08 00:00"), span("0:15")) == local("2026-03-15 02:15")


def test_readings_that_come_twice_count_at_their_first_coming() -> None:
    opening = hours(["01:30", "05:00"], days=("sun",))
    assert opening.elapsed(local("2026-11-01 00:00"), local("2026-11-01 06:00")) == span("4:30")
    closing = hours(["00:00", "01:30"], days=("sun",))
    assert closing.elapsed(local("2026-11-01 00:00"), local("2026-11-01 06:00")) == span("1:30")


def test_a_start_in_the_repeated_hour_is_told_apart_by_its_fold() -> None:
    zone = ZoneInfo(NEW_YORK)
    first = datetime(2026, 11, 1, 1, 50, tzinfo=zone)
    second = datetime(2026, 11, 1, 1, 10, tzinfo=zone, fold=1)
    assert DAY_AND_NIGHT.elapsed(first, second) == span("0:20")
    assert DAY_AND_NIGHT.due(first, span("0:20")) == local("2026-11-01 01:10", fold=1)


def test_a_zone_that_skipped_a_whole_day() -> None:
    weekly = {day: [["09:00", "17:00"]] for day in EVERY_DAY}
    apia = BusinessHours.from_dict({"timezone": "Pacific/Apia", "weekly_hours": weekly})
    start = local("2011-12-29 16:00", "Pacific/Apia")
    assert apia.due(start, span("2:00")) == local("2011-12-31 10:00", "Pacific/Apia")


def test_answers_are_utc_whatever_the_start() -> None:
    start = datetime(2026, 11, 20, 22, 50, tzinfo=ZoneInfo("Europe/Berlin"))
    due = OFFICE.due(start, span("1:00"))
    assert due == local("2026-11-23 08:50")
    assert due.tzinfo is UTC


def test_ten_years_ahead_and_back() -> None:
    start = local("2026-11-18 10:00")
    due = OFFICE.due(start, timedelta(hours=9 * 2609))
    assert due.year == 2036
    assert OFFICE.elapsed(start, due) == timedelta(hours=9 * 2609)


def test_whether_it_is_open() -> None:
    assert OFFICE.is_open(local("2026-11-18 08:00"))
    assert not OFFICE.is_open(local("2026-11-18 17:00"))
    assert NIGHT.is_open(local("2027-01-01 05:59"))
    assert not FLORIDA.is_open(local("2026-11-27 10:00"))


@pytest.mark.parametrize(
    ("start", "working", "field"),
    [
        (datetime(2026, 11, 18, 10), timedelta(hours=1), "start"),  # noqa: DTZ001
        (local("2026-11-18 10:00"), timedelta(seconds=-1), "working_time"),
        (local("2026-11-18 10:00"), timedelta.max, "working_time"),
        (local("9997-11-18 10:00"), timedelta(days=700), "working_time"),
        (datetime(1, 1, 1, tzinfo=UTC), timedelta(hours=1), "start"),
    ],
)
def test_due_refuses(start: datetime, working: timedelta, field: str) -> None:
    with pytest.raises(BadInstant) as refused:
        OFFICE.due(start, working)
    assert refused.value.field == field


def test_elapsed_refuses() -> None:
    at = local("2026-11-18 10:00")
    for calendar in (OFFICE, BusinessHours.always()):
        with pytest.raises(ValueError, match="before start"):
            calendar.elapsed(at, at - span("0:01"))
        with pytest.raises(ValueError, match="aware"):
            calendar.elapsed(at, at.replace(tzinfo=None))
