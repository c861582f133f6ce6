"""The two ways to use a database: what a write leaves behind, and what it does not."""

from __future__ import annotations

import asyncio
import json

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from hub.db.database import Database, UnsupportedDatabase
from hub.events.models import Counter, Event
from hub.events.record import SEQUENCE, PendingEvent, record
from hub.people.models import Contact
from tests.fakes import NOON
from tests.fixtures import rows

pytestmark = pytest.mark.anyio


def _event(**data: object) -> PendingEvent:
    return PendingEvent("test.happened", NOON, data)


def _contact(name: str) -> Contact:
    return Contact(name=name, notes="", created_at=NOON)


async def _counter(database: Database) -> int:
    async with database.read() as session:
        value = await session.scalar(select(Counter.value).where(Counter.name == SEQUENCE))
    assert value is not None
    return value


async def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    rings: list[int] = []
    database.on_commit = lambda: rings.append(1)
    before = await _counter(database)

    async def write() -> None:
        async with database.write() as session:
            session.add(_contact("never stored"))
            await session.flush()
            record(session, _event(n=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write()
    assert await rows(database, Contact, name="never stored") == []
    assert await rows(database, Event, kind="test.happened") == []
    assert await _counter(database) == before
    assert rings == []


async def test_a_write_whose_event_cannot_be_stored_leaves_nothing(database: Database) -> None:
    before = await _counter(database)

    async def write() -> None:
        async with database.write() as session:
            session.add(_contact("never stored"))
            record(session, _event(n=object()))  # no JSON

    with pytest.raises(TypeError):
        await write()
    assert await rows(database, Contact, name="never stored") == []
    assert await _counter(database) == before


async def test_a_write_refused_by_the_database_leaves_nothing(database: Database) -> None:
    async def write() -> None:
        async with database.write() as session:
            record(session, _event(n=1))
            session.add(_contact("never stored"))
            await session.flush()
            await session.execute(text("INSERT INTO counters (name, value) VALUES ('event', 0)"))

    with pytest.raises(DBAPIError):
        await write()
    assert await rows(database, Contact, name="never stored") == []
    assert await rows(database, Event, kind="test.happened") == []


async def test_the_bell_rings_once_after_a_commit_with_events(database: Database) -> None:
    rings: list[int] = []
    database.on_commit = lambda: rings.append(1)
    async with database.write() as session:
        session.add(_contact("quiet"))
    assert rings == []
    async with database.write() as session:
        record(session, _event(n=1))
        record(session, _event(n=2))
        assert rings == []
    assert rings == [1]


async def test_numbers_of_one_write_follow_the_order_of_recording(database: Database) -> None:
    async with database.write() as session:
        for n in range(5):
            record(session, _event(n=n))
    stored = await rows(database, Event, kind="test.happened")
    assert [json.loads(event.data)["n"] for event in stored] == list(range(5))
    assert [event.seq - stored[0].seq for event in stored] == list(range(5))


async def test_numbers_have_no_gap_and_come_in_the_order_of_commits(database: Database) -> None:
    """50 writers at once, every seventh of which fails: whoever reads on from the highest
    number it has seen misses nothing, and at the end no number is missing."""
    start = await _counter(database)
    seen: list[int] = []
    done = asyncio.Event()

    async def reader() -> None:
        cursor = start
        while not done.is_set() or cursor < await _counter(database):
            async with database.read() as session:
                found = await session.scalars(
                    select(Event.seq).where(Event.seq > cursor).order_by(Event.seq)
                )
                seen.extend(found)
            cursor = seen[-1] if seen else cursor
            await asyncio.sleep(0)

    async def writer(n: int) -> None:
        for turn in range(4):
            try:
                async with database.write() as session:
                    session.add(_contact(f"{n}"))
                    record(session, _event(n=n, turn=turn))
                    await session.flush()
                    await asyncio.sleep(0.001 * (n % 5))
                    record(session, _event(n=n, turn=turn))
                    if (n + turn) % 7 == 0:
                        raise LookupError
            except LookupError:
                pass

    reading = asyncio.create_task(reader())
    await asyncio.gather(*(writer(n) for n in range(50)))
    done.set()
    await reading
    committed = 2 * sum((n + turn) % 7 != 0 for n in range(50) for turn in range(4))
    assert seen == list(range(start + 1, start + 1 + committed))
    assert await _counter(database) == start + committed


async def test_writers_in_two_processes_share_one_sequence(
    database: Database, database_url: str
) -> None:
    """Two engines on one database, as two processes have."""
    other = Database(database_url)
    start = await _counter(database)

    async def write(into: Database, n: int) -> None:
        async with into.write() as session:
            record(session, _event(n=n))

    try:
        await asyncio.gather(*(write((database, other)[n % 2], n) for n in range(40)))
    finally:
        await other.aclose()
    stored = await rows(database, Event, kind="test.happened")
    assert [event.seq for event in stored] == list(range(start + 1, start + 41))
    assert {json.loads(event.data)["n"] for event in stored} == set(range(40))


async def test_a_read_sees_one_snapshot_while_others_write(database: Database) -> None:
    """A page and its count agree although somebody commits in between (SQLite; PostgreSQL
    reads each statement anew and is only asked for the first)."""
    async with database.read() as session:
        count = select(func.count()).select_from(Contact)
        before = await session.scalar(count)
        async with database.write() as writing:
            writing.add(_contact("meanwhile"))
        if database.is_sqlite:
            assert await session.scalar(count) == before
    async with database.read() as session:
        assert await session.scalar(count) == (before or 0) + 1


async def test_a_reader_is_not_held_up_by_an_open_write(database: Database) -> None:
    async with database.write() as session:
        session.add(_contact("open"))
        await session.flush()
        async with asyncio.timeout(2):
            assert await rows(database, Contact, name="open") == []


async def test_times_keep_their_microseconds(database: Database) -> None:
    at = NOON.replace(microsecond=123457)
    async with database.write() as session:
        session.add(Contact(name="exact", notes="", created_at=at))
    (stored,) = await rows(database, Contact, name="exact")
    assert stored.created_at == at
    assert stored.created_at.utcoffset() is not None


def test_other_databases_are_refused() -> None:
    with pytest.raises(UnsupportedDatabase):
        Database("mysql://localhost/hub")


async def test_intake_waits_for_one_transaction_at_most(database: Database) -> None:
    """It takes SQLite's one lock itself; the others queue up before they do."""
    if not database.is_sqlite:
        pytest.skip("PostgreSQL has no one lock")
    order: list[str] = []

    async def write(name: str) -> None:
        async with database.write():
            order.append(name)
            await asyncio.sleep(0.01)

    async def take_in() -> None:
        async with database.write_lock:
            order.append("intake")

    async with asyncio.TaskGroup() as group:
        for number in range(6):
            group.create_task(write(str(number)))
        while not order:
            await asyncio.sleep(0)
        group.create_task(take_in())
    assert order.index("intake") <= 2
    assert len(order) == 7
