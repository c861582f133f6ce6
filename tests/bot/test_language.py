"""English or Spanish."""

from __future__ import annotations

import unicodedata

import pytest

from bot.language import language_of
from kb.catalogue import Catalogue


@pytest.mark.parametrize(
    "text",
    [
        "no hay luz",
        "No hay luz en mi casa desde las 3",
        "se fue la luz otra vez",
        "¿Cuándo vuelve?",
        "cuando pasan por la basura",
        "qiero pagar mi factra",
        "hola",
        "gracias",
        "ayuda",
        "agua",
        "no power en mi casa, por favor ayuda",
        "requisitos del budget billing",
        "quiero hablar con una persona",
        "HUELE A GAS EN LA COCINA",
    ],
)
def test_spanish(text: str) -> None:
    assert language_of(text) == "es"


@pytest.mark.parametrize(
    "text",
    [
        "my power is out",
        "no power in Killearn",
        "no water",
        "trash day?",
        "how do i pay my bil",
        "when does the truck come to El Paso street",
        "thank you",
        "help",
        "r u a bot",
        "is Taco Loco hiring, also my lights are out",
        "@CityofTLH hola from Killearn, the power is out and nobody picks up the phone",
    ],
)
def test_english(text: str) -> None:
    assert language_of(text) == "en"


@pytest.mark.parametrize(
    "text",
    ["", " ", "2", "ok", "OK!", "no", "si", "k", "123 Main St", "1206 Oak Ridge Rd Apt 4", "🔥",
     "850-555-0100", "jane@example.org", "https://example.org/es/la-luz", "[account number]", "?!",
     "12/04/2026", "\x00"],
)  # fmt: skip
def test_what_cannot_be_told(text: str) -> None:
    assert language_of(text) is None


def test_of_a_long_message_both_ends_are_read() -> None:
    assert language_of("x " * 50_000 + "no hay luz en mi casa") == "es"


def test_the_articles_phrases_are_told_apart() -> None:
    """Also as most people type them: without accents and marks."""
    english: list[str] = []
    spanish: list[str] = []
    for article in Catalogue.load():
        english += article.phrases
        spanish += article.phrases_es
    assert len(english) > 1000
    for phrases in (english, [_plain(phrase) for phrase in english]):
        wrong = [phrase for phrase in phrases if language_of(phrase) == "es"]
        assert len(wrong) / len(phrases) < 0.005, wrong
    for phrases in (spanish, [_plain(phrase) for phrase in spanish]):
        lost = [phrase for phrase in phrases if language_of(phrase) != "es"]
        assert len(lost) / len(phrases) < 0.04, lost


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.lower())
    return "".join(sign for sign in bare if not unicodedata.combining(sign) and sign not in "¿¡")
