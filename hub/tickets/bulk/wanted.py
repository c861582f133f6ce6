"""What is to be done to each of many tickets, by the functions that do it to one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from hub.directory import Directory
from hub.errors import Invalid
from hub.team.access import Principal
from hub.tickets import actions, replies
from hub.tickets.change import Change
from hub.tickets.giving import give
from hub.tickets.models import Priority, Status
from hub.tickets.view import timestamp


class Unsaid(Enum):
    """An agent is left as they are: None stands for "back to the unit"."""

    UNSAID = "unsaid"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Only what is given is done, in this order."""

    unit: str | None = None
    agent_id: int | Unsaid | None = Unsaid.UNSAID
    priority: Priority | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    note: str | None = None
    status: Status | None = None
    reason: str | None = None
    """Why it is resolved."""
    until: datetime | None = None
    """When a snooze ends."""

    def check(self, directory: Directory, now: datetime) -> None:
        """What can be said before any ticket is touched. Raises Invalid."""
        if self == Wanted():
            raise Invalid.field("change", "says nothing to do")
        if self.unit is not None and self.unit not in directory.units:
            raise Invalid.field("change.unit", f"there is no unit {self.unit!r}")
        named = self.agent_id is not Unsaid.UNSAID and self.agent_id is not None
        if named and self.agent_id not in directory.agents:
            raise Invalid.field("change.agent_id", "there is no such agent")
        if self.status is Status.SNOOZED and (self.until is None or self.until <= now):
            raise Invalid.field("change.until", "snoozing needs a time in the future")
        if self.until is not None and self.status is not Status.SNOOZED:
            raise Invalid.field("change.until", "goes with the status snoozed alone")
        if self.reason is not None and self.status is not Status.RESOLVED:
            raise Invalid.field("change.reason", "goes with the status resolved alone")

    async def apply(self, change: Change, principal: Principal) -> None:
        """Do it to one ticket. Nothing is sent to its customer. Raises HubError."""
        if self.unit is not None:
            await actions.transfer(change, self.unit)
        if self.agent_id is not Unsaid.UNSAID:
            await give(change, principal, self.agent_id)
        if self.priority is not None:
            actions.set_priority(change, self.priority)
        if self.add_tags or self.remove_tags:
            await actions.set_tags(change, self._tags(change.ticket.tags))
        if self.note is not None:
            await replies.note(change, self.note)
        if self.status is not None:
            await actions.set_status(
                change, self.status, until=self.until, reason=self.reason, survey=False
            )

    def _tags(self, known: list[str]) -> list[str]:
        """Spelled as tags are kept."""
        gone = {" ".join(tag.split()).lower() for tag in self.remove_tags}
        return [tag for tag in known if tag not in gone] + list(self.add_tags)

    def as_json(self) -> dict[str, Any]:
        """Only what was asked for, for the record."""
        said = {
            "unit": self.unit,
            "priority": self.priority,
            "add_tags": list(self.add_tags),
            "remove_tags": list(self.remove_tags),
            "note": self.note,
            "status": self.status,
            "reason": self.reason,
            "until": timestamp(self.until),
        }
        kept = {name: value for name, value in said.items() if value}
        return kept if self.agent_id is Unsaid.UNSAID else kept | {"agent_id": self.agent_id}


_FIELDS = ("unit", "assignee_id", "priority", "tags", "status", "resolution_reason")
_INSTANTS = ("snoozed_until", "waiting_since")


def values_of(change: Change) -> dict[str, Any]:
    """What a change to many can change, JSON-ready."""
    ticket = change.ticket
    plain = {name: getattr(ticket, name) for name in _FIELDS}
    return plain | {name: timestamp(getattr(ticket, name)) for name in _INSTANTS}


def earlier(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Of what is not as it was, how it was."""
    return {name: value for name, value in before.items() if after[name] != value}


async def restore(change: Change, before: Mapping[str, Any]) -> None:
    """Put back what `earlier` gave. Raises HubError where it cannot be.

    What the bot had comes back open: a person took over, and the bot does not speak after that.
    """
    ticket = change.ticket
    if "unit" in before:
        await actions.transfer(change, before["unit"])
    if "assignee_id" in before:
        await actions.assign(change, before["assignee_id"])
    if "priority" in before:
        actions.set_priority(change, Priority(before["priority"]))
    if "tags" in before:
        await actions.set_tags(change, before["tags"])
    if "status" in before or "snoozed_until" in before or "resolution_reason" in before:
        await _restore_status(change, before)
    if before.get("waiting_since") is not None and ticket.status != Status.RESOLVED:
        ticket.waiting_since = datetime.fromisoformat(before["waiting_since"])


async def _restore_status(change: Change, before: Mapping[str, Any]) -> None:
    status = Status(before.get("status", change.ticket.status))
    until = before.get("snoozed_until")
    ends = datetime.fromisoformat(until) if until else None
    if status is Status.BOT or (status is Status.SNOOZED and (ends is None or ends <= change.now)):
        status, ends = Status.OPEN, None
    reason = before.get("resolution_reason")
    await actions.set_status(change, status, until=ends, reason=reason, survey=False)
