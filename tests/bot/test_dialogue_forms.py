"""Every form with a real Rasa, from the first message to the request, in both languages."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.process import RasaProcess
from tests.bot.rasa_city import Customer

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600)]

CONVERSATIONS: dict[str, tuple[str, list[str], dict[str, str]]] = {
    "report-outage": (
        "en",
        [
            *("the power is out at my house", "yes please", "12 Oak St", "since 8 this morning"),
            *("whole house", "yes, a wire is on the ground", "850 555 0199", "yes"),
        ],
        {
            "address": "12 Oak St",
            "since": "8 this morning",
            "extent": "Whole house",
            "danger": "Yes (“yes, a wire is on the ground”)",
            "phone": "850-555-0199",
        },
    ),
    "start-service": (
        "en",
        [
            *("I need to start service", "sure", "120 Pine Lane", "12/3", "John O'Neil"),
            *("john@example.org", "looks good"),
        ],
        {
            "address": "120 Pine Lane",
            "start_date": "2026-12-03 (12/3)",
            "name": "John O'Neil",
            "contact": "john@example.org",
        },
    ),
    "stop-service": (
        "en",
        [
            *("cancel my utilities", "yes", "45 Elm Dr apt 3", "the 30th", "Mary Poppins"),
            *("8505550123", "yes"),
        ],
        {
            "address": "45 Elm Dr apt 3",
            "stop_date": "2026-11-30 (the 30th)",
            "name": "Mary Poppins",
            "contact": "850-555-0123",
        },
    ),
    "move-service": (
        "en",
        [
            *("transfer utilities to my new address", "yes", "12 Oak St", "November 30"),
            *("99 Pine Ave, Apt 2", "tomorrow", "Jo Li", "jo@example.org", "yes, send it"),
        ],
        {
            "old_address": "12 Oak St",
            "stop_date": "2026-11-30 (November 30)",
            "new_address": "99 Pine Ave, Apt 2",
            "start_date": "2026-11-24 (tomorrow)",
            "name": "Jo Li",
            "contact": "jo@example.org",
        },
    ),
    "missed-pickup": (
        "en",
        ["you missed my trash", "yes", "300 S Adams St", "yesterday", "yes"],
        {
            "address": "300 S Adams St",
            "waste": "Garbage",
            "pickup_day": "2026-11-22 (yesterday)",
        },
    ),
    "new-or-damaged-cart": (
        "en",
        ["my trash can is broken", "ok", "88 Lake Rd", "correct"],
        {"address": "88 Lake Rd", "cart": "Garbage cart", "trouble": "Broken lid or wheel"},
    ),
    "parking-ticket-contest": (
        "en",
        [
            *("I want to contest a parking ticket", "ok", "TLH0044551"),
            *("The meter was broken and I took a photo", "850-555-0144", "yes"),
        ],
        {
            "citation": "TLH0044551",
            "reason": "The meter was broken and I took a photo",
            "contact": "850-555-0144",
        },
    ),
    "payment-plan": (
        "en",
        [
            *("can I get a payment plan", "yes", "half on Friday and the rest on December 15"),
            *("850 555 0199", "yes"),
        ],
        {"proposal": "half on Friday and the rest on December 15", "contact": "850-555-0199"},
    ),
    "report-outage in Spanish": (
        "es",
        [
            *("no tengo luz", "sí, por favor", "calle Roble 12", "desde anoche", "toda la casa"),
            *("no veo nada", "no", "sí, enviar"),
        ],
        {
            "address": "calle Roble 12",
            "since": "anoche",
            "extent": "Whole house",
            "danger": "No (“no veo nada”)",
        },
    ),
    "start-service in Spanish": (
        "es",
        [
            *("quiero iniciar el servicio de luz", "sí", "450 W Pensacola St", "mañana"),
            *("me llamo Ana Ruiz", "ana@example.org", "correcto"),
        ],
        {
            "address": "450 W Pensacola St",
            "start_date": "2026-11-24 (mañana)",
            "name": "Ana Ruiz",
            "contact": "ana@example.org",
        },
    ),
}


def customer(rasa: RasaProcess, language: str = "en", sender: str = "t-1") -> Customer:
    return Customer(rasa.base_url, language, sender)


async def at_since(rasa: RasaProcess) -> Customer:
    """Somebody who has told where the power is out, and is asked since when."""
    somebody = customer(rasa)
    answer = await somebody.says("the power is out at my house", "yes", "12 Oak St")
    assert answer["state"]["ask"] == "since"
    return somebody


@pytest.mark.parametrize("name", CONVERSATIONS)
async def test_a_form_from_offer_to_request(rasa: RasaProcess, name: str) -> None:
    language, messages, fields = CONVERSATIONS[name]
    kind, somebody = name.split()[0], customer(rasa, language)
    for message in messages[:-1]:
        answer = await somebody.says(message)
        assert (answer["act"], answer["slug"], answer["language"]) == ("ask", kind, language)
        assert answer["text"]
        assert "{" not in answer["text"]
        assert answer["form"]["complete"] is False
    assert somebody.fields == fields
    summary = answer["text"]
    assert ("Is that right?" if language == "en" else "¿Es correcto?") in summary
    assert len(answer["choices"]) == 2
    answer = await somebody.says(messages[-1])
    assert (answer["act"], answer["state"]) == ("form_done", None)
    assert answer["form"]["complete"] is True
    assert somebody.fields == fields


async def test_the_offer_can_be_declined(rasa: RasaProcess) -> None:
    answer = await customer(rasa).says("the power is out at my house", "no thanks")
    assert (answer["act"], answer["slug"], answer["state"]) == ("form_left", "report-outage", None)
    assert answer["text"] == "OK. What else can I help you with?"


async def test_a_form_is_left_politely(rasa: RasaProcess) -> None:
    somebody = await at_since(rasa)
    answer = await somebody.says("never mind, it came back on")
    assert (answer["act"], answer["state"]) == ("form_left", None)
    assert "Nothing was sent" in answer["text"]
    assert answer["form"]["complete"] is False
    spanish = customer(rasa, "es")
    answer = await spanish.says("no tengo luz", "sí", "olvídalo")
    assert answer["act"] == "form_left"
    assert "No se envió nada" in answer["text"]


async def test_a_person_gets_what_there_is(rasa: RasaProcess) -> None:
    somebody = await at_since(rasa)
    answer = await somebody.says("I want to talk to a person")
    assert (answer["act"], answer["slug"]) == ("answer", "talk-to-a-person")
    assert (answer["state"], answer["text"]) == (None, None)
    assert somebody.fields == {"address": "12 Oak St"}


async def test_help_twice_and_then_people(rasa: RasaProcess) -> None:
    somebody = customer(rasa)
    await somebody.says("the power is out at my house", "yes")
    for message in ("here", "at home"):
        answer = await somebody.says(message)
        assert answer["act"] == "ask"
        assert "street and house number" in answer["text"]
    answer = await somebody.says("over there")
    assert (answer["act"], answer["slug"]) == ("answer", "talk-to-a-person")
    assert "A person will take it from here" in answer["text"]
    assert (answer["state"], answer["form"]["kind"]) == (None, "report-outage")


async def test_a_day_that_cannot_be_says_why(rasa: RasaProcess) -> None:
    somebody = customer(rasa)
    await somebody.says("I need to start service", "yes", "12 Oak St")
    answer = await somebody.says("yesterday")
    assert answer["text"].startswith("That day is already over.")
    assert answer["text"].endswith("On which day should it start?")
    answer = await somebody.says("next Friday")
    assert [choice["value"] for choice in answer["choices"]] == ["2026-11-27", "2026-12-04"]
    answer = await somebody.says("2")
    assert somebody.fields["start_date"] == "2026-12-04"


async def test_corrections(rasa: RasaProcess) -> None:
    somebody = await at_since(rasa)
    answer = await somebody.says("no, I meant 14 Oak St")
    assert answer["text"].startswith("Thanks, I changed that.")
    assert answer["text"].endswith("When did the power go out?")
    assert somebody.fields == {"address": "14 Oak St"}
    answer = await somebody.says("8 am", "change the address")
    assert answer["text"].endswith("What is the address of the outage?")
    answer = await somebody.says("16 Oak St", "the street", "no", "no")
    assert "Address: 16 Oak St" in answer["text"]
    answer = await somebody.says("no")
    assert answer["text"] == "What should I change?"
    titles = [choice["title"] for choice in answer["choices"]]
    assert titles[:4] == ["Address", "Out since", "What is out", "Anything dangerous"]
    answer = await somebody.says("What is out")
    assert answer["state"]["ask"] == "extent"
    answer = await somebody.says("just the kitchen", "wait, it was since 9 am", "yes")
    assert answer["act"] == "form_done"
    assert somebody.fields == {
        "address": "16 Oak St",
        "since": "9 am",
        "extent": "Part of the house (“just the kitchen”)",
        "danger": "No",
    }


async def test_another_question_is_answered_and_the_form_goes_on(rasa: RasaProcess) -> None:
    somebody = await at_since(rasa)
    before = somebody.state
    answer = await somebody.says("how do I pay my bill?")
    assert (answer["act"], answer["slug"]) == ("answer", "pay-my-bill")
    assert answer["text"] == "When did the power go out?"
    assert (answer["form"]["kind"], answer["state"]) == ("report-outage", before)
    answer = await somebody.says("8 am")
    assert somebody.fields["since"] == "8 am"


async def test_an_emergency_is_passed_on_from_within_a_form(rasa: RasaProcess) -> None:
    somebody = await at_since(rasa)
    answer = await somebody.says("I smell gas in the house")
    assert answer["slug"] == "gas-leak"
    assert answer["state"]["form"] == "report-outage"
    assert set(answer["emergency"]) == {"slug", "confidence"}
    assert answer["emergency"]["slug"] == "gas-leak"


async def test_danger_is_answered_with_what_to_do(rasa: RasaProcess) -> None:
    somebody = await at_since(rasa)
    answer = await somebody.says("8 am", "the whole house", "yes")
    assert "call 911 now" in answer["text"]
    assert answer["text"].endswith("You can also say no.")
    answer = await somebody.says("no", "yes")
    assert answer["act"] == "form_done"
    assert somebody.fields["danger"] == "Yes"


async def test_after_a_day_it_says_what_was_being_done(rasa: RasaProcess) -> None:
    somebody = await at_since(rasa)
    answer = await somebody.says("hello?", idle_hours=20)
    assert answer["text"] == (
        "Welcome back. We were filling in this form: Power outage report."
        "\n\nWhen did the power go out?"
    )
    answer = await somebody.says("hello?", idle_hours=11.9)
    assert "Welcome back" not in answer["text"]
    answer = await somebody.says("since 8 pm", idle_hours=40)
    assert answer["text"].startswith("Welcome back.")
    assert somebody.fields["since"] == "8 pm"
    answer = await somebody.says("how do I pay my bill?", idle_hours=40)
    assert answer["slug"] == "pay-my-bill"
    assert answer["text"].startswith("Welcome back.")


async def test_in_public_no_form_asks(rasa: RasaProcess) -> None:
    answer = await customer(rasa).says("the power is out at my house", private=False)
    assert (answer["act"], answer["slug"]) == ("answer", "report-outage")
    assert (answer["offers_form"], answer["state"], answer["text"]) == (True, None, None)
    answer = await customer(rasa).says("how do I pay my bill", private=False)
    assert answer["offers_form"] is False
    somebody = await at_since(rasa)
    before = somebody.state
    answer = await somebody.says("how do I pay my bill", private=False)
    assert (answer["state"], answer["text"], answer["form"]) == (before, None, None)


async def test_conversations_at_once_do_not_mix(rasa: RasaProcess) -> None:
    """All under one sender's name, which means nothing to Rasa."""
    streets = [f"{number} Oak St" for number in range(10, 18)]

    async def converse(street: str) -> dict[str, str]:
        somebody = customer(
            rasa, "es" if street.startswith("1") and "2" in street else "en", "same"
        )
        first = "no tengo luz" if somebody.language == "es" else "the power is out at my house"
        await somebody.says(first, "ok", street, "8 am")
        return somebody.fields

    fields = await asyncio.gather(*(converse(street) for street in streets))
    assert fields == [{"address": street, "since": "8 am"} for street in streets]


async def test_the_same_state_and_message_give_the_same_answer(rasa: RasaProcess) -> None:
    somebody = await at_since(rasa)
    state = somebody.state

    async def again(sender: str) -> dict[str, Any]:
        another = customer(rasa, sender=sender)
        another.state = state
        return await another.says("8 am")

    answers = [await again(sender) for sender in ("a", "b", "/restart", "x" * 500)]
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"form": "no-such-form"},
        {"ask": "confirmation"},
        {"slots": {"address": {"said": "x", "normal": None}}},
        {"tries": -3},
        {"last": "nothing"},
    ],
    ids=str,
)
async def test_a_changed_state_is_answered_as_none(
    rasa: RasaProcess, change: dict[str, Any]
) -> None:
    somebody = await at_since(rasa)
    somebody.state = somebody.state | change
    answer = await somebody.says("how do I pay my bill")
    assert (answer["act"], answer["slug"]) == ("answer", "pay-my-bill")
    assert (answer["state"], answer["form"], answer["text"]) == (None, None, None)


async def test_customers_braces_and_brackets_stay_what_they_are(rasa: RasaProcess) -> None:
    somebody = await at_since(rasa)
    answer = await somebody.says("{summary} since 8 {language} 0[x] %s", "house", "no", "no")
    assert "Out since: {summary} since 8 {language} 0[x] %s" in answer["text"]
    assert "Address: 12 Oak St" in answer["text"]
