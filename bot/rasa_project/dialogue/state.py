"""A form's state as the hub keeps it between two messages: small JSON with a version.

It comes back from outside, so it is believed only where it could have been written here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Dict, Mapping, Optional, Tuple

from dialogue.form import CHANGE, CONFIRMATION, Form, Slot
from dialogue.value import DAYS, LONGEST, SKIPPED, Value

VERSION = 1
MAX_DAYS = 5
MAX_TRIES = 2
"""How often a question is asked again with help before a person takes over."""


@dataclass
class Open:
    """An open form: `ask` is the slot that was asked for, `last` the one filled before it.

    `days` are those that the customer was asked to choose from, and `tries` counts how often the
    open question was answered with what cannot be.
    """

    form: Form
    ask: str
    values: Dict[str, Value] = field(default_factory=dict)
    tries: int = 0
    last: Optional[str] = None
    days: Tuple[date, ...] = ()

    @property
    def slot(self) -> Optional[Slot]:
        """The slot that was asked for; None while it is asked what to change."""
        return self.form.slots.get(self.ask)

    def as_json(self) -> Dict[str, Any]:
        return {
            "v": VERSION,
            "form": self.form.slug,
            "ask": self.ask,
            "slots": {name: value.as_json() for name, value in self.values.items()},
            "tries": self.tries,
            "last": self.last,
            "days": [day.isoformat() for day in self.days],
        }


def read_state(given: Any, forms: Mapping[str, Form]) -> Optional[Open]:
    """The open form that `given` describes; None where it is not one of ours, or changed."""
    if not isinstance(given, dict) or given.get("v") != VERSION or isinstance(given["v"], bool):
        return None
    slug, ask, slots = given.get("form"), given.get("ask"), given.get("slots")
    tries, last = given.get("tries"), given.get("last")
    form = forms.get(slug) if isinstance(slug, str) else None
    if form is None or not isinstance(slots, dict) or set(slots) - set(form.slots):
        return None
    if type(tries) is not int or not 0 <= tries <= MAX_TRIES:
        return None
    if last is not None and (not isinstance(last, str) or last not in slots):
        return None
    values: Dict[str, Value] = {}
    for name in form.slots:
        if name in slots:
            value = _value(form.slots[name], slots[name])
            if value is None:
                return None
            values[name] = value
    days = _days(given.get("days"))
    if days is None:
        return None
    wanted = form.next_slot(values)
    if wanted is None or ask not in ((CHANGE, wanted) if wanted == CONFIRMATION else (wanted,)):
        return None
    return Open(form, ask, values, tries, last, days)


def _days(given: Any) -> Optional[Tuple[date, ...]]:
    if not isinstance(given, list) or len(given) > MAX_DAYS:
        return None
    days = [_iso(each) for each in given]
    return None if None in days else tuple(day for day in days if day is not None)


def _iso(given: Any) -> Optional[date]:
    """Only as `isoformat` writes it."""
    try:
        day = date.fromisoformat(given)
    except (TypeError, ValueError):
        return None
    return day if day.isoformat() == given else None


def _value(slot: Slot, given: Any) -> Optional[Value]:
    if not isinstance(given, dict) or set(given) != {"said", "normal"}:
        return None
    said, normal = given["said"], given["normal"]
    if not isinstance(said, str) or len(said) > LONGEST:
        return None
    if normal is not None and not _is_normal(slot, normal):
        return None
    if normal is None and (not said or slot.kind in ("choice", "consent")):
        return None
    return Value(said, normal)


def _is_normal(slot: Slot, normal: Any) -> bool:
    if not isinstance(normal, str) or not 0 < len(normal) <= 120:
        return False
    if slot.kind in ("choice", "danger", "consent"):
        return normal in [choice.value for choice in slot.choices]
    if slot.kind in DAYS:
        return _iso(normal) is not None
    if slot.kind == "optional_phone":
        return normal == SKIPPED or "\n" not in normal
    return slot.kind in ("contact", "citation") and "\n" not in normal
