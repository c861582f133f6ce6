"""How often a network may ask: a burst, then a steady trickle, each for itself."""

from __future__ import annotations

import pytest

from hub.http import rate
from hub.http.rate import RateLimit, network_of


class Watch:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_and_then_a_trickle() -> None:
    watch = Watch()
    limit = RateLimit(per_minute=6, burst=3, clock=watch)
    assert [limit.take("a") for _ in range(5)] == [True] * 3 + [False] * 2
    assert limit.take("b"), "others are not held up"
    watch.now += 9.99
    assert not limit.take("a")
    watch.now += 0.02
    assert [limit.take("a") for _ in range(2)] == [True, False]
    watch.now += 3600
    assert [limit.take("a") for _ in range(4)] == [True] * 3 + [False], "no more than a burst"


def test_it_forgets_whom_it_has_not_heard_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "_MOST", 2)
    limit = RateLimit(per_minute=1, burst=1, clock=Watch())
    assert limit.take("a")
    assert not limit.take("a")
    for other in ("b", "c"):
        assert limit.take(other)
    assert limit.take("a")


@pytest.mark.parametrize(
    ("host", "network"),
    [
        (None, "unknown"),
        ("testclient", "testclient"),
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_whom_an_address_counts_as(host: str | None, network: str) -> None:
    assert network_of(host) == network
