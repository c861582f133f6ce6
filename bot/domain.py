"""Rasa's domain and rules: the topics of the articles, and the forms with all their words.

The forms are files, `rasa_project/forms/*.yml`: what is asked, of what kind, and each sentence in
English and Spanish. A trained model carries all of it in its domain, so that the running server
needs no more than the model, and an older one still asks its own questions.

How a form's file becomes Rasa's domain:

- a form `<intent>_form` with its slots; the offer stands before them and the confirmation after;
- an entity for each kind of value, whose roles are the slots of that kind;
- responses `utter_ask_<form>_<slot>`, `utter_help_…`, `utter_label_…`, each with a variation for
  Spanish under the condition that the slot `language` is `es`; choices are buttons.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.environment import PROJECT

FORMS = PROJECT / "forms"
COMMON = FORMS / "common.yml"

OFFER, CHANGE, CONFIRMATION = "offer", "change", "confirmation"
"""The slots that every form has besides its own."""

SAID = ("cancel", "person", "aside", "correct", "resume")
"""What a customer may do in a form besides answering: intents `form__<what>`. No article's intent
has two underscores in a row, so that these are nobody's topic."""

INFORM = "form__inform"
OUT_OF_SCOPE = "form__out_of_scope"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """A form's file: `kind` is the slug of the article that offers it."""

    kind: str
    title: Mapping[str, str]
    offer: Mapping[str, str]
    done: Mapping[str, str]
    slots: Sequence[Json]

    @property
    def name(self) -> str:
        return f"{self.kind.replace('-', '_')}_form"

    @property
    def required(self) -> list[str]:
        return [OFFER, *(slot["name"] for slot in self.slots), CONFIRMATION]


@lru_cache(maxsize=1)
def forms() -> tuple[Form, ...]:
    """Every form of the project, by slug."""
    paths = sorted(path for path in FORMS.glob("*.yml") if path != COMMON)
    return tuple(Form(**_read(path)) for path in paths)


@lru_cache(maxsize=1)
def common() -> Json:
    """What all forms say alike."""
    return _read(COMMON)


def sources() -> tuple[Path, ...]:
    """The files that decide what `domain` and `rules` give: a model depends on them."""
    dialogue = PROJECT / "dialogue"
    return (Path(__file__), *sorted(FORMS.glob("*.yml")), *sorted(dialogue.glob("*.py")))


def domain(intents: Sequence[Json]) -> Json:
    """Rasa's domain: one intent and one utterance a topic, and the forms of these topics.

    A topic's utterance carries the slug, not the words: those are the article's and the hub looks
    them up, so that an edited sentence needs no training.
    """
    offered = _offered(intents)
    kinds = _roles(offered)
    slots = {role: _slot() for roles in kinds.values() for role in roles}
    slots |= {"language": _slot("text"), "private": _slot("bool"), "idle": _slot("bool")}
    slots |= {name: _slot() for name in ("today", "tries", "last", "days", "outcome", "aside")}
    return {
        "version": "3.1",
        "intents": [
            *(entry["intent"] for entry in intents),
            *(f"form__{what}" for what in SAID),
            INFORM,
            OUT_OF_SCOPE,
            *(f"form__begin__{form.kind.replace('-', '_')}" for form in offered),
        ],
        "entities": [{kind: {"roles": roles}} for kind, roles in sorted(kinds.items())],
        "slots": slots,
        "forms": {form.name: {"required_slots": form.required} for form in offered},
        "actions": [
            "action_end_form",
            "action_resume",
            "action_ask_change",
            "action_ask_confirmation",
            *(f"validate_{form.name}" for form in offered),
        ],
        "responses": dict(_responses(intents, offered)),
        "session_config": {"session_expiration_time": 0, "carry_over_slots_to_new_session": False},
    }


def rules(intents: Sequence[Json]) -> Json:
    """One rule a topic, those of what is no topic, and each form's beginning, breaks and end."""
    made = [_rule(entry["intent"], topic_response(entry["intent"])) for entry in intents]
    made.append(_rule("nlu_fallback", "utter_ask_back"))
    made.append(_rule(OUT_OF_SCOPE, "utter_out_of_scope"))
    for form in _offered(intents):
        made += _form_rules(form)
    return {"version": "3.1", "rules": made}


def nlu(intents: Sequence[Json], phrases: Sequence[Json]) -> Json:
    """Rasa's training data: one phrase a topic, which is all that Rasa needs.

    Our classifier reads every phrase from a file of its own; of thousands in here Rasa would take
    half of a training's time to make its own copies.
    """
    first: dict[str, str] = {}
    for phrase in phrases:
        first.setdefault(phrase["slug"], phrase["text"])
    return {
        "version": "3.1",
        "nlu": [
            {"intent": entry["intent"], "examples": f"- {first[entry['slug']]}\n"}
            for entry in intents
            if entry["slug"] in first
        ],
    }


def topic_response(intent: str) -> str:
    return f"utter_topic__{intent}"


def _offered(intents: Sequence[Json]) -> tuple[Form, ...]:
    """The forms whose article is published."""
    slugs = {entry["slug"] for entry in intents}
    return tuple(form for form in forms() if form.kind in slugs)


def _roles(offered: Sequence[Form]) -> dict[str, list[str]]:
    """Which slots there are of each kind. Forms share a slot's name only with its kind."""
    kinds: dict[str, str] = {OFFER: "consent", CONFIRMATION: "consent", CHANGE: "field"}
    for form in offered:
        for slot in form.slots:
            if kinds.setdefault(slot["name"], slot["kind"]) != slot["kind"]:
                raise ValueError(f"{form.kind}: slot {slot['name']} is of another kind elsewhere")
    roles: dict[str, list[str]] = {}
    for name, kind in sorted(kinds.items()):
        roles.setdefault(kind, []).append(name)
    return roles


def _slot(of: str = "any") -> Json:
    """Values come from the form's validation, and no rule looks at them."""
    return {"type": of, "influence_conversation": False, "mappings": [{"type": "custom"}]}


def _rule(intent: str, action: str) -> Json:
    return {"rule": intent, "steps": [{"intent": intent}, {"action": action}]}


def _form_rules(form: Form) -> Iterator[Json]:
    name, within = form.name, [{"active_loop": form.name}]
    begin: list[Json] = [
        {"intent": f"form__begin__{form.kind.replace('-', '_')}"},
        {"action": name},
        {"active_loop": name},
    ]
    yield {"rule": f"{name} begins", "steps": begin}
    yield {
        "rule": f"{name} ends",
        "condition": within,
        "steps": [
            {"action": name},
            {"active_loop": None},
            {"slot_was_set": [{"requested_slot": None}]},
            {"action": "action_end_form"},
        ],
    }
    for what in ("cancel", "person"):
        yield {
            "rule": f"{name} is left: {what}",
            "condition": within,
            "steps": [
                {"intent": f"form__{what}"},
                {"action": "action_deactivate_loop"},
                {"active_loop": None},
                {"action": f"utter_form__{what}"},
            ],
        }
    for what, action in (
        ("aside", "utter_form__aside"),
        ("correct", "utter_form__corrected"),
        ("resume", "action_resume"),
    ):
        yield {
            "rule": f"{name} goes on: {what}",
            "condition": within,
            "steps": [
                {"intent": f"form__{what}"},
                {"action": action},
                {"action": name},
                {"active_loop": name},
            ],
        }


def _responses(intents: Sequence[Json], offered: Sequence[Form]) -> Iterator[tuple[str, Any]]:
    for entry in intents:
        answer = {"act": "answer", "slug": entry["slug"]}
        yield topic_response(entry["intent"]), [{"custom": answer}]
    yield "utter_ask_back", [{"custom": {"act": "ask_back"}}]
    yield "utter_out_of_scope", [{"custom": {"act": "out_of_scope"}}]
    yield "utter_form__aside", [{"custom": {"act": "answer", "slug": "{aside}"}}]
    yield "utter_form__person", [{"custom": {"act": "answer", "slug": "talk-to-a-person"}}]
    words = common()
    for name, said in words["responses"].items():
        yield f"utter_form__{name}", _said(said)
    left = {"act": "form_left"}
    yield "utter_form__cancel", _said(words["responses"]["cancelled"], custom=left)
    for name, said in words["problems"].items():
        yield f"utter_problem__{name}", _said(said)
    for form in offered:
        yield f"utter_title_{form.name}", _said(form.title, custom={"kind": form.kind})
        yield f"utter_done_{form.name}", _said(form.done)
        offer = {"ask": form.offer, "help": words["offer_help"], "choices": words["offer_choices"]}
        yield from _question(form, {"name": OFFER, "label": form.title, **offer})
        for name in (CHANGE, CONFIRMATION):
            yield from _question(form, {"name": name, **words[name]})
        for slot in form.slots:
            yield from _question(form, slot)


def _question(form: Form, slot: Json) -> Iterator[tuple[str, Any]]:
    place, choices = f"{form.name}_{slot['name']}", slot.get("choices", ())
    words = {
        key: {choice["value"]: choice.get(key, []) for choice in choices}
        for key in ("words", "answers")
    }
    # What the confirmation and a change ask for is put together by an action.
    prefix = "ask" if slot["name"] not in (CHANGE, CONFIRMATION) else "words"
    yield f"utter_{prefix}_{place}", _said(slot["ask"], choices, metadata=words)
    yield f"utter_help_{place}", _said(slot["help"], choices)
    yield f"utter_label_{place}", _said(slot["label"], metadata={"words": slot.get("words", [])})


def _said(said: Mapping[str, str], choices: Sequence[Json] = (), **more: Any) -> list[Json]:
    """English, and Spanish under the condition that this is the customer's language."""
    variations = []
    for language in ("en", "es"):
        variation: Json = {"text": said[language], **more}
        if choices:
            variation["buttons"] = [
                {"title": choice[language], "payload": choice["value"]} for choice in choices
            ]
        if language != "en":
            variation["condition"] = [{"type": "slot", "name": "language", "value": language}]
        variations.append(variation)
    return variations


def _read(path: Path) -> Json:
    read: Json = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read
