"""Acting on a warning or a breach: what the policy wants, once, also when a process restarts.

A clock and a moment have one row in `escalations`, written in the transaction that acts: whoever
comes second finds it and does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import select

from hub.db.database import Database
from hub.directory import AgentEntry, DirectoryCache
from hub.errors import HubError, NotFound
from hub.jobs.queue import done_with
from hub.notices.models import Audience, Severity
from hub.notices.notices import tell
from hub.now import Now
from hub.sla.models import Escalation
from hub.sla.policy import ActionKind
from hub.sla.promises import Moment
from hub.team.access import SYSTEM
from hub.tickets.actions import assign, set_priority, transfer
from hub.tickets.change import Change, changing
from hub.tickets.models import Priority, Status

_NEXT = {
    Priority.LOW: Priority.NORMAL,
    Priority.NORMAL: Priority.HIGH,
    Priority.HIGH: Priority.URGENT,
}
_WORDS = {
    "first_response": "first answer",
    "next_response": "next answer",
    "resolution": "resolution",
}

log = structlog.get_logger(__name__)


class Escalate:
    """The job `escalate`, see `hub.sla.promises.escalation` for its payload."""

    def __init__(self, database: Database, directory: DirectoryCache, now: Now) -> None:
        self._database = database
        self._directory = directory
        self._now = now

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        now = self._now()
        directory = await self._directory.get()
        async with (
            self._database.write() as session,
            changing(session, payload["ticket_id"], directory, SYSTEM, now) as change,
        ):
            known = await session.scalar(
                select(Escalation.id).where(
                    Escalation.clock_id == payload["clock_id"],
                    Escalation.moment == payload["moment"],
                )
            )
            if known is None:
                await _act(change, payload)
            await done_with(session, now)

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        """The breach itself is recorded, and the queue shows it."""
        log.error("escalation.failed", **{name: payload[name] for name in ("ticket_id", "moment")})


async def _act(change: Change, payload: Mapping[str, Any]) -> None:
    """Do it, or say why it was not done: what was met meanwhile is left alone."""
    clock = next(clock for clock in change.clocks if clock["id"] == payload["clock_id"])
    over = change.ticket.status == Status.RESOLVED or clock["met_at"] or clock["ended"]
    done = []
    for action in payload["actions"]:
        error = "met or resolved meanwhile" if over else None
        if error is None:
            try:
                await _do(change, action, payload)
            except HubError as refused:
                error = str(refused)
        done.append({"kind": action["kind"], "target": action["target"], "error": error})
    change.session.add(
        Escalation(
            clock_id=payload["clock_id"],
            ticket_id=change.ticket.id,
            moment=payload["moment"],
            at=change.now,
            done=done,
        )
    )
    change.audit(
        "escalated", moment=payload["moment"], metric=payload["metric"], policy=payload["policy"]
    )


async def _do(change: Change, action: Mapping[str, Any], payload: Mapping[str, Any]) -> None:
    target = action["target"]
    match ActionKind(action["kind"]):
        case ActionKind.NOTIFY:
            await _notify(change, target, payload)
        case ActionKind.RAISE_PRIORITY:
            now = Priority(change.ticket.priority)
            set_priority(change, _NEXT.get(now, now))
        case ActionKind.REASSIGN:
            await assign(change, None if target is None else _agent(change, target).id)
        case ActionKind.MOVE:
            await transfer(change, target)


async def _notify(change: Change, target: str, payload: Mapping[str, Any]) -> None:
    ticket = change.ticket
    breach = payload["moment"] == Moment.BREACH
    audience, agent_id = Audience.AGENT, None
    if target == "supervisors":
        audience = Audience.SUPERVISORS
    elif target == "unit" or (target == "assignee" and ticket.assignee_id is None):
        audience = Audience.UNIT
    else:
        agent_id = ticket.assignee_id if target == "assignee" else _agent(change, target).id
    metric = _WORDS[payload["metric"]]
    words = f"The {metric} is overdue" if breach else f"The {metric} is due soon"
    await tell(
        change.session,
        change.now,
        f"sla_{payload['moment']}",
        f"{words}: #{ticket.id} {ticket.contact_name}, {ticket.subject}",
        audience=audience,
        severity=Severity.CRITICAL if breach and ticket.emergency else Severity.WARNING,
        ticket=ticket,
        agent_id=agent_id,
        detail={"metric": payload["metric"], "policy": payload["policy"]},
    )


def _agent(change: Change, email: str) -> AgentEntry:
    """Raises NotFound where whom the policy names has left."""
    for agent in change.directory.agents.values():
        if agent.email == email:
            return agent
    raise NotFound(f"nobody here has the address {email}")
