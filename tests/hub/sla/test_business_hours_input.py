"""What a calendar takes and what it refuses, with the field to blame."""

from typing import Any

import pytest

from hub.sla import (
    BadDate,
    BadField,
    BadTime,
    BusinessHours,
    CalendarError,
    NoWorkingTime,
    OverlappingHours,
    UnknownHolidays,
    UnknownTimeZone,
)

case = pytest.param
GOOD: dict[str, Any] = {
    "timezone": "America/New_York",
    "weekly_hours": {"mon": [["08:00", "12:00"], ["13:00", "17:00"]]},
    "holidays": ["2026-11-26"],
    "always_open": False,
}


def weekly(**days: Any) -> dict[str, Any]:
    return {"weekly_hours": days}


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"weekly_hours": {}}, NoWorkingTime, "weekly_hours"),
        (weekly(mon=[]), NoWorkingTime, "weekly_hours"),
        ({"weekly_hours": None}, NoWorkingTime, "weekly_hours"),
        (weekly() | {"exceptions": {"2026-12-24": [["08:00", "9:00"]]}}, BadTime,
         "exceptions.2026-12-24.0.1"),
        (weekly() | {"exceptions": {"2026-12-24": [["08:00", "09:00"]]}}, NoWorkingTime,
         "weekly_hours"),
        (weekly(mon=[["08:00", "12:00"], ["11:59", "17:00"]]), OverlappingHours,
         "weekly_hours.mon.1"),
        (weekly(mon=[["09:00", "17:00"], ["09:00", "17:00"]]), OverlappingHours,
         "weekly_hours.mon.1"),
        (weekly(mon=[["22:00", "06:00"]], tue=[["05:00", "12:00"]]), OverlappingHours,
         "weekly_hours.tue.0"),
        (weekly(sun=[["22:00", "06:00"]], mon=[["05:59", "12:00"]]), OverlappingHours,
         "weekly_hours.mon.0"),
        (weekly(mon=[["22:00", "06:00"], ["01:00", "02:00"]], tue=[["05:00", "06:00"]]),
         OverlappingHours, "weekly_hours.tue.0"),
        (weekly(mon=[["25:00", "26:00"]]), BadTime, "weekly_hours.mon.0.0"),
        (weekly(mon=[["08:00", "24:01"]]), BadTime, "weekly_hours.mon.0.1"),
        (weekly(mon=[["08:00", "8am"]]), BadTime, "weekly_hours.mon.0.1"),
        (weekly(mon=[["08:60", "09:00"]]), BadTime, "weekly_hours.mon.0.0"),
        (weekly(mon=[["24:00", "06:00"]]), BadTime, "weekly_hours.mon.0.0"),
        (weekly(mon=[["09:00", "09:00"]]), BadTime, "weekly_hours.mon.0"),
        (weekly(mon=[[8, 17]]), BadTime, "weekly_hours.mon.0.0"),
        (weekly(mon=[["08:00"]]), BadField, "weekly_hours.mon.0"),
        (weekly(mon="08:00-17:00"), BadField, "weekly_hours.mon"),
        (weekly(mon=None), BadField, "weekly_hours.mon"),
        (weekly(monday=[["08:00", "17:00"]]), BadField, "weekly_hours.monday"),
        ({"weekly_hours": [["08:00", "17:00"]]}, BadField, "weekly_hours"),
        ({"timezone": "America/Tallahassee"}, UnknownTimeZone, "timezone"),
        ({"timezone": "America"}, UnknownTimeZone, "timezone"),
        ({"timezone": "/etc/localtime"}, UnknownTimeZone, "timezone"),
        ({"timezone": ""}, UnknownTimeZone, "timezone"),
        ({"timezone": None}, UnknownTimeZone, "timezone"),
        ({"holidays": ["2026-02-30"]}, BadDate, "holidays.0"),
        ({"holidays": ["2026-11-26", "26.11.2026"]}, BadDate, "holidays.1"),
        ({"holidays": "2026-11-26"}, BadField, "holidays"),
        ({"exceptions": {"Christmas": []}}, BadDate, "exceptions.Christmas"),
        ({"exceptions": ["2026-12-24"]}, BadField, "exceptions"),
        ({"exceptions": {"2026-12-24": [["08:00", "12:00"], ["11:00", "13:00"]]}},
         OverlappingHours, "exceptions.2026-12-24.1"),
        (weekly(mon=[["22:00", "06:00"]]) | {"exceptions": {"2026-11-24": [["05:00", "09:00"]]}},
         OverlappingHours, "exceptions.2026-11-24.0"),
        (weekly(tue=[["05:00", "09:00"]]) | {"exceptions": {"2026-11-23": [["22:00", "06:00"]]}},
         OverlappingHours, "exceptions.2026-11-23.0"),
        ({"holiday_calendar": {"country": "XX"}}, UnknownHolidays, "holiday_calendar.country"),
        ({"holiday_calendar": {"country": "US", "subdivision": "Leon"}}, UnknownHolidays,
         "holiday_calendar.subdivision"),
        ({"holiday_calendar": "US"}, BadField, "holiday_calendar"),
        ({"always_open": "no"}, BadField, "always_open"),
        ({"holiday": ["2026-11-26"]}, BadField, "holiday"),
    ],
)  # fmt: skip
def test_refused(change: dict[str, Any], error: type[CalendarError], field: str) -> None:
    with pytest.raises(error) as refused:
        BusinessHours.from_dict(GOOD | change)
    assert isinstance(refused.value, ValueError)
    assert refused.value.field == field
    assert refused.value.reason in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        case(weekly(mon=[["13:00", "17:00"], ["08:00", "12:00"]]), id="unsorted"),
        case(weekly(mon=[["08:00", "12:00"], ["12:00", "17:00"]]), id="touching"),
        case(weekly(sun=[["22:00", "06:00"]], mon=[["06:00", "09:00"]]), id="touching-night"),
        case(weekly(mon=[["22:00", "24:00"]], tue=[["00:00", "24:00"]]), id="midnight"),
        case(weekly(mon=[["22:00", "00:00"]]), id="midnight-as-zero"),
        case(weekly(mon=[["08:00:30", "17:00:15"]]), id="seconds"),
        case({"holidays": []}, id="no-holidays"),
        case({"exceptions": {"2026-12-24": [["08:00", "12:00"]], "2026-12-25": []}}, id="dated"),
        case(weekly(mon=[["22:00", "06:00"]]) | {
            "holidays": ["2026-11-23"], "exceptions": {"2026-11-24": [["05:00", "09:00"]]}
        }, id="the-night-before-is-a-holiday"),
        case({"holiday_calendar": {"country": "US", "subdivision": "FL"}}, id="florida"),
        case({"weekly_hours": {}, "always_open": True}, id="always-open"),
    ],
)  # fmt: skip
def test_taken_and_written_back(change: dict[str, Any]) -> None:
    calendar = BusinessHours.from_dict(GOOD | change)
    written = calendar.to_dict()
    assert BusinessHours.from_dict(written) == calendar
    assert BusinessHours.from_dict(written).to_dict() == written


def test_a_plain_calendar_is_written_as_it_was_read() -> None:
    assert BusinessHours.from_dict(GOOD).to_dict() == GOOD


def test_only_a_zone_and_hours_are_required() -> None:
    calendar = BusinessHours.from_dict({"timezone": "UTC", **weekly(mon=[["08:00", "09:00"]])})
    assert calendar.holidays == frozenset()


def test_equal_calendars_are_equal_keys() -> None:
    other = BusinessHours.from_dict(GOOD)
    assert {BusinessHours.from_dict(GOOD): 1}[other] == 1


def test_built_directly_it_is_checked_too() -> None:
    with pytest.raises(BadTime):
        BusinessHours("UTC", ((((17 * 3600), 8 * 3600),),) + ((),) * 6)
    with pytest.raises(OverlappingHours):
        BusinessHours("UTC", (((0, 7200), (3600, 10800)),) + ((),) * 6)
