"""One ticket's facts, computed from its rows. Pure; the times and standings are `hub.sla`'s.

| fact | is |
|---|---|
| with_bot | it began in the bot's hands |
| contained | of these, resolved, never handed over, and no person has written |
| reopened | resolved, and was reopened before |
| first_contact | resolved, never reopened, answered (by a person, or with an article by the bot), no message of the customer after that, and nothing followed; who calls or walks in is answered there |
| agent_id | who resolved it, else who wrote the first answer, else to whom it is given |
| next_response | the exchange that counts: an unanswered or overdue one, else a late one, else the longest that was answered, else the one still open |
"""  # noqa: E501 - a table

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.reports.models import LASTING
from hub.reports.outcome import ENDLESS, OF_STANDING, Outcome
from hub.sla import BusinessHours, ClockState, Metric, Rules, TicketStatus
from hub.sla.clockwork import clock_of
from hub.sla.entries import COUNTER_CHANNELS
from hub.sla.summary import VOID
from hub.tickets.models import AuthorKind, Direction

FOLLOWED = timedelta(days=7)
"""Another ticket of the same customer and topic by then: the first was not enough."""
_NOTHING = timedelta(0)
_RESTING = (TicketStatus.PENDING_CUSTOMER.value, TicketStatus.RESOLVED.value)
# Of several exchanges the first of these that there is.
_COUNTS_FIRST = (
    Outcome.OVERDUE, Outcome.UNANSWERED, Outcome.LATE, Outcome.WITHIN, Outcome.PENDING,
    Outcome.NO_REPLY_NEEDED, Outcome.ANSWERED_BY_BOT,
)  # fmt: skip
_PLACES = {outcome: place for place, outcome in enumerate(_COUNTS_FIRST)} | {
    Outcome.UNANSWERED: 0  # it and an overdue one are both longer than any: the older counts
}


@dataclass(slots=True)
class TicketRows:
    """What is read of a ticket; rows have their columns as attributes, oldest first."""

    ticket: Any
    """id, status, channel, unit, topic, assignee_id, created_at, resolved_at."""
    clocks: list[Any] = field(default_factory=list)
    """Its `ClockRow`s."""
    changes: list[Any] = field(default_factory=list)
    """Its timeline's `created` and `status` rows."""
    messages: list[Any] = field(default_factory=list)
    """direction, author_kind, author_id, sent_at, and `article`: whether it gives one."""
    resolved_by: int | None = None
    """The agent who last resolved it."""
    survey: Any = None
    """score, answered_at; None where nobody was asked."""
    followed: bool = False
    """Another ticket of the same customer and topic came within `FOLLOWED`."""


@dataclass(frozen=True, slots=True)
class _Measured:
    """One clock, as it counts."""

    outcome: Outcome
    business: float | None = None
    calendar: float | None = None


_UNSEEN = _Measured(Outcome.NONE)


def reckon(rows: TicketRows, rules: Rules, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    """The columns of the ticket's `TicketFact`, as of `now`."""
    ticket = rows.ticket
    local = ticket.created_at.astimezone(zone)
    day = local.date().toordinal()
    resolved = ticket.status == TicketStatus.RESOLVED and ticket.resolved_at is not None
    resolved_day = _day(ticket.resolved_at, zone) if resolved else None
    statuses = _statuses(rows)
    reopened = resolved and any(status == TicketStatus.RESOLVED for _, status in statuses[:-1])
    people = [
        message
        for message in rows.messages
        if message.author_kind in (AuthorKind.AGENT, AuthorKind.STAFF)
        and message.direction == Direction.OUTBOUND
    ]
    with_bot = statuses[0][1] == TicketStatus.BOT
    survey = rows.survey
    facts: dict[str, Any] = {
        "ticket_id": ticket.id,
        "day": day,
        "hour": local.hour,
        "unit": ticket.unit,
        "channel": ticket.channel,
        "topic": ticket.topic,
        "agent_id": _agent(rows, people, resolved=resolved),
        "created_at": ticket.created_at,
        "resolved_day": resolved_day,
        "lasting": int(resolved_day is None or resolved_day > day + LASTING),
        "with_bot": int(with_bot),
        "contained": int(resolved and not people and _only_bot(statuses)),
        "reopened": int(reopened),
        "first_contact": int(
            resolved and not reopened and not rows.followed and _answered_at_once(rows)
        ),
        "survey_asked": int(survey is not None),
        "survey_score": None if survey is None else survey.score,
        "survey_answered_at": None if survey is None else survey.answered_at,
    }
    measured, facts["next_due"] = _metrics(rows, statuses, rules, now)
    for metric, found in measured.items():
        facts[f"{metric}_outcome"] = int(found.outcome)
        facts[f"{metric}_business"] = found.business
        facts[f"{metric}_calendar"] = found.calendar
    return facts


def _day(instant: datetime, zone: ZoneInfo) -> int:
    return instant.astimezone(zone).date().toordinal()


def _statuses(rows: TicketRows) -> list[tuple[datetime, str]]:
    """Every status the ticket had and since when, the first one from its creation.

    Tickets from before timelines were kept have no history: they were open until resolved.
    """
    created_at: datetime = rows.ticket.created_at
    found: list[tuple[datetime, str]] = []
    for row in rows.changes:
        since = created_at if row.kind == "created" else max(row.at, created_at)
        found.append((since, row.detail["status"]))
    if not found or rows.changes[0].kind != "created":
        bot = any(message.author_kind == AuthorKind.BOT for message in rows.messages)
        first = TicketStatus.BOT if bot else TicketStatus.OPEN
        found.insert(0, (created_at, first.value))
        if not rows.changes and rows.ticket.resolved_at is not None:
            found.append((rows.ticket.resolved_at, TicketStatus.RESOLVED.value))
    head, *rest = found
    rest.sort(key=lambda change: change[0])  # stable: equal times keep their order
    kept = [head]
    for change in rest:
        if change[1] != kept[-1][1]:
            kept.append(change)
    return kept


def _agent(rows: TicketRows, people: Sequence[Any], *, resolved: bool) -> int | None:
    if resolved and rows.resolved_by is not None:
        return rows.resolved_by
    for message in people:
        if message.author_kind == AuthorKind.AGENT and message.author_id is not None:
            agent_id: int = message.author_id
            return agent_id
    assignee: int | None = rows.ticket.assignee_id
    return assignee


def _only_bot(statuses: Sequence[tuple[datetime, str]]) -> bool:
    """Whether it never was in people's hands."""
    return all(status in (TicketStatus.BOT, TicketStatus.RESOLVED) for _, status in statuses)


def _answered_at_once(rows: TicketRows) -> bool:
    """Whether there was an answer, and the customer did not write after the first one."""
    answered: datetime | None = None
    for message in rows.messages:
        if message.direction == Direction.OUTBOUND:
            by_person = message.author_kind in (AuthorKind.AGENT, AuthorKind.STAFF)
            if by_person or (message.author_kind == AuthorKind.BOT and message.article):
                answered = min(answered or message.sent_at, message.sent_at)
    if answered is None:
        return rows.ticket.channel in COUNTER_CHANNELS
    return not any(
        message.direction == Direction.INBOUND and message.sent_at > answered
        for message in rows.messages
    )


def _metrics(
    rows: TicketRows, statuses: Sequence[tuple[datetime, str]], rules: Rules, now: datetime
) -> tuple[dict[str, _Measured], datetime | None]:
    """Each metric, and when the next clock will be overdue."""
    first, resolution = _UNSEEN, _UNSEEN
    exchanges: list[tuple[int, timedelta, datetime, _Measured]] = []
    due: list[datetime] = []
    resolved = rows.ticket.status == TicketStatus.RESOLVED
    counter = rows.ticket.channel in COUNTER_CHANNELS
    for row in rows.clocks:
        if row.ended == VOID or (counter and row.metric == Metric.FIRST_RESPONSE):
            continue
        hours = rules.calendars.get(row.policy_id, rules.calendar)
        clock = clock_of(row._mapping)
        state = clock.state(now, BusinessHours.always() if row.calendar_time else hours)
        outcome = _outcome(state, resolved=resolved)
        if row.metric == Metric.RESOLUTION:
            spans = _runs(statuses, state.met_at) if state.met_at is not None else []
        elif state.met_at is not None and state.met_at > state.started_at:
            spans = [(state.started_at, state.met_at)]
        else:
            spans = []
        found = _measure(outcome, spans, hours)
        if outcome is Outcome.PENDING and row.running_since is not None and row.due_at is not None:
            due.append(row.due_at)
        if row.metric == Metric.FIRST_RESPONSE:
            first = found
        elif row.metric == Metric.RESOLUTION:
            resolution = found
        else:
            longest = _NOTHING if outcome in ENDLESS else -state.used
            exchanges.append((_PLACES[outcome], longest, state.started_at, found))
    # Of equal ones the oldest: it may have the newest row.
    *_, counts = min(exchanges, key=lambda one: one[:3], default=(_UNSEEN,))
    measured = {
        Metric.FIRST_RESPONSE.value: first,
        Metric.NEXT_RESPONSE.value: counts,
        Metric.RESOLUTION.value: resolution,
    }
    return measured, min(due, default=None)


def _outcome(state: ClockState, *, resolved: bool) -> Outcome:
    found = OF_STANDING[state.standing]
    if found is Outcome.WITHIN and state.target is None:
        return Outcome.PENDING  # nothing was promised, so nothing is kept
    if resolved and found in (Outcome.PENDING, Outcome.OVERDUE):
        return Outcome.UNANSWERED  # closed silently: its clock runs on, but nobody owes it
    return found


def _measure(
    outcome: Outcome, spans: Sequence[tuple[datetime, datetime]], hours: BusinessHours
) -> _Measured:
    if outcome not in (Outcome.WITHIN, Outcome.LATE):
        return _Measured(outcome)
    business = calendar = _NOTHING
    for begin, end in spans:
        calendar += end - begin
        business += hours.elapsed(begin, end)
    return _Measured(outcome, business.total_seconds(), calendar.total_seconds())


def _runs(
    statuses: Sequence[tuple[datetime, str]], until: datetime
) -> list[tuple[datetime, datetime]]:
    """The spans in which resolution time counts: not while it waits for the customer or rests."""
    found: list[tuple[datetime, datetime]] = []
    ends = [since for since, _ in statuses[1:]]
    for (since, status), end in zip(statuses, [*ends, until], strict=True):
        stop = min(end, until)
        if status not in _RESTING and stop > since:
            found.append((since, stop))
    return found
