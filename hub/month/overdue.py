"""What time brings while nobody looks: warnings and breaches, at their own time, acted on once.

The month's form of `hub.sla.sweep` and `hub.sla.escalation`, on plain rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.directory import Directory
from hub.intake.gateway import Row
from hub.month.dossier import Dossier
from hub.month.ledger import BREACHES, ESCALATIONS, NOTICES, Ledger
from hub.notices.models import Audience, Severity
from hub.sla.policy import ActionKind
from hub.sla.promises import ESCALATE, Moment, escalation, lane
from hub.sla.summary import breach_of, is_missed, rests_with_bot
from hub.team.access import SYSTEM
from hub.tickets.models import Priority, Status

_NOTICED = timedelta(milliseconds=700)
"""After a moment, until the sweep comes by."""
_RAISED = {"low": Priority.NORMAL, "normal": Priority.HIGH, "high": Priority.URGENT}
_WORDS = {
    "first_response": "first answer",
    "next_response": "next answer",
    "resolution": "resolution",
}


class Overdue:
    def __init__(self, directory: Directory, ledger: Ledger) -> None:
        self._directory = directory
        self._clockwork = directory.clockwork
        self._ledger = ledger

    def until(self, dossier: Dossier, at: datetime) -> None:
        """Everything that was due before `at`, the oldest first."""
        while True:
            due = min(_due(dossier, at), default=None, key=lambda one: one[0])
            if due is None:
                return
            moment, kind, clock = due
            since = max(moment, dossier.row["updated_at"])
            noticed = since + min(_NOTICED, (at - since) / 2)
            if kind is Moment.WARNING:
                clock["warned_at"] = moment
                self._act(dossier, clock, kind, noticed)
            else:
                self._breach(dossier, noticed)
            dossier.changed(noticed)

    def _breach(self, dossier: Dossier, noticed: datetime) -> None:
        draft = dossier.draft
        self._clockwork.breached(draft, noticed)
        self.record(dossier, noticed)

    def record(self, dossier: Dossier, noticed: datetime) -> None:
        """Record what has come to be missed and is not recorded yet."""
        draft = dossier.draft
        for clock in list(draft.clocks):
            if clock["id"] in draft.missed or not is_missed(clock):
                continue
            draft.missed.add(clock["id"])
            dossier.audit(SYSTEM, "breach", noticed, metric=clock["metric"])
            self._ledger.add(BREACHES, **breach_of(clock, dossier.row["unit"], noticed))
            self._act(dossier, clock, Moment.BREACH, noticed)

    def _act(self, dossier: Dossier, clock: Row, moment: Moment, now: datetime) -> None:
        """The job that the sweep promises has been run."""
        payload = escalation(clock, moment, self._clockwork)
        if payload is None:
            return
        ticket_id = dossier.row["id"]
        self._ledger.done_job(ESCALATE, lane(ticket_id), payload, now, now)
        over = dossier.row["status"] == Status.RESOLVED or clock["met_at"] or clock["ended"]
        done = []
        for action in payload["actions"]:
            error = "met or resolved meanwhile" if over else None
            if error is None:
                self._do(dossier, action, payload, now)
            done.append({"kind": action["kind"], "target": action["target"], "error": error})
        self._ledger.add(
            ESCALATIONS, clock_id=clock["id"], ticket_id=ticket_id, moment=moment.value, at=now,
            done=done,
        )  # fmt: skip
        dossier.audit(
            SYSTEM, "escalated", now, moment=moment.value, metric=clock["metric"],
            policy=payload["policy"],
        )  # fmt: skip

    def _do(
        self, dossier: Dossier, action: Mapping[str, Any], payload: Mapping[str, Any], now: datetime
    ) -> None:
        """One action, as `hub.sla.escalation` does it."""
        row, target = dossier.row, action["target"]
        match ActionKind(action["kind"]):
            case ActionKind.RAISE_PRIORITY:
                before = row["priority"]
                dossier.set_priority(SYSTEM, _RAISED.get(before, Priority.URGENT), now)
            case ActionKind.MOVE:
                dossier.transfer(SYSTEM, target, now)
            case ActionKind.REASSIGN:
                dossier.assign(SYSTEM, self._agent(target), now)
            case ActionKind.NOTIFY:
                self._notify(dossier, target, payload, now)

    def _agent(self, email: str | None) -> int | None:
        agents = self._directory.agents.values()
        return next((agent.id for agent in agents if agent.email == email), None)

    def _notify(
        self, dossier: Dossier, target: str, payload: Mapping[str, Any], now: datetime
    ) -> None:
        row, breach = dossier.row, payload["moment"] == Moment.BREACH
        audience, agent_id = Audience.AGENT, None
        if target == "supervisors":
            audience = Audience.SUPERVISORS
        elif target == "unit" or (target == "assignee" and row["assignee_id"] is None):
            audience = Audience.UNIT
        else:
            agent_id = row["assignee_id"] if target == "assignee" else self._agent(target)
        what = _WORDS[payload["metric"]]
        words = f"The {what} is overdue" if breach else f"The {what} is due soon"
        severity = Severity.CRITICAL if breach and row["emergency"] else Severity.WARNING
        self._ledger.add(
            NOTICES, at=now, kind=f"sla_{payload['moment']}", severity=severity.value,
            audience=audience.value, agent_id=agent_id, unit=row["unit"], ticket_id=row["id"],
            text=f"{words}: #{row['id']} {row['contact_name']}, {row['subject']}"[:500],
            detail={"metric": payload["metric"], "policy": payload["policy"]},
        )  # fmt: skip


def _due(dossier: Dossier, at: datetime) -> list[tuple[datetime, Moment, Row]]:
    """The moments before `at` that the sweep would find."""
    if rests_with_bot(dossier.row):
        return []
    found = []
    for clock in dossier.draft.clocks:
        if clock["running_since"] is None:
            continue
        warn_at, due_at = clock["warn_at"], clock["due_at"]
        if warn_at is not None and clock["warned_at"] is None and warn_at < at:
            found.append((warn_at, Moment.WARNING, clock))
        if due_at is not None and clock["breached_at"] is None and due_at < at:
            found.append((due_at, Moment.BREACH, clock))
    return found
