"""Figures in words."""

from __future__ import annotations

from datetime import date

import pytest

from hub.reports.exports import words
from hub.reports.exports.tiles import change_of_count, change_of_share, key_figures
from hub.reports.figures import ReportQuery
from tests.hub.reports.exports.samples import AS_OF, ZONE, empty_report, report


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "–"), (0.0, "0 %"), (1.0, "100 %"), (0.875, "87.5 %"), (0.99999, "99.9 %"),
     (0.00001, "0.1 %")],
)  # fmt: skip
def test_percent(share: float | None, text: str) -> None:
    assert words.percent(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0, "0 s"), (45, "45 s"), (59.7, "1 min"), (60, "1 min"), (3_599, "1 h"),
     (3_660, "1 h 1 min"), (12_000, "3 h 20 min"), (360_000, "100 h"), (500_000, "139 h")],
)  # fmt: skip
def test_duration(seconds: float | None, text: str) -> None:
    assert words.duration(seconds) == text


def test_lasting() -> None:
    assert words.lasting(60, False) == "1 min"
    assert words.lasting(None, True) == "longer than measured"
    assert words.lasting(None, False) == "–"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (date(2026, 11, 22), date(2026, 11, 22), "Sunday, November 22, 2026"),
        (date(2026, 11, 1), date(2026, 11, 30), "November 1 – 30, 2026"),
        (date(2026, 10, 26), date(2026, 11, 1), "October 26 – November 1, 2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "December 28, 2026 – January 3, 2027"),
    ],
)
def test_period(start: date, end: date, text: str) -> None:
    assert words.period(ReportQuery(start, end)) == text


def test_moment_is_on_the_citys_clock() -> None:
    assert words.moment(AS_OF, ZONE) == "December 1, 2026, 07:05 EST"


def test_changes() -> None:
    assert change_of_count(110, 100) == "+10 % (100 before)"
    assert change_of_count(90, 1_000) == "−91 % (1,000 before)"
    assert change_of_count(3, 0) == "0 before"
    assert change_of_share(0.875, 0.843) == "+3.2 points (84.3 % before)"
    assert change_of_share(0.5, 0.5) == "±0.0 points (50.0 % before)"
    assert change_of_share(0.5, None) == "nothing to compare with before"
    assert change_of_share(None, 0.5) == "50.0 % before"


def test_key_figures_of_much_and_of_nothing() -> None:
    for source in (report(), empty_report()):
        assert len(key_figures(source)) == 9
        assert all(tile.figure and tile.change for tile in key_figures(source))
