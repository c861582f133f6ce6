"""The model that the running product trained keeps what is promised of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stack import Stack

pytestmark = pytest.mark.timeout(600)

MOST_WRONG = 0.05
LEAST_HELPED = 0.88
MOST_ANSWERED_OUTSIDE = 0.10
FEWEST = 50
"""Held-back messages with an article that a language needs before its shares say anything."""


@pytest.fixture(scope="module")
def held_back(stack: Stack) -> dict[str, Any]:
    """The model's figures by language, on messages that it was not trained on."""
    figures: dict[str, Any] = stack.api("GET", "/bot")["active"]["figures"]["held_back"]
    return figures


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_model_in_use_keeps_its_promises(held_back: dict[str, Any], language: str) -> None:
    counts = held_back[language]
    known = counts["n"]
    assert known >= FEWEST
    assert counts["wrong"] <= MOST_WRONG * known, counts
    assert counts["right"] + counts["offered"] >= LEAST_HELPED * known, counts
    assert counts["out_of_scope"] > 0
    outside = counts["out_of_scope_answered"]
    assert outside <= MOST_ANSWERED_OUTSIDE * counts["out_of_scope"], counts
