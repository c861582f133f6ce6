"""What a message means while a form is open: a value, a command, a correction, or an aside."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.domain import domain, forms
from tests.bot.rasa_modules import dialogue

reading, state, value = dialogue("reading"), dialogue("state"), dialogue("value")
TODAY = date(2026, 11, 23)
FORMS = dialogue("form").forms_of(
    domain([{"intent": form.kind.replace("-", "_"), "slug": form.kind} for form in forms()])
)
GIVEN = {
    "offer": ("yes", "yes"),
    "address": ("12 Oak St", None),
    "old_address": ("12 Oak St", None),
    "new_address": ("99 Pine Ave", None),
    "since": ("8 am", None),
    "extent": ("whole house", "house"),
    "danger": ("no", "no"),
    "phone": ("no", "none"),
    "start_date": ("Friday", "2026-11-27"),
    "stop_date": ("Friday", "2026-11-27"),
    "name": ("Jo Li", None),
    "contact": ("jo@example.org", "jo@example.org"),
    "waste": ("trash", "garbage"),
    "pickup_day": ("yesterday", "2026-11-22"),
    "citation": ("AB12345", "AB12345"),
    "reason": ("The meter was broken", None),
}


def opened(kind: str, ask: str) -> Any:
    """The form at its question `ask`, with all that was asked for before it."""
    form = FORMS[kind]
    names = list(form.slots)
    before = names[: names.index("confirmation" if ask == "change" else ask)]
    values = {name: value.Value(*GIVEN[name]) for name in before}
    last = before[-1] if before and before[-1] != "offer" else None
    return state.Open(form, ask, values, 0, last)


def hear(text: str, topic: str | None = None, **more: Any) -> Any:
    usual = {"out_of_scope": False, "today": TODAY, "private": True, "idle": False}
    return reading.Heard(text=text, topic=topic, **(usual | more))


def read(text: str, kind: str, ask: str, topic: str | None = None, **more: Any) -> Any:
    return reading.read_message(hear(text, topic, **more), FORMS, opened(kind, ask))


def values(read: Any) -> dict[str, str]:
    return {slot: text for _, slot, text in read.values}


@pytest.mark.parametrize(
    "text",
    [
        *("never mind", "Cancel", "cancel this please", "forget it", "stop", "Nevermind, thanks"),
        *("actually forget it", "Actually, never mind", "mejor olvídalo"),
        *("never mind, it came back on", "olvídalo", "Olvídelo, gracias", "cancelar", "ya no"),
        *("no importa", "déjelo así", "I changed my mind"),
    ],
)
@pytest.mark.parametrize("ask", ["offer", "address", "danger", "phone", "confirmation"])
def test_a_form_is_given_up(text: str, ask: str) -> None:
    assert read(text, "report-outage", ask).intent == "form__cancel"


@pytest.mark.parametrize(
    ("text", "kind", "ask"),
    [
        ("please cancel my service on Friday", "stop-service", "stop_date"),
        ("I stopped at the meter and it was broken", "parking-ticket-contest", "reason"),
        ("stop sign was missing at the corner", "parking-ticket-contest", "reason"),
        ("15 Cancel Creek Rd", "report-outage", "address"),
    ],
)
def test_a_value_is_not_taken_for_giving_up(text: str, kind: str, ask: str) -> None:
    assert read(text, kind, ask).intent == "form__inform"


@pytest.mark.parametrize(
    "text",
    [
        *("I want to talk to a person", "human please", "let me speak with someone", "agent"),
        *("quiero hablar con una persona", "páseme con un agente", "I need a real person"),
    ],
)
@pytest.mark.parametrize("ask", ["offer", "address", "confirmation"])
def test_a_person_is_asked_for(text: str, ask: str) -> None:
    assert read(text, "report-outage", ask).intent == "form__person"


def test_an_emergency_is_no_value() -> None:
    got = read("gas smell", "report-outage", "since", "gas-leak", emergency="gas-leak")
    assert (got.intent, got.aside) == ("form__aside", "gas-leak")
    danger = read("yes, sparks", "report-outage", "danger", "gas-leak", emergency="gas-leak")
    assert values(danger) == {"danger": "yes, sparks"}


def test_a_person_in_a_reason_is_part_of_it() -> None:
    told = "I did talk to a person at the booth and she said that parking there was fine all day"
    assert read(told, "parking-ticket-contest", "reason").intent == "form__inform"


@pytest.mark.parametrize(
    ("text", "kind", "ask", "slot", "kept"),
    [
        ("no, I meant 14 Oak St", "report-outage", "since", "address", "14 Oak St"),
        ("No wait, 14 Oak St", "report-outage", "danger", "address", "14 Oak St"),
        ("sorry, it's 14 Oak St", "report-outage", "phone", "address", "14 Oak St"),
        ("actually, make that 14 Oak St", "report-outage", "since", "address", "14 Oak St"),
        ("perdón, es calle Roble 14", "report-outage", "since", "address", "calle Roble 14"),
        ("me equivoqué, quise decir calle Roble 14", *("report-outage", "extent", "address"), None),
        ("wait, it was Tuesday", "missed-pickup", "confirmation", "pickup_day", "Tuesday"),
        ("no, el martes", "missed-pickup", "confirmation", "pickup_day", "el martes"),
        ("change the address to 14 Oak St", "report-outage", "phone", "address", "14 Oak St"),
        ("the name is Mary Smith", "start-service", "confirmation", "name", "Mary Smith"),
        ("No, the address should be 14 Oak St", "report-outage", "phone", "address", "14 Oak St"),
        ("la dirección es calle Roble 14", "report-outage", "phone", "address", "calle Roble 14"),
        ("14 Oak St", "report-outage", "confirmation", "address", "14 Oak St"),
        ("850 555 0144", "start-service", "change", "contact", "850 555 0144"),
        ("no, 14 Oak St", "report-outage", "since", "address", "14 Oak St"),
        ("sorry, 100 Elm St", "move-service", "name", "new_address", "100 Elm St"),
        ("change the old address to 7 Elm St", "move-service", "name", "old_address", "7 Elm St"),
        ("I meant Mary Poppins", "start-service", "contact", "name", "Mary Poppins"),
    ],
)
def test_a_correction_with_its_value(
    text: str, kind: str, ask: str, slot: str, kept: str | None
) -> None:
    got = read(text, kind, ask)
    assert got.intent == "form__inform"
    assert values(got) == {slot: kept or "calle Roble 14"}


@pytest.mark.parametrize(
    ("text", "kind", "ask", "slot"),
    [
        ("change the address", "report-outage", "danger", "address"),
        ("the address is wrong", "report-outage", "confirmation", "address"),
        ("wrong address", "report-outage", "confirmation", "address"),
        ("No, the address", "report-outage", "confirmation", "address"),
        ("Address", "report-outage", "change", "address"),
        ("Dirección", "report-outage", "change", "address"),
        ("la fecha", "start-service", "change", "start_date"),
        ("quiero cambiar la fecha", "start-service", "confirmation", "start_date"),
        ("the phone number please", "start-service", "change", "contact"),
        ("oops", "report-outage", "since", "address"),
        ("I made a mistake", "report-outage", "extent", "since"),
    ],
)
def test_a_correction_without_its_value_asks_for_it(
    text: str, kind: str, ask: str, slot: str
) -> None:
    got = read(text, kind, ask)
    assert (got.intent, got.clear) == ("form__correct", (slot,))


@pytest.mark.parametrize(
    ("text", "ask", "answer"),
    [
        ("yes", "confirmation", "yes"),
        ("Sí, enviar", "confirmation", "yes"),
        ("yes that's correct", "confirmation", "yes"),
        ("no", "confirmation", "no"),
        ("Change something", "confirmation", "no"),
        ("no, something is off", "confirmation", "no"),
    ],
)
def test_the_summary_is_confirmed_or_not(text: str, ask: str, answer: str) -> None:
    assert values(read(text, "report-outage", ask)) == {"confirmation": answer}


def test_yes_but_with_a_mistake_is_a_correction() -> None:
    got = read("yes but the address is wrong", "report-outage", "confirmation")
    assert (got.intent, got.clear) == ("form__correct", ("address",))


@pytest.mark.parametrize(
    ("text", "kind", "ask", "topic"),
    [
        ("how do I pay my bill?", "report-outage", "address", "pay-my-bill"),
        ("when is my garbage collected?", "report-outage", "since", "garbage-day"),
        ("what time does the office open", "start-service", "contact", "office-and-hours"),
        ("¿cuándo pasa la basura?", "start-service", "name", "garbage-day"),
        ("I want to pay my bill", "report-outage", "address", "pay-my-bill"),
        ("where do I pay the ticket?", "parking-ticket-contest", "reason", "parking-ticket-pay"),
        ("I want to pay my bill", "start-service", "name", "pay-my-bill"),
        ("thanks", "report-outage", "since", "thanks"),
        ("hello", "report-outage", "address", "greeting"),
    ],
)
def test_another_topic_is_an_aside(text: str, kind: str, ask: str, topic: str) -> None:
    got = read(text, kind, ask, topic)
    assert (got.intent, got.aside, got.within) == ("form__aside", topic, True)


@pytest.mark.parametrize(
    ("text", "kind", "ask", "topic"),
    [
        ("12 Oak St", "report-outage", "address", "streetlight-out"),
        ("about an hour ago?", "report-outage", "since", None),
        ("yesterday", "missed-pickup", "pickup_day", "holiday-collection"),
        ("trash", "missed-pickup", "waste", "garbage-day"),
        (
            "I paid at the kiosk and have the receipt",
            "parking-ticket-contest",
            "reason",
            "pay-my-bill",
        ),
        ("my power is still out!!", "report-outage", "address", "report-outage"),
        ("here", "report-outage", "address", "office-and-hours"),
        ("over there", "report-outage", "address", "greeting"),
        ("Grace Bills", "start-service", "name", "pay-my-bill"),
        ("yes there is a wire down", "report-outage", "danger", "downed-power-line"),
    ],
)
def test_a_value_stays_a_value_whatever_it_looks_like(
    text: str, kind: str, ask: str, topic: str | None
) -> None:
    got = read(text, kind, ask, topic)
    assert got.intent == "form__inform"
    assert ask in values(got)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", {"offer": "yes"}),
        ("Sí, por favor", {"offer": "yes"}),
        ("yes, 12 Oak St", {"offer": "yes", "address": "12 Oak St"}),
        ("12 Oak St", {"offer": "yes", "address": "12 Oak St"}),
        ("1", {"offer": "yes"}),
        ("no thanks", {"offer": "no"}),
        ("No, gracias", {"offer": "no"}),
        ("no, I already called", {"offer": "no"}),
    ],
)
def test_the_offer_is_taken_or_not(text: str, expected: dict[str, str]) -> None:
    assert values(read(text, "report-outage", "offer")) == expected


def test_another_topic_instead_of_an_answer_to_the_offer_is_followed() -> None:
    got = read("how do I pay my bill?", "report-outage", "offer", "pay-my-bill")
    assert (got.intent, got.within) == ("pay_my_bill", False)
    got = read("you missed my trash", "report-outage", "offer", "missed-pickup")
    assert (got.intent, got.within) == ("form__begin__missed_pickup", False)


def test_what_the_first_message_says_is_not_asked_again() -> None:
    heard = hear("you missed my recycling at 12 Oak St on Friday", "missed-pickup")
    got = reading.read_message(heard, FORMS, None)
    assert got.intent == "form__begin__missed_pickup"
    assert values(got) == {"address": "12 Oak St", "waste": "recycling", "pickup_day": "2026-11-20"}


def test_two_addresses_are_left_to_the_questions() -> None:
    heard = hear("move my service from 12 Oak St to 99 Pine Ave", "move-service")
    assert values(reading.read_message(heard, FORMS, None)) == {}


def test_more_than_was_asked_is_taken_too() -> None:
    got = read("12 Oak St, since 8 this morning", "report-outage", "address")
    assert values(got) == {"address": "12 Oak St", "since": "since 8 this morning"}


def test_in_public_a_form_neither_begins_nor_goes_on() -> None:
    got = reading.read_message(hear("my power is out", "report-outage", private=False), FORMS, None)
    assert (got.intent, got.within) == ("report_outage", False)
    got = read("12 Oak St", "report-outage", "address", private=False)
    assert (got.intent, got.within) == ("nlu_fallback", False)


@pytest.mark.parametrize(
    ("text", "topic", "intent"),
    [
        ("hello?", "greeting", "form__resume"),
        ("are you there", None, "form__resume"),
        ("12 Oak St", None, "form__inform"),
        ("never mind", None, "form__cancel"),
        ("I want a person", None, "form__person"),
        ("how do I pay my bill?", "pay-my-bill", "form__aside"),
    ],
)
def test_after_a_day(text: str, topic: str | None, intent: str) -> None:
    assert read(text, "report-outage", "address", topic, idle=True).intent == intent


def test_without_a_form_it_is_the_topic() -> None:
    def alone(**more: Any) -> str:
        return str(reading.read_message(hear("x", **more), FORMS, None).intent)

    assert alone(topic="pay-my-bill") == "pay_my_bill"
    assert alone() == "nlu_fallback"
    assert alone(out_of_scope=True) == "form__out_of_scope"


@pytest.mark.parametrize(
    ("parsed", "topic"),
    [
        ({}, None),
        ({"intent": None}, None),
        ({"intent": {"name": "nlu_fallback", "confidence": 0.9}}, None),
        ({"intent": {"name": "pay_my_bill", "confidence": 0.5}}, "pay-my-bill"),
        (
            {
                "intent": {"name": "pay_my_bill", "confidence": 0.5},
                "thresholds": {"answer": 0.6, "ask": 0.2},
            },
            None,
        ),
        ({"intent": {"name": "pay_my_bill", "confidence": 0.5}, "out_of_scope": True}, None),
    ],
)
def test_a_topic_is_sure_above_the_models_threshold(
    parsed: dict[str, Any], topic: str | None
) -> None:
    assert reading.sure_topic(parsed) == topic


@pytest.mark.parametrize("kind", sorted(FORMS))
def test_what_is_kept_is_read_again(kind: str) -> None:
    for ask in (*FORMS[kind].slots, "change"):
        if ask in GIVEN or ask in ("confirmation", "change"):
            names = [name for name in FORMS[kind].slots if name not in GIVEN]
            if set(names) <= {"confirmation"}:
                kept = opened(kind, ask)
                assert state.read_state(kept.as_json(), FORMS) == kept


def tampered() -> list[Any]:
    good = opened("report-outage", "since").as_json()
    address = {"said": "12 Oak St", "normal": None}
    slots = good["slots"]
    return [
        {},
        {"v": 1},
        good | {"v": 2},
        good | {"v": True},
        good | {"v": "1"},
        good | {"form": "unknown"},
        good | {"form": ["report-outage"]},
        good | {"ask": "address"},
        good | {"ask": "confirmation"},
        good | {"ask": "change"},
        good | {"ask": None},
        good | {"ask": ["since"]},
        good | {"tries": -1},
        good | {"tries": 99},
        good | {"tries": True},
        good | {"tries": 1.5},
        good | {"last": "since"},
        good | {"last": 7},
        good | {"days": None},
        good | {"days": ["soon"]},
        good | {"days": ["2026-11-27"] * 9},
        good | {"days": [{}]},
        good | {"slots": []},
        good | {"slots": slots | {"address": None}},
        good | {"slots": slots | {"address": "12 Oak St"}},
        good | {"slots": slots | {"address": {**address, "more": 1}}},
        good | {"slots": slots | {"address": {"said": "x" * 5000, "normal": None}}},
        good | {"slots": slots | {"address": {"said": "12 Oak St", "normal": "elsewhere"}}},
        good | {"slots": slots | {"address": {"said": 12, "normal": None}}},
        good | {"slots": slots | {"address": {"said": "", "normal": None}}},
        good | {"slots": slots | {"offer": {"said": "yes", "normal": "perhaps"}}},
        good | {"slots": slots | {"language": {"said": "es", "normal": None}}},
        good | {"slots": slots | {"requested_slot": {"said": "x", "normal": None}}},
    ]


@pytest.mark.parametrize("given", tampered(), ids=lambda given: str(given)[:60])
def test_a_changed_state_is_dropped(given: Any) -> None:
    assert state.read_state(given, FORMS) is None


def test_a_state_of_no_form_we_have_is_dropped() -> None:
    kept = opened("report-outage", "since").as_json()
    assert state.read_state(kept, {}) is None
    assert state.read_state(None, FORMS) is None
