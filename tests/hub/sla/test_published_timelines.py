"""Tickets' histories as other systems publish their cases, put in our own tables.

Situations and figures of Zammad's escalation, Libredesk's and Chatwoot's service targets, Frappe
Helpdesk's and Zendesk's. Times are UTC on Tuesday 4 June 2013, a summer's day in Berlin, whose
office is open daily from 07:00 to 16:00 UTC; `5 07:30` is the day after.

Where we differ on purpose, as the project's definitions say:
- Zammad pauses every target while a ticket is pending or closed, also the customer's first answer;
  here only the resolution pauses, so its 11:45 and 16:00 are 11:00 here.
- Zammad's update target runs from the first message on and so overrides a longer first-response
  target (its issue 5177); here the first exchange is the first response and nothing else.
- Frappe takes a changed status for a first response, Zendesk a silent resolution for the end of it.
- Libredesk writes down the tick's time as met, and Chatwoot's report leaves out the bot's time.
- Chatwoot counts nothing against a snoozed conversation; whoever waits, waits on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.sla import (
    BotMessage,
    BusinessHours,
    ClassificationChanged,
    Conditions,
    Created,
    CustomerMessage,
    DeliveryRefused,
    Entry,
    Facts,
    PrivateNote,
    PublicReply,
    Rules,
    RulesChanged,
    SlaPolicy,
    StatusChanged,
    TicketStatus,
    TicketTimes,
    advance,
    as_of,
    evaluate,
    open_clocks,
)

OFFICE = BusinessHours.from_dict(
    {
        "timezone": "Europe/Berlin",
        "weekly_hours": {
            day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        },
    }
)
LATER = BusinessHours.from_dict(
    {"timezone": "Europe/Berlin", "weekly_hours": {"tue": [["14:00", "18:00"]]}}
)
ALWAYS = BusinessHours.always()
FACTS = Facts(channel="email", unit="billing")
PLAIN: dict[str, type[Entry]] = {
    "customer": CustomerMessage,
    "reply": PublicReply,
    "note": PrivateNote,
    "bot-says": BotMessage,
    "refused": DeliveryRefused,
}


def minutes(number: float | None) -> timedelta | None:
    return None if number is None else timedelta(minutes=number)


def policy(
    first: float | None, following: float | None, resolution: float | None, **more: Any
) -> SlaPolicy:
    return SlaPolicy(
        id=more.pop("id", 1),
        name="Tested",
        first_response=minutes(first),
        next_response=minutes(following),
        resolution=minutes(resolution),
        **more,
    )


ZAMMAD = policy(120, 180, 250)
SHORT = policy(60, 60, 75)
URGENT = policy(30, 30, 120, id=2, conditions=Conditions(priority=frozenset({"urgent"})))
RULES = {
    "zammad": Rules.of(ZAMMAD, OFFICE),
    "always": Rules.of(SHORT, ALWAYS),
    "long-first": Rules.of(policy(240, 60, None), OFFICE),
    "first-only": Rules.of(policy(60, None, None), OFFICE),
    "resolution-only": Rules.of(policy(None, None, 120), OFFICE),
    "next-only": Rules.of(policy(None, 30, None), OFFICE),
    "half-hour": Rules.of(policy(30, 30, 60), OFFICE),
    "slow": Rules.of(policy(180, 180, 240), OFFICE),
    "five-minutes": Rules.of(policy(5, 5, 5), OFFICE),
    "by-priority": Rules.of((URGENT, ZAMMAD), OFFICE),
    "urgent-only": Rules.of((URGENT,), OFFICE),
    "afternoon": Rules.of(ZAMMAD, LATER),
    "none": Rules.of((), OFFICE),
}


def at(text: str) -> datetime:
    day, _, clock = text.rpartition(" ")
    return datetime.fromisoformat(f"2013-06-{int(day or 4):02} {clock}").replace(tzinfo=UTC)


def entry(line: str) -> Entry:
    """`10:00 customer`, `5 10:00 resolved no_reply_needed`, `10:00 rules slow`,
    `10:00 priority urgent`."""
    words = line.split()
    day = [words.pop(0)] if ":" not in words[0] else []
    when, what, *rest = at(" ".join([*day, words[0]])), *words[1:]
    if what in PLAIN:
        return PLAIN[what](at=when)  # type: ignore[call-arg]
    if what == "rules":
        return RulesChanged(at=when, rules=RULES[rest[0]])
    if what == "priority":
        return ClassificationChanged(at=when, facts=replace(FACTS, priority=rest[0]))
    return StatusChanged(at=when, status=TicketStatus(what), reason=rest[0] if rest else None)


def times(history: Sequence[Entry], rules: Rules, now: datetime) -> TicketTimes:
    """Both ways of computing them; entries out of order are for the whole history alone."""
    found = evaluate(history, rules, now)
    created, *rest = history
    assert isinstance(created, Created)
    ticket = open_clocks(created, rules)
    for one in sorted(rest, key=lambda one: one.at):
        ticket = advance(ticket, one)
    assert as_of(ticket, now) == found
    assert evaluate(list(reversed(history)), rules, now).resolution.used == found.resolution.used
    return found


@dataclass
class Case:
    name: str
    lines: list[str]
    now: str
    rules: str = "zammad"
    status: str = "open"
    facts: Facts = FACTS
    first: dict[str, Any] | None = None
    """What is said of it: due, met, used and over in minutes, breached, standing."""
    following: dict[str, Any] | None = None
    resolution: dict[str, Any] = field(default_factory=dict)


def said(state: Any) -> dict[str, Any]:
    return {
        "due": state.due_at,
        "met": state.met_at,
        "breached": state.breached_at,
        "used": state.used,
        "left": state.remaining,
        "over": state.exceeded,
        "standing": str(state.standing),
        "started": state.started_at,
    }


def wanted(told: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, value in told.items():
        if name in ("due", "met", "breached", "started"):
            read[name] = None if value is None else at(value)
        else:
            read[name] = value if name == "standing" else minutes(value)
    return read


CASES = [
    # Zammad
    Case("pending, closed and open again", [
        "09:00 customer", "09:30 pending_customer", "09:45 open", "10:00 resolved", "10:30 open",
    ], "10:40",
        first={"due": "11:00", "used": 100, "standing": "running"},
        resolution={"due": "13:55", "used": 55, "met": None}),
    Case("suspended from ten to three", [
        "09:00 customer", "10:00 pending_customer", "15:00 open",
    ], "15:10",
        first={"due": "11:00", "breached": "11:00", "standing": "overdue", "over": 250},
        resolution={"due": "5 09:10", "used": 70}),
    Case("suspended for half an hour, answered, closed", [
        "09:00 customer", "10:00 pending_customer", "10:30 open", "10:45 reply", "12:00 resolved",
    ], "13:00",
        first={"due": "11:00", "met": "10:45", "used": 105, "standing": "met"},
        resolution={"due": "13:40", "met": "12:00", "used": 150, "left": 100}),
    Case("pending from the start until closed", ["12:00 resolved"], "13:00",
        status="pending_customer",
        resolution={"due": None, "met": "12:00", "used": 0, "left": 250}),
    Case("pending, open, pending, closed",
        ["10:30 open", "11:00 pending_customer", "12:00 resolved"], "13:00",
        status="pending_customer", resolution={"met": "12:00", "used": 30, "left": 220}),
    Case("pending, open, pending, open, closed",
        ["10:30 open", "11:00 pending_customer", "11:30 open", "12:00 resolved"], "13:00",
        status="pending_customer",
        resolution={"due": "15:10", "met": "12:00", "used": 60, "left": 190}),
    Case("around the clock: open for ninety of a hundred and twenty minutes",
        ["09:00 customer", "10:30 pending_customer", "11:00 resolved"], "12:00", rules="always",
        first={"due": "10:00", "breached": "10:00"},
        resolution={"breached": "10:15", "met": "11:00", "used": 90, "over": 15,
                    "standing": "late"}),
    Case("answered after half an hour", ["09:00 customer", "09:30 reply"], "10:00", rules="always",
        first={"met": "09:30", "used": 30, "left": 30, "standing": "met"}),
    Case("answered three and a half hours late",
        ["09:00 customer", "13:30 reply"], "14:00", rules="always",
        first={"met": "13:30", "used": 270, "over": 210, "standing": "late", "breached": "10:00"}),
    Case("an update is timed from the oldest message, and further ones do not move it", [
        "09:00 customer", "09:10 reply", "09:30 customer", "09:40 customer", "10:20 customer",
    ], "10:25", rules="always",
        first={"met": "09:10"}, following={"started": "09:30", "due": "10:30", "used": 55}),
    Case("what the agent adds starts nothing", ["09:00 customer", "09:10 reply", "09:40 reply"],
        "12:00", rules="always", first={"met": "09:10"}),
    Case("a shorter update target does not override a longer first one", ["09:00 customer"],
        "11:00", rules="long-first", first={"due": "13:00", "standing": "running"}),
    Case("the priority matches no policy any more", ["09:00 customer", "09:20 priority normal"],
        "13:00", rules="urgent-only", facts=replace(FACTS, priority="urgent"),
        first={"due": None, "breached": None, "left": None, "used": 240, "standing": "running"},
        resolution={"due": None, "left": None}),
    Case("it is closed at once", ["09:00 customer", "09:00 resolved"], "10:00", rules="always",
        first={"standing": "running", "due": "10:00"},
        resolution={"used": 0, "met": "09:00", "standing": "met"}),
    Case("it comes an hour before the close",
        ["15:00 customer"], "5 07:30", first={"due": "5 08:00", "used": 90}),
    # Libredesk
    Case("both met", ["09:00 customer", "09:20 reply", "09:50 resolved"], "12:00",
        rules="half-hour", first={"standing": "met"}, resolution={"standing": "met"}),
    Case("both missed", ["09:00 customer"], "12:00", rules="half-hour",
        first={"standing": "overdue", "breached": "09:30"},
        resolution={"standing": "overdue", "breached": "10:00"}),
    Case("one met, one missed", ["09:00 customer", "09:20 reply"], "12:00", rules="half-hour",
        first={"standing": "met"}, resolution={"standing": "overdue", "breached": "10:00"}),
    Case("one missed, one met", ["09:00 customer", "09:50 resolved"], "12:00", rules="half-hour",
        first={"standing": "overdue", "breached": "09:30"}, resolution={"standing": "met"}),
    Case("only a first answer is promised", ["09:00 customer", "09:20 reply"], "5 12:00",
        rules="first-only", first={"standing": "met"}, resolution={"due": None, "breached": None}),
    Case("only a resolution is promised", ["09:00 customer", "10:00 resolved"], "5 12:00",
        rules="resolution-only", first={"due": None, "breached": None},
        resolution={"standing": "met", "due": "11:00"}),
    Case("only further answers are promised", [
        "09:00 customer", "09:20 reply", "09:30 customer",
    ], "10:10", rules="next-only",
        first={"due": None}, following={"due": "10:00", "breached": "10:00", "over": 10}),
    Case("a breach nobody had noticed survives another policy",
        ["09:00 customer", "09:40 rules slow"], "09:45", rules="half-hour",
        first={"breached": "09:30", "due": "12:00", "standing": "overdue"}),
    Case("so does an answer", ["09:00 customer", "09:20 reply", "09:40 rules five-minutes"],
        "09:50", rules="slow", first={"met": "09:20", "standing": "met"},
        resolution={"due": "09:05", "breached": "09:40", "standing": "overdue"}),
    Case("an overdue further answer survives another policy", [
        "09:00 customer", "09:10 reply", "09:20 customer", "09:55 rules slow", "10:00 reply",
    ], "11:00", rules="half-hour", first={"standing": "met"},
        following={"breached": "09:50", "met": "10:00", "standing": "late"}),
    Case("a second question starts no second clock, one after the answer does", [
        "09:00 customer", "09:05 reply", "09:10 customer", "09:15 customer", "09:20 reply",
        "09:30 customer",
    ], "09:40", rules="half-hour", first={"met": "09:05"},
        following={"started": "09:30", "due": "10:00"}),
    Case("met when the channel took it, however late somebody looks",
        ["09:00 customer", "09:29 reply"], "5 15:00", rules="half-hour",
        first={"met": "09:29", "used": 29, "standing": "met"}),
    Case("without a policy time is measured all the same", ["09:00 customer", "10:00 reply"],
        "12:00", rules="none", first={"met": "10:00", "used": 60, "due": None, "standing": "met"}),
    # Chatwoot
    Case("a note, a bot and a refused reply answer nobody", [
        "09:00 customer", "09:05 bot-says", "09:10 note", "09:15 refused",
    ], "09:40", rules="half-hour", first={"met": None, "breached": "09:30"}),
    Case("the bot's time counts when a person takes over",
        ["09:00 customer", "09:01 bot-says", "09:25 open", "09:28 reply"], "10:00",
        rules="half-hour", status="bot", first={"used": 28, "met": "09:28"}),
    Case("the bot alone resolved it",
        ["09:00 customer", "09:01 bot-says", "09:45 resolved"], "10:00",
        rules="half-hour", status="bot",
        first={"standing": "answered_by_bot", "met": None}, resolution={"standing": "met"}),
    Case("a snooze stops nothing that the customer waits for",
        ["09:00 customer", "09:10 snoozed", "13:00 open"], "13:10", rules="half-hour",
        first={"breached": "09:30"}, resolution={"breached": "10:00", "used": 250}),
    Case("a reply that was refused at first and then taken",
        ["09:00 customer", "09:10 refused", "09:35 reply"], "10:00", rules="half-hour",
        first={"met": "09:35", "breached": "09:30", "standing": "late"}),
    # Frappe
    Case("a status alone is no first answer", ["09:00 customer", "09:10 pending_customer"],
        "09:40", rules="half-hour",
        first={"met": None, "breached": "09:30"}, resolution={"due": None, "used": 10,
                                                              "standing": "paused"}),
    Case("an hour on hold is an hour more to resolve it in",
        ["09:00 customer", "09:20 reply", "09:20 pending_customer", "10:20 customer",
         "10:20 open"], "10:30", rules="half-hour",
        first={"met": "09:20"}, following={"started": "10:20", "due": "10:50"},
        resolution={"due": "11:00", "used": 30}),
    Case("more urgent: the shorter target counts from the beginning",
        ["09:00 customer", "09:10 priority urgent"], "09:20", rules="by-priority",
        first={"due": "09:30"}, resolution={"due": "11:00"}),
    Case("more urgent when it is too late already: missed from that moment",
        ["09:00 customer", "10:00 priority urgent"], "10:20", rules="by-priority",
        first={"due": "09:30", "breached": "10:00", "over": 50}),
    Case("out of the policy and back: the clock had not stopped",
        ["09:00 customer", "09:30 rules none", "10:00 rules zammad"], "10:10",
        first={"due": "11:00", "used": 70}),
    # Zendesk
    Case("a ticket an agent opens promises no first answer until its customer writes", [], "15:00",
        resolution={"due": "13:10", "breached": "13:10"}),
    Case("resolved in silence is not answered", ["09:00 customer", "09:20 resolved"], "10:00",
        rules="half-hour", first={"met": None, "breached": "09:30", "standing": "overdue"},
        resolution={"standing": "met"}),
    Case("no reply was needed", ["09:00 customer", "09:20 resolved no_reply_needed"], "10:00",
        rules="half-hour", first={"standing": "no_reply_needed", "breached": None}),
    Case("written again after the resolution: closed time is cut out", [
        "09:00 customer", "09:10 reply", "09:30 resolved", "12:00 customer", "12:00 open",
    ], "12:10", rules="half-hour", first={"met": "09:10"},
        following={"started": "12:00", "due": "12:30"},
        resolution={"due": "12:30", "used": 40, "met": None}),
    Case("other hours from noon on: what was used stays used",
        ["09:00 customer", "10:00 rules afternoon"], "12:30",
        first={"due": "13:00", "used": 90}, resolution={"due": "15:10", "used": 90}),
    Case("a call is answered when it is taken", ["09:00 customer"], "15:00",
        facts=replace(FACTS, channel="phone"), first={"met": "09:00", "used": 0}),
    Case("exactly at the due time is in time", ["09:00 customer", "09:30 reply"], "10:00",
        rules="half-hour", first={"met": "09:30", "breached": None, "standing": "met"}),
    Case("a microsecond later is late", ["09:00 customer", "09:30:00.000001 reply"], "10:00",
        rules="half-hour", first={"breached": "09:30", "standing": "late"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_published_case(case: Case) -> None:
    history: list[Entry] = [
        Created(at=at("09:00"), facts=case.facts, status=TicketStatus(case.status)),
        *map(entry, case.lines),
    ]
    # What comes before anybody wrote is the ticket's creation time: 15:00 is one of its own.
    if case.lines and case.lines[0].startswith("15:00"):
        history[0] = Created(at=at("15:00"), facts=case.facts)
    found = times(history, RULES[case.rules], at(case.now))
    for told, state in (
        (case.first, found.first_response),
        (case.following, found.next_response),
        (case.resolution, found.resolution),
    ):
        if told is None:
            assert state is None
            continue
        expected = wanted(told)
        assert {name: said(state)[name] for name in expected} == expected


def test_the_longest_exchange_is_kept() -> None:
    """Zammad: the later one was quicker."""
    lines = ["09:00 customer", "09:05 reply", "09:10 customer", "09:20 reply", "09:30 customer"]
    history = [Created(at=at("09:00"), facts=FACTS), *map(entry, [*lines, "09:35 reply"])]
    found = times(history, RULES["always"], at("12:00"))
    assert found.longest_exchange is not None
    assert (found.longest_exchange.used, found.longest_exchange.remaining) == (
        timedelta(minutes=10), timedelta(minutes=50),
    )  # fmt: skip
    assert [one.used for one in found.exchanges] == [timedelta(minutes=10), timedelta(minutes=5)]
