"""How much one may write: a bucket for each, filled slowly."""

from __future__ import annotations

import pytest

from channels.webchat.rate import RateLimit
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
