"""How a ticket's stored clocks stand at a moment, for people and programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.sla.clockwork import Clockwork, clock_of
from hub.sla.models import ClockRow
from hub.sla.policy import Facts
from hub.tickets.models import Ticket


def clock_views(
    ticket: Ticket,
    clocks: Sequence[ClockRow],
    policies: Mapping[int, str],
    clockwork: Clockwork,
    now: datetime,
) -> list[dict[str, Any]]:
    """Each clock with the time it has used by `now`; `policies` gives their names by id."""
    hours = clockwork.rules.terms(Facts(**ticket.sla["facts"])).hours
    views = []
    for row in clocks:
        state = clock_of(row.as_row()).state(now, hours)
        views.append(
            {
                "id": row.id,
                "metric": row.metric,
                "policy": policies.get(row.policy_id or 0),
                "target": None if row.target is None else row.target.total_seconds(),
                "calendar_time": row.calendar_time,
                "started_at": row.started_at,
                "due_at": row.due_at,
                "met_at": row.met_at,
                "used": state.used.total_seconds(),
                "breached_at": state.breached_at,
                "warn_at": row.warn_at,
                "warned_at": row.warned_at,
                "ended": row.ended,
                "standing": state.standing.value,
            }
        )
    return views
