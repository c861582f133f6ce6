"""What is usual at an hour of the week, and how strange more is."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from hub.incidents.baseline import Baseline, Sampled, build, tail
from tests.hub.incidents.town import CITY

END = datetime(2026, 11, 16, 17, 0, tzinfo=UTC)
"""Monday noon in the city."""


def _mondays(*counts: int, topic: str | None = None) -> list[tuple[datetime, str | None, int]]:
    """So many at Monday 11:00 in the city of the weeks before, the newest first."""
    found = []
    for week, count in enumerate(counts, start=1):
        local = END.astimezone(CITY) - timedelta(weeks=week)
        found.append((local.replace(hour=11).astimezone(UTC), topic, count))
    return found


def test_an_hours_usual_is_the_middle_of_the_weeks() -> None:
    """One storm does not make the next one usual; the weeks span the end of summer time."""
    baseline = build(_mondays(10, 12, 400, 11), [], END - timedelta(hours=2), CITY)
    assert baseline.inquiries(END, 60) == pytest.approx(fmean_half(10, 12, 400, 11))
    calm = build(_mondays(10, 12, 14, 11), [], END - timedelta(hours=2), CITY)
    assert calm.inquiries(END, 60) == pytest.approx(11.5)
    assert calm.inquiries(END, 30) == pytest.approx(5.75)
    assert calm.inquiries(END, 120) == pytest.approx(11.5), "the hour before had none"
    assert calm.inquiries(END + timedelta(days=1), 60) == 0


def fmean_half(*counts: int) -> float:
    return sum(counts) / len(counts) / 2


def test_a_young_hubs_weeks_are_those_it_has() -> None:
    assert build(_mondays(10), [], END - timedelta(hours=2), CITY).inquiries(
        END, 60
    ) == pytest.approx(10)
    assert build([], [], END - timedelta(hours=2), CITY).inquiries(END, 60) == 0


def test_a_window_over_two_hours_takes_its_part_of_each() -> None:
    counts = [(END - timedelta(days=7, hours=hour), None, 60 * hour) for hour in (1, 2)]
    baseline = build(counts, [], END - timedelta(hours=2), CITY)
    later = END - timedelta(minutes=45)
    assert baseline.inquiries(later, 30) == pytest.approx(15 * 1 + 15 * 2)


def test_a_topic_has_its_own_hours() -> None:
    """The garbage that Mondays bring, and its share of whatever comes."""
    counts = [*_mondays(40, 40, 40, 40), *_mondays(20, 20, 20, 20, topic="missed-pickup")]
    baseline = build(counts, [], END - timedelta(hours=2), CITY)
    assert baseline.of_topic("missed-pickup", END, 60, 0) == pytest.approx(20)
    assert baseline.of_topic("missed-pickup", END, 60, 300) > 60
    assert baseline.of_topic("gas-leak", END, 60, 10) < 2


def test_a_weekdays_word_is_usual_on_that_day() -> None:
    sample = [Sampled(0, frozenset({"bins"})) for _ in range(40)]
    sample += [Sampled(day, frozenset()) for day in range(7) for _ in range(100)]
    baseline = build([], sample, END - timedelta(hours=2), CITY)
    monday = baseline.of_feature("bins", END, 100)
    tuesday = baseline.of_feature("bins", END + timedelta(days=1), 100)
    assert monday > 3 * tuesday > 0
    assert baseline.of_feature("never", END, 100) < 1


def test_without_history_a_place_is_rarer_than_a_word_than_a_matter() -> None:
    nothing = Baseline(CITY)
    place = nothing.of_feature("killearn", END, 50, place=True)
    word = nothing.of_feature("deposit", END, 50)
    matter = nothing.of_feature("about:billing", END, 50)
    assert place < word < matter


@pytest.mark.parametrize(("seen", "expected"), [(5, 0.4), (9, 3.0), (30, 10.0), (7, 6.9)])
def test_the_tail_is_poissons(seen: int, expected: float) -> None:
    below = sum(math.exp(-expected) * expected**k / math.factorial(k) for k in range(seen))
    assert 10 ** tail(seen, expected) == pytest.approx(1 - below, rel=1e-6)


def test_the_tail_neither_vanishes_nor_fails() -> None:
    assert tail(5_000, 0.01) < -1000
    assert tail(5, 0) == -math.inf
    assert tail(0, 3) == 0
    assert tail(2, 3) == 0
