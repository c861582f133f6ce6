"""What a form's values may be, and what is found in a longer text."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.domain import domain, forms
from tests.bot.rasa_modules import dialogue

value = dialogue("value")
TODAY = date(2026, 11, 23)
FORMS = dialogue("form").forms_of(
    domain([{"intent": form.kind.replace("-", "_"), "slug": form.kind} for form in forms()])
)


def choices(form: str, slot: str) -> Any:
    return FORMS[form].slots[slot].choices


def read(kind: str, said: str, options: Any = ()) -> Any:
    """The normal form, else the customer's words; a Problem's name in angle brackets."""
    outcome = value.read(kind, said, TODAY, options)
    if isinstance(outcome, value.Problem):
        return f"<{outcome.name}>"
    return outcome.normal or outcome.said


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("12 Oak St", "12 Oak St"),
        ("It's 12 Oak St.", "12 Oak St"),
        ("my address is 1204-B W Tennessee Street, Apt 5", "1204-B W Tennessee Street, Apt 5"),
        ("corner of Monroe and Park", "corner of Monroe and Park"),
        ("Adams St & College Ave", "Adams St & College Ave"),
        ("Calle Ocho 33", "Calle Ocho 33"),
        ("la dirección es 450 W Pensacola St", "450 W Pensacola St"),
        ("Oakland Apartments building C", "Oakland Apartments building C"),
        ("Will Rogers Rd", "Will Rogers Rd"),
        ("here", "<help>"),
        ("my house", "<help>"),
        ("12", "<help>"),
        ("I don't know", "<help>"),
        ("why do you need that?", "<help>"),
        ("[account number]", "<help>"),
        ("...", "<help>"),
        ("12 Oak St " * 40, "<too_long>"),
    ],
)
def test_places(said: str, kept: str) -> None:
    assert read("place", said) == kept


@pytest.mark.parametrize(
    ("kind", "said", "kept"),
    [
        ("day_ahead", "tomorrow", "2026-11-24"),
        ("day_ahead", "yesterday", "<past>"),
        ("day_ahead", "as soon as possible", "as soon as possible"),
        ("day_ahead", "lo antes posible", "lo antes posible"),
        ("day_ahead", "December 3, 2031", "<far>"),
        ("day_ahead", "next Friday", "<which_day>"),
        ("day_ahead", "Friday or Sunday", "<one_day>"),
        ("day_ahead", "February 30", "<no_such_day>"),
        ("day_ahead", "whenever", "<help>"),
        ("day_ahead", "2", "<help>"),
        ("day_past", "Tuesday", "2026-11-17"),
        ("day_past", "tomorrow", "<future>"),
        ("day", "last Friday", "2026-11-20"),
    ],
)
def test_days(kind: str, said: str, kept: str) -> None:
    assert read(kind, said) == kept


@pytest.mark.parametrize(
    ("said", "number"),
    [("2", 1), ("the second one", 1), ("1", 0), ("la primera", 0), ("the later one", 1)],
)
def test_one_of_two_offered_days(said: str, number: int) -> None:
    days = (date(2026, 11, 27), date(2026, 12, 4))
    outcome = value.read("day_ahead", said, TODAY, (), days)
    assert outcome.normal == days[number].isoformat()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("(850) 555-0199", "850-555-0199"),
        ("8505550199", "850-555-0199"),
        ("+1 850.555.0199 thanks", "850-555-0199"),
        ("call me at 850 555 0199 or jo@example.org", "jo@example.org"),
        ("Jo.Li+city@mail.example.org", "Jo.Li+city@mail.example.org"),
        ("555-0199", "<area_code>"),
        ("[card number]", "<masked>"),
        ("no", "<help>"),
        ("jo at example", "<help>"),
    ],
)
def test_contacts(said: str, kept: str) -> None:
    assert read("contact", said) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("no", "none"),
        ("no thanks", "none"),
        ("I'd rather not", "none"),
        ("no tengo teléfono", "none"),
        ("sure, 850 555 0199", "850-555-0199"),
        ("555-0199", "<area_code>"),
        ("yes", "<help>"),
    ],
)
def test_a_phone_need_not_be_given(said: str, kept: str) -> None:
    assert read("optional_phone", said) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("My name is John O'Neil", "John O'Neil"),
        ("me llamo Ana Ruiz", "Ana Ruiz"),
        ("José de la Cruz-Núñez", "José de la Cruz-Núñez"),
        ("yes", "<help>"),
        ("12 Oak St", "<help>"),
        ("what do you mean?", "<help>"),
        ("X", "<help>"),
    ],
)
def test_names(said: str, kept: str) -> None:
    assert read("name", said) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("AB-12345", "AB-12345"),
        ("ticket no. 2026 004411", "2026004411"),
        ("TLH 4455123", "TLH4455123"),
        ("the number is TLH0012345", "TLH0012345"),
        ("I lost the ticket", "I lost the ticket"),
        ("[account number]", "[account number]"),
        ("12", "<help>"),
        ("the meter was broken", "<help>"),
    ],
)
def test_citations(said: str, kept: str) -> None:
    assert read("citation", said) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("since 8 this morning", "8 this morning"),
        ("about an hour ago?", "about an hour ago?".rstrip("?")),
        ("desde anoche", "anoche"),
        ("no idea", "no idea"),
        ("just now", "just now"),
        ("bananas", "<help>"),
        ("what?", "<help>"),
    ],
)
def test_times(said: str, kept: str) -> None:
    assert read("when", said) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("whole house", "house"),
        ("1", "house"),
        ("the house", "house"),
        ("just the kitchen", "part"),
        ("the whole street is dark", "street"),
        ("not the whole street, just my house", "house"),
        ("Parte de la casa", "part"),
        ("toda la cuadra", "street"),
        ("7", "<help>"),
        ("blue", "<help>"),
    ],
)
def test_choices(said: str, kept: str) -> None:
    assert read("choice", said, choices("report-outage", "extent")) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("no", "no"),
        ("not that I can see", "no"),
        ("no, nothing", "no"),
        ("no veo nada", "no"),
        ("yes, a wire is on the ground", "yes"),
        ("there are sparks at the pole", "yes"),
        ("I don't know", "I don't know"),
        ("purple", "<help>"),
    ],
)
def test_dangers(said: str, kept: str) -> None:
    assert read("danger", said, choices("report-outage", "danger")) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("half on Friday, the rest on the 15th", "half on Friday, the rest on the 15th"),
        ("$50 now", "$50 now"),
        ("ok", "<help>"),
        ("I don't know", "<help>"),
        ("what do you mean?", "<help>"),
        ("Why was I cited when the meter was broken and the app was down?",) * 2,
        ("a " * 600, "<too_long>"),
    ],
)
def test_own_words(said: str, kept: str) -> None:
    assert read("words", said) == kept.rstrip("?")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("yes", "yes"),
        ("Yes, please!", "yes"),
        ("sí, por favor", "yes"),
        ("ok thanks", "yes"),
        ("looks good", "yes"),
        ("👍", "yes"),
        ("2", "no"),
        ("no", "no"),
        ("No, gracias.", "no"),
        ("Cambiar algo", "no"),
        ("maybe", "<help>"),
    ],
)
def test_consent(said: str, answer: str) -> None:
    assert read("consent", said, choices("report-outage", "confirmation")) == answer


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("place", "the power is out at 12 Oak St since 8", "12 Oak St"),
        ("place", "from 12 Oak St to 14 Pine Ave", None),
        ("place", "the power is out on my street", None),
        ("contact", "reach me at jo@example.org", "jo@example.org"),
        ("when", "the lights went out, since 8 this morning, all of them", "since 8 this morning"),
        ("when", "no light since forever", None),
        ("day_ahead", "turn it on Friday at 12 Oak St", "2026-11-27"),
        ("day_ahead", "turn it on at 12 Oak St", None),
        ("day_ahead", "turn it on next Friday", None),
        ("day_ahead", "I moved in yesterday", None),
    ],
)
def test_what_is_plainly_in_a_text(kind: str, text: str, found: str | None) -> None:
    assert value.find(kind, text, TODAY) == found


def test_a_choice_in_a_text_needs_words_for_it_alone() -> None:
    extent = choices("report-outage", "extent")
    assert value.find("choice", "the power is out at my house", TODAY, extent) is None
    assert value.find("choice", "the whole street is dark", TODAY, extent) == "street"


@pytest.mark.parametrize(
    "kind", ["place", "when", "name", "words", "contact", "citation", "optional_phone", "day_ahead"]
)
@pytest.mark.parametrize("piece", ["a ", "1", "(", "st ", "1 a st ", "@", "no ", "\\", "[", "{x}"])
def test_odd_texts_are_read_quickly(kind: str, piece: str) -> None:
    text = (piece * 5000)[:5000]
    assert value.read(kind, text, TODAY) is not None
    assert value.read(kind, text[:199], TODAY) is not None
    value.find(kind, text, TODAY)
