"""A recount of the reports' figures from what was said and done, the slow way.

Written from `facts/sla.md` alone: it reads messages, deliveries and the audit trail, and nothing
of what the hub keeps for its clocks, its timelines and its reports. Only the calendar's
arithmetic (`BusinessHours`) is shared. Instants are microseconds, as they are stored.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.sla import BusinessHours
from tests.hub.month.happened import COUNTER, Event, Wait, path_of, waits_of

WEEK = 7 * 86_400_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ALWAYS = BusinessHours.always()
ENDLESS = float("inf")
FIRST, NEXT, RESOLUTION = "first_response", "next_response", "resolution"


def instant(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


class Policy(NamedTuple):
    conditions: dict[str, Any]
    targets: dict[str, float | None]
    calendar_time: bool


@dataclass
class Counted:
    """One ticket, as a report must count it."""

    id: int
    day: Any
    hour: int
    unit: str
    channel: str
    topic: str
    agent: str
    resolved_day: Any
    with_bot: bool
    contained: bool
    reopened: bool
    first_contact: bool
    asked: bool
    score: int | None
    outcome: dict[str, str] = field(default_factory=dict)
    business: dict[str, float] = field(default_factory=dict)
    calendar: dict[str, float] = field(default_factory=dict)


class Brute:
    """`counted` has every ticket."""

    def __init__(self, zone: ZoneInfo, now: datetime) -> None:
        self._zone = zone
        self._now = (now - EPOCH) // timedelta(microseconds=1)
        self.counted: list[Counted] = []

    async def read(self, session: AsyncSession) -> None:
        async def rows(query: str) -> list[Any]:
            return list((await session.execute(text(query))).all())

        (definition,) = (await rows("SELECT definition FROM business_hours ORDER BY id LIMIT 1"))[0]
        self._hours = BusinessHours.from_dict(json.loads(definition))
        self._policies = [
            Policy(
                json.loads(row.definition)["conditions"],
                {m: json.loads(row.definition)[m] for m in (FIRST, NEXT, RESOLUTION)},
                json.loads(row.definition)["calendar_time"],
            )
            for row in await rows(
                "SELECT definition FROM sla_policies WHERE rank > 0 ORDER BY rank"
            )
        ]
        deliveries = {
            row.message_id: row
            for row in await rows("SELECT message_id, state, accepted_at FROM deliveries")
        }
        messages = defaultdict(list)
        for row in await rows(
            "SELECT id, ticket_id, direction, author_kind, author_id, articles, emergency, logged, "
            "sent_at, created_at FROM messages ORDER BY id"
        ):
            messages[row.ticket_id].append(row)
        audit = defaultdict(list)
        for row in await rows("SELECT id, ticket_id, at, actor, action, detail FROM audit_entries"):
            audit[row.ticket_id].append((row, json.loads(row.detail)))
        surveys = {row.ticket_id: row for row in await rows("SELECT ticket_id, score FROM surveys")}
        tickets = await rows(
            "SELECT id, created_at, unit, channel, topic, emergency, assignee_id, contact_id "
            "FROM tickets ORDER BY id"
        )
        alike = defaultdict(list)
        for row in tickets:
            alike[row.contact_id, row.topic].append(row)
        for row in tickets:
            self._ticket(
                row, messages[row.id], audit[row.id], deliveries, surveys.get(row.id),
                [other for other in alike[row.contact_id, row.topic] if other.id > row.id],
            )  # fmt: skip

    def _ticket(
        self,
        row: Any,
        messages: Sequence[Any],
        audit: Sequence[Any],
        deliveries: dict[int, Any],
        survey: Any,
        later: Sequence[Any],
    ) -> None:
        people = [m for m in messages if m.author_kind == "agent" and m.direction == "outbound"]
        events = sorted(self._events(row, messages, audit, deliveries))
        with_bot = row.channel not in (*COUNTER, "open311")
        path = path_of(row, events, with_bot)
        resolved_at = path[-1][0] if path[-1][1] == "resolved" else None
        reopened = resolved_at is not None and any(s == "resolved" for _, s, _ in path[:-1])
        resolver = [
            entry.actor.split(":")
            for entry, detail in sorted(audit, key=lambda one: one[0].id)
            if entry.action == "status" and detail["status"] == "resolved"
        ]
        agent = str(row.assignee_id or "")
        if people:
            agent = str(people[0].author_id)
        if resolved_at is not None and resolver[-1][0] == "agent":
            agent = resolver[-1][1]
        answers = [m.sent_at for m in people] + [
            m.sent_at
            for m in messages
            if m.author_kind == "bot" and m.articles != "[]" and not m.emergency
        ]
        again = bool(answers) and any(
            m.direction == "inbound" and m.sent_at > min(answers) for m in messages
        )
        followed = resolved_at is not None and any(
            other.created_at <= resolved_at + WEEK for other in later
        )
        local = instant(row.created_at).astimezone(self._zone)
        counted = Counted(
            id=row.id,
            day=local.date(),
            hour=local.hour,
            unit=row.unit,
            channel=row.channel,
            topic=row.topic or "",
            agent=agent,
            resolved_day=resolved_at and instant(resolved_at).astimezone(self._zone).date(),
            with_bot=with_bot,
            contained=resolved_at is not None
            and not people
            and {status for _, status, _ in path} <= {"bot", "resolved"},
            reopened=reopened,
            first_contact=resolved_at is not None
            and (bool(answers) or row.channel in COUNTER)
            and not (reopened or again or followed),
            asked=survey is not None,
            score=None if survey is None else survey.score,
        )
        self._measure(counted, row, events, path)
        self.counted.append(counted)

    def _events(
        self, row: Any, messages: Sequence[Any], audit: Sequence[Any], deliveries: dict[int, Any]
    ) -> Iterable[Event]:
        for message in messages:
            delivery = deliveries.get(message.id)
            if message.direction == "inbound":
                yield Event(message.sent_at, 0, "customer")
            elif message.author_kind == "bot":
                yield Event(message.sent_at, 2, "bot")
            elif message.author_kind == "agent" and message.direction == "outbound":
                yield Event(message.sent_at, 1, "person")
                if message.logged:
                    yield Event(message.sent_at, 3, "reply", message.sent_at)
                elif delivery is not None and delivery.state == "sent":
                    yield Event(delivery.accepted_at, 3, "reply", message.sent_at)
        for entry, detail in audit:
            if entry.action == "status":
                change = (detail["status"], detail.get("reason"), entry.actor)
                yield Event(entry.at, 4, "status", change)
            elif entry.action in ("assign", "hand off") and detail.get("agent_id", 0) is not None:
                yield Event(entry.at, 1, "person")
            if entry.action in ("hand off", "bot answered", "topic"):
                yield Event(entry.at, 5, "classified")

    def _measure(
        self, counted: Counted, row: Any, events: Sequence[Event], path: Sequence[Any]
    ) -> None:
        topic = row.topic if row.channel == "open311" else None
        before = self._policy(row.channel, topic, emergency=False)
        after = self._policy(row.channel, row.topic, emergency=bool(row.emergency))
        switches = [event.at for event in events if event.what == "classified"]
        # What is made of an inquiry first, stays: only its unit changes later.
        switch = min(switches) if before != after else None
        terms = _Terms(before, after, switch, self._hours)
        customer = [event for event in events if event.what == "customer"]
        waits = waits_of(row, events, path, customer[0])
        closed = path[-1][1] == "resolved"
        found = [self._wait(terms, wait, closed=closed) for wait in waits]
        if row.channel not in COUNTER:
            self._note(counted, FIRST, found[:1])
        self._note(counted, NEXT, found[1:])
        self._note(counted, RESOLUTION, [self._resolution(terms, row, path)])

    def _policy(self, channel: str, topic: str | None, *, emergency: bool) -> Policy:
        facts = {"channel": channel, "topic": topic}
        for policy in self._policies:
            asked = policy.conditions
            if asked.get("emergency") not in (None, emergency):
                continue
            if all(facts[name] in asked[name] for name in facts if asked.get(name)):
                return policy
        raise AssertionError("the city's last policy takes every ticket")

    def _wait(
        self, terms: _Terms, wait: Wait, *, closed: bool
    ) -> tuple[str, int, int, float, float]:
        """Its outcome, the part of the reply, when it began, working and calendar seconds."""
        end = wait.until if wait.until is not None else self._now
        used = terms.used([(wait.since, end)])
        missed = terms.missed(FIRST if wait.first else NEXT, [(wait.since, end)])
        business = self._hours.elapsed(instant(wait.since), instant(end)).total_seconds()
        outcome = wait.outcome
        if outcome == "reply":
            outcome = "late" if missed else "within"
        elif outcome == "open":
            outcome = "overdue" if missed else "pending"
        if wait.first and closed and outcome in ("overdue", "pending"):
            outcome = "unanswered"
        return outcome, int(used), wait.since, business, (end - wait.since) / 1e6

    def _resolution(
        self, terms: _Terms, row: Any, path: Sequence[Any]
    ) -> tuple[str, int, int, float, float]:
        spans = []
        ends = [at for at, _, _ in path[1:]] + [self._now]
        for (since, status, _), end in zip(path, ends, strict=True):
            if status not in ("resolved", "pending_customer") and end > since:
                spans.append((since, end))
        missed = terms.missed(RESOLUTION, spans)
        resolved = path[-1][1] == "resolved"
        outcome = ("late" if missed else "within") if resolved else (
            "overdue" if missed else "pending"
        )  # fmt: skip
        if resolved and path[-1][2] == "answered_by_bot":
            outcome = "answered_by_bot"
        business = sum(
            self._hours.elapsed(instant(a), instant(b)).total_seconds() for a, b in spans
        )
        return outcome, 0, row.created_at, business, sum((b - a) / 1e6 for a, b in spans)

    def _note(self, counted: Counted, metric: str, found: Sequence[Any]) -> None:
        """Of several exchanges one counts: missed for good, else late, else the longest."""
        if not found:
            return
        order = ["endless", "late", "within", "pending", "no_reply_needed", "answered_by_bot"]

        def rank(one: Any) -> tuple[int, int, int]:
            outcome, used, since, *_ = one
            word = "endless" if outcome in ("overdue", "unanswered") else outcome
            return order.index(word), -used if word != "endless" else 0, since

        outcome, _, _, business, calendar = min(found, key=rank)
        counted.outcome[metric] = outcome
        if outcome in ("within", "late"):
            counted.business[metric] = business
            counted.calendar[metric] = calendar
        elif outcome in ("overdue", "unanswered"):
            counted.business[metric] = counted.calendar[metric] = ENDLESS


class _Terms(NamedTuple):
    """The policy before and after the inquiry was understood."""

    before: Policy
    after: Policy
    switch: int | None
    hours: BusinessHours

    def _parts(self, spans: Sequence[tuple[int, int]]) -> Iterable[tuple[Policy, int, int]]:
        for since, end in spans:
            if self.switch is None or self.switch >= end:
                yield (self.after if self.switch is None else self.before), since, end
            elif self.switch <= since:
                yield self.after, since, end
            else:
                yield self.before, since, self.switch
                yield self.after, self.switch, end

    def _elapsed(self, policy: Policy, since: int, end: int) -> float:
        hours = ALWAYS if policy.calendar_time else self.hours
        return hours.elapsed(instant(since), instant(end)) / timedelta(microseconds=1)

    def used(self, spans: Sequence[tuple[int, int]]) -> float:
        return sum(self._elapsed(*part) for part in self._parts(spans))

    def missed(self, metric: str, spans: Sequence[tuple[int, int]]) -> bool:
        """Whether it went beyond a due time, under what governed then. What is due at closing
        time is late in the evening, though no working time has gone by."""
        used = 0.0
        for policy, since, end in self._parts(spans):
            target = policy.targets[metric]
            if target is not None:
                hours = ALWAYS if policy.calendar_time else self.hours
                left = timedelta(seconds=target) - timedelta(microseconds=used)
                due = hours.due(instant(since), max(left, timedelta(0)))
                if due < instant(end):
                    return True
            used += self._elapsed(policy, since, end)
        return False


def percentile(times: Iterable[float], share: float) -> float | None:
    """Between the two nearest ranks; infinite among those without end."""
    ordered = sorted(times)
    if not ordered:
        return None
    rank = share * (len(ordered) - 1)
    low = ordered[int(rank)]
    part = rank - int(rank)
    if not part or low == ENDLESS:
        return low
    return low + (ordered[int(rank) + 1] - low) * part
