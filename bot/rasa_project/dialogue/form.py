"""The forms of a model, read from its domain (bot/domain.py wrote it)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from dialogue.value import Choice
from dialogue.wording import plain

OFFER, CHANGE, CONFIRMATION = "offer", "change", "confirmation"
LANGUAGES = ("en", "es")

Responses = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Slot:
    """A fact to be asked for: `words` (plain) are what customers call it."""

    name: str
    kind: str
    labels: Mapping[str, str]
    words: Tuple[str, ...]
    choices: Tuple[Choice, ...]


@dataclass(frozen=True)
class Form:
    """`slug` is the article that offers it, `name` Rasa's name of the form."""

    slug: str
    name: str
    titles: Mapping[str, str]
    confirm: Mapping[str, str]
    change: Mapping[str, str]
    slots: Mapping[str, Slot]
    """All in the order in which they are asked for, offer and confirmation among them."""

    @property
    def facts(self) -> List[Slot]:
        """What is asked for between the offer and the confirmation."""
        return [slot for slot in self.slots.values() if slot.kind not in ("consent", "field")]

    def next_slot(self, filled: Mapping[str, Any]) -> Optional[str]:
        return next((name for name in self.slots if filled.get(name) is None), None)


def forms_of(domain: Mapping[str, Any]) -> Dict[str, Form]:
    """By slug. `domain` is Rasa's, as a dictionary with `forms`, `entities` and `responses`."""
    responses: Responses = domain["responses"]
    kinds = {
        role: kind
        for entity in domain["entities"]
        if isinstance(entity, Mapping)
        for kind, more in entity.items()
        for role in more.get("roles", ())
    }
    made = (
        _form(name, described["required_slots"], kinds, responses)
        for name, described in domain["forms"].items()
    )
    return {form.slug: form for form in made}


def _form(
    name: str, required: Sequence[str], kinds: Mapping[str, str], responses: Responses
) -> Form:
    title = responses[f"utter_title_{name}"]
    return Form(
        slug=title[0]["custom"]["kind"],
        name=name,
        titles=texts(title),
        confirm=texts(responses[f"utter_words_{name}_{CONFIRMATION}"]),
        change=texts(responses[f"utter_words_{name}_{CHANGE}"]),
        slots={slot: _slot(f"{name}_{slot}", slot, kinds[slot], responses) for slot in required},
    )


def _slot(place: str, name: str, kind: str, responses: Responses) -> Slot:
    asked = responses.get(f"utter_ask_{place}") or responses[f"utter_words_{place}"]
    label = responses[f"utter_label_{place}"]
    return Slot(
        name=name,
        kind=kind,
        labels=texts(label),
        words=tuple(plain(word) for word in label[0]["metadata"]["words"]),
        choices=_choices(asked),
    )


def _choices(asked: Sequence[Mapping[str, Any]]) -> Tuple[Choice, ...]:
    metadata = asked[0].get("metadata", {})
    words, answers = metadata.get("words", {}), metadata.get("answers", {})
    titles: Dict[str, List[Tuple[str, str]]] = {}
    for language, variation in zip(LANGUAGES, asked, strict=False):
        for button in variation.get("buttons", ()):
            titles.setdefault(button["payload"], []).append((language, button["title"]))
    return tuple(
        Choice(
            value,
            tuple(named),
            tuple(plain(word) for word in words.get(value, ())),
            tuple(plain(word) for word in answers.get(value, ())),
        )
        for value, named in titles.items()
    )


def texts(variations: Sequence[Mapping[str, Any]]) -> Dict[str, str]:
    """By language: English stands first, the others under their condition."""
    made = {LANGUAGES[0]: str(variations[0]["text"])}
    for variation in variations[1:]:
        for condition in variation.get("condition", ()):
            made[str(condition["value"])] = str(variation["text"])
    return made
