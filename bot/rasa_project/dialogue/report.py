"""What a form has collected, for the people who work on it and for the customer."""

from __future__ import annotations

from datetime import date
from typing import Any, Dict, Mapping, Optional

from dialogue.day import spelled
from dialogue.form import Form, Slot
from dialogue.value import DAYS, SKIPPED, Value
from dialogue.wording import clean, plain


def report(form: Form, values: Mapping[str, Value], complete: bool) -> Dict[str, Any]:
    """For people: English labels, the customer's words, and what is sure beside them."""
    return {
        "kind": form.slug,
        "title": form.titles["en"],
        "fields": [
            {"name": slot.name, "label": slot.labels["en"], "value": _for_staff(slot, value)}
            for slot in form.facts
            if (value := _given(values.get(slot.name))) is not None
        ],
        "complete": complete,
    }


def summary(form: Form, values: Mapping[str, Value], language: str) -> str:
    """For the customer, a line a fact."""
    lines = []
    for slot in form.facts:
        value = _given(values.get(slot.name))
        if value is not None:
            label = slot.labels.get(language) or slot.labels["en"]
            lines.append(f"{label}: {_for_customer(slot, value, language)}")
    return "\n".join(lines)


def _given(value: Optional[Value]) -> Optional[Value]:
    return None if value is None or value.normal == SKIPPED else value


def _for_staff(slot: Slot, value: Value) -> str:
    if value.normal is None:
        return value.said
    if slot.choices and slot.kind != "optional_phone":
        return _with_words(slot, value, "en")
    if slot.kind in DAYS and plain(value.said) != value.normal:
        return f"{value.normal} ({value.said})"
    return value.normal


def _for_customer(slot: Slot, value: Value, language: str) -> str:
    if value.normal is None:
        return value.said
    if slot.kind in DAYS:
        return spelled(date.fromisoformat(value.normal), language)
    if slot.choices and slot.kind != "optional_phone":
        return _with_words(slot, value, language)
    return value.normal


def _with_words(slot: Slot, value: Value, language: str) -> str:
    """The choice's title, and the customer's own words where they say more."""
    choice = next((each for each in slot.choices if each.value == value.normal), None)
    if choice is None:
        return value.said
    title = choice.title(language)
    bare = {
        choice.value,
        *(plain(each) for _, each in choice.titles),
        *choice.words,
        *choice.answers,
    }
    more = plain(value.said) not in bare and len(clean(value.said).split()) > 1
    return f"{title} (“{value.said}”)" if more else title
