"""Clock rows over time: each breach once and at its own time, however late the sweep comes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from hub.audit.models import AuditEntry
from hub.ports import Answer, ChannelKind
from hub.sla import sweep
from hub.sla.models import Breach, ClockRow
from hub.system import Hub
from hub.tickets import actions, replies
from hub.tickets.models import Priority, Status
from tests.fakes import NOON, FakeClock, ScriptedResponder, handoff, inbound
from tests.fixtures import (
    HubMaker,
    Work,
    agent,
    change,
    events_of,
    receive,
    rows,
    ticket_of,
)

pytestmark = pytest.mark.anyio

FIRST_DUE = NOON + timedelta(hours=1)
"""A message on X at noon wants its first response within an hour of the office's time."""


async def _open(hub: Hub, n: int = 1) -> int:
    message = inbound(f"m-{n}", conversation=f"c-{n}", address=f"u-{n}", skip_bot=True)
    (ticket_id,) = await receive(hub, message)
    return ticket_id


async def _row(hub: Hub, ticket_id: int, metric: str) -> ClockRow:
    found = await rows(hub.database, ClockRow, ticket_id=ticket_id, metric=metric)
    assert isinstance(found[-1], ClockRow)
    return found[-1]


async def _breaches(hub: Hub, ticket_id: int) -> list[tuple[str, datetime]]:
    found = await rows(hub.database, Breach, ticket_id=ticket_id)
    return [(one.metric, one.due_at) for one in found]


async def test_a_breach_is_recorded_once_at_its_own_time(
    hub: Hub, work: Work, make_hub: HubMaker, clock: FakeClock
) -> None:
    ticket_id = await _open(hub)
    clock.at = FIRST_DUE
    assert await work.sweep.run() == 1  # the warning
    assert await work.sweep.run() == 0  # exactly at the due time is in time
    clock.advance(minutes=95)
    assert await work.sweep.run() == 1
    (breach,) = await rows(hub.database, Breach)
    assert (breach.metric, breach.due_at, breach.noticed_at, breach.unit) == (
        "first_response", FIRST_DUE, clock(), "social-media",
    )  # fmt: skip
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.first_response_breached, ticket.overdue) == (True, True)
    assert (await events_of(hub, ticket_id=ticket_id))[-1].kind == "ticket.updated"
    version = ticket.version
    # Neither the next sweep nor another process notices it again.
    clock.advance(seconds=1)
    assert await work.sweep.run() == 0
    later = make_hub()
    await later.start()
    assert await Work(later).sweep.run() == 0
    await later.aclose()
    assert len(await rows(hub.database, Breach)) == 1
    audits = await rows(hub.database, AuditEntry, ticket_id=ticket_id)
    assert [one.action for one in audits] == ["breach"]
    assert (await ticket_of(hub, ticket_id)).version == version


async def test_two_sweeps_at_once_record_it_once(
    hub: Hub, work: Work, make_hub: HubMaker, clock: FakeClock
) -> None:
    tickets = [await _open(hub, n) for n in range(12)]
    other = make_hub()
    await other.start()
    clock.advance(hours=2)
    await asyncio.gather(work.sweep.run(), Work(other).sweep.run())
    await other.aclose()
    assert [one.ticket_id for one in await rows(hub.database, Breach)] == tickets
    for ticket_id in tickets:
        assert len(await rows(hub.database, AuditEntry, ticket_id=ticket_id)) == 1


async def test_a_late_reply_before_the_sweep_is_a_breach_all_the_same(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    """The worker was away: the reply is accepted before anybody has noticed."""
    ticket_id = await _open(hub)
    clock.advance(minutes=90)
    await change(hub, ticket_id, await agent(hub, "carla"), replies.reply, "Sorry")
    await work.deliver()
    row = await _row(hub, ticket_id, "first_response")
    assert (row.met_at, row.breached_at) == (clock(), FIRST_DUE)
    await work.sweep.run()
    assert await _breaches(hub, ticket_id) == [("first_response", FIRST_DUE)]
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.first_response_breached, ticket.overdue) == (True, False)


async def test_a_late_reply_of_staff_in_the_platforms_app_is_a_breach_all_the_same(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _open(hub)
    clock.advance(minutes=90)
    await receive(hub, inbound("s-1", "Sorry", conversation="c-1", by_staff=True, sent_at=clock()))
    await work.sweep.run()
    assert await _breaches(hub, ticket_id) == [("first_response", FIRST_DUE)]


async def test_a_reply_in_time_is_no_breach_however_late_the_sweep(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _open(hub)
    clock.advance(minutes=59)
    await change(hub, ticket_id, await agent(hub, "carla"), replies.reply, "On it")
    await work.deliver()
    clock.advance(hours=3)
    assert await work.sweep.run() == 0
    assert await _breaches(hub, ticket_id) == []
    assert not (await ticket_of(hub, ticket_id)).first_response_breached


async def test_closed_time_does_not_count(hub: Hub, work: Work, clock: FakeClock) -> None:
    """Asked on Wednesday at 16:30: due at 08:30 on Thursday."""
    clock.at = datetime(2026, 11, 18, 21, 30, tzinfo=UTC)
    message = inbound(skip_bot=True, sent_at=clock())
    (ticket_id,) = await receive(hub, message)
    due = datetime(2026, 11, 19, 13, 30, tzinfo=UTC)
    assert (await _row(hub, ticket_id, "first_response")).due_at == due
    clock.at = due
    assert await work.sweep.run() == 1  # the warning
    assert await work.sweep.run() == 0
    clock.advance(seconds=1)
    assert await work.sweep.run() == 1
    assert await _breaches(hub, ticket_id) == [("first_response", due)]


async def test_waiting_for_the_customer_stops_the_resolution_clock_and_only_that(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _open(hub)
    carla = await agent(hub, "carla")
    due = (await _row(hub, ticket_id, "resolution")).due_at
    assert due is not None
    await change(hub, ticket_id, carla, actions.set_status, Status.PENDING_CUSTOMER)
    row = await _row(hub, ticket_id, "resolution")
    assert (row.running_since, row.due_at) == (None, None)
    clock.advance(hours=2)
    await change(hub, ticket_id, carla, actions.set_status, Status.OPEN)
    row = await _row(hub, ticket_id, "resolution")
    assert row.due_at == due + timedelta(hours=2)
    await work.sweep.run()
    # They had not been answered: that clock ran on.
    assert await _breaches(hub, ticket_id) == [("first_response", FIRST_DUE)]
    clock.at = row.due_at + timedelta(seconds=1)
    await work.sweep.run()
    assert (await _breaches(hub, ticket_id))[1:] == [("resolution", row.due_at)]


async def test_a_status_alone_is_no_response(hub: Hub, work: Work, clock: FakeClock) -> None:
    ticket_id = await _open(hub)
    carla = await agent(hub, "carla")
    await change(hub, ticket_id, carla, actions.set_status, Status.RESOLVED, reason="answered")
    assert (await ticket_of(hub, ticket_id)).first_response_met_at is None
    clock.advance(hours=2)
    await work.sweep.run()
    assert await _breaches(hub, ticket_id) == [("first_response", FIRST_DUE)]


async def test_no_reply_needed_is_counted_apart(hub: Hub, work: Work, clock: FakeClock) -> None:
    ticket_id = await _open(hub)
    carla = await agent(hub, "carla")
    await change(
        hub, ticket_id, carla, actions.set_status, Status.RESOLVED, reason="no_reply_needed"
    )
    clock.advance(days=3)
    await work.sweep.run()
    assert await _breaches(hub, ticket_id) == []
    assert (await _row(hub, ticket_id, "first_response")).ended == "no_reply_needed"


async def test_what_the_bot_answered_is_never_missed(
    hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder
) -> None:
    responder.decisions.append(Answer("A map is online.", ("outage-map",)))
    (ticket_id,) = await receive(hub, inbound())
    await work.all()
    clock.advance(hours=3)
    await work.sweep.run()
    assert await _breaches(hub, ticket_id) == []
    assert (await ticket_of(hub, ticket_id)).status == "bot"
    clock.advance(hours=21)
    assert await work.sweep.run() == 1
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.resolution_reason) == ("resolved", "answered_by_bot")
    row = await _row(hub, ticket_id, "first_response")
    assert (row.ended, row.met_at) == ("answered_by_bot", None)
    clock.advance(days=30)
    assert await work.sweep.run() == 0
    assert await _breaches(hub, ticket_id) == []
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.first_response_breached, ticket.overdue) == (False, False)


async def test_a_customer_who_writes_again_is_not_closed(
    hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder
) -> None:
    responder.decisions.append(Answer("A map is online.", ("outage-map",)))
    (ticket_id,) = await receive(hub, inbound())
    await work.all()
    clock.advance(hours=23)
    await receive(hub, inbound("m-2", "that did not help", sent_at=clock()))
    clock.advance(hours=2)
    await work.sweep.run()
    assert (await ticket_of(hub, ticket_id)).status == "bot"


async def test_handing_over_does_not_start_the_clock_anew(
    hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder
) -> None:
    """The citizen has waited since the first message."""
    responder.decisions.extend([Answer("A map is online.", ("outage-map",)), handoff()])
    (ticket_id,) = await receive(hub, inbound())
    await work.all()
    clock.advance(minutes=50)
    await receive(hub, inbound("m-2", "a person, please", sent_at=clock()))
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.first_response_due_at) == ("open", FIRST_DUE)
    clock.advance(minutes=11)
    await work.sweep.run()
    assert await _breaches(hub, ticket_id) == [("first_response", FIRST_DUE)]


async def test_a_new_topic_brings_its_own_targets(hub: Hub, work: Work, clock: FakeClock) -> None:
    ticket_id = await _open(hub)
    carla = await agent(hub, "carla")
    await change(hub, ticket_id, carla, actions.set_topic, "gas-leak")
    assert (await ticket_of(hub, ticket_id)).first_response_due_at == NOON + timedelta(minutes=30)
    await change(hub, ticket_id, carla, actions.set_topic, "report-outage")
    assert (await ticket_of(hub, ticket_id)).first_response_due_at == NOON + timedelta(minutes=40)
    assert (await _row(hub, ticket_id, "first_response")).calendar_time
    await change(hub, ticket_id, carla, actions.set_topic, None)
    assert (await ticket_of(hub, ticket_id)).first_response_due_at == FIRST_DUE
    # What is overdue under the new target is so from the change on, not before.
    clock.advance(minutes=45)
    await change(hub, ticket_id, carla, actions.set_topic, "gas-leak")
    changed_at = clock()
    clock.advance(minutes=1)
    await work.sweep.run()
    assert (await _row(hub, ticket_id, "first_response")).breached_at == changed_at
    assert await _breaches(hub, ticket_id) == [("first_response", changed_at)]
    # And it stays recorded.
    await change(hub, ticket_id, carla, actions.set_topic, None)
    assert (await ticket_of(hub, ticket_id)).first_response_breached


async def test_a_priority_nobody_made_a_policy_for_changes_no_clock(hub: Hub) -> None:
    ticket_id = await _open(hub)
    before = await _row(hub, ticket_id, "resolution")
    await change(hub, ticket_id, await agent(hub, "carla"), actions.set_priority, Priority.HIGH)
    assert (await _row(hub, ticket_id, "resolution")).as_row() == before.as_row()


async def test_a_snooze_ends_at_its_time_and_stops_no_clock(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _open(hub)
    carla = await agent(hub, "carla")
    until = clock() + timedelta(hours=2)
    due = (await _row(hub, ticket_id, "resolution")).due_at
    await change(hub, ticket_id, carla, actions.set_status, Status.SNOOZED, until=until)
    clock.at = until - timedelta(seconds=1)
    await work.sweep.run()
    ticket = await ticket_of(hub, ticket_id)
    assert ticket.status == "snoozed"
    assert await _breaches(hub, ticket_id) == [("first_response", FIRST_DUE)]
    clock.at = until
    assert await work.sweep.run() == 1
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.snoozed_until) == ("open", None)
    assert (await _row(hub, ticket_id, "resolution")).due_at == due
    assert await work.sweep.run() == 0


async def test_an_answered_customer_who_asks_again_waits_anew(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _open(hub)
    carla = await agent(hub, "carla")
    await change(hub, ticket_id, carla, replies.reply, "On it")
    await work.deliver()
    clock.advance(minutes=10)
    asked = clock()
    await receive(hub, inbound("m-2", conversation="c-1", address="u-1", sent_at=asked))
    clock.advance(minutes=20)
    await receive(hub, inbound("m-3", conversation="c-1", address="u-1", sent_at=clock()))
    row = await _row(hub, ticket_id, "next_response")
    assert (row.started_at, row.due_at) == (asked, asked + timedelta(hours=1))
    clock.at = asked + timedelta(minutes=61)
    await work.sweep.run()
    assert await _breaches(hub, ticket_id) == [("next_response", asked + timedelta(hours=1))]
    await change(hub, ticket_id, carla, replies.reply, "Done")
    await work.deliver()
    assert (await _row(hub, ticket_id, "next_response")).met_at == clock()
    assert not (await ticket_of(hub, ticket_id)).overdue


async def test_a_call_is_never_missed(hub: Hub, work: Work, clock: FakeClock) -> None:
    call = inbound("call-1", kind="phone", skip_bot=True, can_reply=False)
    (ticket_id,) = await receive(hub, call, kind=ChannelKind.PHONE)
    clock.advance(days=2)
    await work.sweep.run()
    assert await _breaches(hub, ticket_id) == []


async def test_a_backlog_is_worked_off(
    hub: Hub, work: Work, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "_AT_ONCE", 10)
    messages = [
        inbound(f"m-{n}", conversation=f"c-{n}", address=f"u-{n}", skip_bot=True) for n in range(13)
    ]
    await receive(hub, *messages)
    clock.advance(hours=2)
    assert [await work.sweep.run() for _ in range(3)] == [20, 6, 0]  # warned of, and missed
    assert len(await rows(hub.database, Breach)) == 13
