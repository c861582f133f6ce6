"""The deck and the senders' order: random, complete, and the same for one seed."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from bench.storm.breakers import deck
from bench.storm.expected import Webhook
from bench.storm.plan import Form, Plan
from bench.storm.senders import shuffled, signed


def plan(seed: int) -> Plan:
    return Plan(Form.EMBEDDED, Path("nowhere"), seed)


def test_each_card_comes_up_before_one_comes_twice() -> None:
    cards = list(islice(deck("abcd", plan(1).chance("deck")), 12))
    assert all(sorted(cards[i : i + 4]) == list("abcd") for i in (0, 4, 8))


def test_a_seed_plays_the_same_again() -> None:
    first, again, other = (
        "".join(islice(deck("abcdefgh", plan(seed).chance("deck")), 24)) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_everything_as_often_as_copies_are_wanted() -> None:
    bodies = [Webhook("x", str(number), b"{}") for number in range(20)]
    found = shuffled(bodies, 3, plan(1).chance("senders"))
    assert all(found.count(body) == 3 for body in bodies)
    assert found[:20] != bodies


def test_signatures_are_the_platforms() -> None:
    """Worked out with `openssl dgst -sha256 -hmac key`."""
    hexadecimal = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
    text = b"The quick brown fox jumps over the lazy dog"
    assert signed("facebook", "key", text) == {"x-hub-signature-256": f"sha256={hexadecimal}"}
    assert signed("x", "key", text) == {
        "x-twitter-webhooks-signature": "sha256=97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg="
    }
