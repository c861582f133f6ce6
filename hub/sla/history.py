"""A ticket's timeline as rows and back: from it alone its clocks can be computed again.

| kind       | detail                                                             |
|------------|--------------------------------------------------------------------|
| created    | `facts`, `status`, `rules` (their version), `heard` (microseconds) |
| customer   |                                                                    |
| reply      | a person's, as the channel accepted it                             |
| bot        |                                                                    |
| status     | `status`, `reason`                                                 |
| classified | `facts`                                                            |
| rules      | `version`: these rules govern from here                            |

Notes and refused deliveries answer nobody and are not kept here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from hub.db.base import from_micros
from hub.sla.entries import (
    BotMessage,
    ClassificationChanged,
    Created,
    CustomerMessage,
    Entry,
    PublicReply,
    Rules,
    RulesChanged,
    StatusChanged,
    TicketStatus,
)
from hub.sla.errors import BadTimeline
from hub.sla.policy import Facts

CREATED = "created"
RULES = "rules"
_PLAIN: dict[type[Entry], str] = {
    CustomerMessage: "customer",
    PublicReply: "reply",
    BotMessage: "bot",
}
_PLAIN_KINDS = {kind: entry for entry, kind in _PLAIN.items()}


def row_of(entry: Entry, version: int) -> dict[str, Any]:
    """The row of an entry that happens to a ticket; `version` is that of a change of rules."""
    detail: dict[str, Any] | None = None
    kind = _PLAIN.get(type(entry), "")
    match entry:
        case StatusChanged():
            kind, detail = "status", {"status": str(entry.status), "reason": entry.reason}
        case ClassificationChanged():
            kind, detail = "classified", {"facts": asdict(entry.facts)}
        case RulesChanged():
            kind, detail = RULES, {"version": version}
    assert kind, entry
    return {"id": None, "ticket_id": None, "at": entry.at, "kind": kind, "detail": detail}


def created_row(
    at: datetime, facts: Mapping[str, Any], status: str, version: int, heard_micros: int
) -> dict[str, Any]:
    """The first row: a ticket's creation, and the message it was created by."""
    detail = {"facts": facts, "status": status, "rules": version, "heard": heard_micros}
    return {"id": None, "ticket_id": None, "at": at, "kind": CREATED, "detail": detail}


def versions_in(rows: Iterable[Mapping[str, Any]]) -> set[int]:
    """The versions of the rules that a timeline names."""
    named = {CREATED: "rules", RULES: "version"}
    return {row["detail"][named[row["kind"]]] for row in rows if row["kind"] in named}


def first_rules(rows: Iterable[Mapping[str, Any]], versions: Mapping[int, Rules]) -> Rules:
    """The rules in force when the ticket was created. Raises BadTimeline without a creation."""
    for row in rows:
        if row["kind"] == CREATED:
            return versions[row["detail"]["rules"]]
    raise BadTimeline("timeline", "does not begin with the ticket's creation")


def entries_of(rows: Iterable[Mapping[str, Any]], versions: Mapping[int, Rules]) -> list[Entry]:
    """The timeline of rows in the order they were written, as `evaluate` takes it."""
    entries: list[Entry] = []
    for row in rows:
        at, kind, detail = row["at"], row["kind"], row["detail"]
        plain = _PLAIN_KINDS.get(kind)
        if plain is not None:
            entries.append(plain(at=at))  # type: ignore[call-arg]
        elif kind == CREATED:
            status = TicketStatus(detail["status"])
            entries.append(Created(at=at, facts=Facts(**detail["facts"]), status=status))
            entries.append(CustomerMessage(at=from_micros(detail["heard"])))
        elif kind == "status":
            status = TicketStatus(detail["status"])
            entries.append(StatusChanged(at=at, status=status, reason=detail["reason"]))
        elif kind == "classified":
            entries.append(ClassificationChanged(at=at, facts=Facts(**detail["facts"])))
        else:
            entries.append(RulesChanged(at=at, rules=versions[detail["version"]]))
    return entries
