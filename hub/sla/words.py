"""A timeline's entries in words, for people who ask why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_STATUS = {
    "bot": "with the bot",
    "open": "open",
    "pending_customer": "waiting for the customer",
    "snoozed": "snoozed",
    "resolved": "resolved",
}


def words_of(row: Mapping[str, Any], units: Mapping[str, str]) -> str:
    """`units` gives their names by slug."""
    detail = row["detail"] or {}
    match row["kind"]:
        case "created":
            return f"The inquiry came in: {_facts(detail['facts'], units)}"
        case "customer":
            return "The customer wrote"
        case "reply":
            return "A person's answer was accepted by the channel"
        case "bot":
            return "The bot wrote, which is no answer by a person"
        case "status":
            reason = f" ({detail['reason'].replace('_', ' ')})" if detail["reason"] else ""
            return f"Now {_STATUS[detail['status']]}{reason}"
        case "classified":
            return f"Now counted as: {_facts(detail['facts'], units)}"
        case _:
            return f"Version {detail['version']} of the rules governs from here"


def _facts(facts: Mapping[str, Any], units: Mapping[str, str]) -> str:
    parts = [units.get(facts["unit"], facts["unit"]), f"{facts['priority']} priority"]
    if facts["topic"]:
        parts.append(facts["topic"])
    parts.append(facts["visibility"])
    if facts["emergency"]:
        parts.append("an emergency")
    return ", ".join(parts)
