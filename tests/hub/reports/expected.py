"""Every figure of a report counted in plain Python, ticket by ticket, from raw rows.

The times come from the timelines by `hub.sla.evaluate`, not from the stored clocks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.audit.models import AuditEntry
from hub.reports.figures import ReportQuery
from hub.sla import Rules, TicketStatus, evaluate
from hub.sla.history import entries_of, first_rules
from hub.sla.models import ClockRow, TimelineRow
from hub.surveys.models import Survey
from hub.system import Hub
from hub.tickets.models import Message, Ticket
from tests.fixtures import rows

ZONE = ZoneInfo("America/New_York")
METRICS = ("first_response", "next_response", "resolution")
DECIDED = ("within", "late", "overdue", "unanswered")
_WORDS = {
    "met": "within", "late": "late", "overdue": "overdue", "unanswered": "unanswered",
    "running": "pending", "paused": "pending", "answered_by_bot": "answered_by_bot",
    "no_reply_needed": "no_reply_needed",
}  # fmt: skip
_COUNTS = ("overdue", "unanswered", "late", "within", "pending", "no_reply_needed")


@dataclass
class Seen:
    """One ticket, as an auditor would write it down."""

    ticket: Ticket
    created: date
    hour: int
    resolved: date | None
    agent_id: int | None
    with_bot: bool
    contained: bool
    reopened: bool
    first_contact: bool
    survey: Survey | None
    outcomes: dict[str, str]
    business: dict[str, float]
    calendar: dict[str, float]


async def audit(hub: Hub, now: datetime) -> list[Seen]:
    directory = await hub.directory.get()
    rules = directory.clockwork.known_rules()
    tickets: list[Ticket] = await rows(hub.database, Ticket)
    found = []
    for ticket in tickets:
        if ticket.merged_into_id is not None:
            continue
        found.append(
            _see(
                ticket,
                tickets,
                await rows(hub.database, TimelineRow, ticket_id=ticket.id),
                await rows(hub.database, ClockRow, ticket_id=ticket.id),
                await rows(hub.database, Message, ticket_id=ticket.id),
                await rows(hub.database, AuditEntry, ticket_id=ticket.id, action="status"),
                await rows(hub.database, Survey, ticket_id=ticket.id),
                rules,
                now,
            )
        )
    return found


def _see(
    ticket: Ticket,
    tickets: Sequence[Ticket],
    timeline: Sequence[TimelineRow],
    clocks: Sequence[ClockRow],
    messages: Sequence[Message],
    audits: Sequence[AuditEntry],
    surveys: Sequence[Survey],
    versions: dict[int, Rules],
    now: datetime,
) -> Seen:
    plain = [row.as_row() for row in timeline]
    times = evaluate(entries_of(plain, versions), first_rules(plain, versions), now)
    newest = versions[max(versions)]
    hours = {
        clock.metric: newest.calendars.get(clock.policy_id or 0, newest.calendar)
        for clock in clocks
        if clock.ended != "void"
    }
    resolved = ticket.status == "resolved"
    path = _path(timeline, ticket)
    reopened = resolved and [status for _, status in path].count("resolved") > 1
    said = [m for m in messages if m.direction == "outbound"]
    by_people = [m for m in said if m.author_kind in ("agent", "staff")]
    answers = [*by_people, *(m for m in said if m.author_kind == "bot" and m.articles)]
    asked_again = bool(answers) and any(
        m.direction == "inbound" and m.sent_at > min(a.sent_at for a in answers) for m in messages
    )
    answered = bool(answers) or ticket.channel in ("phone", "walk-in")
    followed = resolved and any(
        other.contact_id == ticket.contact_id
        and other.topic == ticket.topic
        and other.id > ticket.id
        and other.created_at <= (ticket.resolved_at or now) + timedelta(days=7)
        for other in tickets
    )
    outcomes = dict.fromkeys(METRICS, "none")
    business: dict[str, float] = {}
    calendar: dict[str, float] = {}
    if times.first_response is not None and ticket.channel not in ("phone", "walk-in"):
        _note(times.first_response, "first_response", hours, outcomes, business, calendar)
        if resolved and outcomes["first_response"] in ("overdue", "pending"):
            outcomes["first_response"] = "unanswered"
    exchanges = sorted(
        times.exchanges,
        key=lambda one: (
            _rank(_WORDS[one.standing]),
            -one.used if _WORDS[one.standing] in ("late", "within") else timedelta(0),
            one.started_at,
        ),
    )
    if exchanges:
        _note(exchanges[0], "next_response", hours, outcomes, business, calendar)
    outcomes["resolution"] = _WORDS[times.resolution.standing]
    if times.resolution.met_at is not None:
        spans = [
            (begin, min(end, times.resolution.met_at))
            for (begin, status), (end, _) in zip(path, [*path[1:], (now, "")], strict=True)
            if status not in ("resolved", "pending_customer")
        ]
        spans = [(begin, end) for begin, end in spans if end > begin]
        calendar["resolution"] = sum((end - begin).total_seconds() for begin, end in spans)
        business["resolution"] = sum(
            hours["resolution"].elapsed(begin, end).total_seconds() for begin, end in spans
        )
    local = ticket.created_at.astimezone(ZONE)
    return Seen(
        ticket,
        local.date(),
        local.hour,
        ticket.resolved_at.astimezone(ZONE).date() if resolved and ticket.resolved_at else None,
        _agent(ticket, by_people, audits),
        path[0][1] == "bot",
        resolved and not by_people and {status for _, status in path} <= {"bot", "resolved"},
        reopened,
        resolved and answered and not reopened and not asked_again and not followed,
        surveys[0] if surveys else None,
        outcomes,
        business,
        calendar,
    )


def _rank(word: str) -> int:
    return {"overdue": 0, "unanswered": 0}.get(word, ([*_COUNTS, "answered_by_bot"]).index(word))


def _note(
    state: Any,
    metric: str,
    hours: dict[str, Any],
    outcomes: dict[str, str],
    business: dict[str, float],
    calendar: dict[str, float],
) -> None:
    outcomes[metric] = _WORDS[state.standing]
    if state.met_at is not None:
        end = max(state.started_at, state.met_at)
        calendar[metric] = (end - state.started_at).total_seconds()
        business[metric] = hours[metric].elapsed(state.started_at, end).total_seconds()


def _path(timeline: Sequence[TimelineRow], ticket: Ticket) -> list[tuple[datetime, str]]:
    """Each status and since when."""
    changes = [
        (max(row.at, ticket.created_at), row.detail["status"])
        for row in timeline
        if row.kind in ("created", "status") and row.detail
    ]
    changes = changes[:1] + sorted(changes[1:], key=lambda one: one[0])
    return [one for at, one in enumerate(changes) if not at or one[1] != changes[at - 1][1]]


def _agent(ticket: Ticket, by_people: Sequence[Message], audits: Sequence[AuditEntry]) -> Any:
    if ticket.status == TicketStatus.RESOLVED:
        closings = [one for one in audits if one.detail["status"] == "resolved"]
        if closings and closings[-1].actor.startswith("agent:"):
            return int(closings[-1].actor.split(":")[1])
    for message in by_people:
        if message.author_kind == "agent" and message.author_id is not None:
            return message.author_id
    return ticket.assignee_id


def matching(seen: Sequence[Seen], query: ReportQuery) -> list[Seen]:
    """Those in the filters, of any day."""
    return [
        one
        for one in seen
        if query.unit in (None, one.ticket.unit)
        and query.channel in (None, one.ticket.channel)
        and query.topic in (None, one.ticket.topic)
        and query.agent_id in (None, one.agent_id)
    ]


def within(seen: Sequence[Seen], first: date, last: date) -> list[Seen]:
    return [one for one in seen if first <= one.created <= last]


KEYS: dict[str, Callable[[Seen], str]] = {
    "unit": lambda one: one.ticket.unit,
    "channel": lambda one: one.ticket.channel,
    "topic": lambda one: one.ticket.topic or "",
    "agent": lambda one: "" if one.agent_id is None else str(one.agent_id),
    "hour": lambda one: f"{one.hour:02}",
    "weekday": lambda one: str(one.created.weekday()),
    "day": lambda one: one.created.isoformat(),
}


def figures(seen: Sequence[Seen]) -> dict[str, Any]:
    """The counts of a group, and its times as sorted lists with None for those without end."""
    scores = [one.survey.score for one in seen if one.survey and one.survey.score is not None]
    found: dict[str, Any] = {
        "created": len(seen),
        "resolved": sum(one.resolved is not None for one in seen),
        "open": sum(one.resolved is None for one in seen),
        "with_bot": sum(one.with_bot for one in seen),
        "contained": sum(one.contained for one in seen),
        "reopened": sum(one.reopened for one in seen),
        "first_contact": sum(one.first_contact for one in seen),
        "surveys_asked": sum(one.survey is not None for one in seen),
        "surveys_answered": len(scores),
        "surveys_satisfied": sum(score >= 4 for score in scores),
        "survey_score": sum(scores) / len(scores) if scores else None,
    }
    for metric in METRICS:
        numbers = Counter(one.outcomes[metric] for one in seen)
        found[metric] = {word: numbers[word] for word in (*_COUNTS, "answered_by_bot")}
        decided = [one for one in seen if one.outcomes[metric] in DECIDED]
        for kind in ("business", "calendar"):
            endless = float("inf")
            found[f"{metric}.{kind}"] = sorted(
                getattr(one, kind)[metric]
                if one.outcomes[metric] in ("within", "late")
                else endless
                for one in decided
            )
    return found


def percentile(times: Sequence[float], share: float) -> float | None:
    """As `percentile_cont`; infinite among those without end."""
    if not times:
        return None
    rank = share * (len(times) - 1)
    low, part = int(rank), rank - int(rank)
    if part == 0 or times[low] == float("inf"):
        return times[low]
    return times[low] + (times[low + 1] - times[low]) * part


def volume(seen: Sequence[Seen], first: date, last: date) -> list[tuple[date, int, int, int]]:
    found = []
    day = first
    while day <= last:
        created = sum(one.created == day for one in seen)
        resolved = sum(one.resolved == day for one in seen)
        backlog = sum(
            one.created <= day and (one.resolved is None or one.resolved > day) for one in seen
        )
        found.append((day, created, resolved, backlog))
        day += timedelta(days=1)
    return found
