"""What a town writes: ordinary days, and a storm in some of its parts."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.incidents.baseline import WEEKS, Baseline, Sampled, build
from hub.incidents.matching import Seen
from hub.incidents.spikes import Inquiry, features_of
from hub.incidents.words import Said

CITY = ZoneInfo("America/New_York")

ORDINARY: Sequence[tuple[str, str]] = (
    ("Why is my bill so high this month?", "high-bill"),
    ("How can I pay my bill online? The portal rejects my card", "pay-my-bill"),
    ("I would like a payment plan please", "payment-plan"),
    ("My garbage was not picked up on {place}", "missed-pickup"),
    ("Recycling truck skipped our house near {place}", "missed-pickup"),
    ("When is bulky waste collected in {place}?", "bulky-and-yard-waste"),
    ("The street light on {place} is out", "streetlight-out"),
    ("There is a pothole on {place} by the bakery", "pothole-or-road"),
    ("How do I start service at my new apartment?", "start-service"),
    ("I am moving in December, how do I stop service", "stop-service"),
    ("Power went out for a second in {place}, is that normal?", "report-outage"),
    ("Is there an outage map somewhere", "outage-map"),
    ("I want to contest a parking ticket", "parking-ticket-contest"),
    ("The StarMetro bus 20 did not come", "bus-starmetro"),
    ("¿Dónde puedo pagar mi factura en efectivo?", "pay-my-bill"),
    ("No recogieron la basura en mi calle", "missed-pickup"),
    ("Thanks for the quick answer yesterday", "thanks"),
    ("Do you offer rebates for a new water heater?", "rebates"),
    ("Water pressure is low at our place in {place}", "low-pressure-or-no-water"),
    ("Somebody called about my account, is it a scam call?", "scam-call"),
    ("My deposit has not come back", "deposit"),
    ("Who maintains the drain on {place} after rain", "storm-drain-or-flooding"),
)
PLACES = (
    "Killearn", "Southwood", "Betton Hills", "Lake Ella", "Gadsden", "Meridian", "Midtown",
    "Frenchtown", "Bond", "Myers Park", "Levy Park", "Waverly", "Bradfordville", "Ox Bottom",
    "Golden Eagle", "Buck Lake", "Apalachee Parkway", "Capital Circle", "Thomasville Road",
    "Centerville", "Lafayette", "Indian Head", "Hartsfield", "Monroe", "Tharpe", "Mission",
)  # fmt: skip
RATE = {"night": 1.0, "day": 14.0, "evening": 6.0, "monday": 24.0}
"""Inquiries an hour."""


def rate(at: datetime) -> float:
    local = at.astimezone(CITY)
    if local.hour < 7 or local.hour >= 22:
        return RATE["night"]
    if local.hour >= 18:
        return RATE["evening"]
    return RATE["monday"] if local.weekday() == 0 and local.hour < 12 else RATE["day"]


def inquiry(
    number: int, text: str, at: datetime, *, customer: int | None = None, topic: str | None = None
) -> Inquiry:
    said = Said(text)
    topics = () if topic is None else (topic,)
    who = number if customer is None else customer
    return Inquiry(number, who, at, Seen(said, topics, "call-center"), features_of(said))


def ordinary(start: datetime, end: datetime, seed: int = 1) -> list[Inquiry]:
    """What comes anyhow between two moments, by chance."""
    chance = random.Random(seed)
    found: list[Inquiry] = []
    at = start
    while (at := at + timedelta(hours=chance.expovariate(rate(at)))) < end:
        text, topic = chance.choice(ORDINARY)
        text = text.format(place=chance.choice(PLACES))
        known = topic if chance.random() < 0.7 else None
        found.append(inquiry(100_000 * seed + len(found), text, at, topic=known))
    return found


def usual(end: datetime, seed: int = 99) -> Baseline:
    """What four ordinary weeks before `end` make usual."""
    start = end - timedelta(weeks=WEEKS)
    weeks = ordinary(start, end, seed)
    counts: dict[tuple[datetime, str | None], int] = {}
    for one in weeks:
        hour = one.at.replace(minute=0, second=0, microsecond=0)
        topic = one.seen.topics[0] if one.seen.topics else None
        counts[(hour, topic)] = counts.get((hour, topic), 0) + 1
    sample = (Sampled(one.at.astimezone(CITY).weekday(), one.features) for one in weeks)
    return build(((at, topic, n) for (at, topic), n in counts.items()), sample, end, CITY)


def wave(
    texts: Iterable[str],
    start: datetime,
    *,
    every: timedelta = timedelta(seconds=40),
    topic: str | None = None,
    first: int = 1,
) -> list[Inquiry]:
    """Texts of different customers, one after another."""
    return [
        inquiry(first + number, text, start + every * number, topic=topic)
        for number, text in enumerate(texts)
    ]
