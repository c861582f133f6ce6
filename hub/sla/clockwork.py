"""A ticket's clocks as rows: what happens to them when something happens to the ticket.

The arithmetic is `hub.sla.ticket_clocks`; here rows become its `TicketClocks` and back. Works
on mappings of columns, a ticket's and its clocks', so that intake's plain rows and the ORM's
take the same path. Each step adds its entry to the ticket's timeline and ends by writing onto the
ticket what the queue shows.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from typing import Any, Protocol

from hub.db.base import from_micros, to_micros
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
    RulesChanged,
    StatusChanged,
    Terms,
    TicketStatus,
    placed,
)
from hub.sla.history import created_row, row_of
from hub.sla.policy import Facts, Metric, SlaPolicy
from hub.sla.rows_of_exchanges import rows_of_exchanges
from hub.sla.summary import VOID, summarise
from hub.sla.ticket_clocks import TicketClocks, advance, open_clocks

ANSWERED_BY_BOT = "answered_by_bot"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FACTS = ("channel", "unit", "priority", "topic", "visibility", "emergency")
_KEPT = (
    "target", "calendar_time", "started_at", "used", "running_since", "due_at", "met_at",
    "breached_at", "ended", "ended_at",
)  # fmt: skip
_METRICS = tuple(metric.value for metric in Metric)
_STOPPED = {"running_since": None, "due_at": None, "met_at": None, "warn_at": None}
_facts = attrgetter(*_FACTS)
_facts_in = itemgetter(*_FACTS)
_kept = attrgetter(*_KEPT)

_OPENINGS_KEPT = 1_000

Columns = MutableMapping[str, Any]


class Clocked(Protocol):
    """A ticket with its clocks, as a change or a draft of intake holds it."""

    @property
    def row(self) -> Columns: ...

    @property
    def clocks(self) -> list[Any]:
        """Its clocks' rows, oldest first: a step may append a new one, with an id of None."""
        ...

    @property
    def entries(self) -> list[dict[str, Any]]:
        """New rows of its timeline, for whoever stores the change."""
        ...

    stale: bool
    """Set where something older than what is known came to light: the clocks then have to be
    computed anew from the timeline (`hub.sla.recount`)."""


@dataclass(frozen=True, slots=True)
class Version:
    """Rules as they were saved once."""

    number: int
    at: datetime
    rules: Rules


@dataclass(frozen=True, slots=True)
class _Opening:
    """How tickets of the same facts and status begin, but for the time: computed once, since
    most of what intake stores opens a ticket."""

    sla: Mapping[str, Any]
    clocks: list[dict[str, Any]]
    """All running since the ticket began."""
    warnings: list[Any]
    """Of each clock, the time after which it warns."""
    hours: BusinessHours


class Clockwork:
    """The policies and calendars in force, and the versions before them."""

    def __init__(self, versions: Sequence[Version] | Rules) -> None:
        """`versions` newest first; rules alone are version 1."""
        if isinstance(versions, Rules):
            versions = [Version(1, _EPOCH, versions)]
        self._versions = {version.number: version for version in reversed(versions)}
        newest = versions[0] if versions else Version(0, _EPOCH, Rules((), ALWAYS))
        self.version = newest.number
        self._oldest = min(self._versions, default=newest.number)
        """What tickets follow that do not say: they are older than versions are."""
        self.rules = newest.rules
        self._policies = {policy.id: policy for policy in self.rules.policies}
        self._openings: dict[tuple[Facts, str], _Opening] = {}
        """By a new ticket's facts and status."""

    def known_rules(self) -> dict[int, Rules]:
        """Rules by version, as far as they are known here."""
        return {number: version.rules for number, version in self._versions.items()}

    def versions_after(self, number: int) -> list[Version]:
        """The versions after that one, oldest first."""
        return [version for version in self._versions.values() if version.number > number]

    def policy(self, policy_id: int | str | None) -> SlaPolicy | None:
        """The policy of that id, None where it is in force no more."""
        return None if policy_id is None else self._policies.get(policy_id)

    def opened(self, ticket: Clocked, heard: datetime) -> None:
        """Start the clocks of a new ticket, which the customer's message of `heard` opens."""
        row = ticket.row
        at: datetime = row["created_at"]
        status = row["status"]
        facts = _facts_of(row)
        opening = self._openings.get((facts, status)) if heard == at else None
        if opening is not None:
            self._open_alike(ticket, opening, at)
        else:
            created = Created(at=at, facts=facts, status=TicketStatus(status))
            now = advance(open_clocks(created, self.rules), CustomerMessage(at=heard))
            self._write(ticket, now, max(at, heard), status_at=at)
            # Where all clocks start with the ticket, the next one like it differs in time alone.
            if heard == at and all(clock["running_since"] == at for clock in ticket.clocks):
                self._remember(facts, status, ticket, now.terms)
        known = row["sla"]["facts"]
        ticket.entries.append(created_row(at, known, status, self.version, to_micros(heard)))

    def _open_alike(self, ticket: Clocked, opening: _Opening, at: datetime) -> None:
        row, due = ticket.row, opening.hours.due
        micros = to_micros(at)
        row["sla"] = {**opening.sla, "status_at": micros, "last_at": micros}
        for clock, warning in zip(opening.clocks, opening.warnings, strict=True):
            target = clock["target"]
            ticket.clocks.append(
                {
                    **clock,
                    "ticket_id": row["id"],
                    "started_at": at,
                    "running_since": at,
                    "due_at": None if target is None else due(at, target),
                    "warn_at": None if warning is None else due(at, warning),
                }
            )
        summarise(row, ticket.clocks)

    def _remember(self, facts: Facts, status: str, ticket: Clocked, terms: Terms) -> None:
        if len(self._openings) >= _OPENINGS_KEPT:
            self._openings.clear()
        policy = terms.policy
        warnings = [
            None if policy is None else policy.warns_after(Metric(clock["metric"]))
            for clock in ticket.clocks
        ]
        self._openings[facts, status] = _Opening(
            ticket.row["sla"], [dict(clock) for clock in ticket.clocks], warnings, terms.hours
        )

    def heard(self, ticket: Clocked, at: datetime) -> None:
        """The customer wrote `at`, the platform's time."""
        self._advance(ticket, CustomerMessage(at=at))

    def answered(self, ticket: Clocked, at: datetime) -> None:
        """A person's reply was accepted by the channel `at`."""
        self._advance(ticket, PublicReply(at=at))

    def bot_spoke(self, ticket: Clocked, at: datetime) -> None:
        self._advance(ticket, BotMessage(at=at))

    def status_changed(self, ticket: Clocked, at: datetime) -> None:
        """The ticket's status is now another; a status never began before the one it follows."""
        row = ticket.row
        entry = StatusChanged(
            at=max(at, self.status_since(ticket)),
            status=TicketStatus(row["status"]),
            reason=row["resolution_reason"],
        )
        self._advance(ticket, entry)

    def status_since(self, ticket: Clocked) -> datetime:
        """When the status that the clocks know began."""
        return from_micros(ticket.row["sla"]["status_at"])

    def reclassified(self, ticket: Clocked, at: datetime) -> None:
        """Unit, priority, topic, visibility or emergency changed: another policy may govern."""
        self._advance(ticket, ClassificationChanged(at=at, facts=_facts_of(ticket.row)))

    def breached(self, ticket: Clocked, now: datetime) -> None:
        """Mark what has come to be overdue by `now`, at its own time."""
        for row in ticket.clocks:
            if row["ended"] != VOID and row["breached_at"] is None:
                row["breached_at"] = clock_of(row).breach(now).breached_at
        summarise(ticket.row, ticket.clocks)

    def catch_up(self, ticket: Clocked) -> None:
        """Let the rules in force govern a ticket whose clocks were last moved under older ones."""
        row = ticket.row
        known = row["sla"].get("rules", self._oldest)
        if known == self.version:
            return
        if known not in self._versions or known > self.version:
            # This process has not heard of the newest rules yet, or they are too old to be known.
            ticket.stale = True
            return
        state = self._read(ticket)
        at = from_micros(row["sla"].get("last_at", row["sla"]["status_at"]))
        for version in self.versions_after(known):
            at = max(version.at, at)
            entry = RulesChanged(at=at, rules=version.rules)
            ticket.entries.append(row_of(entry, version.number))
            state = advance(state, entry)
        self._write(ticket, state, at)

    def rewrite(self, ticket: Clocked, state: TicketClocks, at: datetime, since: datetime) -> None:
        """Write the clocks as a recomputation found them: its last entry is of `at`, and the
        ticket's status began `since`."""
        self._write(ticket, state, at, status_at=since)

    def _advance(self, ticket: Clocked, entry: Entry) -> None:
        self.catch_up(ticket)
        ticket.entries.append(row_of(entry, self.version))
        row = ticket.row
        at = placed(entry, row["created_at"]).at
        last = row["sla"].get("last_at")
        if last is not None:
            micros = to_micros(at)
            ticket.stale = ticket.stale or micros < last
            at = at if micros >= last else from_micros(last)
        before = self._read(ticket)
        after = advance(before, entry)
        if after is before:  # a second question changes nothing
            row["sla"] = {**row["sla"], "last_at": to_micros(at)}
        else:
            self._write(ticket, after, at)

    def _read(self, ticket: Clocked) -> TicketClocks:
        row = ticket.row
        kept = row["sla"]
        by_metric: dict[str, list[Clock]] = {metric: [] for metric in _METRICS}
        for clock in ticket.clocks:
            if clock["ended"] != VOID:
                by_metric[clock["metric"]].append(clock_of(clock))
        # An exchange that came to light late has the newest row and is not the newest exchange.
        by_metric[Metric.NEXT_RESPONSE].sort(key=attrgetter("started_at"))
        waiting = kept["waiting_since"]
        version = self._versions.get(kept.get("rules", self._oldest))
        return TicketClocks(
            created_at=row["created_at"],
            counter=row["channel"] in COUNTER_CHANNELS,
            facts=Facts(**kept["facts"]),
            rules=self.rules if version is None else version.rules,
            status=TicketStatus(kept["status"]),
            resolution=by_metric[Metric.RESOLUTION][0],
            first_response=next(iter(by_metric[Metric.FIRST_RESPONSE]), None),
            exchanges=tuple(by_metric[Metric.NEXT_RESPONSE]),
            waiting_since=None if waiting is None else from_micros(waiting),
            just_closed=kept["just_closed"],
            bot_spoke=kept["bot_spoke"],
        )

    def _write(
        self, ticket: Clocked, now: TicketClocks, at: datetime, *, status_at: datetime | None = None
    ) -> None:
        row, clocks = ticket.row, ticket.clocks
        kept = row["sla"]
        status = str(now.status)
        began = to_micros(at if status_at is None else status_at)
        if status_at is None and kept and kept["status"] == status:
            began = kept["status_at"]
        known = kept.get("rules", self.version if not kept else self._oldest)
        row["sla"] = {
            "facts": dict(zip(_FACTS, _facts(now.facts), strict=True)),
            "status": status,
            "status_at": began,
            "waiting_since": None if now.waiting_since is None else to_micros(now.waiting_since),
            "just_closed": now.just_closed,
            "bot_spoke": now.bot_spoke,
            "rules": known if now.rules is not self.rules else self.version,
            "last_at": to_micros(at),
        }
        terms = now.terms
        policy_id = None if terms.policy is None else terms.policy.id
        rows: dict[str, list[Any]] = {metric: [] for metric in _METRICS}
        for clock_row in clocks:
            rows[clock_row["metric"]].append(clock_row)
        kept_rows = rows_of_exchanges(now.exchanges, rows[Metric.NEXT_RESPONSE])
        for clock in now.clocks:
            values = dict(zip(_KEPT, _kept(clock), strict=True))
            if clock.ended is not None:
                values["ended"] = str(clock.ended)
            values["warn_at"] = warning_at(clock, terms)
            stored = rows[clock.metric]
            clock_row = None
            if clock.metric is Metric.NEXT_RESPONSE:
                clock_row = kept_rows.pop(0)
            elif stored:
                clock_row = stored.pop(0)
            if clock_row is None:
                new = {"id": None, "ticket_id": row["id"], "metric": str(clock.metric)}
                clocks.append(new | values | {"policy_id": policy_id, "warned_at": None})
                continue
            if clock.open:
                values["policy_id"] = policy_id
            _set(clock_row, values)
        for left in rows.values():
            for clock_row in left:
                _set(clock_row, {"ended": VOID, "ended_at": at, **_STOPPED})
        summarise(row, clocks)


def warning_at(clock: Clock, terms: Terms) -> datetime | None:
    """When a clock is to be warned of, None without a warning or where it is missed already."""
    if clock.breached_at is not None:
        return None
    after = None if terms.policy is None else terms.policy.warns_after(clock.metric)
    return clock.warns_at(after, terms.hours)


def _set(row: Columns, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if row[name] != value:
            row[name] = value


def _facts_of(ticket: Mapping[str, Any]) -> Facts:
    return Facts(*_facts_in(ticket))


def clock_of(row: Mapping[str, Any]) -> Clock:
    """The clock of a row that is not void."""
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
