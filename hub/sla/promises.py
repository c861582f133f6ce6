"""The jobs that clocks cause: to act on a warning or a breach, to compute a ticket anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from hub.jobs.promise import promise
from hub.sla.clockwork import Clockwork
from hub.sla.policy import Action

ESCALATE = "escalate"
RECOUNT = "recount-clocks"


class Moment(StrEnum):
    WARNING = "warning"
    BREACH = "breach"


def escalation(
    clock: Mapping[str, Any], moment: Moment, clockwork: Clockwork
) -> dict[str, Any] | None:
    """The job's payload, with the actions of the policy that governs now; None where it has none.

    They go with the job: what was due at that moment is done, whatever is edited meanwhile.
    """
    policy = clockwork.policy(clock["policy_id"])
    if policy is None:
        return None
    actions = policy.on_warning if moment is Moment.WARNING else policy.on_breach
    if not actions:
        return None
    return {
        "ticket_id": clock["ticket_id"],
        "clock_id": clock["id"],
        "metric": clock["metric"],
        "moment": moment.value,
        "policy": policy.name,
        "actions": _written(actions),
    }


def lane(ticket_id: int) -> str:
    """What clocks cause to a ticket happens one after another."""
    return f"clocks:{ticket_id}"


def promise_breach(
    session: AsyncSession, clock: Mapping[str, Any], clockwork: Clockwork, now: datetime
) -> None:
    """Promise what the policy wants at a breach, in the transaction that records it."""
    _promise(session, clock, Moment.BREACH, clockwork, now)


def promise_warning(
    session: AsyncSession, clock: Mapping[str, Any], clockwork: Clockwork, now: datetime
) -> None:
    """The same for a warning."""
    _promise(session, clock, Moment.WARNING, clockwork, now)


def _promise(
    session: AsyncSession,
    clock: Mapping[str, Any],
    moment: Moment,
    clockwork: Clockwork,
    now: datetime,
) -> None:
    payload = escalation(clock, moment, clockwork)
    if payload is not None:
        promise(session, ESCALATE, payload, lane(clock["ticket_id"]), now)


def _written(actions: Sequence[Action]) -> list[dict[str, Any]]:
    return [{"kind": action.kind.value, "target": action.target} for action in actions]
