"""How much one may write: a bucket for each, filled slowly."""

from __future__ import annotations

import pytest

from channels.webchat.limits import Limits, Refused
from channels.webchat.rate import Places, RateLimit, network_of
from channels.webchat.visitor import conversation_of, is_token, new_token


class Watch:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_and_then_the_beat() -> None:
    watch = Watch()
    limit = RateLimit(per_minute=6, burst=3, clock=watch)
    assert [limit.take("a") for _ in range(5)] == [True, True, True, False, False]
    assert limit.take("b"), "each has their own"
    watch.now += 9.9
    assert not limit.take("a")
    watch.now += 0.2
    assert limit.take("a")
    assert not limit.take("a")
    watch.now += 3600
    assert [limit.take("a") for _ in range(4)] == [True, True, True, False]


def test_memory_is_bounded_and_the_latest_are_kept() -> None:
    limit = RateLimit(per_minute=1, burst=1, most=10, clock=Watch())
    for number in range(1000):
        limit.take(str(number))
    assert len(limit._buckets) == 10
    assert not limit.take("999")


def test_tokens() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(is_token(token) for token in tokens)
    assert conversation_of("chat", "a" * 32) != conversation_of("form", "a" * 32)
    assert "a" * 8 not in conversation_of("chat", "a" * 32)


@pytest.mark.parametrize(
    "text", [None, "", "a" * 31, "a" * 65, "a" * 31 + "\n", "a" * 32 + "\n", "é" * 40, "a b" * 12]
)
def test_what_is_no_token(text: str | None) -> None:
    assert not is_token(text)


def test_what_costs_more_fills_the_bucket_sooner() -> None:
    watch = Watch()
    limit = RateLimit(per_minute=60, burst=100, clock=watch)
    assert limit.take("a", 90)
    assert not limit.take("a", 20)
    assert limit.take("a", 10), "what was refused cost nothing"
    watch.now += 50
    assert limit.take("a", 50)


def test_places_are_given_back() -> None:
    places = Places(2)
    with places.one("a") as first, places.one("a") as second, places.one("a") as third:
        assert (first, second, third) == (True, True, False)
        with places.one("b") as other:
            assert other
    with places.one("a") as again:
        assert again
    assert not places._taken, "nobody is remembered who has gone"


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_whom_an_address_is_counted_as(host: str | None, network: str) -> None:
    assert network_of(host) == network


def test_new_tokens_do_not_help_one_network() -> None:
    """Each is a ticket: thirty at once, and then ten a minute."""
    limits = Limits()
    for number in range(30):
        limits.message(f"chat:{number}", "192.0.2.7", 10, first=True)
    with pytest.raises(Refused) as refused:
        limits.message("chat:new", "192.0.2.7", 10, first=True)
    assert refused.value.code == "too-much-from-network"
    limits.message("chat:1", "192.0.2.7", 10, first=False)
    limits.message("chat:new", "192.0.2.8", 10, first=True)


def test_the_text_of_one_network_is_capped() -> None:
    limits = Limits()
    for number in range(25):
        limits.message(f"chat:{number}", "192.0.2.7", 4_000, first=False)
    with pytest.raises(Refused, match="your network"):
        limits.message("chat:x", "192.0.2.7", 4_000, first=False)
