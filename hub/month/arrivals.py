"""When inquiries come: thin at night and on weekends, heavy on Mondays, and one day of storm."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from hub.month.topics import (
    PLACES,
    STORM_PLACES,
    STORM_TOPICS,
    TOPICS,
)
from hub.sla import BusinessHours

DAYS = 30
STORM_SHARE = 0.08
"""Of all inquiries, those the storm causes."""
SARCASM_SHARE = 0.02
"""Of what comes by X and Facebook."""
HOUR = timedelta(hours=1)

_COUNTER = (0,) * 8 + (7, 10, 11, 9, 7, 8, 9, 8, 5) + (0,) * 7
_DAYTIME = (
    0.6, 0.4, 0.3, 0.3, 0.4, 0.8, 1.8, 3.5, 6.5, 8.5, 9, 8, 7, 7.5, 8, 7.5, 6.5, 5, 4, 3.5, 3, 2.5,
    1.8, 1.0,
)  # fmt: skip
_EVENING = (
    1.2, 0.7, 0.4, 0.3, 0.4, 0.8, 2, 4, 6, 6.5, 6.5, 6.5, 7, 6.5, 6, 6, 6, 6.5, 7, 7.5, 7, 6, 4,
    2.4,
)  # fmt: skip
_WEEKDAYS = (1.35, 1.1, 1.0, 1.0, 0.95, 0.4, 0.3)
"""Monday to Sunday."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way in: an account's kind, and what is done there."""

    channel: str
    name: str
    weight: float
    hours: Sequence[float]
    storm: float
    """Its weight while the storm lasts."""
    closed_days: bool = True
    """Also used when the offices are closed."""


FORMS = (
    Form("phone", "call", 22, _COUNTER, 10, closed_days=False),
    Form("walk-in", "visit", 6, _COUNTER, 0, closed_days=False),
    Form("x", "post", 9, _EVENING, 24),
    Form("x", "direct", 3, _EVENING, 5),
    Form("facebook", "comment", 11, _EVENING, 26),
    Form("facebook", "messenger", 16, _EVENING, 14),
    Form("webchat", "chat", 15, _DAYTIME, 12),
    Form("webform", "form", 10, _DAYTIME, 3),
    Form("open311", "request", 8, _DAYTIME, 6),
)

_REQUESTS = (
    "report-outage", "streetlight-out", "tree-near-power-line", "storm-drain-or-flooding",
    "missed-pickup", "new-or-damaged-cart", "pothole-or-road", "low-pressure-or-no-water",
)  # fmt: skip
"""What DigiTally has a service for."""


@dataclass(frozen=True, slots=True)
class Arrival:
    at: datetime
    form: Form
    topic: str | None
    """None for sarcasm."""
    place: str
    storm: bool


@dataclass(frozen=True, slots=True)
class Span:
    """The month: from the first day's midnight in the city to `end`, not included."""

    begin: datetime
    end: datetime
    storm: datetime
    """When the storm begins."""
    zone: ZoneInfo

    def local_midnights(self) -> list[datetime]:
        day = self.begin.astimezone(self.zone)
        found = []
        while day < self.end:
            found.append(day)
            day = datetime.combine(day.date() + timedelta(days=1), day.time(), self.zone)
        return found


def span_of(end: datetime, zone: ZoneInfo, hours: BusinessHours) -> Span:
    """The 30 days until `end`, with a storm on a working day of the last third."""
    last = (end - timedelta(microseconds=1)).astimezone(zone).date()
    midnight = datetime.min.time()
    first = datetime.combine(last - timedelta(days=DAYS - 1), midnight, zone)
    storm = first
    for back in range(4, DAYS):
        day = datetime.combine(last - timedelta(days=back), midnight, zone)
        if day.weekday() < 5 and open_that_day(hours, day):
            storm = day + timedelta(hours=14, minutes=40)
            break
    return Span(first.astimezone(UTC), end, storm.astimezone(UTC), zone)


def open_that_day(hours: BusinessHours, midnight: datetime) -> bool:
    return hours.elapsed(midnight, midnight + timedelta(hours=23)) > timedelta(0)


def arrivals(count: int, span: Span, hours: BusinessHours, seed: int) -> list[Arrival]:
    """`count` inquiries in the order they come."""
    dice = random.Random(f"{seed}:arrivals")
    storm = round(count * STORM_SHARE) if span.begin < span.storm < span.end else 0
    usual = _usual(count - storm, span, hours, dice)
    found = usual + _stormy(storm, span, dice)
    return sorted(found, key=lambda arrival: arrival.at)


def _usual(count: int, span: Span, hours: BusinessHours, dice: random.Random) -> list[Arrival]:
    slots: list[tuple[datetime, Form]] = []
    weights: list[float] = []
    at = span.begin
    while at < span.end:
        local = at.astimezone(span.zone)
        midnight = local.replace(hour=0, minute=0, second=0)
        is_open = local.weekday() < 5 and open_that_day(hours, midnight)
        for form in FORMS:
            weight = form.weight * form.hours[local.hour] / sum(form.hours)
            weight *= _WEEKDAYS[local.weekday()]
            if not is_open:
                weight *= 0.6 if form.closed_days else 0.0
            slots.append((at, form))
            weights.append(weight * min(HOUR, span.end - at) / HOUR)
        at += HOUR
    chosen = dice.choices(slots, cum_weights=list(accumulate(weights)), k=count) if count else []
    topics = {form.name: _topics_of(form) for form in FORMS}
    found = []
    for begin, form in chosen:
        length = min(HOUR, span.end - begin).total_seconds()
        moment = begin + timedelta(milliseconds=dice.randrange(int(length * 1000)))
        topic: str | None = dice.choices(*topics[form.name])[0]
        if form.channel in ("x", "facebook") and dice.random() < SARCASM_SHARE:
            topic = None
        found.append(Arrival(moment, form, topic, dice.choice(PLACES), storm=False))
    return found


def _topics_of(form: Form) -> tuple[list[str], list[float]]:
    chosen = [t for t in TOPICS if form.name != "request" or t.slug in _REQUESTS]
    return [t.slug for t in chosen], [t.weight for t in chosen]


def _stormy(count: int, span: Span, dice: random.Random) -> list[Arrival]:
    """Most of them in the first hours, the last ones in the night."""
    forms, weights = list(FORMS), [form.storm for form in FORMS]
    found = []
    for _ in range(count):
        at = span.storm + timedelta(milliseconds=int(dice.gammavariate(1.6, 5400) * 1000))
        form = dice.choices(forms, weights)[0]
        topic: str | None = _pick(STORM_TOPICS, dice)
        if form.name == "request" and topic not in _REQUESTS:
            topic = "report-outage"
        if form.channel in ("x", "facebook") and dice.random() < 2 * SARCASM_SHARE:
            topic = None
        at = min(at, span.end - timedelta(seconds=1))
        found.append(Arrival(at, form, topic, _pick(STORM_PLACES, dice), storm=True))
    return found


def _pick(weights: Mapping[str, float], dice: random.Random) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]
