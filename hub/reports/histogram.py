"""Times on a logarithmic scale, so that many can be counted and their percentiles read off.

A time falls into the bucket whose bounds differ by the factor `GAMMA`; read back it is off by at
most `ERROR` of itself. Counts of buckets add up: the histogram of a quarter is the sum of its
days'. What never ended is in the last bucket, longer than any time.

    bucket 0        less than `SHORTEST`: no time at all
    bucket k        SHORTEST * GAMMA ** (k - 1)  ≤  time  <  SHORTEST * GAMMA ** k
    bucket ENDLESS  not over: infinite
"""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np
import numpy.typing as npt

ERROR = 0.008
"""The largest relative error of a time read back, and so of a percentile."""
GAMMA = (1 + ERROR) / (1 - ERROR)
SHORTEST = 0.1
"""Seconds."""
LONGEST = 20 * 366 * 86_400.0
"""What took longer, in seconds, counts as this."""

_LOG_GAMMA = math.log(GAMMA)
_LAST = int(math.log(LONGEST / SHORTEST) / _LOG_GAMMA) + 1
ENDLESS = _LAST + 1
BUCKETS = ENDLESS + 1

Buckets = npt.NDArray[np.uint16]
Counts = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
_DTYPE: Any = np.uint16


def _values() -> Numbers:
    """The time that stands for each bucket: equally far, as a share, from both its bounds."""
    lower = SHORTEST * GAMMA ** np.arange(_LAST)
    middles = lower * (2 * GAMMA / (1 + GAMMA))
    return np.concatenate(([0.0], middles, [np.inf]))


VALUES = _values()


def bucket_of(seconds: Numbers) -> Buckets:
    """The bucket of each time; infinity for one that has not ended."""
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.floor(np.log(seconds / SHORTEST) / _LOG_GAMMA) + 1
    scaled = np.where(seconds < SHORTEST, 0, np.minimum(scaled, _LAST))
    return np.where(np.isinf(seconds), ENDLESS, scaled).astype(_DTYPE)


def count(buckets: Buckets, groups: npt.NDArray[Any] | None = None, size: int = 1) -> Counts:
    """The histogram of each of `size` groups, a row each: `groups` says whose each time is."""
    places = buckets.astype(np.int64)
    if groups is not None:
        places += groups.astype(np.int64) * BUCKETS
    counts = np.bincount(places, minlength=size * BUCKETS)
    return cast(Counts, counts.reshape(size, BUCKETS))


def percentiles(counts: Counts, share: float) -> Numbers:
    """A percentile of each row, between its two neighbours as `percentile_cont` has it.

    NaN for a row without any time; infinite where it lies among those that have not ended.
    """
    running = counts.cumsum()
    totals = np.diff(running[BUCKETS - 1 :: BUCKETS], prepend=0)
    # Ranks among all rows, one row after another: a rank then is one bisection.
    first = running[BUCKETS - 1 :: BUCKETS] - totals
    rank = np.maximum(totals - 1, 0) * share
    below = np.floor(rank)
    low = VALUES[_at_rank(running, first + below)]
    high = VALUES[_at_rank(running, first + np.ceil(rank))]
    part = rank - below
    with np.errstate(invalid="ignore"):
        between = low + (high - low) * part
    found = np.where(part > 0, between, low)
    found = np.where(np.isinf(low), np.inf, found)
    return np.where(totals > 0, found, np.nan)


def _at_rank(running: npt.NDArray[np.int64], rank: Numbers) -> npt.NDArray[np.intp]:
    """The bucket of the time that has `rank` others before it."""
    place = np.searchsorted(running, rank, side="right")
    return np.minimum(place, len(running) - 1) % BUCKETS
