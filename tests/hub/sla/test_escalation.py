"""Warnings and breaches are acted on once, whoever restarts and however many workers there are."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.audit.models import AuditEntry
from hub.jobs.models import Job
from hub.notices.models import Notice
from hub.ports import ChannelKind
from hub.sla.draft import read_draft
from hub.sla.editing import newest_version, save_rules
from hub.sla.models import ClockRow, Escalation
from hub.system import Hub
from hub.team.models import Agent
from hub.tickets import actions, replies
from hub.tickets.models import Priority, Status
from tests.fakes import NOON, FakeClock, inbound
from tests.fixtures import HubMaker, Work, agent, change, receive, rows, ticket_of
from tests.hub.sla.drafts import ANYTHING, document_of

pytestmark = pytest.mark.anyio

WARNED = NOON + timedelta(minutes=45)
"""A message on X at noon wants its first answer in an hour; the warning is at three quarters."""


async def _open(hub: Hub, **more: Any) -> int:
    (ticket_id,) = await receive(hub, inbound(skip_bot=True, **more))
    return ticket_id


async def _rules(hub: Hub, **values: Any) -> None:
    """Give the policy for social media other values."""
    async with hub.database.write() as session:
        newest = await newest_version(session)
        document = document_of(newest)
        (social,) = (p for p in document["policies"] if p["name"] == "Social media")
        social |= values
        draft = read_draft(**document, known=ANYTHING, now=hub.now())
        await save_rules(session, draft, newest.id, await agent(hub, "sam"), hub.now())
    hub.directory.forget()


async def _done(hub: Hub) -> list[tuple[str, list[tuple[str, str | None, str | None]]]]:
    found = await rows(hub.database, Escalation)
    return [
        (row.moment, [(one["kind"], one["target"], one["error"]) for one in row.done])
        for row in found
    ]


async def test_a_warning_then_a_breach_each_once(
    hub: Hub, work: Work, make_hub: HubMaker, clock: FakeClock
) -> None:
    ticket_id = await _open(hub)
    clock.at = WARNED - timedelta(seconds=1)
    await work.sweep.run()
    assert await rows(hub.database, Job, kind="escalate") == []
    clock.at = WARNED
    await work.sweep.run()
    await work.jobs()
    assert await _done(hub) == [("warning", [("notify", "unit", None)])]
    (notice,) = await rows(hub.database, Notice)
    assert (notice.kind, notice.audience, notice.unit, notice.ticket_id) == (
        "sla_warning", "unit", "social-media", ticket_id,
    )  # fmt: skip
    clock.at = NOON + timedelta(minutes=61)
    later = make_hub()  # another process goes on
    await later.start()
    other = Work(later)
    for _ in range(2):
        await asyncio.gather(work.sweep.run(), other.sweep.run())
        await asyncio.gather(work.jobs(), other.jobs())
    await later.aclose()
    assert await _done(hub) == [
        ("warning", [("notify", "unit", None)]),
        ("breach", [("notify", "supervisors", None), ("raise_priority", None, None)]),
    ]
    assert (await ticket_of(hub, ticket_id)).priority == Priority.HIGH
    assert [one.kind for one in await rows(hub.database, Notice)] == ["sla_warning", "sla_breach"]


async def test_a_job_that_comes_twice_does_nothing_twice(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _open(hub)
    clock.at = NOON + timedelta(hours=2)
    await work.sweep.run()
    jobs = [job.payload for job in await rows(hub.database, Job, kind="escalate")]
    await work.jobs()
    for payload in jobs:
        await work.queue._handlers["escalate"](payload)
    assert len(await _done(hub)) == 2
    assert len(await rows(hub.database, Notice)) == 2
    assert (await ticket_of(hub, ticket_id)).priority == Priority.HIGH


async def test_what_was_answered_meanwhile_is_left_alone(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _open(hub)
    clock.at = WARNED
    await work.sweep.run()
    await change(hub, ticket_id, await agent(hub, "carla"), replies.reply, "On it")
    await work.deliver()
    await work.jobs()
    assert await _done(hub) == [("warning", [("notify", "unit", "met or resolved meanwhile")])]
    assert await rows(hub.database, Notice) == []


async def test_an_answer_in_time_is_never_warned_of(hub: Hub, work: Work, clock: FakeClock) -> None:
    ticket_id = await _open(hub)
    await change(hub, ticket_id, await agent(hub, "carla"), replies.reply, "On it")
    await work.deliver()
    clock.advance(hours=3)
    await work.sweep.run()
    assert await rows(hub.database, Notice) == []
    (row,) = await rows(hub.database, ClockRow, metric="first_response")
    assert (row.warn_at, row.warned_at) == (None, None)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ({"kind": "move", "target": "billing"}, {"unit": "billing"}),
        ({"kind": "reassign", "target": "ava@demo.example"}, {"assignee": "Ava Reyes"}),
        ({"kind": "raise_priority"}, {"priority": "high"}),
    ],
    ids=lambda value: str(value.get("kind", "")),
)
async def test_each_action_does_what_it_says(
    hub: Hub, work: Work, clock: FakeClock, action: dict[str, Any], expected: dict[str, str]
) -> None:
    await _rules(hub, on_breach=[action])
    ticket_id = await _open(hub)
    clock.at = NOON + timedelta(hours=2)
    await work.sweep.run()
    await work.jobs()
    ticket = await ticket_of(hub, ticket_id)
    agents = (await hub.directory.get()).agents
    assignee = agents[ticket.assignee_id].name if ticket.assignee_id else None
    found = {"unit": ticket.unit, "priority": ticket.priority, "assignee": assignee}
    assert found | expected == found
    audited = [row.action for row in await rows(hub.database, AuditEntry, ticket_id=ticket_id)]
    assert "escalated" in audited


async def test_whom_a_policy_names_may_have_left(hub: Hub, work: Work, clock: FakeClock) -> None:
    """The rest is done, and what was not says why."""
    await _rules(
        hub,
        on_breach=[
            {"kind": "reassign", "target": "ava@demo.example"},
            {"kind": "notify", "target": "supervisors"},
        ],
    )
    ava = await agent(hub, "ava")
    await _open(hub)
    async with hub.database.write() as session:
        (await session.get_one(Agent, ava.id)).active = False
    hub.directory.forget()
    clock.at = NOON + timedelta(hours=2)
    await work.sweep.run()
    await work.jobs()
    breach = (await _done(hub))[-1]
    assert breach == (
        "breach",
        [
            ("reassign", "ava@demo.example", "nobody here has the address ava@demo.example"),
            ("notify", "supervisors", None),
        ],
    )


async def test_the_actions_are_those_of_the_moment(hub: Hub, work: Work, clock: FakeClock) -> None:
    """Rules that are saved before the job runs change nothing of what was due by then."""
    await _open(hub)
    clock.at = NOON + timedelta(hours=2)
    await work.sweep.run()
    await _rules(hub, on_breach=[{"kind": "move", "target": "billing"}])
    await work.jobs()
    assert [kind for _, done in await _done(hub) for kind, _, _ in done] == [
        "notify", "notify", "raise_priority",
    ]  # fmt: skip


async def test_a_pause_takes_the_warning_along(hub: Hub, work: Work, clock: FakeClock) -> None:
    """Waiting on the customer moves the resolution's warning, which then comes once."""
    ticket_id = await _open(hub, sent_at=NOON)
    carla = await agent(hub, "carla")
    (row,) = await rows(hub.database, ClockRow, metric="resolution")
    assert row.warn_at == datetime(2026, 11, 19, 21, 30, tzinfo=UTC)  # 16:30, closing is at 17:00
    await change(hub, ticket_id, carla, actions.set_status, Status.PENDING_CUSTOMER)
    (row,) = await rows(hub.database, ClockRow, metric="resolution")
    assert row.warn_at is None
    clock.advance(hours=1)
    await change(hub, ticket_id, carla, actions.set_status, Status.OPEN)
    (row,) = await rows(hub.database, ClockRow, metric="resolution")
    assert row.warn_at == datetime(2026, 11, 20, 13, 30, tzinfo=UTC)


async def test_intake_may_be_the_first_to_know(hub: Hub, work: Work, clock: FakeClock) -> None:
    """Staff answered late on the platform, and no sweep has looked yet: it is a breach all the
    same, and nobody is told to hurry with what is answered."""
    await _open(hub)
    clock.at = NOON + timedelta(hours=2)
    late = inbound("m-2", "Sorry", by_staff=True, sent_at=NOON + timedelta(minutes=90))
    await receive(hub, late, kind=ChannelKind.X)
    await work.jobs()
    (breach,) = await _done(hub)
    assert breach[0] == "breach"
    assert {error for _, _, error in breach[1]} == {"met or resolved meanwhile"}
