"""Answers to "is it one of these?"."""

from __future__ import annotations

import pytest

from bot.choices import Wish, read_choice
from hub.ports import Choice

FIRST = Choice("Report a power outage", "report-outage")
SECOND = Choice("Outage map", "outage-map")
THIRD = Choice("When the power comes back", "outage-restoration-time")
THREE = (FIRST, SECOND, THIRD)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("1", FIRST),
        ("1.", FIRST),
        ("#2", SECOND),
        ("(3)", THIRD),
        (" 3 ", THIRD),
        ("2️⃣", SECOND),
        ("option 2", SECOND),
        ("Number three please", THIRD),
        ("one", FIRST),
        ("two", SECOND),
        ("first", FIRST),
        ("the first one", FIRST),
        ("The second one, please!", SECOND),
        ("third", THIRD),
        ("it's the 2nd", SECOND),
        ("yes, 1", FIRST),
        ("I want the third one", THIRD),
        ("la segunda", SECOND),
        ("el primero por favor", FIRST),
        ("uno", FIRST),
        ("tres", THIRD),
        ("Outage map", SECOND),
        ("outage MAP.", SECOND),
        ("outage-map", SECOND),
        ("none of these", Wish.NONE_OF_THESE),
        ("None.", Wish.NONE_OF_THESE),
        ("neither", Wish.NONE_OF_THESE),
        ("no", Wish.NONE_OF_THESE),
        ("something else", Wish.NONE_OF_THESE),
        ("ninguna de estas", Wish.NONE_OF_THESE),
        ("a person", Wish.PERSON),
        ("I want to talk to a person", Wish.PERSON),
        ("human please", Wish.PERSON),
        ("representative!!", Wish.PERSON),
        ("quiero hablar con una persona", Wish.PERSON),
        ("número dos", SECOND),
        ("numero 2 por favor", SECOND),
        ("quiero la tercera", THIRD),
        ("la primera, gracias", FIRST),
        ("the map", SECOND),
        ("the map one", SECOND),
        ("outge map", SECOND),
        ("report power outage", FIRST),
        ("outage", None),
        ("no, none of these", Wish.NONE_OF_THESE),
        ("Ninguno de los tres.", Wish.NONE_OF_THESE),
        ("no es ninguna", Wish.NONE_OF_THESE),
        ("otra cosa", Wish.NONE_OF_THESE),
        ("No, a person please", Wish.PERSON),
        ("prefiero hablar con alguien", Wish.PERSON),
        ("una persona real por favor", Wish.PERSON),
        ("can i just talk to somebody", Wish.PERSON),
        ("4", None),
        ("1 or 2", None),
        ("123", None),
        ("I have 2 bills", None),
        ("second time I ask about my bill", None),
        ("no power since 3", None),
        ("a person hit a pole", None),
        ("", None),
        ("what?", None),
        ("1 " * 100, None),
    ],
)
def test_read_choice(text: str, chosen: Choice | Wish | None) -> None:
    assert read_choice(text, THREE) == chosen


@pytest.mark.parametrize("text", ["1", "none", "no", "Outage map"])
def test_without_choices_there_is_nothing_to_choose(text: str) -> None:
    assert read_choice(text, ()) is None


def test_a_place_that_was_not_offered_is_no_choice() -> None:
    assert read_choice("3", (FIRST, SECOND)) is None


def test_titles_without_their_accents() -> None:
    spanish = (Choice("Reportar un apagón", "report-outage"), Choice("Factura alta", "high-bill"))
    assert read_choice("reportar un apagon", spanish) == spanish[0]
    assert read_choice("la factura", spanish) == spanish[1]
    assert read_choice("¡Ninguno!", spanish) is Wish.NONE_OF_THESE


def test_yes_takes_the_only_choice() -> None:
    assert read_choice("Sí, por favor", (FIRST,)) == FIRST
    assert read_choice("yes", (FIRST, SECOND)) is None
