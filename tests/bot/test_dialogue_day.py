"""Which day a customer means, counted from Monday, 23 November 2026."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest

from tests.bot.rasa_modules import dialogue

day = dialogue("day")
TODAY = date(2026, 11, 23)
AHEAD, BACK, EITHER = day.AHEAD, day.BACK, day.EITHER


@pytest.mark.parametrize(
    ("said", "way", "meant"),
    [
        ("today", AHEAD, "2026-11-23"),
        ("tomorrow please", AHEAD, "2026-11-24"),
        ("the day after tomorrow", AHEAD, "2026-11-25"),
        ("in 3 days", AHEAD, "2026-11-26"),
        ("two weeks from now", AHEAD, "2026-12-07"),
        ("Friday", AHEAD, "2026-11-27"),
        ("this coming Monday", AHEAD, "2026-11-23"),
        ("next Monday", AHEAD, "2026-11-30"),
        ("not Tuesday, Wednesday", AHEAD, "2026-11-25"),
        ("the 1st", AHEAD, "2026-12-01"),
        ("on the first", AHEAD, "2026-12-01"),
        ("the 30th", AHEAD, "2026-11-30"),
        ("the 5th of next month", AHEAD, "2026-12-05"),
        ("end of the month", AHEAD, "2026-11-30"),
        ("12/3", AHEAD, "2026-12-03"),
        ("12/3/26", AHEAD, "2026-12-03"),
        ("12-03-2026", AHEAD, "2026-12-03"),
        ("2026-12-03", AHEAD, "2026-12-03"),
        ("13/12", AHEAD, "2026-12-13"),
        ("1/5", AHEAD, "2027-01-05"),
        ("11/20", AHEAD, "2026-11-20"),
        ("Dec 3rd", AHEAD, "2026-12-03"),
        ("december 3, 2026", AHEAD, "2026-12-03"),
        ("3 Dec.", AHEAD, "2026-12-03"),
        ("the 3rd of December", AHEAD, "2026-12-03"),
        ("2/29", AHEAD, "2028-02-29"),
        ("yesterday", BACK, "2026-11-22"),
        ("Tuesday", BACK, "2026-11-17"),
        ("Monday", BACK, "2026-11-23"),
        ("last Monday", BACK, "2026-11-16"),
        ("two days ago", BACK, "2026-11-21"),
        ("a week ago", BACK, "2026-11-16"),
        ("the 17th", BACK, "2026-11-17"),
        ("the 30th", BACK, "2026-10-30"),
        ("12/30", BACK, "2026-12-30"),
        ("2/1", BACK, "2026-02-01"),
        ("last Friday", EITHER, "2026-11-20"),
        ("1/2", EITHER, "2027-01-02"),
        ("hoy", AHEAD, "2026-11-23"),
        ("mañana", AHEAD, "2026-11-24"),
        ("mañana por la mañana", AHEAD, "2026-11-24"),
        ("pasado mañana", AHEAD, "2026-11-25"),
        ("el viernes", AHEAD, "2026-11-27"),
        ("el 1 de diciembre", AHEAD, "2026-12-01"),
        ("1° de diciembre de 2026", AHEAD, "2026-12-01"),
        ("el 15", AHEAD, "2026-12-15"),
        ("dentro de dos semanas", AHEAD, "2026-12-07"),
        ("fin de mes", AHEAD, "2026-11-30"),
        ("ayer", BACK, "2026-11-22"),
        ("el martes pasado", BACK, "2026-11-17"),
        ("hace tres días", BACK, "2026-11-20"),
        ("antier", BACK, "2026-11-21"),
    ],
)
def test_a_day_is_understood(said: str, way: int, meant: str) -> None:
    days = day.read_day(said, TODAY, way)
    assert days is not None
    assert [each.isoformat() for each in days.days] == [meant]


@pytest.mark.parametrize("said", ["next Friday", "el próximo viernes", "el viernes que viene"])
def test_next_friday_is_two_days_to_choose_from(said: str) -> None:
    days = day.read_day(said, TODAY, AHEAD)
    assert days.between
    assert days.days == (date(2026, 11, 27), date(2026, 12, 4))


def test_friday_next_week_is_one_day() -> None:
    assert day.read_day("Friday next week", TODAY, AHEAD).days == (date(2026, 12, 4),)


def test_two_days_are_two() -> None:
    days = day.read_day("Friday or Sunday", TODAY, AHEAD)
    assert len(days.days) == 2
    assert not days.between


@pytest.mark.parametrize("said", ["February 30", "2/30", "31 de abril", "13/32", "2026-02-30"])
def test_a_day_that_no_calendar_has_is_told(said: str) -> None:
    with pytest.raises(day.NoSuchDay):
        day.read_day(said, TODAY, AHEAD)


@pytest.mark.parametrize(
    "said",
    ["soon", "12 Oak St", "when I get paid", "8 am", "esta bien", "850-555-0199", "", "32nd"],
)
def test_no_day_is_none(said: str) -> None:
    assert day.read_day(said, TODAY, AHEAD) is None


def test_every_way_a_day_is_spelled_is_read_again() -> None:
    for offset in range(0, 366, 9):
        meant = date.fromordinal(TODAY.toordinal() + offset)
        for language in ("en", "es"):
            assert day.read_day(day.spelled(meant, language), TODAY, AHEAD).days == (meant,)


@pytest.mark.parametrize("said", ["9" * 4000, "1/" * 2000, "the 1st " * 500, "not " * 1000])
def test_odd_texts_do_no_harm(said: str) -> None:
    with contextlib.suppress(day.NoSuchDay):
        day.read_day(said, TODAY, AHEAD)
