"""A ticket's history and the times that follow from it, both ways of computing them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hub.sla import (
    BadTimeline,
    BusinessHours,
    ClassificationChanged,
    ClockState,
    Conditions,
    Created,
    CustomerMessage,
    Ended,
    Entry,
    Facts,
    Rules,
    RulesChanged,
    SlaPolicy,
    Standing,
    TicketStatus,
    TicketTimes,
    advance,
    as_of,
    evaluate,
    open_clocks,
)
from tests.hub.sla.histories import FACEBOOK, OFFICE, PHONE, POLICY, RULES, at, opened, story


def times(history: Sequence[Entry], now: str, rules: Rules = RULES) -> TicketTimes:
    """From the history, after making sure that the kept clocks say the same."""
    evaluated = evaluate(history, rules, at(now))
    created, *rest = history
    assert isinstance(created, Created)
    ticket = open_clocks(created, rules)
    for entry in rest:
        ticket = advance(ticket, entry)
    assert as_of(ticket, at(now)) == evaluated
    return evaluated


def first(history: Sequence[Entry], now: str, rules: Rules = RULES) -> ClockState:
    state = times(history, now, rules).first_response
    assert state is not None
    return state


def following(history: Sequence[Entry], now: str, rules: Rules = RULES) -> ClockState:
    state = times(history, now, rules).next_response
    assert state is not None
    return state


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


# First response


def test_first_response_runs_from_the_message_to_the_reply() -> None:
    state = first(opened("10:00") + story("10:20 reply"), "12:00")
    assert (state.started_at, state.due_at, state.met_at) == (at("10:00"), at("11:00"), at("10:20"))
    assert (state.used, state.standing) == (minutes(20), Standing.MET)
    assert (state.remaining, state.exceeded) == (minutes(40), minutes(0))


@pytest.mark.parametrize("entry", ["10:10 note", "10:10 bot-message", "10:10 refused"])
def test_what_is_no_response(entry: str) -> None:
    state = first(opened("10:00") + story(entry), "10:30")
    assert (state.met_at, state.remaining) == (None, minutes(30))


@pytest.mark.parametrize("status", ["pending_customer", "snoozed", "bot", "resolved"])
def test_a_status_change_is_no_response(status: str) -> None:
    state = first(opened("10:00") + story(f"10:10 {status}"), "11:15")
    assert state.standing is Standing.OVERDUE
    assert (state.breached_at, state.exceeded) == (at("11:00"), minutes(15))


def test_a_hand_over_from_the_bot_does_not_restart_it() -> None:
    history = opened("10:00", status="bot") + story("10:01 bot-message", "10:50 open")
    state = first(history, "10:55")
    assert (state.started_at, state.due_at) == (at("10:00"), at("11:00"))


def test_what_the_bot_alone_resolved_is_neither_met_nor_missed() -> None:
    history = opened("10:00", status="bot") + story("10:01 bot-message", "12:00 resolved")
    state = first(history, "13:00")
    assert state.standing is Standing.ANSWERED_BY_BOT
    assert (state.met_at, state.breached) == (None, False)


def test_what_rested_after_the_bots_answer_was_not_resolved_late() -> None:
    history = opened("10:00", status="bot") + story(
        "10:01 bot-message", "19 10:00 resolved answered_by_bot"
    )
    resolution = times(history, "19 11:00").resolution
    assert (resolution.standing, resolution.breached) == (Standing.ANSWERED_BY_BOT, False)
    # From a person's hands the reason alone hides nothing.
    taken = opened("10:00") + story("10:01 bot-message", "19 10:00 resolved answered_by_bot")
    assert times(taken, "19 11:00").resolution.standing is Standing.LATE


def test_a_person_who_resolves_silently_after_the_bot_has_not_answered() -> None:
    history = opened("10:00", status="bot") + story(
        "10:01 bot-message", "10:02 open", "10:30 resolved"
    )
    assert first(history, "12:00").standing is Standing.OVERDUE


def test_no_reply_needed_is_counted_apart() -> None:
    state = first(opened("10:00") + story("10:30 resolved no_reply_needed"), "13:00")
    assert state.standing is Standing.NO_REPLY_NEEDED


def test_exactly_at_the_due_time_is_in_time() -> None:
    assert first(opened("10:00") + story("11:00 reply"), "12:00").standing is Standing.MET
    assert first(opened("10:00") + story("11:00:01 reply"), "12:00").standing is Standing.LATE


def test_a_breach_has_its_own_time_not_the_one_at_which_it_was_noticed() -> None:
    state = first(opened("16:30") + story("19 16:00 reply"), "20 12:00")
    assert (state.due_at, state.breached_at) == (at("19 08:30"), at("19 08:30"))
    assert (state.used, state.exceeded) == (timedelta(hours=8, minutes=30), minutes(450))


def test_a_message_older_than_its_ticket_starts_the_clock_at_its_own_time() -> None:
    history: list[Entry] = [
        Created(at=at("10:00"), facts=FACEBOOK),
        CustomerMessage(at=at("09:30")),
    ]
    state = times(history, "10:10")
    assert state.first_response is not None
    assert state.first_response.due_at == at("10:30")
    assert state.resolution.started_at == at("10:00")


def test_a_call_is_answered_when_it_is_taken_and_never_waits_for_a_reply() -> None:
    state = times(opened("10:00", PHONE) + story("11:00 customer"), "12:00")
    assert state.first_response is not None
    assert state.first_response.met_at == at("10:00")
    assert state.first_response.standing is Standing.MET
    assert state.exchanges == ()
    assert state.resolution.used == timedelta(hours=2)


def test_a_ticket_nobody_wrote_to_has_no_first_response() -> None:
    state = times([Created(at=at("10:00"), facts=FACEBOOK), *story("10:10 reply")], "12:00")
    assert state.first_response is None


# Next response


def test_next_response_does_not_shorten_the_first() -> None:
    """A next-response target shorter than the first-response target waits for its turn."""
    state = times(opened("10:00") + story("10:05 customer"), "10:40")
    assert state.exchanges == ()
    assert state.first_response is not None
    assert state.first_response.due_at == at("11:00")


def test_further_messages_do_not_move_it() -> None:
    history = opened("10:00") + story("10:10 reply", "11:00 customer", "11:20 customer")
    state = following(history, "11:25")
    assert (state.started_at, state.due_at) == (at("11:00"), at("11:30"))


def test_the_longest_exchange_is_kept() -> None:
    history = opened("10:00") + story(
        "10:10 reply", "11:00 customer", "11:40 reply", "12:00 customer", "12:05 reply"
    )
    state = times(history, "13:00")
    assert [exchange.used for exchange in state.exchanges] == [minutes(40), minutes(5)]
    assert state.longest_exchange is not None
    assert state.longest_exchange.standing is Standing.LATE
    assert state.longest_exchange.breached_at == at("11:30")


def test_waiting_on_the_customer_does_not_pause_an_unanswered_message() -> None:
    history = opened("10:00") + story("10:10 reply", "11:00 customer", "11:05 pending_customer")
    assert following(history, "11:45").standing is Standing.OVERDUE


def test_thanks_before_it_is_resolved_is_unanswered_and_apart() -> None:
    history = opened("10:00") + story("10:10 reply", "10:15 customer", "10:20 resolved")
    state = following(history, "15:00")
    assert (state.standing, state.breached, state.used) == (Standing.UNANSWERED, False, minutes(5))


def test_reply_and_resolve_counts_though_the_channel_accepted_it_after() -> None:
    history = opened("10:00") + story(
        "10:10 reply", "11:00 customer", "11:10:00 resolved", "11:10:02 reply"
    )
    state = following(history, "15:00")
    assert (state.met_at, state.standing) == (at("11:10:02"), Standing.MET)
    late = opened("10:00") + story("10:10 reply", "11:00 customer", "11:10 resolved", "11:45 reply")
    state = following(late, "15:00")
    assert (state.standing, state.breached_at, state.used) == (
        Standing.LATE,
        at("11:30"),
        minutes(45),
    )


def test_a_reply_after_it_was_reopened_and_resolved_again_is_not_that_exchanges() -> None:
    history = opened("10:00") + story(
        "10:10 reply", "11:00 customer", "11:10 resolved", "12:00 open", "13:00 resolved"
    )
    state = following(history + story("13:01 reply"), "15:00")
    assert (state.met_at, state.standing) == (None, Standing.UNANSWERED)


def test_first_reply_and_resolve_too() -> None:
    state = first(opened("10:00") + story("10:30:00 resolved", "10:30:02 reply"), "12:00")
    assert (state.met_at, state.standing) == (at("10:30:02"), Standing.MET)


# Resolution


def test_resolution_runs_from_creation_to_resolved() -> None:
    resolution = times(opened("10:00") + story("12:00 resolved"), "16:00").resolution
    assert (resolution.due_at, resolution.met_at) == (at("14:00"), at("12:00"))
    assert (resolution.used, resolution.standing) == (timedelta(hours=2), Standing.MET)


def test_waiting_on_the_customer_is_cut_out() -> None:
    history = opened("10:00") + story("11:00 pending_customer")
    paused = times(history, "13:00").resolution
    assert (paused.paused, paused.due_at, paused.used) == (True, None, timedelta(hours=1))
    assert paused.standing is Standing.PAUSED
    resumed = times(history + story("13:00 open"), "13:30").resolution
    assert (resumed.due_at, resumed.used) == (at("16:00"), minutes(90))


@pytest.mark.parametrize("status", ["bot", "snoozed"])
def test_snoozing_and_the_bot_pause_nothing(status: str) -> None:
    resolution = times(opened("10:00") + story(f"11:00 {status}"), "13:00").resolution
    assert (resolution.paused, resolution.due_at) == (False, at("14:00"))


def test_reopening_resumes_and_starts_the_next_response() -> None:
    history = opened("10:00") + story(
        "10:10 reply", "11:00 resolved", "19 09:00 customer", "19 09:00 open"
    )
    state = times(history, "19 09:10")
    assert state.resolution.met_at is None
    assert (state.resolution.used, state.resolution.due_at) == (minutes(70), at("19 12:00"))
    assert state.next_response is not None
    assert state.next_response.due_at == at("19 09:30")


def test_a_message_that_does_not_reopen_starts_nothing() -> None:
    history = opened("10:00") + story("10:10 reply", "11:00 resolved", "12:00 customer")
    state = times(history, "16:00")
    assert state.exchanges == ()
    assert state.resolution.standing is Standing.MET


def test_what_the_bot_resolved_and_a_customer_reopened_waits_as_next_response() -> None:
    history = opened("10:00", status="bot") + story(
        "10:01 bot-message", "10:05 resolved", "14:00 customer", "14:00 open"
    )
    state = times(history, "14:40")
    assert state.first_response is not None
    assert state.first_response.ended is Ended.ANSWERED_BY_BOT
    assert state.next_response is not None
    assert state.next_response.breached_at == at("14:30")


def test_created_and_resolved_at_the_counter() -> None:
    created = Created(at=at("10:00"), facts=PHONE, status=TicketStatus.RESOLVED)
    resolution = times([created], "12:00").resolution
    assert (resolution.met_at, resolution.used) == (at("10:00"), minutes(0))


# Changes of policy, calendar and classification

URGENT = SlaPolicy(
    id=2,
    name="Urgent",
    conditions=Conditions(priority=frozenset({"urgent"})),
    first_response=minutes(10),
    resolution=timedelta(hours=2),
)
EMERGENCY = SlaPolicy(
    id=3,
    name="Emergency",
    conditions=Conditions(emergency=True),
    first_response=minutes(15),
    resolution=timedelta(hours=2),
    calendar_time=True,
)
THREE = Rules.of((EMERGENCY, URGENT, POLICY), OFFICE)


def change(text: str, **facts: object) -> list[Entry]:
    changed: Facts = replace(FACEBOOK, **facts)  # type: ignore[arg-type]
    return [ClassificationChanged(at=at(text), facts=changed)]


def test_a_raised_priority_counts_what_was_used_before() -> None:
    state = times(opened("10:00") + change("10:05", priority="urgent"), "10:06", THREE)
    assert state.policy is URGENT
    assert state.first_response is not None
    assert state.first_response.due_at == at("10:10")
    assert state.resolution.due_at == at("12:00")


def test_a_target_that_was_used_up_before_it_governed_is_breached_from_the_change() -> None:
    state = first(opened("10:00") + change("10:30", priority="urgent"), "10:40", THREE)
    assert (state.due_at, state.breached_at, state.exceeded) == (
        at("10:10"),
        at("10:30"),
        minutes(30),
    )


def test_an_emergency_found_at_night_counts_the_clock_from_then_on() -> None:
    history = opened("16:50") + change("20:00", emergency=True)
    state = first(history, "20:04", THREE)
    assert (state.calendar_time, state.used, state.due_at) == (True, minutes(14), at("20:05"))


def test_a_breach_stays_recorded_when_the_target_is_relaxed() -> None:
    relaxed = replace(POLICY, first_response=timedelta(hours=3))
    history = [
        *opened("10:00"),
        RulesChanged(at=at("11:30"), rules=Rules.of(relaxed, OFFICE)),
        *story("12:00 reply"),
    ]
    state = first(history, "13:00")
    assert (state.due_at, state.breached_at, state.standing) == (
        at("13:00"),
        at("11:00"),
        Standing.LATE,
    )


def test_a_calendar_that_closes_early_moves_what_is_left() -> None:
    short = BusinessHours.from_dict(
        OFFICE.to_dict() | {"exceptions": {"2026-11-18": [["08:00", "12:00"]]}}
    )
    history = [*opened("10:00"), RulesChanged(at=at("11:00"), rules=Rules.of(POLICY, short))]
    assert times(history, "11:00").resolution.due_at == at("19 10:00")


def test_a_change_that_changes_nothing_leaves_a_due_time_at_closing() -> None:
    history = [*opened("16:00"), RulesChanged(at=at("18:00"), rules=Rules.of(POLICY, OFFICE))]
    assert first(history, "19:00").due_at == at("17:00")


def test_what_was_met_is_not_judged_again() -> None:
    history = [*opened("10:00"), *story("10:30 reply"), *change("10:40", priority="urgent")]
    state = first(history, "12:00", THREE)
    assert (state.target, state.standing) == (timedelta(hours=1), Standing.MET)


def test_a_policy_may_have_a_calendar_of_its_own() -> None:
    rules = Rules((POLICY,), OFFICE, {1: BusinessHours.always()})
    assert first(opened("16:30"), "16:40", rules).due_at == at("17:30")


def test_without_a_policy_time_is_measured_and_nothing_is_due() -> None:
    state = times(opened("10:00"), "12:00", Rules((), OFFICE))
    assert state.policy is None
    assert (state.resolution.due_at, state.resolution.remaining) == (None, None)
    assert state.resolution.used == timedelta(hours=2)


# Input


def test_order_of_entries_does_not_matter() -> None:
    history = opened("10:00") + story("10:10 reply", "11:00 customer", "11:30 resolved")
    assert evaluate(history[::-1], RULES, at("12:00")) == evaluate(history, RULES, at("12:00"))


def test_entries_ahead_of_the_clock_move_it() -> None:
    history = opened("10:00")
    assert evaluate(history, RULES, at("09:59")) == evaluate(history, RULES, at("10:00"))


def test_refused_histories() -> None:
    created = Created(at=at("10:00"), facts=FACEBOOK)
    for history in ([], [created, created]):
        with pytest.raises(BadTimeline):
            evaluate(history, RULES, at("12:00"))
    with pytest.raises(BadTimeline):
        advance(open_clocks(created, RULES), created)
    with pytest.raises(BadTimeline):
        CustomerMessage(at=datetime(2026, 11, 18))  # noqa: DTZ001
    with pytest.raises(ValueError, match="closed"):
        Created(at=at("10:00"), facts=FACEBOOK, status="closed")  # type: ignore[arg-type]
