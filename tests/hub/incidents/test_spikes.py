"""Which spikes are noticed, and which are none: values in, values out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest

from hub.incidents.baseline import Baseline
from hub.incidents.matching import Rule
from hub.incidents.spikes import Inquiry, Spike, find_spikes
from tests.hub.incidents.town import CITY, inquiry, ordinary, usual, wave

MONDAY = datetime(2026, 11, 16, 15, 30, tzinfo=UTC)
"""10:30 in the city."""
EVENING = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
"""Tuesday 20:00 in the city."""

KILLEARN = (
    "Power is out in Killearn",
    "no power in Killearn Estates since 7",
    "Is there an outage in Killearn?",
    "@COTNews anything on the Killearn outage? #KillearnOutage",
    "Whole street dark near Killearn Lakes, when is it back",
    "Se fue la luz en Killearn, ¿cuándo vuelve?",
    "apagón en Killearn otra vez",
    "Lights went out in killearn ten minutes ago",
    "We lost power in Kilearn",
    "¿Alguien sabe algo? No hay luz en Killearn",
)
SOUTHWOOD = (
    "power outage in Southwood",
    "Southwood has no power at all",
    "lost electricity in Southwood, kids are scared",
    "outage on Biltmore Ave in Southwood",
    "SouthWood without power!!",
    "sin luz en Southwood",
)
HEADLINE = "RT @wctv: Mayor Abernathy announces curfew for downtown tonight https://example.com/x"


@pytest.fixture(scope="module")
def monday() -> Baseline:
    return usual(MONDAY - timedelta(hours=2))


@pytest.fixture(scope="module")
def evening() -> Baseline:
    return usual(EVENING - timedelta(hours=2))


def _around(end: datetime, *waves: list[Inquiry], seed: int = 1) -> list[Inquiry]:
    """An ordinary two hours, and what comes on top."""
    everything = ordinary(end - timedelta(hours=2), end, seed)
    for each in waves:
        everything += each
    return sorted(everything, key=lambda one: one.at)


def _places(spikes: list[Spike]) -> list[tuple[str, ...]]:
    return sorted(spike.terms for spike in spikes)


def test_a_storm_is_noticed_within_minutes(evening: Baseline) -> None:
    """Ten customers in ten minutes: the sixth or so is enough."""
    start = EVENING - timedelta(minutes=10)
    everything = _around(EVENING, wave(KILLEARN, start, every=timedelta(minutes=1)))
    noticed = None
    for minute in range(1, 11):
        now = start + timedelta(minutes=minute)
        spikes = find_spikes([one for one in everything if one.at <= now], evening, now)
        if spikes:
            noticed = minute
            break
    assert noticed is not None
    assert noticed <= 7
    (spike,) = spikes
    assert (spike.title, spike.topic, spike.terms) == (
        "Power outage in Killearn",
        "report-outage",
        ("killearn",),
    )
    assert spike.seen >= 5 > spike.expected
    assert spike.minutes == 30


def test_spanish_and_english_and_a_typing_error_are_one(evening: Baseline) -> None:
    spikes = find_spikes(
        _around(EVENING, wave(KILLEARN, EVENING - timedelta(minutes=20))), evening, EVENING
    )
    assert _places(spikes) == [("killearn",)]


def test_two_neighbourhoods_are_two(evening: Baseline) -> None:
    start = EVENING - timedelta(minutes=20)
    spikes = find_spikes(
        _around(EVENING, wave(KILLEARN, start), wave(SOUTHWOOD, start, first=50)), evening, EVENING
    )
    assert _places(spikes) == [("killearn",), ("southwood",)]
    assert {spike.topic for spike in spikes} == {"report-outage"}


@pytest.mark.parametrize("seed", range(1, 13))
def test_a_normal_monday_is_none(monday: Baseline, seed: int) -> None:
    """Also not ten minutes later, and not where twice as many write as on other Mondays."""
    calm = _around(MONDAY, seed=seed)
    assert find_spikes(calm, monday, MONDAY) == []
    assert find_spikes(calm, monday, MONDAY - timedelta(minutes=17)) == []
    busy = _around(MONDAY, ordinary(MONDAY - timedelta(hours=2), MONDAY, seed + 50), seed=seed)
    assert find_spikes(busy, monday, MONDAY) == []


@pytest.mark.parametrize("seed", range(1, 9))
def test_the_first_days_of_a_hub_are_none(seed: int) -> None:
    """Nothing is known to be usual, and yet not everything is strange."""
    nothing = Baseline(CITY)
    assert find_spikes(_around(MONDAY, seed=seed), nothing, MONDAY) == []
    storm = _around(MONDAY, wave(KILLEARN, MONDAY - timedelta(minutes=20)), seed=seed)
    assert ("killearn",) in _places(find_spikes(storm, nothing, MONDAY))


def test_one_person_who_writes_twenty_times_is_none(evening: Baseline) -> None:
    start = EVENING - timedelta(minutes=20)
    texts = [
        inquiry(n, f"{text} {n}", start + timedelta(seconds=20 * n), customer=7)
        for n, text in enumerate(KILLEARN * 2)
    ]
    assert find_spikes(_around(EVENING, texts), evening, EVENING) == []


def test_four_customers_are_too_few(evening: Baseline) -> None:
    start = EVENING - timedelta(minutes=20)
    assert find_spikes(_around(EVENING, wave(SOUTHWOOD[:4], start)), evening, EVENING) == []


def test_a_retweeted_headline_is_one(evening: Baseline) -> None:
    start = EVENING - timedelta(minutes=20)
    spikes = find_spikes(_around(EVENING, wave([HEADLINE] * 12, start)), evening, EVENING)
    (spike,) = spikes
    assert spike.seen == 12
    assert spike.terms
    assert Rule(None, spike.terms).terms[0] in "mayor abernathy announces curfew downtown"


def test_a_wave_without_a_place_is_known_by_its_subject(evening: Baseline) -> None:
    texts = ["No power here", "we lost power", "power outage??", "Sin luz", "my lights are out"] * 6
    start = EVENING - timedelta(minutes=25)
    spikes = find_spikes(_around(EVENING, wave(texts, start)), evening, EVENING)
    assert [(spike.topic, spike.terms) for spike in spikes] == [("report-outage", ())]


def test_a_wave_of_one_topic_is_known_by_it(evening: Baseline) -> None:
    """The bot knows what words of their own do not show."""
    texts = [f"{word} is acting up again" for word in ("It", "Mine", "Ours", "This", "That")] * 5
    start = EVENING - timedelta(minutes=25)
    found = find_spikes(_around(EVENING, wave(texts, start, topic="gas-leak")), evening, EVENING)
    assert "gas-leak" in {spike.topic for spike in found}


def test_what_is_explained_is_not_noticed_again(evening: Baseline) -> None:
    start = EVENING - timedelta(minutes=20)
    everything = _around(EVENING, wave(KILLEARN, start), wave(SOUTHWOOD, start, first=50))
    known = [Rule("report-outage", ("killearn",))]
    assert _places(find_spikes(everything, evening, EVENING, known)) == [("southwood",)]
    # The same word of another matter is not explained by it.
    bills = [f"My bill for Killearn was charged twice, number {n}" for n in range(12)]
    more = _around(EVENING, wave(bills, start, first=200))
    assert _places(find_spikes(more, evening, EVENING, known)) == [("killearn",)]


def test_a_slow_wave_is_noticed_in_the_longer_window(evening: Baseline) -> None:
    slow = wave(KILLEARN, EVENING - timedelta(minutes=118), every=timedelta(minutes=12))
    (spike,) = find_spikes(_around(EVENING, slow), evening, EVENING)
    assert (spike.terms, spike.minutes) == (("killearn",), 120)


def test_what_has_not_happened_yet_does_not_count(evening: Baseline) -> None:
    """A platform's clock that is ahead."""
    later = wave(SOUTHWOOD, EVENING + timedelta(minutes=1))
    assert find_spikes(_around(EVENING, later), evening, EVENING) == []


def test_three_thousand_inquiries_take_less_than_a_second(evening: Baseline) -> None:
    start = EVENING - timedelta(minutes=28)
    texts = [f"{KILLEARN[n % 10]} house {n}" for n in range(2_000)]
    flood = wave(texts, start, every=timedelta(milliseconds=700), first=10_000)
    everything = _around(EVENING, flood, *(ordinary(start, EVENING, seed) for seed in range(70)))
    began = perf_counter()
    spikes = find_spikes(everything, evening, EVENING)
    assert ("killearn",) in _places(spikes)
    assert perf_counter() - began < 3, "it is looked at every twenty seconds"
