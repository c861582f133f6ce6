"""What is usual: how many inquiries come at an hour of the week, and what they say.

Built from a few earlier weeks: exact counts by hour and topic, and a sample of texts for words.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean, median
from zoneinfo import ZoneInfo

WEEKS = 4
"""How far back is looked."""
_PLACE = (0.5, 60)
"""Added to a place's count and to the size of the sample: what was never said may yet be said
without an incident, and a hub with little history must not be surprised by everything."""
_WORD = (3, 60)
"""The same for other words, some of which every hub's customers say."""
_MATTER = (20, 100)
"""The same for a subject or a topic, of which there are few: a fifth is nothing strange."""
MATTER = "about:"
"""What the features that are subjects begin with."""

Hour = tuple[int, int]
"""Weekday (0 is Monday) and hour, in the city's time."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """What one earlier inquiry said: its phrases and subjects, and on which weekday."""

    weekday: int
    features: frozenset[str]


@dataclass(frozen=True, slots=True)
class Baseline:
    """Gives what to expect; times are the city's."""

    timezone: ZoneInfo
    by_hour: Mapping[Hour, float] = field(default_factory=dict)
    """Inquiries in that hour of the week."""
    by_topic: Mapping[tuple[str, int, int], float] = field(default_factory=dict)
    said: Mapping[str, int] = field(default_factory=dict)
    """Of `sampled` texts, how many have a feature."""
    sampled: int = 0
    said_on: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    sampled_on: Mapping[int, int] = field(default_factory=dict)
    """The same by weekday: the day after the bins were not emptied is every week's."""

    def inquiries(self, end: datetime, minutes: int) -> float:
        """How many are usual in the `minutes` before `end`."""
        return self._over(end, minutes, lambda hour: self.by_hour.get(hour, 0.0))

    def of_topic(self, topic: str, end: datetime, minutes: int, everything: float) -> float:
        """How many of a topic are usual, `everything` being how many inquiries there are."""
        counted = self._over(end, minutes, lambda hour: self.by_topic.get((topic, *hour), 0.0))
        total = sum(self.by_hour.values())
        of_topic = sum(self.by_topic.get((topic, *hour), 0.0) for hour in self.by_hour)
        share = (of_topic + _MATTER[0] / WEEKS) / (total + _MATTER[1] / WEEKS)
        return max(counted, share * everything)

    def of_feature(
        self, feature: str, end: datetime, everything: float, *, place: bool = False
    ) -> float:
        """How many inquiries saying this are usual among `everything`; `place`: it names one."""
        day = end.astimezone(self.timezone).weekday()
        more, size = _PLACE if place else _WORD
        if feature.startswith(MATTER):
            more, size = _MATTER
        share = (self.said.get(feature, 0) + more) / (self.sampled + size)
        today = self.said_on.get(day, {}).get(feature, 0)
        if today > 1:  # a day's sample is small: once is chance
            share = max(share, (today + more) / (self.sampled_on[day] + size))
        return share * everything

    def _over(self, end: datetime, minutes: int, rate: Callable[[Hour], float]) -> float:
        """The sum of hourly rates over the minutes, each hour by its part in them."""
        total, left, at = 0.0, float(minutes), end
        while left > 0:
            local = at.astimezone(self.timezone)
            into = local.minute + local.second / 60
            part = min(left, into or 60.0)
            hour = local if into else local - timedelta(minutes=1)
            total += rate((hour.weekday(), hour.hour)) * part / 60
            left -= part
            at -= timedelta(minutes=part)
        return total


def build(
    counts: Iterable[tuple[datetime, str | None, int]],
    sample: Iterable[Sampled],
    end: datetime,
    timezone: ZoneInfo,
) -> Baseline:
    """`counts` are inquiries by the UTC hour they began in and by topic, over `WEEKS` weeks
    before `end`; an hour that is not there had none."""
    hours: dict[Hour, Counter[datetime]] = defaultdict(Counter)
    topics: dict[tuple[str, int, int], Counter[datetime]] = defaultdict(Counter)
    first: datetime | None = None
    for at, topic, count in counts:
        local = at.astimezone(timezone)
        first = local if first is None else min(first, local)
        hour = (local.weekday(), local.hour)
        day = local.replace(hour=0, minute=0, second=0)
        hours[hour][day] += count
        if topic is not None:
            topics[(topic, *hour)][day] += count
    weeks = 1
    if first is not None:
        weeks = min(WEEKS, max(1, math.ceil((end - first) / timedelta(weeks=1))))
    said: Counter[str] = Counter()
    said_on: dict[int, Counter[str]] = defaultdict(Counter)
    sampled_on: Counter[int] = Counter()
    for one in sample:
        said.update(one.features)
        said_on[one.weekday].update(one.features)
        sampled_on[one.weekday] += 1
    return Baseline(
        timezone,
        {hour: _usual(days, weeks) for hour, days in hours.items()},
        {key: _usual(days, weeks) for key, days in topics.items()},
        said,
        sampled_on.total(),
        said_on,
        sampled_on,
    )


def _usual(days: Counter[datetime], weeks: int) -> float:
    """The middle of the weeks, so that one storm does not make the next one usual."""
    counted = [*days.values(), *([0] * (weeks - len(days)))]
    return max(float(median(counted)), fmean(counted) / 2)


def tail(seen: int, expected: float) -> float:
    """The probability of at least `seen` where `expected` are usual, by Poisson; as a decimal
    logarithm, so that it does not vanish."""
    if seen <= 0:
        return 0.0
    if expected <= 0:
        return -math.inf
    first = seen * math.log(expected) - expected - math.lgamma(seen + 1)
    if seen <= expected:
        return 0.0  # nothing unusual: not worth the sum
    total, term, step = 1.0, 1.0, seen
    while term > 1e-12:
        step += 1
        term *= expected / step
        total += term
    return (first + math.log(total)) / math.log(10)
