"""The emergency rules over tables of messages, and what they must survive."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.emergency import recognise

TABLE = [
    json.loads(line)
    for line in (Path(__file__).parent / "emergencies.jsonl").read_text("utf-8").splitlines()
]
POSITIVE = [row for row in TABLE if row["slug"] is not None]
NEGATIVE = [row for row in TABLE if row["slug"] is None]


def test_the_tables_are_large_enough() -> None:
    assert len(POSITIVE) >= 120
    assert len(NEGATIVE) >= 120
    assert len({row["text"] for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize("row", POSITIVE, ids=lambda row: row["text"])
def test_every_emergency_is_recognised(row: dict[str, str]) -> None:
    found = recognise(row["text"])
    assert found is not None
    assert found.slug == row["slug"]
    assert found.why


@pytest.mark.parametrize("row", NEGATIVE, ids=lambda row: row["text"])
def test_the_same_words_in_another_sense_are_none(row: dict[str, str]) -> None:
    assert recognise(row["text"]) is None


def test_recall_and_precision(record_property: Callable[[str, object], None]) -> None:
    hits = sum(recognise(row["text"]) is not None for row in POSITIVE)
    false = sum(recognise(row["text"]) is not None for row in NEGATIVE)
    recall, precision = hits / len(POSITIVE), hits / (hits + false)
    print(f"recall {recall:.3f} of {len(POSITIVE)}, precision {precision:.3f}, {false} false")
    record_property("recall", recall)
    record_property("precision", precision)
    assert recall >= 0.99
    assert precision >= 0.90


@pytest.mark.parametrize(
    "text",
    [
        "I SMELL GAS!!!!!!",
        "i   smell\tgas",
        "I... smell... gas".replace("...", ","),
        "🚨🚨 smell gas 🚨🚨",
        "“I smell gas”",
        "I smell gas‍",
        "hello, I have a question about my bill. Also I smell gas",
        "I smell gas" + " and so on" * 2000,
        "my bill\nis high\nI smell gas",
    ],
)
def test_shape_does_not_hide_an_emergency(text: str) -> None:
    found = recognise(text)
    assert found is not None
    assert found.slug == "gas-leak"


def test_what_stands_far_down_a_long_sentence_is_read() -> None:
    assert recognise("so " * 200 + "there is a gas leak " + "and then " * 200) is not None


def test_beyond_the_limit_nothing_is_read() -> None:
    assert recognise("x" * 5000 + " I smell gas") is None


@pytest.mark.parametrize("text", ["", " ", "�", "👍", chr(0xD800), "." * 5000])
def test_nothing_is_nothing(text: str) -> None:
    assert recognise(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "gas " * 2000,
        "smell " * 2000,
        "power line " * 1000,
        "carbon m" + "m" * 5000,
        "no " * 3000,
        "a" * 5000,
        "oxygen lights " * 800,
        "#" * 5000,
        "#Aa" * 2000,
        "water street pipe main " * 400,
        "could " * 1500,
        "wire on " * 1000,
        "oxygen. " * 1000,
        "exhaust in in in in " * 300,
    ],
    ids=lambda text: text[:24],
)
def test_no_message_takes_long(text: str) -> None:
    started = time.process_time()
    recognise(text)
    assert time.process_time() - started < 1.0
