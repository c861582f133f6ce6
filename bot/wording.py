"""What the bot says in its own words, in English and in Spanish."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hub.ports import Choice, Turn

CITY_PHONE = "850-891-4968"


@dataclass(frozen=True, slots=True)
class Wording:
    """Every sentence of the bot's own, in one language."""

    introduction: str
    person_follows: str
    no_fact: str
    passed_on: str
    danger: str
    not_understood: str
    not_helped: str
    policy: str
    sorry: str
    upset: str
    thanks_for_request: str
    write_privately: str
    no_fact_in_form: str
    confirm: str
    english_only: str
    ask_back: str
    ask_back_end: str
    thanks: str
    yes: str


_PERSON = "A person from the city will answer you here."
_PERSONA = "Una persona de la ciudad le responderá aquí."

ENGLISH = Wording(
    introduction="I am the city's automated assistant.",
    person_follows=_PERSON,
    no_fact=f"I do not have a sure answer to that. {_PERSON}",
    passed_on=f"Thank you for telling us. {_PERSON}",
    danger=(
        "If anyone is in danger, call 911 now. You can reach the city day and night at"
        f" {CITY_PHONE}. A person from the city is being brought in."
    ),
    not_understood=f"I did not understand that well enough. {_PERSON}",
    not_helped=f"I am sorry that did not help. {_PERSON}",
    policy=(
        f"A person from the city will tell you the exact amount. You can also call {CITY_PHONE}."
    ),
    sorry="I am sorry about the trouble; a person from the city will look at this, too.",
    upset=f"I am sorry about the trouble. {_PERSON}",
    thanks_for_request=f"Thank you, I have passed this on. {_PERSON}",
    write_privately=(
        "For this we need details that do not belong in public: please send us a private"
        f" message, or call {CITY_PHONE}."
    ),
    no_fact_in_form=(
        "I do not have a sure answer to that; the person who gets your request will see your"
        " question."
    ),
    confirm=f"Please confirm at {CITY_PHONE}.",
    english_only="",
    ask_back="I am not sure I understood. Is it about one of these?",
    ask_back_end="Answer with its number, or ask for a person.",
    thanks="thank you",
    yes="yes",
)

SPANISH = Wording(
    introduction="Soy el asistente automático de la ciudad.",
    person_follows=_PERSONA,
    no_fact=f"No tengo una respuesta segura a eso. {_PERSONA}",
    passed_on=f"Gracias por avisarnos. {_PERSONA}",
    danger=(
        "Si alguien está en peligro, llame al 911 ahora. Puede comunicarse con la ciudad de día y"
        f" de noche en el {CITY_PHONE}. Ya se está avisando a una persona de la ciudad."
    ),
    not_understood=f"No entendí lo suficiente. {_PERSONA}",
    not_helped=f"Lamento que eso no le haya ayudado. {_PERSONA}",
    policy=(
        "Una persona de la ciudad le dirá la cantidad exacta. También puede llamar al"
        f" {CITY_PHONE}."
    ),
    sorry="Lamento las molestias; una persona de la ciudad también verá su mensaje.",
    upset=f"Lamento las molestias. {_PERSONA}",
    thanks_for_request=f"Gracias, ya transmití su solicitud. {_PERSONA}",
    write_privately=(
        "Para esto necesitamos datos que no deben escribirse en público: envíenos un mensaje"
        f" privado o llame al {CITY_PHONE}."
    ),
    no_fact_in_form=(
        "No tengo una respuesta segura a eso; la persona que reciba su solicitud verá su pregunta."
    ),
    confirm=f"Por favor, confírmelo en el {CITY_PHONE}.",
    english_only="Por ahora solo tengo esta respuesta en inglés:",
    ask_back="No estoy seguro de haber entendido. ¿Se trata de uno de estos temas?",
    ask_back_end="Responda con el número, o pida hablar con una persona.",
    thanks="gracias",
    yes="sí",
)

INTRODUCED = (
    "automated assistant",
    "asistente automático",
    "asistente automatizado",
    "asistente virtual",
)
"""A text that says one of these itself is not introduced twice."""

_AMOUNT = re.compile(
    r"[$€]\s?\d|\bUSD\b|\b\d[\d.,]*\s?(?:dollars?|bucks|cents|d[oó]lares?|centavos)\b",
    re.IGNORECASE,
)


def words_in(language: str) -> Wording:
    return SPANISH if language == "es" else ENGLISH


def introduced(text: str, turn: Turn) -> str:
    """`text`, in a conversation's first answer with the word that a bot says it."""
    said = text.casefold()
    if not turn.first or any(known in said for known in INTRODUCED):
        return text
    # An answer of several lines keeps its shape.
    gap = "\n\n" if "\n" in text else " "
    return f"{words_in(turn.language).introduction}{gap}{text}"


def joined(*texts: str) -> str:
    """Sentences that follow each other, as paragraphs where one of them has lines of its own."""
    said = [text for text in texts if text]
    return ("\n\n" if any("\n" in text for text in said) else " ").join(said)


def ask_back_text(choices: Sequence[Choice], language: str) -> str:
    words = words_in(language)
    lines = [f"{number}. {choice.title}" for number, choice in enumerate(choices, start=1)]
    return "\n".join([words.ask_back, *lines, words.ask_back_end])


def states_amount(text: str) -> bool:
    """Whether `text` names a sum of money, which only what is certain may."""
    return _AMOUNT.search(text) is not None
