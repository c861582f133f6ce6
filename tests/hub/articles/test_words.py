"""Words, stems, and what is meant by a word that nobody spells so."""

from __future__ import annotations

import pytest

from hub.articles.spelling import BEGUN, GUESSED, Spelling
from hub.articles.words import fold, terms, words


def test_words_have_no_case_accents_or_punctuation() -> None:
    assert words("¿Dónde PAGO? Can't, 850-891…") == ["donde", "pago", "cant", "850", "891"]
    assert fold("Ñandú") == "nandu"
    assert words("a" * 41 + " \x00 停电") == ["停电"]


def test_english_stems() -> None:
    assert terms("The lights aren't stopping; bills, parties and glass", "en") == [
        "light", "arent", "stop", "bill", "party", "glass",
    ]  # fmt: skip
    assert terms("recycle recycling service services", "en") == ["recycl"] * 2 + ["servic"] * 2


@pytest.mark.parametrize(
    "alike",
    [
        ["factura", "facturas"],
        ["pago", "pagos", "pagar", "pague"],
        ["luz", "luces"],
        ["multa", "multas"],
        ["facturación", "facturacion"],
        ["apagón", "apagones", "apagon"],
    ],
)
def test_spanish_words_that_go_together(alike: list[str]) -> None:
    assert len({stem for word in alike for stem in terms(word, "es")}) == 1


def test_stop_words_are_their_languages() -> None:
    assert terms("the power is out", "en") == ["power"]
    assert terms("no hay luz en la casa", "es") == ["luc", "cas"]


SPOKEN = {"payment": 30, "plan": 20, "factura": 15, "recycling": 9, "power": 40, "powers": 1}


@pytest.mark.parametrize(
    ("question", "corrected"),
    [
        ("pament plan", "payment plan"),
        ("fatcura", "factura"),
        ("RECYLING please", "recycling please"),
        ("payment plan", None),
        ("pwoer", "power"),
        ("zzzzqqqq", None),
        ("pla", None),
        ("89999999", None),
        ("", None),
    ],
)
def test_what_is_meant(question: str, corrected: str | None) -> None:
    assert Spelling(SPOKEN).read(question).corrected == corrected


def test_a_guess_and_a_beginning_are_worth_less() -> None:
    asked = Spelling(SPOKEN).read("pament plan")
    assert asked.terms["en"] == {"payment": GUESSED, "plan": 1.0}
    asked = Spelling(SPOKEN).read("power recyc")
    assert asked.terms["en"] == {"power": 1.0, "recycl": BEGUN}
    assert asked.corrected is None
    assert Spelling(SPOKEN).read("recyc power").terms["en"] == {"power": 1.0}, "it was ended"
