"""Laws of the histogram: what is counted apart and added up is what is counted together, and a
percentile is off by no more than it says."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.reports.histogram import (
    BUCKETS,
    ENDLESS,
    ERROR,
    LONGEST,
    SHORTEST,
    VALUES,
    bucket_of,
    count,
    percentiles,
)

SECONDS = st.one_of(st.floats(min_value=0, max_value=LONGEST), st.integers(0, 500_000).map(float))
TIMES = st.lists(st.one_of(SECONDS, st.just(float("inf"))), max_size=60)


def _counted(times: list[float]) -> np.ndarray:
    return count(bucket_of(np.array(times, np.float64)))


@given(SECONDS)
def test_a_time_read_back_is_off_by_at_most_the_error(seconds: float) -> None:
    (bucket,) = bucket_of(np.array([seconds]))
    read = float(VALUES[bucket])
    if seconds < SHORTEST:
        assert read == 0
    else:
        assert abs(read - seconds) <= ERROR * seconds * 1.000_001


@given(TIMES, TIMES)
def test_what_is_counted_apart_adds_up(one: list[float], other: list[float]) -> None:
    assert (_counted(one) + _counted(other) == _counted(one + other)).all()


@given(st.lists(TIMES, min_size=1, max_size=5))
def test_groups_are_counted_each_for_itself(groups: list[list[float]]) -> None:
    times = np.array([time for group in groups for time in group], np.float64)
    whose = np.array([at for at, group in enumerate(groups) for _ in group], np.int64)
    together = count(bucket_of(times), whose, len(groups))
    assert together.shape == (len(groups), BUCKETS)
    for row, group in zip(together, groups, strict=True):
        assert (row == _counted(group)[0]).all()


@given(TIMES, st.floats(0, 1))
def test_a_percentile_is_off_by_at_most_the_error(times: list[float], share: float) -> None:
    (found,) = percentiles(_counted(times), share)
    if not times:
        assert np.isnan(found)
        return
    ranked = sorted(times)
    rank = share * (len(ranked) - 1)
    low, high = ranked[int(np.floor(rank))], ranked[int(np.ceil(rank))]
    part = rank - np.floor(rank)
    wanted = low if part == 0 or np.isinf(low) else low + (high - low) * part
    if np.isinf(wanted):
        assert np.isinf(found)
    else:
        assert found == pytest.approx(wanted, rel=ERROR * 1.001, abs=SHORTEST)


def test_what_never_ended_is_longer_than_any_time() -> None:
    (longest, endless) = bucket_of(np.array([LONGEST * 50, float("inf")]))
    assert longest < endless == ENDLESS
    assert VALUES[longest] == pytest.approx(LONGEST, rel=2 * ERROR)
    median, ninety = (percentiles(_counted([10.0, 20.0, float("inf")]), q)[0] for q in (0.5, 0.9))
    assert median == pytest.approx(20, rel=ERROR)
    assert np.isinf(ninety)


@given(TIMES)
def test_percentiles_never_fall(times: list[float]) -> None:
    counts = _counted(times)
    found = [percentiles(counts, share)[0] for share in (0, 0.25, 0.5, 0.9, 1)]
    if times:
        assert all(a <= b for a, b in pairwise(found))
