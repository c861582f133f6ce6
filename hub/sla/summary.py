"""What a ticket's clocks mean for the queue and for the record: columns made of clock rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

from hub.db.base import to_micros
from hub.metrics import BREACHES
from hub.sla.clocks import Ended
from hub.sla.entries import TicketStatus
from hub.sla.policy import Metric

VOID = "void"
"""`ended` of a clock's row that a recomputation found never to have run."""
_FAR = to_micros(datetime(2100, 1, 1, tzinfo=UTC))


def summarise(ticket: MutableMapping[str, Any], clocks: Iterable[Mapping[str, Any]]) -> None:
    """Write onto the ticket what is due next, and how its two main targets stand."""
    due: list[tuple[datetime, str]] = []
    overdue = False
    resolved = ticket["status"] == TicketStatus.RESOLVED
    for row in clocks:
        metric = row["metric"]
        if metric != Metric.NEXT_RESPONSE:
            ticket[f"{metric}_due_at"] = row["due_at"]
            ticket[f"{metric}_met_at"] = row["met_at"]
            ticket[f"{metric}_breached"] = is_missed(row)
        if row["running_since"] is not None and row["due_at"] is not None and not resolved:
            due.append((row["due_at"], metric))
            overdue = overdue or row["breached_at"] is not None
    if ticket["callback_due_at"] is not None and not resolved:
        due.append((ticket["callback_due_at"], "callback"))
    ticket["due_at"], ticket["due_metric"] = min(due, default=(None, None))
    ticket["overdue"] = overdue
    ticket["queue_key"] = queue_key(ticket["due_at"], ticket["created_at"])


def is_missed(clock: Mapping[str, Any]) -> bool:
    """Whether a clock's target was missed. What the bot resolved alone is none."""
    return clock["breached_at"] is not None and clock["ended"] not in _NO_MISS


def rests_with_bot(ticket: Mapping[str, Any]) -> bool:
    """Whether the bot answered and the customer has let it rest: nothing is owed, and if it stays
    so, nothing was missed."""
    return ticket["status"] == TicketStatus.BOT and ticket["waiting_since"] is None


_NO_MISS = frozenset({Ended.ANSWERED_BY_BOT.value, VOID})


def breach_of(clock: Mapping[str, Any], unit: str, now: datetime) -> dict[str, Any]:
    """The row that records a missed clock for good."""
    BREACHES.labels(clock["metric"], unit).inc()
    return {
        "ticket_id": clock["ticket_id"],
        "clock_id": clock["id"],
        "metric": clock["metric"],
        "unit": unit,
        "due_at": clock["breached_at"],
        "noticed_at": now,
    }


def queue_key(due_at: datetime | None, created_at: datetime) -> int:
    """What the queue is sorted by: what is due next, then what is not due by age."""
    return to_micros(due_at) if due_at is not None else _FAR + to_micros(created_at)
