"""Random histories: the clocks as kept, step by step, equal the whole history's result."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

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
    advance,
    as_of,
    evaluate,
    open_clocks,
)
from tests.hub.sla.histories import OFFICE, POLICY, at

LONG_DAYS = BusinessHours.from_dict(
    {
        "timezone": "America/New_York",
        "weekly_hours": {
            day: [["06:00", "12:00"], ["13:00", "20:00"]]
            for day in ("mon", "tue", "wed", "thu", "fri", "sat")
        },
    }
)
URGENT = SlaPolicy(
    id=2,
    name="Urgent",
    conditions=Conditions(priority=frozenset({"urgent"})),
    first_response=timedelta(minutes=20),
    resolution=timedelta(hours=1),
)
EMERGENCY = SlaPolicy(
    id=3,
    name="Emergency",
    conditions=Conditions(emergency=True),
    first_response=timedelta(minutes=15),
    next_response=timedelta(minutes=15),
    resolution=timedelta(hours=2),
    calendar_time=True,
)
RULES = (
    Rules.of((EMERGENCY, URGENT, POLICY), OFFICE),
    Rules.of((EMERGENCY, URGENT, POLICY), LONG_DAYS),
    Rules.of((EMERGENCY, URGENT, replace(POLICY, first_response=timedelta(hours=3))), OFFICE),
    Rules((URGENT, POLICY), OFFICE, {2: LONG_DAYS}),
    Rules((URGENT,), OFFICE),
)

START = at("10:00")
facts = st.builds(
    Facts,
    channel=st.just("facebook"),
    unit=st.just("billing"),
    priority=st.sampled_from(["normal", "urgent"]),
    emergency=st.sampled_from([False, False, True]),
)
# Small steps make ties and due times that are hit exactly; long ones cross nights.
steps = st.one_of(
    st.sampled_from([0, 0, 5, 10, 15, 20, 30, 30, 60]).map(lambda count: timedelta(minutes=count)),
    st.sampled_from([0, 5, 10, 15, 20, 30, 60]).map(lambda count: timedelta(minutes=count)),
    st.integers(0, 70).map(lambda hours: timedelta(hours=hours)),
    st.integers(0, 90_000).map(lambda seconds: timedelta(seconds=seconds)),
)


# What leads to where the rules differ; what follows is random.
BEGINNINGS = (
    "",
    "customer",
    "customer reply",
    "customer reply customer",
    "customer reply resolved customer",
    "customer reply customer resolved",
    "customer reply customer resolved customer",
    "bot customer bot-message",
    "bot customer bot-message resolved customer",
)


def _entry(word: str, when: datetime) -> Entry:
    match word:
        case "customer":
            return CustomerMessage(at=when)
        case "reply":
            return PublicReply(at=when)
        case "bot-message":
            return BotMessage(at=when)
    return StatusChanged(at=when, status=TicketStatus(word))


def _any_entry(when: datetime) -> st.SearchStrategy[Entry]:
    words = ["customer", "customer", "reply", "reply", "resolved", "resolved", "open"]
    return st.one_of(
        st.sampled_from([*words, "bot-message", *TicketStatus]).map(
            lambda word: _entry(str(word), when)
        ),
        st.sampled_from(["customer", "reply", "resolved", "open", "pending_customer"]).map(
            lambda word: _entry(word, when)
        ),
        st.builds(ClassificationChanged, at=st.just(when), facts=facts),
        st.builds(RulesChanged, at=st.just(when), rules=st.sampled_from(RULES)),
        st.sampled_from(
            [
                PrivateNote(at=when),
                DeliveryRefused(at=when),
                StatusChanged(at=when, status=TicketStatus.RESOLVED, reason="no_reply_needed"),
                StatusChanged(at=when, status=TicketStatus.RESOLVED, reason="answered_by_bot"),
            ]
        ),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    channel = draw(st.sampled_from(["facebook"] * 9 + ["phone"]))
    status = draw(st.sampled_from([TicketStatus.OPEN, *TicketStatus]))
    created = Created(at=START, facts=replace(draw(facts), channel=channel), status=status)
    when = START - timedelta(minutes=draw(st.sampled_from([0, 0, 0, 7])))
    entries: list[Entry] = []
    beginning = draw(st.sampled_from(BEGINNINGS)).split()
    for word in [*beginning, *[""] * draw(st.integers(0, 9))]:
        entries.append(_entry(word, when) if word else draw(_any_entry(when)))
        when = max(when, START) + draw(steps)
    return [created, *entries]


@settings(max_examples=250, deadline=None)
@given(histories(), st.sampled_from(RULES), steps)
def test_step_by_step_equals_the_whole(
    history: list[Entry], rules: Rules, after: timedelta
) -> None:
    created, *entries = history
    assert isinstance(created, Created)
    ticket = open_clocks(created, rules)
    latest = created.at
    for entry in entries:
        ticket = advance(ticket, entry)
        latest = max(latest, entry.at)
    now = latest + after
    assert as_of(ticket, now) == evaluate(history, rules, now)


@settings(max_examples=100, deadline=None)
@given(histories(), st.sampled_from(RULES), st.integers(0, 14))
def test_a_recorded_breach_is_never_taken_back(
    history: list[Entry], rules: Rules, so_far: int
) -> None:
    """Whatever happens later, a clock breached by then has its breach at the same time."""
    created, *entries = history
    assert isinstance(created, Created)
    ticket = open_clocks(created, rules)
    for entry in entries[:so_far]:
        ticket = advance(ticket, entry)
    earlier = [clock.breached_at for clock in ticket.clocks[:-1]]
    resolution = ticket.resolution.breached_at
    for entry in entries[so_far:]:
        ticket = advance(ticket, entry)
    for before, clock in zip(earlier, ticket.clocks, strict=False):
        assert before is None or clock.breached_at == before
    assert resolution is None or ticket.resolution.breached_at == resolution
