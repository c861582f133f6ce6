"""Receiving: each message exactly once, all of it or none of it, and answered when it is safe."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from hub.db import schema
from hub.intake import decide
from hub.intake.models import RawBody
from hub.intake.postgresql import INTAKE_LOCK
from hub.intake.redaction import CARD_MASK
from hub.intake.rows import message_row
from hub.intake.writer import MAX_WAITING, Overloaded
from hub.jobs.models import Job
from hub.people.models import Contact, ContactPoint
from hub.ports import ChannelKind, Ignored, InboundMessage, ReceivedBody
from hub.replay import replay
from hub.secrets import WrongKey
from hub.system import Hub
from hub.tickets.models import Message, Ticket
from tests.fakes import FakeClock, inbound
from tests.fixtures import (
    Databases,
    HubMaker,
    account_id,
    events_of,
    pending_jobs,
    receive,
    rows,
    ticket_of,
)

pytestmark = pytest.mark.anyio


async def _counts(hub: Hub) -> dict[str, int]:
    """Rows by table, of the tables that an inquiry ends up in."""
    tables = (Ticket, Message, Contact, ContactPoint, Job, RawBody, schema.Event, schema.ClockRow)
    async with hub.database.read() as session:
        return {
            table.__tablename__: await session.scalar(select(func.count()).select_from(table)) or 0
            for table in tables
        }


async def test_one_message_becomes_a_ticket_with_all_that_belongs_to_it(
    hub: Hub, clock: FakeClock
) -> None:
    before = await _counts(hub)
    sent = clock() - timedelta(seconds=40)
    message = inbound(body="My street light is out\nsince May", sent_at=sent)
    received = ReceivedBody(await account_id(hub), (message,), b'{"as": "it came"}')
    (accepted,) = await hub.intake.receive(received)
    after = await _counts(hub)
    assert {name: after[name] - before[name] for name in after} == {
        "tickets": 1, "messages": 1, "contacts": 1, "contact_points": 1, "jobs": 1,
        "raw_bodies": 1, "events": 2, "sla_clocks": after["sla_clocks"] - before["sla_clocks"],
    }  # fmt: skip
    assert not accepted.duplicate
    ticket = await ticket_of(hub, accepted.ticket_id)
    assert ticket.subject == "My street light is out since May"
    assert (ticket.status, ticket.channel, ticket.unit) == ("bot", "x", "social-media")
    assert (ticket.created_at, ticket.waiting_since) == (sent, sent)
    assert ticket.contact_name == "Rosa Delgado"
    assert ticket.due_at is not None
    (stored,) = await rows(hub.database, Message, ticket_id=ticket.id)
    assert (stored.id, stored.external_id) == (accepted.message_id, "m-1")
    assert (stored.sent_at, stored.created_at) == (sent, clock())
    (contact,) = await rows(hub.database, Contact, id=ticket.contact_id)
    assert (contact.name, stored.author_id) == ("Rosa Delgado", contact.id)
    (job,) = await pending_jobs(hub)
    assert (job.kind, job.payload["message_id"]) == ("triage", stored.id)
    kinds = [one.kind for one in await events_of(hub, ticket_id=ticket.id)]
    assert kinds == ["ticket.created", "message.created"]
    (raw,) = await rows(hub.database, RawBody)
    assert (raw.body, raw.state, raw.received_at) == (b'{"as": "it came"}', "read", clock())
    assert raw.expires_at == clock() + timedelta(days=90)


async def test_the_same_message_again_is_the_same_message(hub: Hub) -> None:
    """Redelivered alone, twice in one body, in one with others, by poll after webhook."""
    first = inbound("m-1")
    account = await account_id(hub)
    (once,) = await hub.intake.receive(ReceivedBody(account, (first,), b"{}"))
    again = await hub.intake.receive(ReceivedBody(account, (first, first), b"{}"))
    with_others = await hub.intake.receive(
        ReceivedBody(account, (inbound("m-2"), first, inbound("m-2")), b"{}", cursor="after-m-2")
    )
    assert [(one.message_id, one.duplicate) for one in again] == [(once.message_id, True)] * 2
    assert [one.duplicate for one in with_others] == [False, True, True]
    assert with_others[0].message_id == with_others[2].message_id
    assert [m.external_id for m in await rows(hub.database, Message)] == ["m-1", "m-2"]
    assert len(await rows(hub.database, Ticket)) == 1
    assert len(await pending_jobs(hub)) == 2


async def test_the_same_id_on_another_account_is_another_message(hub: Hub) -> None:
    (x,) = await receive(hub, inbound("m-1"), kind=ChannelKind.X)
    (facebook,) = await receive(hub, inbound("m-1", kind="facebook"), kind=ChannelKind.FACEBOOK)
    assert x != facebook
    assert len(await rows(hub.database, Message)) == 2


async def test_a_cursor_is_saved_with_its_messages_and_survives_a_webhook(hub: Hub) -> None:
    account = await account_id(hub)
    await hub.intake.receive(ReceivedBody(account, (inbound(),), b"{}", cursor='{"since":"5"}'))
    await hub.intake.receive(ReceivedBody(account, (inbound("m-2"),), b"{}"))
    (stored,) = await rows(hub.database, schema.Account, id=account)
    assert stored.cursor == '{"since":"5"}'


async def test_events_we_know_and_do_not_want_are_stored_raw_only(hub: Hub) -> None:
    before = await _counts(hub)
    received = ReceivedBody(await account_id(hub), (Ignored("like"),), b"{}")
    assert await hub.intake.receive(received) == ()
    after = await _counts(hub)
    assert after == {**before, "raw_bodies": before["raw_bodies"] + 1}


@pytest.fixture
def commits(hub: Hub) -> Iterator[list[int]]:
    """Grows by one entry at every commit of the intake on this hub."""
    counted: list[int] = []
    run = hub.writer._run

    async def counting(batch: Any, directory: Any) -> None:
        await run(batch, directory)
        counted.append(len(batch))

    hub.writer._run = counting
    yield counted
    hub.writer._run = run


async def test_500_senders_at_once_are_stored_once_each_in_few_transactions(
    hub: Hub, commits: list[int]
) -> None:
    """Every message is sent three times at once, to 100 conversations by 60 people."""
    before = await _counts(hub)
    account = await account_id(hub)

    async def send(n: int) -> tuple[int, bool]:
        message = inbound(
            f"m-{n % 500}", f"text {n % 500}", conversation=f"c-{n % 100}", address=f"u-{n % 60}"
        )
        (accepted,) = await hub.intake.receive(ReceivedBody(account, (message,), b"{}"))
        return accepted.message_id, accepted.duplicate

    outcomes = await asyncio.gather(*(send(n) for n in range(1500)))
    assert sum(not duplicate for _, duplicate in outcomes) == 500
    for n in range(500):
        assert len({outcomes[n][0], outcomes[n + 500][0], outcomes[n + 1000][0]}) == 1
    after = await _counts(hub)
    grown = {name: after[name] - before[name] for name in after}
    assert (grown["tickets"], grown["messages"], grown["jobs"]) == (100, 500, 500)
    assert (grown["contacts"], grown["contact_points"]) == (60, 60)
    assert grown["raw_bodies"] == 1500
    stored = await rows(hub.database, Message)
    assert sorted(m.body for m in stored) == sorted(f"text {n}" for n in range(500))
    assert sum(commits) == 1500
    assert len(commits) <= 20
    numbers = [one.seq for one in await events_of(hub)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_two_hubs_that_take_the_same_messages_store_them_once(
    hub: Hub, make_hub: HubMaker
) -> None:
    """Two processes behind a load balancer get the same webhooks at the same time."""
    other = make_hub()
    await other.start()
    account = await account_id(hub)
    try:
        results = await asyncio.gather(
            *(
                one.intake.receive(
                    ReceivedBody(
                        account,
                        (inbound(f"m-{n}", conversation=f"c-{n % 7}", address=f"u-{n % 5}"),),
                        b"{}",
                    )
                )
                for n in range(60)
                for one in (hub, other)
            )
        )
    finally:
        await other.aclose()
    assert sum(not accepted.duplicate for (accepted,) in results) == 60
    assert len(await rows(hub.database, Message)) == 60
    assert len(await rows(hub.database, Ticket)) == 7
    assert len(await rows(hub.database, ContactPoint)) == 5


async def test_a_sender_that_gives_up_waiting_does_not_undo_its_message(hub: Hub) -> None:
    account = await account_id(hub)
    sending = asyncio.create_task(
        hub.intake.receive(ReceivedBody(account, (inbound("m-1"),), b"{}"))
    )
    await asyncio.sleep(0)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    (ticket,) = await receive(hub, inbound("m-2"))
    stored = await rows(hub.database, Message, ticket_id=ticket)
    assert stored[-1].external_id == "m-2"
    assert len({m.external_id for m in stored}) == len(stored)


# What cannot be stored


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deciding about a message that says `poison` fails, as a bug of ours would make it."""
    real = decide._decide_message

    def deciding(message: InboundMessage, *args: Any) -> None:
        real(message, *args)
        if "poison" in message.body:
            raise RuntimeError("cannot decide")

    monkeypatch.setattr(decide, "_decide_message", deciding)


@pytest.mark.usefixtures("poisoned")
async def test_a_message_that_cannot_be_stored_does_not_hold_up_the_others(
    hub: Hub, clock: FakeClock
) -> None:
    account = await account_id(hub)

    async def send(n: int) -> int:
        body = "poison" if n == 13 else "fine"
        message = inbound(f"m-{n}", body, conversation=f"c-{n}", address=f"u-{n}")
        return len(
            await hub.intake.receive(ReceivedBody(account, (message,), json.dumps(n).encode()))
        )

    stored = await asyncio.gather(*(send(n) for n in range(40)))
    assert [n for n, count in enumerate(stored) if count == 0] == [13]
    assert {m.external_id for m in await rows(hub.database, Message)} == {
        f"m-{n}" for n in range(40) if n != 13
    }
    (kept,) = await rows(hub.database, RawBody, state="unreadable")
    assert kept.error == "RuntimeError: cannot decide"
    assert hub.seal.open(kept.body) == b"13"
    assert kept.expires_at == clock() + timedelta(days=14)
    # No half of it is left: not its contact, not its ticket.
    assert await rows(hub.database, ContactPoint, address="u-13") == []
    assert len(await rows(hub.database, Ticket)) == 39


@pytest.mark.usefixtures("poisoned")
async def test_one_bad_message_among_many_of_a_poll_costs_only_itself(hub: Hub) -> None:
    """A poll's raw body holds ids only: what is not stored as a message would be lost."""
    messages = tuple(
        inbound(f"m-{n}", "poison" if n == 2 else "fine", conversation=f"c-{n}") for n in range(5)
    )
    account = await account_id(hub)
    accepted = await hub.intake.receive(ReceivedBody(account, messages, b"{}", cursor="after-5"))
    assert len(accepted) == 4
    assert [m.external_id for m in await rows(hub.database, Message)] == [
        "m-0", "m-1", "m-3", "m-4",
    ]  # fmt: skip
    (stored,) = await rows(hub.database, schema.Account, id=account)
    assert stored.cursor == "after-5"
    (kept,) = await rows(hub.database, RawBody, state="unreadable")
    assert b"m-2" in hub.seal.open(kept.body)
    assert b"poison" in hub.seal.open(kept.body)


async def test_a_row_the_database_refuses_is_kept_as_unreadable(
    hub: Hub, dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL takes no NUL and no 300 characters in a column of 255; SQLite no huge number."""
    real = message_row

    def row(message: InboundMessage, *rest: Any) -> dict[str, Any]:
        made = real(message, *rest)
        if message.body == "NUL":
            made["body"] = "a\x00b" if dialect == "postgresql" else 2**70
        if message.body == "long":
            made["permalink"] = "\ud800"
        return made

    monkeypatch.setattr("hub.intake.decide.message_row", row)
    bodies = ("NUL", "fine", "long", "also fine")
    account = await account_id(hub)
    received = [
        ReceivedBody(account, (inbound(f"m-{n}", body, conversation=f"c-{n}"),), b"{}")
        for n, body in enumerate(bodies)
    ]
    accepted = await asyncio.gather(*(hub.intake.receive(one) for one in received))
    assert [len(one) for one in accepted] == [0, 1, 0, 1]
    assert [m.body for m in await rows(hub.database, Message)] == ["fine", "also fine"]
    assert len(await rows(hub.database, RawBody, state="unreadable")) == 2


async def test_a_body_that_cannot_be_read_is_sealed_and_expires(hub: Hub, clock: FakeClock) -> None:
    raw = b'{"text": "4111111111111111'
    account = await account_id(hub)
    received = ReceivedBody(account, (), raw, error="not JSON", text_fields=frozenset({"text"}))
    assert await hub.intake.receive(received) == ()
    (kept,) = await rows(hub.database, RawBody)
    assert (kept.state, kept.error) == ("unreadable", "not JSON")
    assert b"4111" not in kept.body
    assert hub.seal.open(kept.body) == raw
    assert kept.expires_at == clock() + timedelta(days=14)
    with pytest.raises(WrongKey):
        type(hub.seal)("another key").open(kept.body)


async def test_a_body_that_is_not_its_content_type_is_sealed(hub: Hub) -> None:
    """Nobody could look for card numbers in it: nothing of it is stored in the open."""
    received = ReceivedBody(
        await account_id(hub), (inbound(body="hi"),), b"{", text_fields=frozenset({"text"})
    )
    assert await hub.intake.receive(received) == ()
    (kept,) = await rows(hub.database, RawBody)
    assert kept.state == "unreadable"
    assert kept.error is not None
    assert "application/json" in kept.error
    assert hub.seal.open(kept.body) == b"{"
    assert await rows(hub.database, Message) == []


async def test_card_numbers_are_masked_in_message_context_and_raw_body(hub: Hub) -> None:
    number = "4111 1111 1111 1111"
    message = inbound(
        "4111111111111111",
        f"charge {number}",
        context={"post": {"title": f"is {number}", "post_id": "4111111111111111"}},
    )
    raw = json.dumps({"id": "4111111111111111", "text": f"charge {number}"}).encode()
    (ticket_id,) = await receive(hub, message, text_fields=frozenset({"text"}))
    account = await account_id(hub)
    await hub.intake.receive(ReceivedBody(account, (), raw, text_fields=frozenset({"text"})))
    (stored,) = await rows(hub.database, Message)
    assert (stored.body, stored.external_id) == (f"charge {CARD_MASK}", "4111111111111111")
    ticket = await ticket_of(hub, ticket_id)
    assert ticket.subject == ticket.preview == f"charge {CARD_MASK}"
    assert ticket.context["post"] == {"title": f"is {CARD_MASK}", "post_id": "4111111111111111"}
    bodies = [json.loads(one.body) for one in await rows(hub.database, RawBody)]
    assert bodies[-1] == {"id": "4111111111111111", "text": f"charge {CARD_MASK}"}
    assert all(number not in one.data for one in await events_of(hub))


@pytest.mark.usefixtures("poisoned")
async def test_what_was_kept_can_be_replayed(hub: Hub) -> None:
    """`hub replay` opens what the writer kept, whatever the reason was."""
    await receive(hub, inbound("m-1", "poison"), kind=ChannelKind.FACEBOOK)
    result = await replay(hub)
    # The fake platform receives no webhooks: it waits for a person, and nothing is broken.
    assert (result.bodies, result.new_messages, result.still_unreadable) == (1, 0, 1)


# Where the database is away


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_without_its_database_nothing_is_acknowledged_and_nothing_is_half_stored(
    hub: Hub, dialect: str, databases: Databases
) -> None:
    await receive(hub, inbound("m-0"))
    before = await _counts(hub)
    name = hub.settings.resolved_database_url.rpartition("/")[2]
    account = await account_id(hub)

    async def send(n: int) -> object:
        return await hub.intake.receive(ReceivedBody(account, (inbound(f"m-{n}"),), b"{}"))

    with databases.server.away(name):
        failed = await asyncio.gather(*(send(n) for n in range(1, 30)), return_exceptions=True)
    assert [one for one in failed if not isinstance(one, Exception)] == []
    assert await _counts(hub) == before
    again = await asyncio.gather(*(send(n) for n in range(1, 30)))
    assert len(again) == 29
    assert len(await rows(hub.database, Message)) == 30


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_busy_sqlite_is_an_error_to_the_sender_and_nothing_is_stored(
    make_hub: HubMaker, dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process holds the write lock for longer than we wait."""
    pragmas = ("PRAGMA busy_timeout=60", "PRAGMA journal_mode=WAL", "PRAGMA foreign_keys=ON")
    monkeypatch.setattr("hub.db.database.SQLITE_PRAGMAS", pragmas)
    monkeypatch.setattr("hub.intake.sqlite.SQLITE_PRAGMAS", pragmas)
    hub, holder = make_hub(), make_hub()
    await hub.start()
    try:
        account = await account_id(hub)
        before = await _counts(hub)
        async with holder.database.write() as session:
            await session.execute(select(1))
            outcomes = await asyncio.gather(
                *(
                    hub.intake.receive(ReceivedBody(account, (inbound(f"m-{n}"),), b"{}"))
                    for n in range(5)
                ),
                return_exceptions=True,
            )
        assert ["locked" in str(one) for one in outcomes] == [True] * 5
        assert await _counts(hub) == before
        assert len(await receive(hub, inbound("m-1"))) == 1
    finally:
        await hub.aclose()
        await holder.aclose()


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_a_database_that_shuts_down_makes_nothing_unreadable(
    hub: Hub, dialect: str, databases: Databases
) -> None:
    """The statement that is running is ended: that says nothing about the message."""
    account = await account_id(hub)
    name = hub.settings.resolved_database_url.rpartition("/")[2]
    waiting = (
        f"FROM pg_stat_activity WHERE datname = '{name}' AND wait_event_type = 'Lock' "
        "AND wait_event = 'advisory'"
    )
    async with hub.database.write() as session:
        await session.execute(select(func.pg_advisory_xact_lock(INTAKE_LOCK)))
        sending = asyncio.create_task(
            hub.intake.receive(ReceivedBody(account, (inbound("m-1"),), b"{}"))
        )
        async with asyncio.timeout(10):
            while databases.server.run(f"SELECT count(*) {waiting}") != "1":
                await asyncio.sleep(0.02)
        databases.server.run(f"SELECT pg_terminate_backend(pid) {waiting}")
        with pytest.raises((asyncpg.AdminShutdownError, DBAPIError)):
            await sending
    assert await rows(hub.database, RawBody) == []
    assert len(await receive(hub, inbound("m-1"))) == 1


@pytest.mark.parametrize(
    "error",
    [
        sqlite3.OperationalError("database is locked"),
        asyncpg.DeadlockDetectedError("deadlock detected"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.DiskFullError("could not extend file"),
        asyncpg.ConnectionDoesNotExistError("connection was closed"),
        asyncpg.InterfaceError("connection is closed"),
        ConnectionRefusedError(111, "refused"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_an_error_that_is_not_the_messages_makes_it_no_less_readable(
    hub: Hub, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await account_id(hub)
    real = decide._decide_message
    failing = [error]

    def deciding(*args: Any) -> None:
        if failing:
            raise failing.pop()
        real(*args)

    monkeypatch.setattr(decide, "_decide_message", deciding)
    with pytest.raises(type(error)):
        await hub.intake.receive(ReceivedBody(account, (inbound("m-1"),), b"{}"))
    assert await rows(hub.database, RawBody) == []
    assert len(await receive(hub, inbound("m-1"))) == 1


async def test_too_much_waiting_is_refused(make_hub: HubMaker) -> None:
    hub = make_hub()  # not started: nothing is ever written
    account = ReceivedBody(1, (inbound(),), b"{}")
    waiting = [asyncio.create_task(hub.intake.receive(account)) for _ in range(MAX_WAITING)]
    try:
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await hub.intake.receive(account)
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await hub.aclose()


async def test_what_waits_when_the_hub_is_closed_is_stored(make_hub: HubMaker) -> None:
    hub = make_hub()
    await hub.start()
    account = await account_id(hub)
    sending = [
        asyncio.create_task(hub.intake.receive(ReceivedBody(account, (inbound(f"m-{n}"),), b"{}")))
        for n in range(300)
    ]
    await asyncio.sleep(0)
    await hub.aclose()
    results = await asyncio.gather(*sending)
    assert sum(len(one) for one in results) == 300
    later = make_hub()
    try:
        assert len(await rows(later.database, Message)) == 300
    finally:
        await later.aclose()
