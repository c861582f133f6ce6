"""A ticket's clocks as rows: what happens to them when something happens to the ticket.

Works on mappings of columns, a ticket's and its clocks', so that intake's plain rows and the
ORM's take the same path. Each step ends by writing onto the ticket what the queue shows.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.base import to_micros
from hub.sla.business_hours import BusinessHours
from hub.sla.clocks import Clock, Ended
from hub.sla.entries import ALWAYS, NO_REPLY_NEEDED, Rules, Terms
from hub.sla.models import HoursRow, PolicyRow
from hub.sla.policy import Facts, Metric, SlaPolicy

ANSWERED_BY_BOT = "answered_by_bot"
_FAR = to_micros(datetime(2100, 1, 1, tzinfo=UTC))
WATCHED = (Metric.FIRST_RESPONSE, Metric.RESOLUTION)

Columns = MutableMapping[str, Any]


def facts_of(ticket: Mapping[str, Any]) -> Facts:
    return Facts(
        channel=ticket["channel"],
        unit=ticket["unit"],
        priority=ticket["priority"],
        topic=ticket["topic"],
        visibility=ticket["visibility"],
        emergency=ticket["emergency"],
    )


def _clock(row: Mapping[str, Any]) -> Clock:
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
        None if row["ended"] is None else Ended(row["ended"]),
    )


_KEPT = (
    "target", "calendar_time", "used", "running_since", "due_at", "met_at", "breached_at", "ended",
)  # fmt: skip


def _write(row: Columns, clock: Clock) -> None:
    for name in _KEPT:
        value = getattr(clock, name)
        if row[name] != value:
            row[name] = value


class Clockwork:
    """The policies and calendars in force."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def opened(self, ticket: Columns, at: datetime) -> list[dict[str, Any]]:
        """The clocks of a ticket whose first message came `at`."""
        terms = self.rules.terms(facts_of(ticket))
        clocks: list[dict[str, Any]] = []
        for metric in WATCHED:
            clock = Clock.start(
                metric, at, terms.target(metric), terms.hours, calendar_time=terms.calendar_time
            )
            row: dict[str, Any] = {
                "id": None,
                "ticket_id": None,
                "metric": metric.value,
                "policy_id": _policy_id(terms),
                "started_at": at,
            }
            row.update({name: getattr(clock, name) for name in _KEPT})
            clocks.append(row)
        self._summarise(ticket, clocks)
        return clocks

    def answered(self, ticket: Columns, clocks: Sequence[Columns], at: datetime) -> None:
        """A person's reply was accepted by the channel `at`."""
        for row, clock in _open(clocks, Metric.FIRST_RESPONSE):
            _write(row, clock.meet(at, self._hours(row)))
        self._summarise(ticket, clocks)

    def paused(self, ticket: Columns, clocks: Sequence[Columns], at: datetime) -> None:
        """It is the customer's turn."""
        for row, clock in _open(clocks, Metric.RESOLUTION):
            _write(row, clock.pause(at, self._hours(row)))
        self._summarise(ticket, clocks)

    def resumed(self, ticket: Columns, clocks: Sequence[Columns], at: datetime) -> None:
        for row, clock in _open(clocks, Metric.RESOLUTION):
            _write(row, clock.resume(at, self._hours(row)))
        self._summarise(ticket, clocks)

    def resolved(self, ticket: Columns, clocks: Sequence[Columns], at: datetime) -> None:
        """Resolved for the ticket's `resolution_reason`."""
        for row, clock in _open(clocks, Metric.RESOLUTION):
            _write(row, clock.meet(at, self._hours(row)))
        for row, clock in _open(clocks, Metric.FIRST_RESPONSE):
            _write(row, clock.end(at, _end_of(ticket), self._hours(row)))
        self._summarise(ticket, clocks)

    def reopened(self, ticket: Columns, clocks: Sequence[Columns], at: datetime) -> None:
        """Time counts again from `at`; the rest in between is cut out."""
        for row in clocks:
            clock = _clock(row)
            if clock.metric is Metric.RESOLUTION or clock.ended is not None:
                _write(row, clock.reopen().resume(at, self._hours(row)))
        self._summarise(ticket, clocks)

    def reclassified(self, ticket: Columns, clocks: Sequence[Columns], at: datetime) -> None:
        """Unit, priority, topic or emergency changed: another policy may govern."""
        terms = self.rules.terms(facts_of(ticket))
        for row in clocks:
            clock = _clock(row)
            if not clock.open:
                continue
            changed = clock.retarget(
                at,
                terms.target(clock.metric),
                terms.hours,
                calendar_time=terms.calendar_time,
                before=self._hours(row),
            )
            row["policy_id"] = _policy_id(terms)
            _write(row, changed)
        self._summarise(ticket, clocks)

    def breached(self, ticket: Columns, clocks: Sequence[Columns], now: datetime) -> list[Columns]:
        """Record the breaches that have come about by `now`; gives the clocks concerned."""
        found: list[Columns] = []
        for row in clocks:
            clock = _clock(row).breach(now)
            if clock.breached_at is not None and row["breached_at"] is None:
                _write(row, clock)
                found.append(row)
        self._summarise(ticket, clocks)
        return found

    def _hours(self, row: Mapping[str, Any]) -> BusinessHours:
        """The calendar a clock counts in."""
        if row["calendar_time"]:
            return ALWAYS
        return self.rules.calendars.get(row["policy_id"] or "", self.rules.calendar)

    def _summarise(self, ticket: Columns, clocks: Sequence[Columns]) -> None:
        due: list[tuple[datetime, str]] = []
        for row in clocks:
            metric = row["metric"]
            ticket[f"{metric}_due_at"] = row["due_at"]
            ticket[f"{metric}_met_at"] = row["met_at"]
            ticket[f"{metric}_breached"] = (
                row["breached_at"] is not None and row["ended"] != Ended.ANSWERED_BY_BOT
            )
            if row["running_since"] is not None and row["due_at"] is not None:
                due.append((row["due_at"], metric))
        ticket["due_at"], ticket["due_metric"] = min(due, default=(None, None))
        ticket["queue_key"] = queue_key(ticket["due_at"], ticket["created_at"])


def queue_key(due_at: datetime | None, created_at: datetime) -> int:
    """What the queue is sorted by: what is due next, then what is not due by age."""
    return to_micros(due_at) if due_at is not None else _FAR + to_micros(created_at)


def _open(clocks: Sequence[Columns], metric: Metric) -> list[tuple[Columns, Clock]]:
    found = [(row, _clock(row)) for row in clocks if row["metric"] == metric]
    return [(row, clock) for row, clock in found if clock.open]


def _end_of(ticket: Mapping[str, Any]) -> Ended:
    reasons = {
        ANSWERED_BY_BOT: Ended.ANSWERED_BY_BOT,
        NO_REPLY_NEEDED: Ended.NO_REPLY_NEEDED,
    }
    return reasons.get(ticket["resolution_reason"], Ended.UNANSWERED)


def _policy_id(terms: Terms) -> int | str | None:
    return None if terms.policy is None else terms.policy.id


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
