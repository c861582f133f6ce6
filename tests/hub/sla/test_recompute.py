"""New rules reach the open tickets in the background, in steps that survive a restart."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from hub.errors import Conflict
from hub.sla import recompute
from hub.sla.draft import read_draft
from hub.sla.editing import newest_version, save_rules
from hub.sla.models import Breach, ClockRow, HoursRow, PolicyRow, RulesVersion, TimelineRow
from hub.sla.recompute import RecomputeClocks
from hub.system import Hub
from hub.tickets import actions
from hub.tickets.change import changing
from hub.tickets.models import Status
from tests.fakes import NOON, FakeClock, inbound
from tests.fixtures import Work, agent, change, events_of, receive, rows, ticket_of
from tests.hub.sla.drafts import ANYTHING, document_of

pytestmark = pytest.mark.anyio


async def _tickets(hub: Hub, count: int) -> list[int]:
    messages = [
        inbound(f"m-{n}", conversation=f"c-{n}", address=f"u-{n}", skip_bot=True)
        for n in range(count)
    ]
    return await receive(hub, *messages)


async def _save(hub: Hub, base: int | None = None, **social: Any) -> int:
    """Another first answer for social media; gives the version."""
    async with hub.database.write() as session:
        newest = await newest_version(session)
        document = document_of(newest)
        for policy in document["policies"]:
            if policy["name"] == "Social media":
                policy |= social
        draft = read_draft(**document, known=ANYTHING, now=hub.now())
        sam = await agent(hub, "sam")
        version = await save_rules(session, draft, base or newest.id, sam, hub.now())
    hub.directory.forget()
    return version.id


async def _due(hub: Hub, ticket_id: int) -> Any:
    return (await ticket_of(hub, ticket_id)).first_response_due_at


async def test_open_tickets_follow_and_resolved_ones_rest(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ids = await _tickets(hub, 25)
    rest = ids.pop()
    await change(hub, rest, await agent(hub, "carla"), actions.set_status, Status.RESOLVED)
    before = await _due(hub, rest)
    clock.advance(minutes=10)
    version = await _save(hub, first_response=7200)
    assert await _due(hub, ids[0]) == NOON + timedelta(hours=1)
    await work.jobs()
    for ticket_id in ids:
        assert await _due(hub, ticket_id) == NOON + timedelta(hours=2)
    assert await _due(hub, rest) == before
    (saved,) = await rows(hub.database, RulesVersion, id=version)
    assert (saved.total, saved.done, saved.finished_at) == (24, 24, clock())
    told = [json.loads(event.data) for event in await events_of(hub) if event.kind == "sla.changed"]
    assert [one["done"] for one in told] == [0, 10, 20, 24, 24]
    named = await rows(hub.database, TimelineRow, ticket_id=ids[0], kind="rules")
    assert [(row.at, row.detail) for row in named] == [(clock(), {"version": version})]


async def test_it_goes_on_where_it_was_killed(
    hub: Hub, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recompute, "_AT_ONCE", 3)
    ids = await _tickets(hub, 8)
    version = await _save(hub, first_response=7200)
    job = RecomputeClocks(hub.database, hub.directory, hub.now)
    assert await job._step(version)
    versions = [(await ticket_of(hub, ticket_id)).version for ticket_id in ids]
    await RecomputeClocks(hub.database, hub.directory, hub.now)({"version": version})
    after = [(await ticket_of(hub, ticket_id)).version for ticket_id in ids]
    assert [b - a for a, b in zip(versions, after, strict=True)] == [0, 0, 0, 1, 1, 1, 1, 1]
    (saved,) = await rows(hub.database, RulesVersion, id=version)
    assert (saved.done, saved.finished_at is not None) == (8, True)


async def test_newer_rules_take_over(hub: Hub, work: Work, clock: FakeClock) -> None:
    (ticket_id,) = await _tickets(hub, 1)
    first = await _save(hub, first_response=7200)
    second = await _save(hub, first_response=10_800)
    await work.jobs()
    assert await _due(hub, ticket_id) == NOON + timedelta(hours=3)
    named = await rows(hub.database, TimelineRow, ticket_id=ticket_id, kind="rules")
    assert [row.detail["version"] for row in named] == [first, second]
    assert all(row.finished_at for row in await rows(hub.database, RulesVersion))


async def test_what_happens_first_brings_the_new_rules_itself(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    (ticket_id,) = await _tickets(hub, 1)
    await _save(hub, first_response=7200)
    clock.advance(minutes=5)
    again = inbound("m-9", "?", conversation="c-0", address="u-0", sent_at=clock())
    await receive(hub, again)
    assert await _due(hub, ticket_id) == NOON + timedelta(hours=2)
    await work.jobs()
    assert len(await rows(hub.database, TimelineRow, ticket_id=ticket_id, kind="rules")) == 1


async def test_a_breach_stays_recorded(hub: Hub, work: Work, clock: FakeClock) -> None:
    (ticket_id,) = await _tickets(hub, 1)
    clock.advance(minutes=90)
    await work.sweep.run()
    await _save(hub, first_response=36_000)
    await work.jobs()
    (breach,) = await rows(hub.database, Breach)
    assert (breach.ticket_id, breach.due_at) == (ticket_id, NOON + timedelta(hours=1))
    (row,) = await rows(hub.database, ClockRow, metric="first_response")
    assert row.breached_at == NOON + timedelta(hours=1)


async def test_a_stricter_target_is_missed_when_it_comes_into_force(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    await _tickets(hub, 1)
    clock.advance(minutes=30)
    await _save(hub, first_response=600)
    clock.advance(minutes=1)
    await work.jobs()
    (breach,) = await rows(hub.database, Breach)
    assert breach.due_at == NOON + timedelta(minutes=30)


async def test_a_process_that_has_not_heard_of_the_rules_changes_nothing_for_good(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    """Its clocks are computed anew under the rules that others know."""
    (ticket_id,) = await _tickets(hub, 1)
    old = await hub.directory.get()
    version = await _save(hub, first_response=7200)
    await work.jobs()
    carla = await agent(hub, "carla")
    async with (
        hub.database.write() as session,
        changing(session, ticket_id, old, carla, clock()) as one,
    ):
        old.clockwork.reclassified(one, clock())
    await work.jobs()
    assert await _due(hub, ticket_id) == NOON + timedelta(hours=2)
    assert (await ticket_of(hub, ticket_id)).sla["rules"] == version


async def test_saving_on_an_older_version_is_a_conflict(hub: Hub) -> None:
    first = await _save(hub, first_response=7200)
    with pytest.raises(Conflict, match=rf"has saved version {first} meanwhile"):
        await _save(hub, base=first - 1, first_response=600)
    assert len(await rows(hub.database, RulesVersion)) == first


async def test_what_is_taken_out_stays_known_to_its_clocks(hub: Hub, work: Work) -> None:
    """A policy that has governed is retired; order, names and calendars may be swapped."""
    (ticket_id,) = await _tickets(hub, 1)
    async with hub.database.write() as session:
        newest = await newest_version(session)
        document = document_of(newest)
        document["policies"] = [
            policy for policy in reversed(document["policies"]) if policy["name"] != "Social media"
        ][-3:]
        document["calendars"].append(
            {**document["calendars"][0], "key": "new", "id": None, "name": "Another"}
        )
        document["policies"][0]["calendar"] = "new"
        draft = read_draft(**document, known=ANYTHING, now=hub.now())
        await save_rules(session, draft, newest.id, await agent(hub, "sam"), hub.now())
    await work.jobs()
    async with hub.database.write() as session:  # and the other way, with the names swapped
        newest = await newest_version(session)
        document = document_of(newest)
        one, other = document["calendars"]
        one["name"], other["name"] = other["name"], one["name"]
        draft = read_draft(**document, known=ANYTHING, now=hub.now())
        await save_rules(session, draft, newest.id, await agent(hub, "sam"), hub.now())
    policies = await rows(hub.database, PolicyRow)
    assert sorted(row.retired for row in policies) == [False] * 3 + [True] * 5
    assert len({row.name for row in await rows(hub.database, HoursRow)}) == 2
    await work.jobs()
    assert (await ticket_of(hub, ticket_id)).first_response_due_at is None
