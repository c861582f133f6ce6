"""A ticket's clocks as rows: what happens to them when something happens to the ticket.

The arithmetic is `hub.sla.ticket_clocks`; here rows become its `TicketClocks` and back. Works
on mappings of columns, a ticket's and its clocks', so that intake's plain rows and the ORM's
take the same path. Each step ends by writing onto the ticket what the queue shows.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.base import from_micros, to_micros
from hub.metrics import BREACHES
from hub.sla.business_hours import BusinessHours
from hub.sla.clocks import Clock, Ended
from hub.sla.entries import (
    ALWAYS,
    COUNTER_CHANNELS,
    BotMessage,
    ClassificationChanged,
    Created,
    CustomerMessage,
    Entry,
    PublicReply,
    Rules,
    StatusChanged,
    TicketStatus,
)
from hub.sla.models import HoursRow, PolicyRow
from hub.sla.policy import Facts, Metric, SlaPolicy
from hub.sla.ticket_clocks import TicketClocks, advance, open_clocks

ANSWERED_BY_BOT = "answered_by_bot"
_FAR = to_micros(datetime(2100, 1, 1, tzinfo=UTC))
_FACTS = ("channel", "unit", "priority", "topic", "visibility", "emergency")
_KEPT = (
    "target", "calendar_time", "started_at", "used", "running_since", "due_at", "met_at",
    "breached_at", "ended", "ended_at",
)  # fmt: skip
_METRICS = tuple(metric.value for metric in Metric)
_facts = attrgetter(*_FACTS)
_facts_in = itemgetter(*_FACTS)
_kept = attrgetter(*_KEPT)

_OPENINGS_KEPT = 1_000

Columns = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Opening:
    """How tickets of the same facts and status begin, but for the time: computed once, since
    most of what intake stores opens a ticket."""

    sla: Mapping[str, Any]
    clocks: list[dict[str, Any]]
    """All running since the ticket began."""
    hours: BusinessHours


class Clockwork:
    """The policies and calendars in force. `clocks` are a ticket's clock rows, oldest first:
    a step may append a new one, with an id of None."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._openings: dict[tuple[Facts, str], _Opening] = {}
        """By a new ticket's facts and status."""

    def opened(self, ticket: Columns, heard: datetime) -> list[dict[str, Any]]:
        """The clocks of a new ticket, which the customer's message of `heard` opens."""
        at: datetime = ticket["created_at"]
        facts = _facts_of(ticket)
        clocks: list[Any] = []
        opening = self._openings.get((facts, ticket["status"])) if heard == at else None
        if opening is not None:
            ticket["sla"] = {**opening.sla, "status_at": to_micros(at)}
            for row in opening.clocks:
                target = row["target"]
                due_at = None if target is None else opening.hours.due(at, target)
                started = {"started_at": at, "running_since": at, "due_at": due_at}
                clocks.append({**row, **started, "ticket_id": ticket["id"]})
            _summarise(ticket, clocks)
            return clocks
        created = Created(at=at, facts=facts, status=TicketStatus(ticket["status"]))
        now = advance(open_clocks(created, self.rules), CustomerMessage(at=heard))
        self._write(ticket, clocks, now, at)
        # Where all clocks start with the ticket, the next one like it differs in its time alone.
        if heard == at and all(row["running_since"] == at for row in clocks):
            if len(self._openings) >= _OPENINGS_KEPT:
                self._openings.clear()
            opening = _Opening(ticket["sla"], [dict(row) for row in clocks], now.terms.hours)
            self._openings[facts, ticket["status"]] = opening
        return clocks

    def heard(self, ticket: Columns, clocks: list[Any], at: datetime) -> None:
        """The customer wrote `at`, the platform's time."""
        self._advance(ticket, clocks, CustomerMessage(at=at))

    def answered(self, ticket: Columns, clocks: list[Any], at: datetime) -> None:
        """A person's reply was accepted by the channel `at`."""
        self._advance(ticket, clocks, PublicReply(at=at))

    def bot_spoke(self, ticket: Columns, clocks: list[Any], at: datetime) -> None:
        self._advance(ticket, clocks, BotMessage(at=at))

    def status_changed(self, ticket: Columns, clocks: list[Any], at: datetime) -> None:
        """The ticket's status is now another; a status never began before the one it follows."""
        began = from_micros(ticket["sla"]["status_at"])
        entry = StatusChanged(
            at=max(at, began),
            status=TicketStatus(ticket["status"]),
            reason=ticket["resolution_reason"],
        )
        self._advance(ticket, clocks, entry)

    def reclassified(self, ticket: Columns, clocks: list[Any], at: datetime) -> None:
        """Unit, priority, topic, visibility or emergency changed: another policy may govern."""
        self._advance(ticket, clocks, ClassificationChanged(at=at, facts=_facts_of(ticket)))

    def breached(self, ticket: Columns, clocks: list[Any], now: datetime) -> None:
        """Mark what has come to be overdue by `now`, at its own time."""
        for row in clocks:
            clock = _clock_of(row).breach(now)
            if clock.breached_at is not None and row["breached_at"] is None:
                row["breached_at"] = clock.breached_at
        _summarise(ticket, clocks)

    def _advance(self, ticket: Columns, clocks: list[Any], entry: Entry) -> None:
        before = self._read(ticket, clocks)
        after = advance(before, entry)
        if after is not before:  # a second question changes nothing
            self._write(ticket, clocks, after, entry.at)

    def _read(self, ticket: Columns, clocks: list[Any]) -> TicketClocks:
        kept = ticket["sla"]
        by_metric: dict[str, list[Clock]] = {metric: [] for metric in _METRICS}
        for row in clocks:
            by_metric[row["metric"]].append(_clock_of(row))
        waiting = kept["waiting_since"]
        return TicketClocks(
            created_at=ticket["created_at"],
            counter=ticket["channel"] in COUNTER_CHANNELS,
            facts=Facts(**kept["facts"]),
            rules=self.rules,
            status=TicketStatus(kept["status"]),
            resolution=by_metric[Metric.RESOLUTION][0],
            first_response=next(iter(by_metric[Metric.FIRST_RESPONSE]), None),
            exchanges=tuple(by_metric[Metric.NEXT_RESPONSE]),
            waiting_since=None if waiting is None else from_micros(waiting),
            just_closed=kept["just_closed"],
            bot_spoke=kept["bot_spoke"],
        )

    def _write(self, ticket: Columns, clocks: list[Any], now: TicketClocks, at: datetime) -> None:
        kept = ticket["sla"]
        status = str(now.status)
        same_status = bool(kept) and kept["status"] == status
        ticket["sla"] = {
            "facts": dict(zip(_FACTS, _facts(now.facts), strict=True)),
            "status": status,
            "status_at": kept["status_at"] if same_status else to_micros(at),
            "waiting_since": None if now.waiting_since is None else to_micros(now.waiting_since),
            "just_closed": now.just_closed,
            "bot_spoke": now.bot_spoke,
        }
        policy = now.terms.policy
        policy_id = None if policy is None else policy.id
        rows: dict[str, list[Any]] = {metric: [] for metric in _METRICS}
        for row in clocks:
            rows[row["metric"]].append(row)
        for clock in now.clocks:
            metric = str(clock.metric)
            values = dict(zip(_KEPT, _kept(clock), strict=True))
            if clock.ended is not None:
                values["ended"] = str(clock.ended)
            known = rows[metric]
            if not known:
                row = {"id": None, "ticket_id": ticket["id"], "metric": metric}
                clocks.append(row | values | {"policy_id": policy_id})
                continue
            row = known.pop(0)
            if clock.open:
                values["policy_id"] = policy_id
            for name, value in values.items():
                if row[name] != value:
                    row[name] = value
        _summarise(ticket, clocks)


def _facts_of(ticket: Mapping[str, Any]) -> Facts:
    return Facts(*_facts_in(ticket))


def _clock_of(row: Mapping[str, Any]) -> Clock:
    ended = row["ended"]
    return Clock(
        Metric(row["metric"]),
        row["target"],
        row["calendar_time"],
        row["started_at"],
        row["used"],
        row["running_since"],
        row["due_at"],
        row["met_at"],
        row["breached_at"],
        None if ended is None else Ended(ended),
        row["ended_at"],
    )


def _summarise(ticket: Columns, clocks: list[Any]) -> None:
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
    return clock["breached_at"] is not None and clock["ended"] != Ended.ANSWERED_BY_BOT.value


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


async def load_clockwork(session: AsyncSession) -> Clockwork:
    """The policies and calendars as they are stored."""
    hours = {
        row.id: BusinessHours.from_dict(row.definition)
        for row in await session.scalars(select(HoursRow))
    }
    rows = (await session.scalars(select(PolicyRow).order_by(PolicyRow.rank))).all()
    policies = tuple(SlaPolicy.from_dict({**row.definition, "id": row.id}) for row in rows)
    calendar = hours[min(hours)] if hours else ALWAYS
    return Clockwork(Rules(policies, calendar, {row.id: hours[row.hours_id] for row in rows}))
