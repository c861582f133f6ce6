"""Near-duplicates: the same service, near in place and time, on both databases."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub.ports import Author, InboundMessage, Location, Visibility
from hub.system import Hub
from hub.team.access import Principal
from hub.tickets import actions
from hub.tickets.models import Status, Ticket
from hub.tickets.similar import MOST, Similar, _box, distance, similar
from tests.fakes import FakeClock
from tests.fixtures import agent, change, principal, receive

pytestmark = pytest.mark.anyio

HERE = (30.4383, -84.2807)
METRE = 1 / 111_195
"""Degrees of latitude."""


class City:
    """Files tickets at places, and asks which are similar."""

    def __init__(self, hub: Hub, clock: FakeClock, reader: Principal) -> None:
        self.hub = hub
        self.clock = clock
        self.reader = reader
        self._numbers: Iterator[int] = count(1)

    async def report(
        self,
        north: float = 0.0,
        *,
        at: tuple[float, float] | None = HERE,
        code: str | None = "pothole",
        topic: str | None = None,
        hours: float = 0.0,
        unit: str = "call-center",
    ) -> int:
        """A ticket `north` metres from `at`, filed `hours` from now; gives its id."""
        number = next(self._numbers)
        place = Location(at[0] + north * METRE, at[1]) if at is not None else None
        message = InboundMessage(
            external_id=f"m-{number}",
            conversation=f"m-{number}",
            author=Author("open311", f"device:{number}"),
            body="A hole",
            sent_at=self.clock() + timedelta(hours=hours),
            visibility=Visibility.PUBLIC,
            skip_bot=True,
            unit=unit,
            topic=topic,
            location=place,
            context={"service_code": code} if code else {},
        )
        (ticket,) = await receive(self.hub, message)
        return ticket

    async def like(self, ticket_id: int, reader: Principal | None = None) -> list[Similar]:
        async with self.hub.database.read() as session:
            ticket = await session.get_one(Ticket, ticket_id)
            return await similar(session, ticket, reader or self.reader)

    async def ids_like(self, ticket_id: int, **more: Any) -> list[int]:
        return [one.ticket.id for one in await self.like(ticket_id, **more)]


@pytest.fixture
async def city(hub: Hub, clock: FakeClock) -> City:
    return City(hub, clock, await principal(hub, "sam"))


async def test_the_nearest_comes_first(city: City) -> None:
    asked = await city.report()
    far = await city.report(200)
    near = await city.report(-20, hours=3)
    beyond = await city.report(255)
    found = await city.like(asked)
    assert [one.ticket.id for one in found] == [near, far]
    assert found[0].distance_metres == pytest.approx(20, rel=0.01)
    assert found[1].distance_metres == pytest.approx(200, rel=0.01)
    assert found[0].seconds_apart == 3 * 3600
    assert await city.ids_like(beyond) == [far]


async def test_within_72_hours_either_way(city: City) -> None:
    asked = await city.report()
    before = await city.report(1, hours=-72)
    after = await city.report(2, hours=72)
    await city.report(3, hours=-72.1)
    await city.report(4, hours=72.1)
    assert await city.ids_like(asked) == [before, after]


async def test_the_corner_of_the_box_is_too_far(city: City) -> None:
    asked = await city.report()
    wide = 1 / math.cos(math.radians(HERE[0]))
    corner = (HERE[0] + 200 * METRE, HERE[1] + 200 * METRE * wide)
    east = (HERE[0], HERE[1] + 240 * METRE * wide)
    await city.report(at=corner)
    beside = await city.report(at=east)
    assert await city.ids_like(asked) == [beside]


async def test_the_same_service_or_the_same_topic(city: City) -> None:
    asked = await city.report(topic="pothole-or-road")
    await city.report(code="graffiti")
    same_code = await city.report(1)
    same_topic = await city.report(2, code=None, topic="pothole-or-road")
    await city.report(3, code=None)
    await city.report(4, code="pothole-deep")
    assert await city.ids_like(asked) == [same_code, same_topic]
    assert await city.ids_like(same_topic) == [asked]


async def test_only_open_ones_that_are_not_merged(hub: Hub, city: City) -> None:
    asked, done, merged, pending = [await city.report() for _ in range(4)]
    ava = await agent(hub, "ava")
    await change(hub, done, ava, actions.set_status, Status.RESOLVED)
    await change(hub, pending, ava, actions.set_status, Status.PENDING_CUSTOMER)
    async with hub.database.write() as session:
        (await session.get_one(Ticket, merged)).merged_into_id = asked
    assert await city.ids_like(asked) == [pending]


async def test_only_what_the_reader_may_see(hub: Hub, city: City) -> None:
    asked = await city.report()
    theirs = await city.report(1, unit="billing")
    ours = await city.report(2)
    assert await city.ids_like(asked) == [theirs, ours]
    ava = await principal(hub, "ava")
    assert await city.ids_like(asked, reader=ava) == [ours]


async def test_without_a_place_or_a_subject_there_is_nothing_like_it(city: City) -> None:
    nowhere = await city.report(at=None)
    about_nothing = await city.report(code=None)
    await city.report()
    assert await city.like(nowhere) == []
    assert await city.like(about_nothing) == []


async def test_at_most_ten(city: City) -> None:
    asked = await city.report()
    others = [await city.report(number) for number in range(1, 14)]
    assert await city.ids_like(asked) == others[:MOST]


@pytest.mark.parametrize(
    ("first", "second"),
    [((10.0, 179.9995), (10.0, -179.9995)), ((89.9995, 0.0), (89.9995, 180.0)), (HERE, HERE)],
)
async def test_anywhere_on_the_globe(
    city: City, first: tuple[float, float], second: tuple[float, float]
) -> None:
    asked = await city.report(at=first)
    other = await city.report(at=second)
    assert await city.ids_like(asked) == [other]
    assert await city.ids_like(other) == [asked]


async def test_the_index_is_used(hub: Hub, dialect: str) -> None:
    if dialect != "sqlite":
        pytest.skip("PostgreSQL chooses by statistics, which an empty table has not")
    query = select(Ticket.id).where(_box(*HERE, 250.0))
    sql = query.compile(hub.database.engine.sync_engine, compile_kwargs={"literal_binds": True})
    async with hub.database.read() as session:
        connection = await session.connection()
        plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")).all()
    assert "ix_tickets_place" in str(plan)


_LATITUDES = st.floats(-89, 89)
_LONGITUDES = st.floats(-180, 180)


@given(_LATITUDES, _LONGITUDES, _LATITUDES, _LONGITUDES)
def test_distance(a: float, b: float, c: float, d: float) -> None:
    metres = distance(a, b, c, d)
    assert metres == pytest.approx(distance(c, d, a, b))
    assert 0 <= metres <= 20_016_000
    assert distance(a, b, a, b) == 0
    # Along a meridian it is the angle alone.
    assert distance(a, b, c, b) == pytest.approx(math.radians(abs(a - c)) * 6_371_008.8, abs=0.5)
