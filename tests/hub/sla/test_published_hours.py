"""Business hours as other systems publish their cases, put in our own tables.

Situations and figures of Zammad, Libredesk, the libraries biz, working_hours, business_time and
businesstimedelta, and the well-known exercises. All instants are UTC unless a row says otherwise.

Where we differ on purpose (`test_where_we_differ`): what falls exactly on a closing time stays
there. Zammad, biz and working_hours go on to the next opening; both are equal in business time,
and only ours keeps `due` additive. working_hours ends an all-day Monday a microsecond early.
"""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.sla import BadInstant, BusinessHours

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
DAILY = (*WORKDAYS, "sat", "sun")


def hours(zone: str, *spans: tuple[str, str], days: Any = WORKDAYS, **more: Any) -> BusinessHours:
    return BusinessHours.from_dict(
        {"timezone": zone, "weekly_hours": {day: [list(span) for span in spans] for day in days}}
        | more
    )


OFFICE = hours("UTC", ("09:00", "17:00"), holidays=["2014-05-01"])
BERLIN = hours("Europe/Berlin", ("09:00", "17:00"))
BERLIN_LONG = hours("Europe/Berlin", ("08:00", "18:00"))
BERLIN_DAILY = hours(
    "Europe/Berlin", ("08:00", "17:00"), days=DAILY, holidays=["2015-09-22", "2015-09-24"]
)
TOKYO = hours("Asia/Tokyo", ("09:00", "17:00"))
TUESDAYS = hours("UTC", ("09:00", "17:00"), days=["tue"])
SPLIT_MONDAY = hours("UTC", ("07:00", "12:00"), ("13:00", "18:00"), days=["mon"])
WHOLE_MONDAY = hours("UTC", ("00:00", "24:00"), days=["mon"])
LUNCH = hours("UTC", ("09:00", "12:00"), ("13:00", "18:00"))
UNEVEN = BusinessHours.from_dict(
    {
        "timezone": "Etc/UTC",
        "weekly_hours": {
            **{day: [["09:00", "17:00"]] for day in ("mon", "wed", "fri")},
            **{day: [["10:00", "16:00"]] for day in ("tue", "thu")},
            "sat": [["11:00", "14:30"]],
        },
    }
)
WITH_SATURDAY = BusinessHours.from_dict(
    {
        "timezone": "UTC",
        "weekly_hours": {
            "mon": [["09:00", "17:00"]],
            "fri": [["09:00", "17:00"]],
            "sat": [["10:00", "15:00"]],
        },
    }
)
EIGHT_TO_FOUR = hours("UTC", ("08:00", "16:00"), holidays=["2004-05-17", "2004-05-27"])
NIGHTS = hours("UTC", ("22:00", "06:00"), days=DAILY, holidays=["2027-01-01"])
SUNDAY_NIGHT = hours("UTC", ("22:00", "06:00"), days=["sun"])


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize(
    ("calendar", "start", "wanted", "due"),
    [
        # Zammad: a spring Thursday in Berlin, UTC+1; an autumn Monday, UTC+2.
        (BERLIN, "2013-03-21 09:30", 60, "2013-03-21 10:30"),
        (BERLIN, "2013-03-21 09:30", 120, "2013-03-21 11:30"),
        (BERLIN, "2013-03-21 09:30", 180, "2013-03-21 12:30"),
        (BERLIN, "2013-03-21 09:30", 240, "2013-03-21 13:30"),
        (BERLIN_LONG, "2013-03-21 09:30", 60, "2013-03-21 10:30"),
        (BERLIN_LONG, "2013-03-21 09:30", 120, "2013-03-21 11:30"),
        (BERLIN_LONG, "2013-03-21 09:30", 180, "2013-03-21 12:30"),
        (BERLIN_DAILY, "2013-10-21 09:30", 120, "2013-10-21 11:30"),
        (BERLIN_DAILY, "2013-10-21 09:30", 240, "2013-10-21 13:30"),
        # … half an hour before it opens
        (BERLIN_DAILY, "2013-10-21 05:30", 120, "2013-10-21 08:00"),
        (BERLIN_DAILY, "2013-10-21 05:30", 180, "2013-10-21 09:00"),
        (BERLIN_DAILY, "2013-10-21 05:30", 240, "2013-10-21 10:00"),
        # … half an hour before it closes, with a holiday after it
        (BERLIN_DAILY, "2015-09-21 14:30", 120, "2015-09-23 07:30"),
        (BERLIN_DAILY, "2015-09-21 14:30", 180, "2015-09-23 08:30"),
        (BERLIN_DAILY, "2015-09-21 14:30", 240, "2015-09-23 09:30"),
        # Libredesk: open on one day of the week
        (TUESDAYS, "2023-10-10 10:00", 60, "2023-10-10 11:00"),
        (TUESDAYS, "2023-10-10 10:00", 480, "2023-10-17 10:00"),
        # biz: other hours each day
        (UNEVEN, "2006-01-02 11:00", 19 * 60, "2006-01-04 16:00"),
        (UNEVEN, "2006-01-06 16:00", 120, "2006-01-07 12:00"),
        (UNEVEN, "2006-01-07 14:00", 60, "2006-01-09 09:30"),
        # working_hours: seconds are kept over a weekend
        (OFFICE, "1991-11-15 14:00:42", 120, "1991-11-15 16:00:42"),
        (OFFICE, "1991-11-15 16:30:42", 45, "1991-11-18 09:15:42"),
        (OFFICE, "1991-11-15 16:59:42", 2, "1991-11-18 09:01:42"),
        (TOKYO, "1991-11-15 07:00", 180, "1991-11-18 02:00"),
        (SPLIT_MONDAY, "1991-11-11 05:00", 360, "1991-11-11 14:00"),
        (WHOLE_MONDAY, "2014-04-07 23:59:30", 1, "2014-04-14 00:00:30"),
        # the exercise of the two working days: Tuesday 14:12 is due on Thursday
        (OFFICE, "2026-11-17 14:12", 16 * 60, "2026-11-19 14:12"),
        # nights belong to the day they start on; a holiday leaves the eve's night alone
        (NIGHTS, "2026-12-31 23:00", 7 * 60, "2027-01-01 06:00"),
        (NIGHTS, "2026-12-31 23:00", 8 * 60, "2027-01-02 23:00"),
        (SUNDAY_NIGHT, "2026-11-22 23:00", 8 * 60, "2026-11-29 23:00"),
        (SUNDAY_NIGHT, "2026-11-23 05:59", 2, "2026-11-29 22:01"),
        # a leap day, the end of a year, a start on the opening
        (OFFICE, "2028-02-28 16:00", 120, "2028-02-29 10:00"),
        (OFFICE, "2026-12-31 16:30", 60, "2027-01-01 09:30"),
        (OFFICE, "2026-11-23 09:00", 480, "2026-11-23 17:00"),
    ],
)  # fmt: skip
def test_due(calendar: BusinessHours, start: str, wanted: float, due: str) -> None:
    found = calendar.due(utc(start), minutes(wanted))
    assert found == utc(due)
    assert found.tzinfo is UTC
    assert calendar.elapsed(utc(start), found) == minutes(wanted)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2004-05-24 19:03", 44.723656, "2004-07-27 13:47"),
        ("2004-05-24 08:03", 12.782709, "2004-06-10 14:18"),
        ("2004-05-24 07:03", 8.276628, "2004-06-04 10:12"),
    ],
)
def test_working_days_of_eight_hours_with_a_fraction(start: str, days: float, due: str) -> None:
    """The exercise counts whole minutes."""
    found = EIGHT_TO_FOUR.due(utc(start), timedelta(hours=8) * days)
    assert found.replace(second=0, microsecond=0) == utc(due)


@pytest.mark.parametrize(
    ("calendar", "start", "end", "worked"),
    [
        # Zammad: how long answers and closings took
        (BERLIN_LONG, "2013-03-21 09:30", "2013-03-21 10:00", 30),
        (BERLIN_LONG, "2013-03-21 09:30", "2013-03-21 14:00", 270),
        (BERLIN_LONG, "2013-03-21 09:30", "2013-03-21 13:00", 210),
        (BERLIN_DAILY, "2015-09-21 14:30", "2015-09-23 07:30", 120),
        # business_time: Friday afternoon, a short Saturday, Monday morning
        (WITH_SATURDAY, "2010-12-24 15:00", "2010-12-27 11:00", 9 * 60),
        (WITH_SATURDAY, "2010-12-24 15:00", "2010-12-24 23:00", 2 * 60),
        (WITH_SATURDAY, "2010-12-24 18:00", "2010-12-25 09:00", 0),
        # businesstimedelta: five seconds, lunch, a weekend
        (OFFICE, "2016-01-21 10:00:00", "2016-01-21 10:00:05", 5 / 60),
        (LUNCH, "2016-01-21 10:00", "2016-01-22 15:00", 12 * 60),
        (LUNCH, "2016-01-21 12:10", "2016-01-21 12:50", 0),
        (OFFICE, "2016-01-22 16:00", "2016-01-25 10:00", 120),
        # outside at both ends, and nothing between
        (OFFICE, "2014-04-30 18:00", "2014-05-02 09:00", 0),
        (OFFICE, "2014-04-30 16:00", "2014-05-02 10:00", 120),
        (OFFICE, "2026-11-21 00:00", "2026-11-23 00:00", 0),
        (OFFICE, "2026-11-23 10:00", "2026-11-23 10:00", 0),
        # 28 years are 1461 weeks
        (hours("UTC", ("09:00", "17:00")), "2001-01-01 00:00", "2029-01-01 00:00", 1461 * 2400),
        (NIGHTS, "2026-12-31 00:00", "2027-01-02 00:00", (6 + 8) * 60),
        (SUNDAY_NIGHT, "2026-11-22 00:00", "2026-11-30 00:00", 600),
        (WHOLE_MONDAY, "2014-04-06 00:00", "2014-04-09 00:00", 1440),
    ],
)  # fmt: skip
def test_elapsed(calendar: BusinessHours, start: str, end: str, worked: float) -> None:
    assert calendar.elapsed(utc(start), utc(end)) == minutes(worked)


@pytest.mark.parametrize(
    ("calendar", "start", "opening"),
    [
        (OFFICE, "2014-05-01 12:00", "2014-05-02 09:00"),  # a holiday
        (OFFICE, "2014-06-01 12:00", "2014-06-02 09:00"),  # a Sunday
        (OFFICE, "2014-04-07 08:59", "2014-04-07 09:00"),
        (OFFICE, "2014-04-07 09:00", "2014-04-07 09:00"),
        (OFFICE, "2014-04-07 16:59", "2014-04-07 16:59"),
        (OFFICE, "2014-04-07 17:01", "2014-04-08 09:00"),
        (SPLIT_MONDAY, "2014-04-07 11:59", "2014-04-07 11:59"),
        (SPLIT_MONDAY, "2014-04-07 12:59", "2014-04-07 13:00"),
        (SPLIT_MONDAY, "2014-04-07 13:00", "2014-04-07 13:00"),
        (SPLIT_MONDAY, "2014-04-07 18:30", "2014-04-14 07:00"),
        (NIGHTS, "2026-11-23 03:00", "2026-11-23 03:00"),
        (NIGHTS, "2027-01-01 12:00", "2027-01-02 22:00"),
    ],
)  # fmt: skip
def test_no_time_at_all_is_due_when_it_opens(
    calendar: BusinessHours, start: str, opening: str
) -> None:
    assert calendar.due(utc(start), timedelta(0)) == utc(opening)


@pytest.mark.parametrize(
    ("calendar", "start", "wanted", "ours", "theirs"),
    [
        (BERLIN_DAILY, "2015-09-21 14:30", 30, "2015-09-21 15:00", "2015-09-23 06:00"),
        (OFFICE, "2014-04-07 17:00", 0, "2014-04-07 17:00", "2014-04-08 09:00"),
        (SPLIT_MONDAY, "2014-04-07 11:00", 60, "2014-04-07 12:00", "2014-04-07 13:00"),
        (WHOLE_MONDAY, "2014-04-07 00:00", 1440, "2014-04-08 00:00", "2014-04-14 00:00"),
    ],
)
def test_where_we_differ(
    calendar: BusinessHours, start: str, wanted: int, ours: str, theirs: str
) -> None:
    """Exactly on the closing time: nobody works between their instant and ours."""
    assert calendar.due(utc(start), minutes(wanted)) == utc(ours)
    assert calendar.elapsed(utc(ours), utc(theirs)) == timedelta(0)
    assert calendar.due(utc(ours), minutes(1)) == calendar.due(utc(theirs), minutes(1))


# Clocks that change, and zones that are not whole hours from UTC


@pytest.mark.parametrize(
    ("zone", "evening", "length"),
    [
        ("America/New_York", "2026-03-07", 7),
        ("America/New_York", "2026-10-31", 9),
        ("America/New_York", "2026-06-01", 8),
        ("Europe/Berlin", "2026-03-28", 7),
        ("Europe/Berlin", "2026-10-24", 9),
        ("Australia/Sydney", "2026-04-04", 9),
        ("Australia/Sydney", "2026-10-03", 7),
        ("Australia/Lord_Howe", "2026-04-04", 8.5),
        ("Australia/Lord_Howe", "2026-10-03", 7.5),
        ("America/Santiago", "2026-04-04", 9),
        ("Asia/Kolkata", "2026-03-07", 8),
    ],
)
def test_a_night_is_as_long_as_the_clocks_make_it(zone: str, evening: str, length: float) -> None:
    nights = hours(zone, ("22:00", "06:00"), days=DAILY)
    start = local(f"{evening} 22:00", zone)
    morning = (datetime.fromisoformat(evening) + timedelta(days=1)).strftime("%Y-%m-%d 06:00")
    assert nights.elapsed(start, local(morning, zone)) == timedelta(hours=length)
    assert nights.due(start, timedelta(hours=length)) == local(morning, zone)
    # A minute more is worked in the night after.
    assert nights.due(start, timedelta(hours=length, minutes=1)) == local(
        morning.replace("06:00", "22:01"), zone
    )


@pytest.mark.parametrize(
    ("zone", "spans", "days", "start", "wanted", "due"),
    [
        # A span inside the hour that is skipped is none that day, one that comes twice is longer.
        ("America/New_York", [("02:15", "02:45")], ["sun"], "2026-03-08 00:00", 30,
         "2026-03-15 02:45"),
        ("America/New_York", [("01:00", "02:00")], ["sun"], "2026-11-01 00:30", 120,
         "2026-11-01 02:00"),
        ("America/New_York", [("01:30", "03:30")], ["sun"], "2026-03-08 00:00", 60,
         "2026-03-08 03:30"),
        # Over the weekend in which they change, office hours are what the wall shows.
        ("America/New_York", [("09:00", "17:00")], WORKDAYS, "2026-03-06 16:30", 60,
         "2026-03-09 09:30"),
        ("America/New_York", [("09:00", "17:00")], WORKDAYS, "2026-10-30 16:30", 60,
         "2026-11-02 09:30"),
        ("Australia/Sydney", [("09:00", "17:00")], WORKDAYS, "2026-10-02 16:30", 60,
         "2026-10-05 09:30"),
        # Whole days of 23 and 25 hours
        ("America/New_York", [("00:00", "24:00")], DAILY, "2026-03-08 00:00", 23 * 60,
         "2026-03-09 00:00"),
        ("America/New_York", [("00:00", "24:00")], DAILY, "2026-11-01 00:00", 25 * 60,
         "2026-11-02 00:00"),
        # UTC+5:30, UTC+5:45 with a six-day week, UTC-3:30, UTC+12:45
        ("Asia/Kolkata", [("09:00", "18:00")], WORKDAYS, "2026-01-23 17:30", 60,
         "2026-01-26 09:30"),
        ("Asia/Kathmandu", [("10:00", "17:00")], [*WORKDAYS, "sun"], "2026-01-02 16:45", 30,
         "2026-01-04 10:15"),
        ("America/St_Johns", [("09:00", "17:00")], WORKDAYS, "2026-01-05 08:00", 480,
         "2026-01-05 17:00"),
        ("Pacific/Chatham", [("09:00", "17:00")], WORKDAYS, "2026-04-03 16:30", 60,
         "2026-04-06 09:30"),
        # A Friday that an island left out when it changed sides of the date line
        ("Pacific/Apia", [("09:00", "17:00")], WORKDAYS, "2011-12-29 16:00", 120,
         "2012-01-02 10:00"),
    ],
)  # fmt: skip
def test_due_by_the_clock_on_the_wall(
    zone: str, spans: list[tuple[str, str]], days: Any, start: str, wanted: int, due: str
) -> None:
    calendar = hours(zone, *spans, days=days)
    assert calendar.due(local(start, zone), minutes(wanted)) == local(due, zone)
    assert calendar.elapsed(local(start, zone), local(due, zone)) == minutes(wanted)


# What a datetime may be


class Odd(tzinfo):
    """A zone of nobody's library."""

    def utcoffset(self, when: datetime | None) -> timedelta:
        return timedelta(hours=5, minutes=30, seconds=15)

    def dst(self, when: datetime | None) -> None:
        return None

    def tzname(self, when: datetime | None) -> str:
        return "odd"


@pytest.mark.parametrize(
    "start",
    [
        datetime(2014, 4, 7, 0, 0, tzinfo=timezone(timedelta(hours=-9))),
        datetime(2014, 4, 7, 11, 0, tzinfo=ZoneInfo("Europe/Berlin")),
        datetime(2014, 4, 7, 14, 30, 15, tzinfo=Odd()),
        datetime(2014, 4, 7, 5, 0, tzinfo=ZoneInfo("America/New_York")),
    ],
)
def test_any_zone_of_the_start_gives_the_same_instant(start: datetime) -> None:
    assert OFFICE.due(start, minutes(60)) == utc("2014-04-07 10:00")
    assert OFFICE.elapsed(start, start + timedelta(hours=1)) == minutes(60)


def test_the_hour_that_comes_twice_is_told_apart_by_its_fold() -> None:
    zone = ZoneInfo("America/New_York")
    first = datetime(2026, 11, 1, 1, 30, tzinfo=zone)
    second = first.replace(fold=1)
    always = BusinessHours.always()
    assert always.due(first, minutes(10)) == utc("2026-11-01 05:40")
    assert always.due(second, minutes(10)) == utc("2026-11-01 06:40")
    assert always.elapsed(first, second) == minutes(60)
    # A reading that the clocks skipped: 02:30 as it would have been, 03:30 of the summer.
    skipped = datetime(2026, 3, 8, 2, 30, tzinfo=zone)
    assert always.due(skipped, minutes(0)) == utc("2026-03-08 07:30")


def test_microseconds_are_kept() -> None:
    friday = utc("2026-11-20 16:59:59.999999")
    assert OFFICE.due(friday, timedelta(microseconds=2)) == utc("2026-11-23 09:00:00.000001")
    assert OFFICE.elapsed(friday, utc("2026-11-23 09:00:00.000001")) == timedelta(microseconds=2)


@pytest.mark.parametrize(
    "start",
    [
        datetime.min.replace(tzinfo=UTC),
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(1, 12, 31, tzinfo=UTC),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
    ],
)
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_the_ends_of_time_are_refused_by_name(start: datetime, zone: str) -> None:
    calendar = hours(zone, ("09:00", "17:00"))
    with pytest.raises(BadInstant):
        calendar.due(start, minutes(1))
    with pytest.raises(BadInstant):
        calendar.elapsed(start, start)
    with pytest.raises(BadInstant):
        calendar.is_open(start)


def test_holidays_may_be_dates_and_hours_tuples() -> None:
    calendar = BusinessHours.from_dict(
        {
            "timezone": "UTC",
            "weekly_hours": {"thu": (("09:00", "12:00"), ("13:00:30", "17:00:00"))},
            "holidays": (date(2026, 11, 26), "2026-12-03"),
        }
    )
    assert calendar.due(utc("2026-11-20 00:00"), minutes(181)) == utc("2026-12-10 13:01:30")
