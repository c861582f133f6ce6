"""One change to many tickets: each by itself, under the rules for one, and back again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.audit.models import AuditEntry
from hub.errors import Conflict, Invalid, NotFound
from hub.ports import ChannelKind
from hub.system import Hub
from hub.team.access import Actor, Principal
from hub.team.models import Role
from hub.tickets import actions
from hub.tickets.bulk.bulk import MOST, UNDO_WITHIN, Bulk, Outcome
from hub.tickets.bulk.wanted import Wanted
from hub.tickets.models import BulkChange, Priority, Status
from hub.tickets.queue import QueueFilter, View
from tests.fakes import FakeClock, inbound
from tests.fixtures import (
    agent,
    change,
    deliveries_of,
    messages_of,
    pending_jobs,
    principal,
    receive,
    rows,
    ticket_of,
)

pytestmark = pytest.mark.anyio

TOKEN = Principal(Actor("token", 5, "a program"), Role.AGENT, frozenset({"call-center"}))


@pytest.fixture
def bulk(hub: Hub) -> Bulk:
    return Bulk(hub.database, hub.directory, hub.search, hub.now)


async def _tickets(hub: Hub, count: int, unit: str = "call-center", **more: Any) -> list[int]:
    return [
        (
            await receive(
                hub,
                inbound(
                    f"m-{unit}-{n}", f"Light {n} is out", conversation=f"c-{unit}-{n}",
                    address=f"u-{unit}-{n}", unit=unit, skip_bot=True, sent_at=hub.now(),
                ),
                **more,
            )
        )[0]
        for n in range(count)
    ]  # fmt: skip


async def _snapshot(hub: Hub, ids: list[int]) -> list[dict[str, Any]]:
    found = [(await ticket_of(hub, number)).as_row() for number in ids]
    names = (
        "unit", "assignee_id", "priority", "tags", "status", "resolution_reason", "resolved_at",
        "snoozed_until", "waiting_since",
    )  # fmt: skip
    return [{name: row[name] for name in names} for row in found]


async def test_everything_at_once_and_back(hub: Hub, bulk: Bulk, clock: FakeClock) -> None:
    ids = await _tickets(hub, 3)
    sam, dana = await principal(hub, "sam"), await agent(hub, "dana")
    before = await _snapshot(hub, ids)
    wanted = Wanted(
        unit="billing",
        agent_id=dana.id,
        priority=Priority.HIGH,
        add_tags=("Storm",),
        note="Moved after the storm",
        status=Status.SNOOZED,
        until=clock() + timedelta(hours=2),
    )
    done = await bulk.change(ids, wanted, sam)
    assert (done.matched, done.changed, done.refused) == (3, ids, [])
    assert done.undo_until == clock() + UNDO_WITHIN
    for number in ids:
        ticket = await ticket_of(hub, number)
        assert (ticket.unit, ticket.assignee_id, ticket.priority) == ("billing", dana.id, "high")
        assert (ticket.tags, ticket.status) == (["storm"], "snoozed")
        assert [m.body for m in await messages_of(hub, number)][1:] == ["Moved after the storm"]
        said = {e.action for e in await rows(hub.database, AuditEntry, ticket_id=number)}
        assert {"transfer", "assign", "priority", "tags", "note", "status", "bulk change"} <= said
    restored, refused = await bulk.undo(done.id, sam)
    assert (restored, refused) == (ids, [])
    assert await _snapshot(hub, ids) == before
    assert len(await messages_of(hub, ids[0])) == 2, "notes stay"


async def test_one_that_is_refused_stops_no_other(hub: Hub, bulk: Bulk) -> None:
    (first, second) = await _tickets(hub, 2)
    (others,) = await _tickets(hub, 1, "billing")
    ava = await principal(hub, "ava")
    done = await bulk.change(
        [first, others, 987_654_321, second, first], Wanted(priority=Priority.LOW), ava
    )
    assert (done.matched, done.changed) == (4, [first, second])
    assert [(r.ticket_id, r.reason) for r in done.refused] == [
        (others, f"there is no ticket {others}"),
        (987_654_321, "there is no ticket 987654321"),
    ]
    assert (await ticket_of(hub, others)).priority == "normal"


async def test_only_a_supervisor_gives_tickets_away(hub: Hub, bulk: Bulk) -> None:
    ids = await _tickets(hub, 2)
    ben = await agent(hub, "ben")  # of other units
    done = await bulk.change(ids, Wanted(agent_id=ben.id), await principal(hub, "ava"))
    assert done.changed == []
    assert {r.reason for r in done.refused} == {
        "only a supervisor gives a ticket to an agent outside its unit"
    }
    done = await bulk.change(ids, Wanted(agent_id=ben.id), await principal(hub, "sam"))
    assert done.changed == ids
    done = await bulk.change(ids, Wanted(agent_id=None), await principal(hub, "sam"))
    assert done.changed == ids
    assert [row["assignee_id"] for row in await _snapshot(hub, ids)] == [None, None]


async def test_what_is_so_already_is_left_alone(hub: Hub, bulk: Bulk) -> None:
    ids = await _tickets(hub, 2)
    sam = await principal(hub, "sam")
    await bulk.change(ids[:1], Wanted(priority=Priority.HIGH), sam)
    versions = [(await ticket_of(hub, number)).version for number in ids]
    done = await bulk.change(ids, Wanted(priority=Priority.HIGH), sam)
    assert (done.matched, done.changed, done.refused) == (2, ids[1:], [])
    now = [(await ticket_of(hub, number)).version for number in ids]
    assert now == [versions[0], versions[1] + 1]


async def test_tags_are_added_and_removed(hub: Hub, bulk: Bulk) -> None:
    (number,) = await _tickets(hub, 1)
    sam = await principal(hub, "sam")
    await bulk.change([number], Wanted(add_tags=("Storm", "old  roof")), sam)
    await bulk.change([number], Wanted(add_tags=("new",), remove_tags=(" Old ROOF",)), sam)
    assert (await ticket_of(hub, number)).tags == ["new", "storm"]


async def test_resolving_many_sends_nothing(hub: Hub, bulk: Bulk) -> None:
    ids = await _tickets(hub, 2)
    jobs = len(await pending_jobs(hub))
    sam = await principal(hub, "sam")
    done = await bulk.change(ids, Wanted(status=Status.RESOLVED, reason="outage over"), sam)
    assert done.changed == ids
    assert len(await pending_jobs(hub)) == jobs
    for number in ids:
        ticket = await ticket_of(hub, number)
        assert (ticket.status, ticket.resolution_reason) == ("resolved", "outage over")
        assert await deliveries_of(hub, number) == []
    restored, _ = await bulk.undo(done.id, sam)
    assert restored == ids
    ticket = await ticket_of(hub, ids[0])
    assert (ticket.status, ticket.resolved_at, ticket.resolution_reason) == ("open", None, None)
    assert ticket.waiting_since is not None, "the customer waits again"
    assert ticket.resolution_met_at is None


async def test_undo_leaves_alone_what_was_changed_since(hub: Hub, bulk: Bulk) -> None:
    (first, second) = await _tickets(hub, 2)
    sam = await principal(hub, "sam")
    done = await bulk.change([first, second], Wanted(priority=Priority.HIGH), sam)
    await receive(
        hub, inbound("more", "And now?", conversation="c-call-center-0", address="u-call-center-0")
    )
    restored, refused = await bulk.undo(done.id, sam)
    assert restored == [second]
    assert [(r.ticket_id, r.reason) for r in refused] == [
        (first, "the ticket has been changed since")
    ]
    assert (await ticket_of(hub, first)).priority == "high"


async def test_undo_is_done_once_and_soon(hub: Hub, bulk: Bulk, clock: FakeClock) -> None:
    ids = await _tickets(hub, 1)
    sam = await principal(hub, "sam")
    done = await bulk.change(ids, Wanted(priority=Priority.HIGH), sam)
    clock.advance(UNDO_WITHIN)
    assert (await bulk.undo(done.id, sam))[0] == ids
    with pytest.raises(Conflict, match="already"):
        await bulk.undo(done.id, sam)
    late = await bulk.change(ids, Wanted(priority=Priority.LOW), sam)
    clock.advance(UNDO_WITHIN + timedelta(microseconds=1))
    with pytest.raises(Conflict, match="15 minutes"):
        await bulk.undo(late.id, sam)
    with pytest.raises(NotFound):
        await bulk.undo(987_654_321, sam)


async def test_who_may_take_it_back(hub: Hub, bulk: Bulk) -> None:
    ids = await _tickets(hub, 1)
    ava, ben, sam = [await principal(hub, name) for name in ("ava", "ben", "sam")]
    for who, others, back in ((ava, (ben, TOKEN), ava), (ava, (), sam), (TOKEN, (ava,), TOKEN)):
        done = await bulk.change(ids, Wanted(priority=Priority.URGENT), who)
        for other in others:
            with pytest.raises(NotFound):
                await bulk.undo(done.id, other)
        assert (await bulk.undo(done.id, back))[0] == ids


async def test_what_was_moved_away_can_be_fetched_back(hub: Hub, bulk: Bulk) -> None:
    """Whoever moved a ticket out of their sight may still take that back."""
    ids = await _tickets(hub, 1)
    ava = await principal(hub, "ava")
    await change(hub, ids[0], ava.actor, actions.assign, ava.agent_id)
    done = await bulk.change(ids, Wanted(unit="billing"), ava)
    assert (await ticket_of(hub, ids[0])).assignee_id is None
    assert (await bulk.undo(done.id, ava))[0] == ids
    ticket = await ticket_of(hub, ids[0])
    assert (ticket.unit, ticket.assignee_id) == ("call-center", ava.agent_id)


async def test_what_the_bot_had_comes_back_open(hub: Hub, bulk: Bulk) -> None:
    (number,) = await receive(hub, inbound())
    assert (await ticket_of(hub, number)).status == "bot"
    sam = await principal(hub, "sam")
    done = await bulk.change([number], Wanted(status=Status.RESOLVED), sam)
    assert (await bulk.undo(done.id, sam))[0] == [number]
    assert (await ticket_of(hub, number)).status == "open", "a person took over: it stays silent"


async def test_a_note_alone_is_not_taken_back(hub: Hub, bulk: Bulk) -> None:
    ids = await _tickets(hub, 1)
    sam = await principal(hub, "sam")
    done = await bulk.change(ids, Wanted(note="Seen"), sam)
    assert done.changed == ids
    restored, refused = await bulk.undo(done.id, sam)
    assert (restored, [r.ticket_id for r in refused]) == ([], ids)


async def test_filters_find_what_the_list_shows(hub: Hub, bulk: Bulk) -> None:
    ids = await _tickets(hub, 3)
    elsewhere = await _tickets(hub, 2, "billing", kind=ChannelKind.FACEBOOK)
    sam, ava = await principal(hub, "sam"), await principal(hub, "ava")
    for wanted, who, expected in (
        (QueueFilter(view=View.ALL), sam, ids + elsewhere),
        (QueueFilter(view=View.ALL), ava, ids),
        (QueueFilter(channel="facebook"), sam, elsewhere),
        (QueueFilter(channel="facebook"), ava, []),
        (QueueFilter(query="Light 1"), sam, [ids[1], elsewhere[1]]),
        (QueueFilter(query=f"#{ids[2]}", status="open"), ava, [ids[2]]),
        (QueueFilter(incident_id=7), sam, []),
    ):
        assert await bulk.count(wanted, who) == len(expected), wanted
        done = await bulk.change_found(wanted, Wanted(note="Seen"), who)
        assert sorted(done.changed) == sorted(expected), wanted
        assert done.matched == len(expected)


async def test_too_many_are_refused_and_none_is_touched(
    hub: Hub, bulk: Bulk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await _tickets(hub, 3)
    sam = await principal(hub, "sam")
    with pytest.raises(Invalid) as refused:
        await bulk.change(list(range(1, MOST + 2)), Wanted(note="Seen"), sam)
    assert refused.value.errors[0].field == "ids"
    with pytest.raises(Invalid, match="leaves nothing out"):
        await bulk.change_found(QueueFilter(), Wanted(note="Seen"), sam)
    monkeypatch.setattr("hub.tickets.bulk.bulk.MOST", 2)
    with pytest.raises(Invalid, match="finds 3 tickets; at most 2 at once"):
        await bulk.change_found(QueueFilter(view=View.ALL), Wanted(note="Seen"), sam)
    assert [len(await messages_of(hub, number)) for number in ids] == [1, 1, 1]
    assert await rows(hub.database, BulkChange) == []


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted(), "change"),
        (Wanted(unit="nowhere"), "change.unit"),
        (Wanted(agent_id=987_654), "change.agent_id"),
        (Wanted(status=Status.SNOOZED), "change.until"),
        (Wanted(status=Status.OPEN, reason="why not"), "change.reason"),
    ],
)
async def test_what_cannot_be_is_said_at_its_field(
    hub: Hub, bulk: Bulk, wanted: Wanted, field: str
) -> None:
    ids = await _tickets(hub, 1)
    with pytest.raises(Invalid) as refused:
        await bulk.change(ids, wanted, await principal(hub, "sam"))
    assert [error.field for error in refused.value.errors] == [field]


async def test_undo_of_what_a_killed_process_left(
    hub: Hub, bulk: Bulk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was saved before the end can be taken back."""
    ids = await _tickets(hub, 4)
    sam = await principal(hub, "sam")
    monkeypatch.setattr("hub.tickets.bulk.bulk._SAVE_EVERY", 1)
    one, calls = bulk._one, 0

    async def dies(*asked: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return await one(*asked)

    monkeypatch.setattr(bulk, "_one", dies)
    done: Outcome | None = None
    with pytest.raises(KeyboardInterrupt):
        done = await bulk.change(ids, Wanted(priority=Priority.HIGH), sam)
    assert done is None
    (row,) = await rows(hub.database, BulkChange)
    assert (await bulk.undo(row.id, sam))[0] == ids[:2]
    assert [row["priority"] for row in await _snapshot(hub, ids)] == ["normal"] * 4
