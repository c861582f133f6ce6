"""The bot's own words, and the rules for what articles may say."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from bot.policy import has_form, may_be_said
from bot.wording import (
    ENGLISH,
    SPANISH,
    Wording,
    ask_back_text,
    introduced,
    joined,
    states_amount,
    words_in,
)
from hub.ports import ChannelKind, Choice, Confidence, Turn, Visibility
from tests.bot.knowledge import article

FIRST = Turn("t-1", "hi", ChannelKind.WEBCHAT, Visibility.PRIVATE, first=True)


def test_every_sentence_is_there_in_both_languages() -> None:
    for field in fields(Wording):
        english, spanish = getattr(ENGLISH, field.name), getattr(SPANISH, field.name)
        assert spanish
        assert english != spanish
        assert english or field.name == "english_only"
        assert ("850-891-4968" in english) == ("850-891-4968" in spanish)
        assert ("911" in english) == ("911" in spanish)
    assert words_in("es") is SPANISH
    assert words_in("en") is words_in("fr") is ENGLISH


def test_the_first_message_says_that_a_bot_speaks() -> None:
    assert introduced("Yes.", FIRST) == "I am the city's automated assistant. Yes."
    assert introduced("A\nB", FIRST) == "I am the city's automated assistant.\n\nA\nB"
    assert introduced("Sí.", replace(FIRST, language="es")).startswith("Soy el asistente automát")
    assert introduced("Yes.", replace(FIRST, first=False)) == "Yes."
    for known in ("I am an Automated Assistant.", "Soy un asistente automatizado."):
        assert introduced(known, FIRST) == known


def test_joined() -> None:
    assert joined("A.", "", "B.") == "A. B."
    assert joined("A.\nB.", "C.") == "A.\nB.\n\nC."


def test_asking_back_has_a_number_a_line() -> None:
    text = ask_back_text([Choice("A", "a"), Choice("B", "b")], "es").splitlines()
    assert text[1:3] == ["1. A", "2. B"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It costs $5.", True),
        ("up to $ 1,000", True),
        ("20 dollars", True),
        ("20 dólares", True),
        ("5.50 USD", True),
        ("call 850-891-4968", False),
        ("within 90 days, up to 100 kW, 4 in and 6 ft", False),
        ("a share of the cost", False),
    ],
)
def test_sums_of_money(text: str, told: bool) -> None:
    assert states_amount(text) is told


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_may_be_said(language: str) -> None:
    high, medium, none = Confidence.HIGH, Confidence.MEDIUM, Confidence.NONE
    assert may_be_said(None, language) is None
    assert may_be_said(article("a", "A", "Fact.", high), language) == "Fact."
    assert may_be_said(article("a", "A", "It costs $5.", high), language) == "It costs $5."
    assert may_be_said(article("a", "A", "It costs $5.", medium), language) is None
    assert may_be_said(article("a", "A", "Fact.", none), language) is None
    assert may_be_said(article("a", "A", "Call 911.", none, emergency=True), language)
    english = "Fact. Please confirm at 850-891-4968."
    assert may_be_said(article("a", "A", "Fact.", medium), language) == english
    spanish = article("a", "A", "Fact.", medium, answer_es="Dato.")
    assert may_be_said(spanish, "es") == "Dato. Por favor, confírmelo en el 850-891-4968."


def test_forms_are_known_by_their_files() -> None:
    assert has_form("missed-pickup")
    assert not has_form("high-bill")
