"""What Rasa is told: topics, rules, and every form with its words in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.domain import CONFIRMATION, OFFER, Form, domain, forms, nlu, rules, sources
from kb.catalogue import Catalogue

INTENTS = [
    {"intent": "pay_my_bill", "slug": "pay-my-bill", "title": "Pay", "confidence": "M"},
    {"intent": "missed_pickup", "slug": "missed-pickup", "title": "Missed", "confidence": "none"},
]
ALL = [{"intent": form.kind.replace("-", "_"), "slug": form.kind} for form in forms()]
KINDS = {
    *("place", "when", "choice", "danger", "optional_phone", "day", "day_ahead", "day_past"),
    *("name", "contact", "citation", "words"),
}


def steps(intents: list[dict[str, Any]]) -> list[Any]:
    return [rule["steps"] for rule in rules(intents)["rules"]]


def test_every_topic_has_an_intent_a_rule_and_its_slug() -> None:
    made = domain(INTENTS)
    assert {"pay_my_bill", "missed_pickup"} <= set(made["intents"])
    assert made["responses"]["utter_topic__pay_my_bill"] == [
        {"custom": {"act": "answer", "slug": "pay-my-bill"}}
    ]
    assert [{"intent": "pay_my_bill"}, {"action": "utter_topic__pay_my_bill"}] in steps(INTENTS)
    assert [{"intent": "nlu_fallback"}, {"action": "utter_ask_back"}] in steps(INTENTS)


def test_only_the_forms_of_published_topics_are_there() -> None:
    assert list(domain(INTENTS)["forms"]) == ["missed_pickup_form"]
    assert domain(INTENTS[:1])["forms"] == {}
    assert len(domain(ALL)["forms"]) == 8


def test_a_form_begins_with_the_offer_and_ends_with_the_confirmation() -> None:
    for form in domain(ALL)["forms"].values():
        assert form["required_slots"][0] == OFFER
        assert form["required_slots"][-1] == CONFIRMATION


def test_every_form_belongs_to_an_article() -> None:
    assert {form.kind for form in forms()} <= {article.slug for article in Catalogue.load()}


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.kind)
def test_a_form_has_every_word_in_both_languages(form: Form) -> None:
    responses = domain(ALL)["responses"]
    assert {slot["kind"] for slot in form.slots} <= KINDS
    names = [f"utter_title_{form.name}", f"utter_done_{form.name}"]
    for slot in form.required:
        prefix = "words" if slot == CONFIRMATION else "ask"
        names += [f"utter_{each}_{form.name}_{slot}" for each in (prefix, "help", "label")]
    for name in names:
        english, spanish = responses[name]
        assert english["text"].strip()
        assert spanish["text"].strip()
        assert spanish["condition"] == [{"type": "slot", "name": "language", "value": "es"}]
        assert len(english.get("buttons", [])) == len(spanish.get("buttons", []))
        for variation in (english, spanish):
            # What stands in braces is filled in, and nothing but these is known everywhere.
            assert set(re.findall(r"{(\w+)}", variation["text"])) <= {"summary", "title"}


def test_the_model_depends_on_every_form_and_on_the_dialogue() -> None:
    names = {path.name for path in sources()}
    assert {f"{form.kind}.yml" for form in forms()} <= names
    assert {"domain.py", "common.yml", "reading.py", "value.py"} <= names


def test_a_slot_is_of_one_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Form("missed-pickup", {}, {}, {}, [{"name": "address", "kind": "name"}])
    usual = next(form for form in forms() if form.kind == "report-outage")
    monkeypatch.setattr("bot.domain.forms", lambda: (usual, odd))
    with pytest.raises(ValueError, match="address"):
        domain(ALL)


def test_rasa_learns_one_phrase_a_topic() -> None:
    intents = [{"intent": "a_b", "slug": "a-b"}, {"intent": "c", "slug": "c"}]
    phrases = [{"slug": "a-b", "text": "first: 'one'"}, {"slug": "a-b", "text": "second"}]
    assert nlu(intents, phrases)["nlu"] == [{"intent": "a_b", "examples": "- first: 'one'\n"}]
