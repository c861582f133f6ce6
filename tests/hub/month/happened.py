"""What happened to a ticket, in order: its statuses, and whom the customer waited for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

COUNTER = ("phone", "walk-in")


class Event(NamedTuple):
    """Something that happened to a ticket; `what` in the words below."""

    at: int
    order: int
    what: str
    """`customer`, `reply` (accepted), `written` (an agent's, not accepted yet), `bot`, `status`,
    `person` (a person took over), `classified`."""
    detail: Any = None


class Wait(NamedTuple):
    """A customer's wait: from their oldest unanswered message to what ended it."""

    first: bool
    since: int
    until: int | None
    outcome: str
    """`reply`, `open`, or why it ended otherwise."""


def path_of(row: Any, events: Sequence[Event], with_bot: bool) -> list[tuple[int, str, str | None]]:
    """Every status: since when, which, and why (of a resolution)."""
    path: list[tuple[int, str, str | None]] = [
        (row.created_at, "bot" if with_bot else "open", None)
    ]
    person = not with_bot
    for event in events:
        status = path[-1][1]
        if event.what == "person":
            person = True
            if status == "bot":
                path.append((event.at, "open", None))
        elif event.what == "status":
            wanted, reason, actor = event.detail
            person = person or actor.startswith("agent:")
            if wanted != status:
                path.append((event.at, wanted, reason))
        elif event.what == "customer" and status in ("pending_customer", "snoozed", "resolved"):
            back = "open" if person or status != "resolved" else "bot"
            path.append((event.at, back, None))
    return path


def waits_of(row: Any, events: Sequence[Event], path: Sequence[Any], first: Event) -> list[Wait]:
    """The first response, then every exchange."""
    waits: list[Wait] = []
    if row.channel in COUNTER:
        return [Wait(True, row.created_at, row.created_at, "reply")]
    since: int | None = None
    bot_spoke = False
    closed: tuple[int, int] | None = None
    """The wait that a resolution ended unanswered (its place, when)."""
    closings = {at: (why, before) for (at, s, why), (_, before, _) in
                zip(path[1:], path, strict=False) if s == "resolved"}  # fmt: skip
    for event in events:
        if event.what == "customer":
            closed = None
            if since is None:
                since, bot_spoke = event.at, False
        elif event.what == "bot":
            bot_spoke = True
        elif event.what == "reply":
            if since is not None:
                waits.append(Wait(not waits, since, event.at, "reply"))
                since = None
            elif closed is not None:
                # Written before it was resolved, taken by the channel after.
                place, _ = closed
                waits[place] = waits[place]._replace(until=event.at, outcome="reply")
                closed = None
        elif event.what == "status" and event.detail[0] == "resolved" and since is not None:
            why, before = closings[event.at]
            if why == "no_reply_needed":
                waits.append(Wait(not waits, since, event.at, "no_reply_needed"))
                since = None
            elif before == "bot" and bot_spoke:
                waits.append(Wait(not waits, since, event.at, "answered_by_bot"))
                since = None
            elif waits:  # the first response goes on until somebody answers
                closed = (len(waits), event.at)
                waits.append(Wait(False, since, event.at, "unanswered"))
                since = None
    if since is not None:
        waits.append(Wait(not waits, since, None, "open"))
    return waits
