"""Reading the answers to a service's questions, and showing them again.

They are kept as people read them: each under its attribute's description, with the names of
the values that were chosen. What nobody asked for is kept under its own code.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from channels.open311.answers import Refused, Value
from channels.open311.attributes import LISTS, Attribute, asked_by
from channels.open311.w3time import parse_w3

MAX_STRING = 200
MAX_TEXT = 4_000
_NUMBER = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?", re.ASCII)


def read_answers(
    service_code: str, given: Mapping[str, Sequence[str]]
) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """The answers as people read them, in the service's order, and the codes nobody asked for.

    Raises Refused with everything that is wrong at once.
    """
    asked = {one.code: one for one in asked_by(service_code) if one.variable}
    answers: dict[str, list[str]] = {}
    problems: list[str] = []
    for attribute in asked.values():
        values = tuple(dict.fromkeys(value.strip() for value in given.get(attribute.code, ())))
        wrong = _problem(attribute, values)
        if wrong is not None:
            problems.append(f"{attribute.description} (attribute[{attribute.code}]): {wrong}")
        elif values:
            answers[attribute.description] = _names(attribute, values)
    if problems:
        raise Refused(400, problems[0], more=problems[1:])
    unasked = tuple(code for code in given if code not in asked)
    for code in unasked:
        answers.setdefault(code, []).extend(given[code])
    return answers, unasked


def _problem(attribute: Attribute, values: tuple[str, ...]) -> str | None:
    """Why these are no answer, or None."""
    if not values:
        return "this is required and missing." if attribute.required else None
    if attribute.datatype != "multivaluelist" and len(values) > 1:
        return "only one value can be given."
    return next((wrong for one in values if (wrong := _wrong(attribute, one)) is not None), None)


def _wrong(attribute: Attribute, value: str) -> str | None:
    shown = repr(value[:60])
    if attribute.datatype in LISTS:
        keys = [one.key for one in attribute.values]
        return None if value in keys else f"{shown} is not one of {', '.join(keys)}."
    if attribute.datatype == "number":
        right = _NUMBER.fullmatch(value) is not None and math.isfinite(float(value))
        return None if right else f"{shown} is not a number."
    if attribute.datatype == "datetime":
        # It is shown as it was written, so one of the city's own time needs no zone.
        right = parse_w3(value, zone_required=False) is not None
        return None if right else f"{shown} is not a date and time such as 2026-11-23T08:00:00Z."
    if attribute.datatype == "string" and len(value.splitlines()) > 1:
        return "it has more than one line."
    limit = MAX_STRING if attribute.datatype == "string" else MAX_TEXT
    return f"it is longer than {limit:,} characters." if len(value) > limit else None


def _names(attribute: Attribute, values: Iterable[str]) -> list[str]:
    """The values' names in the list's own order; what is no list, as it is."""
    if attribute.datatype not in LISTS:
        return list(values)
    chosen = set(values)
    return [one.name for one in attribute.values if one.key in chosen]


def presented_answers(
    service_code: str, answers: Mapping[str, Sequence[str]]
) -> Sequence[Mapping[str, Value]]:
    """Answers as anybody may read them: by code and key again, without what is for staff."""
    asked = {one.description: one for one in asked_by(service_code)}
    rows: list[Mapping[str, Value]] = []
    for name, values in answers.items():
        attribute = asked.get(name)
        if attribute is None:
            rows.append({"code": name, "values": list(values)})
        elif attribute.public:
            keys = {one.name: one.key for one in attribute.values}
            rows.append(
                {"code": attribute.code, "values": [keys.get(value, value) for value in values]}
            )
    return rows
