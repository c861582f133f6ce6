"""Following the event log: every event once and in order, whatever happens to the bell."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from hub.db.database import Database
from hub.events import feed as feed_module
from hub.events.feed import EventFeed, Frame, last_number, oldest_number, read_since
from hub.events.record import PendingEvent, record
from hub.system import Hub
from tests.fakes import NOON, inbound
from tests.fixtures import Databases, HubMaker, receive
from tests.servers import RedisServer

pytestmark = pytest.mark.anyio


class Reader:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []

    def __call__(self, frames: Sequence[Frame]) -> None:
        self.frames.extend(frames)

    @property
    def numbers(self) -> list[int]:
        return [frame.seq for frame in self.frames]

    async def has(self, count: int, seconds: float = 10.0) -> None:
        async with asyncio.timeout(seconds):
            while len(self.frames) < count:
                await asyncio.sleep(0.01)


@pytest.fixture
async def feed(database: Database) -> AsyncIterator[EventFeed]:
    made = EventFeed(database)
    await made.start()
    yield made
    await made.aclose()


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the seconds after which a feed looks without having been rung."""
    return lambda seconds: monkeypatch.setattr(feed_module, "TICK", seconds)


async def _happen(database: Database, count: int = 1, **where: object) -> None:
    async with database.write() as session:
        for n in range(count):
            record(session, PendingEvent("test.happened", NOON, {"n": n}, **where))  # type: ignore[arg-type]


async def test_a_frame_is_the_event_as_a_console_reads_it(
    database: Database, feed: EventFeed
) -> None:
    reader = Reader()
    feed.subscribe(reader)
    await _happen(database, ticket_id=7, unit="billing", assignee_id=3)
    feed.ring()
    await reader.has(1)
    (frame,) = reader.frames
    assert (frame.kind, frame.ticket_id, frame.unit, frame.assignee_id) == (
        "test.happened", 7, "billing", 3,
    )  # fmt: skip
    assert json.loads(frame.text) == {
        "seq": frame.seq,
        "kind": "test.happened",
        "at": "2026-11-18T17:00:00Z",
        "ticket_id": 7,
        "data": {"n": 0},
    }


async def test_a_feed_begins_with_what_happens_after_it_started(database: Database) -> None:
    await _happen(database, 3)
    feed, reader = EventFeed(database), Reader()
    feed.subscribe(reader)
    await feed.start()
    await _happen(database)
    feed.ring()
    await reader.has(1)
    await feed.aclose()
    assert reader.numbers == [await last_number(database)]


async def test_a_lost_ring_costs_a_tick_and_never_an_event(
    database: Database, ticking: Callable[[float], None]
) -> None:
    ticking(0.05)
    feed, reader = EventFeed(database), Reader()
    await feed.start()
    feed.subscribe(reader)
    start = feed.cursor
    for _ in range(3):
        await _happen(database, 2)  # and nobody rings
    await reader.has(6)
    await feed.aclose()
    assert reader.numbers == list(range(start + 1, start + 7))


async def test_many_events_come_in_pages_without_gap(database: Database, feed: EventFeed) -> None:
    reader, start = Reader(), feed.cursor
    feed.subscribe(reader)
    await _happen(database, 1234)
    feed.ring()
    await reader.has(1234)
    assert reader.numbers == list(range(start + 1, start + 1235))


async def test_every_event_of_many_writers_comes_once_and_in_order(
    hub: Hub, make_hub: HubMaker
) -> None:
    other = make_hub()
    await other.start()
    reader = Reader()
    hub.feed.subscribe(reader)
    start = hub.feed.cursor
    await asyncio.gather(
        *(
            receive((hub, other)[n % 2], inbound(f"m-{n}", conversation=f"c-{n}"))
            for n in range(40)
        ),
        *(_happen((hub, other)[n % 2].database) for n in range(40)),
    )
    await reader.has(120)
    await other.aclose()
    assert reader.numbers == list(range(start + 1, start + 121))


async def test_a_listener_that_breaks_costs_the_others_nothing(
    database: Database, feed: EventFeed
) -> None:
    def broken(_frames: Sequence[Frame]) -> None:
        raise KeyError("mine")

    readers = [Reader() for _ in range(4)]
    for one in (readers[0], readers[1], broken, readers[2], readers[3]):
        feed.subscribe(one)
    for count in (1, 2):
        await _happen(database)
        feed.ring()
        await asyncio.gather(*(one.has(count, seconds=5) for one in readers))


async def test_whoever_unsubscribed_hears_no_more(database: Database, feed: EventFeed) -> None:
    gone, stays = Reader(), Reader()
    feed.subscribe(gone)
    feed.subscribe(stays)
    feed.unsubscribe(gone)
    feed.unsubscribe(gone)
    await _happen(database)
    feed.ring()
    await stays.has(1)
    assert gone.frames == []


async def test_a_feed_survives_its_database(
    database: Database,
    dialect: str,
    databases: Databases,
    ticking: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticking(0.05)
    feed, reader = EventFeed(database), Reader()
    await feed.start()
    feed.subscribe(reader)
    start = feed.cursor
    if dialect == "postgresql":
        name = database.url.database
        assert name is not None
        with databases.server.away(name):
            await asyncio.sleep(0.3)
    else:
        with monkeypatch.context() as patch:
            patch.setattr(feed_module, "read_since", _away)
            await asyncio.sleep(0.3)
    await _happen(database, 2)
    await reader.has(2)
    await feed.aclose()
    assert reader.numbers == [start + 1, start + 2]


async def _away(*_args: object) -> list[Frame]:
    raise OSError("disk I/O error")


async def test_events_reach_the_other_process_over_redis_at_once(
    make_hub: HubMaker, redis_server: RedisServer, ticking: Callable[[float], None]
) -> None:
    """With a tick of half a minute only the bell can have brought them."""
    ticking(30)
    hubs = [make_hub(redis_url=redis_server.url) for _ in range(2)]
    reader = Reader()
    for one in hubs:
        await one.start()
    try:
        async with asyncio.timeout(10):
            while not all(one.doorbell.healthy for one in hubs):
                await asyncio.sleep(0.02)
        hubs[1].feed.subscribe(reader)
        await receive(hubs[0], inbound())
        await reader.has(2, seconds=5)
    finally:
        for one in hubs:
            await one.aclose()
    assert [frame.kind for frame in reader.frames] == ["ticket.created", "message.created"]


async def test_a_hub_reads_its_directory_anew_when_another_changed_it(
    hub: Hub, make_hub: HubMaker, ticking: Callable[[float], None]
) -> None:
    from hub.accounts.health import stop_account

    ticking(0.05)
    other = make_hub()
    await other.start()
    try:
        account = (await other.directory.get()).account_of("x")
        assert account is not None
        assert not account.stopped
        await stop_account(hub.database, account.id, "expired", hub.now())
        async with asyncio.timeout(5):
            while not (await other.directory.get()).account(account.id).stopped:
                await asyncio.sleep(0.02)
    finally:
        await other.aclose()


async def test_a_client_reads_on_from_its_number_and_knows_what_is_kept(
    database: Database,
) -> None:
    first = await last_number(database)
    await _happen(database, 5)
    assert [frame.seq for frame in await read_since(database, first + 2)] == [
        first + 3, first + 4, first + 5,
    ]  # fmt: skip
    assert len(await read_since(database, first, limit=2)) == 2
    assert await read_since(database, first + 5) == []
    assert await oldest_number(database) == 1
