"""The last hours' quarters against the rows, counted one by one, and against what was seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.reports.live.trends import BUCKET, BUCKETS
from hub.sla.models import Breach, ClockRow
from hub.system import Hub
from hub.tickets import actions, replies
from hub.tickets.models import Status, Ticket
from tests.fakes import FakeClock, ScriptedResponder, inbound
from tests.fixtures import Work, agent, change, receive, rows
from tests.hub.reports.live_history import History, report_of

pytestmark = pytest.mark.anyio

RESPONSES = ("first_response", "next_response")


async def _expected(hub: Hub, unit: str | None) -> list[dict[str, Any]]:
    now = hub.now()
    tickets = {one.id: one for one in await rows(hub.database, Ticket) if unit in (None, one.unit)}
    clocks = [
        one
        for one in await rows(hub.database, ClockRow)
        if one.ticket_id in tickets and one.metric in RESPONSES
    ]
    breaches = [one for one in await rows(hub.database, Breach) if unit in (None, one.unit)]
    waits: list[tuple[datetime, datetime | None]] = [
        (one.waiting_since, None)
        for one in tickets.values()
        if one.waiting_since is not None and one.status in ("open", "pending_customer")
    ]
    for clock in clocks:
        ticket = tickets[clock.ticket_id]
        if clock.met_at is not None:
            waits.append((clock.started_at, clock.met_at))
        elif clock.ended in ("unanswered", "no_reply_needed"):
            waits.append((clock.started_at, clock.ended_at))
        elif clock.ended is None and ticket.status == "resolved" and not ticket.merged_into_id:
            waits.append((clock.started_at, ticket.resolved_at))
    minutes = now.minute // 15 * 15
    last = now.replace(minute=minutes, second=0, microsecond=0)
    points = []
    for number in range(BUCKETS):
        start = last - (BUCKETS - 1 - number) * BUCKET
        end = start + BUCKET

        def within(at: datetime | None, start: datetime = start, end: datetime = end) -> bool:
            return at is not None and start <= at < end

        points.append(
            {
                "at": start,
                "arrived": sum(within(one.created_at) for one in tickets.values()),
                "answered": sum(within(one.met_at) for one in clocks if one.ended is None),
                "resolved": sum(
                    within(one.resolved_at) for one in tickets.values() if one.status == "resolved"
                ),
                "breached": sum(within(one.due_at) for one in breaches),
                "waiting": sum(
                    begun < end and (until is None or until >= end) for begun, until in waits
                ),
            }
        )
    return points


@pytest.mark.parametrize("seed", [311, 8, 2026])
async def test_the_quarters_are_those_of_the_rows(
    hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder, seed: int
) -> None:
    clock.at = datetime(2026, 11, 17, 14, 7, tzinfo=UTC)
    history = History(hub, work, clock, responder, seed)
    for _ in range(2):
        await history.run(24)
        for unit in (None, "billing"):
            report = await report_of(hub, unit)
            trends = report["trends"]
            assert trends["minutes"] == 15
            assert trends["points"] == await _expected(hub, unit)
            assert trends["points"][-1]["waiting"] == report["totals"]["waiting"]
    points = (await report_of(hub))["trends"]["points"]
    for name in ("arrived", "answered", "resolved", "breached", "waiting"):
        assert sum(point[name] for point in points) > 0, name


async def test_the_past_is_told_as_it_was_seen(hub: Hub, work: Work, clock: FakeClock) -> None:
    """Without a bot in between, a quarter's end says what a look at it had said then."""
    clock.at = datetime(2026, 11, 17, 14, 5, tzinfo=UTC)
    ava = await agent(hub, "ava")
    seen: dict[datetime, int] = {}
    tickets: list[int] = []
    for step in range(24):
        if step % 3 != 2:
            tickets += await receive(
                hub,
                inbound(f"m-{step}", conversation=f"c-{step}", skip_bot=True, sent_at=clock()),
            )
        elif step % 2:
            await change(hub, tickets[step // 3], ava, replies.reply, "On it")
            await work.deliver()
        else:
            await change(hub, tickets[step // 3], ava, actions.set_status, Status.RESOLVED)
        clock.advance(minutes=9, seconds=59)
        before_end = clock() + timedelta(seconds=1)
        if before_end.minute % 15 == 0:  # a moment before a quarter ends
            seen[before_end] = (await report_of(hub))["totals"]["waiting"]
        clock.advance(seconds=1)
    points = (await report_of(hub))["trends"]["points"]
    told = {point["at"] + BUCKET: point["waiting"] for point in points}
    assert len(seen) >= 6
    assert len(set(seen.values())) >= 4
    assert {at: told[at] for at in seen} == seen


async def test_a_clock_that_runs_ahead_is_of_the_quarter_that_is_under_way(
    hub: Hub, clock: FakeClock
) -> None:
    await receive(hub, inbound(skip_bot=True, sent_at=clock() + timedelta(minutes=20)))
    report = await report_of(hub)
    points = report["trends"]["points"]
    assert [point["waiting"] for point in points[-2:]] == [0, report["totals"]["waiting"]]
    assert points[-1]["waiting"] == 1


async def test_older_waits_count_from_the_first_quarter_on(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ava = await agent(hub, "ava")
    (ticket_id,) = await receive(hub, inbound(skip_bot=True, sent_at=clock()))
    clock.advance(days=2)
    await change(hub, ticket_id, ava, replies.reply, "At last")
    await work.deliver()
    clock.advance(hours=1)
    points = (await report_of(hub))["trends"]["points"]
    waited = [point["waiting"] for point in points]
    assert waited == [1] * (BUCKETS - 5) + [0] * 5
    assert [point["answered"] for point in points] == [0] * (BUCKETS - 5) + [1] + [0] * 4
