"""Notices: who sees which, in lists and in frames alike; what is new; taking note; an end."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from hub.errors import Forbidden, Invalid, NotFound
from hub.notices.models import Audience, Notice, Severity
from hub.notices.notices import tell
from hub.notices.reading import (
    KEPT,
    acknowledge,
    read_notices,
    remove_old,
    see_until,
    sees,
)
from hub.system import Hub
from hub.team.access import Actor, Principal
from hub.team.models import Agent, Role
from tests.fakes import FakeClock
from tests.fixtures import agent, events_of, principal, rows

pytestmark = pytest.mark.anyio

TOKEN = Principal(Actor("token", 1, "a program"), Role.AGENT, frozenset({"billing"}))
EVERY_UNIT = Principal(Actor("token", 2, "another"), Role.AGENT, None)


async def _tell(hub: Hub, audience: Audience, **more: Any) -> int:
    async with hub.database.write() as session:
        kind = more.pop("kind", "incident")
        notice = await tell(session, hub.now(), kind, "Look here", audience=audience, **more)
        return notice.id


async def _filled(hub: Hub) -> dict[str, int]:
    ava, ben = await agent(hub, "ava"), await agent(hub, "ben")
    return {
        "to ava": await _tell(hub, Audience.AGENT, agent_id=ava.id, unit="billing"),
        "to ben": await _tell(hub, Audience.AGENT, agent_id=ben.id),
        "call center": await _tell(hub, Audience.UNIT, unit="call-center"),
        "billing": await _tell(hub, Audience.UNIT, unit="billing"),
        "no unit": await _tell(hub, Audience.UNIT),
        "supervisors": await _tell(hub, Audience.SUPERVISORS, unit="call-center"),
    }


async def _listed(hub: Hub, who: Principal) -> list[int]:
    async with hub.database.read() as session:
        page = await read_notices(session, who, cursor=None, limit=50)
    return [notice.id for notice in page.notices]


async def _unseen(hub: Hub, who: Principal) -> int:
    async with hub.database.read() as session:
        return (await read_notices(session, who, cursor=None, limit=1)).unseen


async def test_who_sees_what_in_lists_and_frames(hub: Hub) -> None:
    made = await _filled(hub)
    expected = {
        "ava": {"to ava", "call center"},
        "ben": {"to ben", "billing"},
        "dana": set(),
        "sam": set(made),
    }
    people = {name: await principal(hub, name) for name in expected}
    people |= {"token": TOKEN, "every unit": EVERY_UNIT}
    expected |= {"token": {"billing"}, "every unit": set(made)}
    stored: list[Notice] = await rows(hub.database, Notice)
    events = await events_of(hub, kind="notice.created")
    framed = {json.loads(e.data)["id"]: (e.unit, e.assignee_id) for e in events}
    for name, who in people.items():
        wanted = {made[each] for each in expected[name]}
        assert set(await _listed(hub, who)) == wanted, name
        assert {one.id for one in stored if sees(who, one)} == wanted, name
        assert {number for number, place in framed.items() if who.sees(*place)} == wanted, name


async def test_pages_go_on_from_the_last_one(hub: Hub) -> None:
    made = [await _tell(hub, Audience.SUPERVISORS) for _ in range(5)]
    sam = await principal(hub, "sam")
    found: list[int] = []
    cursor = None
    async with hub.database.read() as session:
        while True:
            page = await read_notices(session, sam, cursor=cursor, limit=2)
            found += [notice.id for notice in page.notices]
            cursor = page.next_cursor
            if cursor is None:
                break
    assert found == made[::-1]


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "9" * 30, "", "٣"])
async def test_a_cursor_of_others_is_refused(hub: Hub, cursor: str) -> None:
    async with hub.database.read() as session:
        with pytest.raises(Invalid):
            await read_notices(session, await principal(hub, "sam"), cursor=cursor, limit=2)


async def test_what_was_seen_is_counted_no_more(hub: Hub) -> None:
    made = await _filled(hub)
    ava, ben = await principal(hub, "ava"), await principal(hub, "ben")
    assert await _unseen(hub, ava) == 2
    async with hub.database.write() as session:
        assert await see_until(session, ava, made["to ava"]) == 1
        assert await see_until(session, ava, 0) == 1, "it never goes back"
        assert await see_until(session, ava, made["call center"]) == 0
    assert await _unseen(hub, ben) == 2, "everybody sees for themselves"
    async with hub.database.write() as session:
        await see_until(session, ava, 2**50)
    (row,) = await rows(hub.database, Agent, id=ava.agent_id)
    assert row.notices_seen == max(made.values()), "what has not come has not been seen"
    assert await _unseen(hub, TOKEN) == 0
    async with hub.database.write() as session:
        with pytest.raises(Forbidden):
            await see_until(session, TOKEN, 1)


async def test_who_may_take_note(hub: Hub, clock: FakeClock) -> None:
    made = await _filled(hub)
    ava, sam = await principal(hub, "ava"), await principal(hub, "sam")
    async with hub.database.write() as session:
        with pytest.raises(NotFound):
            await acknowledge(session, ava, made["to ben"], clock())
        with pytest.raises(NotFound):
            await acknowledge(session, ava, 987_654_321, clock())
        with pytest.raises(Forbidden):
            await acknowledge(session, ava, made["call center"], clock())
        with pytest.raises(Forbidden):
            await acknowledge(session, EVERY_UNIT, made["to ava"], clock())
        for who, name in ((ava, "to ava"), (sam, "call center"), (sam, "to ben")):
            found = await acknowledge(session, who, made[name], clock())
            assert (found.acknowledged_by, found.acknowledged_at) == (who.actor.name, clock())


async def test_the_first_who_takes_note_stays(hub: Hub, clock: FakeClock) -> None:
    number = await _tell(hub, Audience.SUPERVISORS)
    at = clock()
    for name in ("sam", "sam", "alex"):
        async with hub.database.write() as session:
            found = await acknowledge(session, await principal(hub, name), number, clock())
        assert (found.acknowledged_by, found.acknowledged_at) == ("Sam Laurent", at)
        clock.advance(minutes=1)
    (event,) = await events_of(hub, kind="notice.updated")
    assert json.loads(event.data)["acknowledged_by"] == "Sam Laurent"


async def test_old_ones_go(hub: Hub, clock: FakeClock) -> None:
    await _tell(hub, Audience.SUPERVISORS, severity=Severity.CRITICAL)
    clock.advance(timedelta(hours=1))
    kept = await _tell(hub, Audience.SUPERVISORS)
    clock.advance(KEPT - timedelta(minutes=30))
    async with hub.database.write() as session:
        await remove_old(session, clock())
    assert [notice.id for notice in await rows(hub.database, Notice)] == [kept]
