"""A conversation as its customer reads it: what is theirs, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from hub.ports import Attachment, InboundMessage, Office, Standing, Stir
from hub.system import Hub
from hub.tickets import actions, conversations, replies
from hub.tickets.change import changing
from hub.tickets.merging import merge, unmerge
from hub.tickets.models import Status
from tests.fakes import FakeClock, inbound
from tests.fixtures import Work, account_id, agent, change, receive, ticket_of

pytestmark = pytest.mark.anyio


def chat(number: int, body: str = "No water", person: str = "a", **more: object) -> InboundMessage:
    message = inbound(
        f"m-{number}", body, conversation=f"chat:{person}", address=f"chat:{person}", skip_bot=True
    )
    return replace(message, **more)  # type: ignore[arg-type]


async def bodies(hub: Hub, person: str = "a") -> list[str]:
    lines = await hub.conversations.lines(await account_id(hub), f"chat:{person}")
    return [line.body for line in lines]


async def standing(hub: Hub, person: str = "a") -> Standing:
    return await hub.conversations.standing(await account_id(hub), f"chat:{person}")


async def test_lines_over_two_tickets(hub: Hub, work: Work, clock: FakeClock) -> None:
    """A new ticket after a long silence is the same conversation; notes and what was given
    elsewhere are not part of it."""
    (first,) = await receive(hub, chat(1))
    ava = await agent(hub, "ava")
    await change(hub, first, ava, replies.note, "He always says so")
    await change(hub, first, ava, replies.log_reply, "Told on the phone")
    await change(hub, first, ava, replies.reply, "A crew comes")
    assert await bodies(hub) == ["No water"], "not delivered yet"
    await work.all()
    await change(hub, first, ava, actions.set_status, Status.RESOLVED)
    clock.advance(days=30)
    (second,) = await receive(hub, chat(2, "Again no water", sent_at=clock()))
    assert second != first
    assert await bodies(hub) == ["No water", "A crew comes", "Again no water"]
    account = await account_id(hub)
    assert set(await hub.conversations.tickets(account, "chat:a")) == {first, second}
    newest = await hub.conversations.lines(account, "chat:a", newest=1)
    assert [line.body for line in newest] == ["Again no water"]


async def test_merged_with_anothers_ticket_each_reads_their_own(hub: Hub, work: Work) -> None:
    (one,) = await receive(hub, chat(1, "The main broke", "a"))
    (other,) = await receive(hub, chat(2, "Water in the street", "b"))
    sam = await agent(hub, "sam")

    async def both(action: object) -> None:
        directory = await hub.directory.get()
        async with (
            hub.database.write() as session,
            changing(session, one, directory, sam, hub.now()) as source,
            changing(session, other, directory, sam, hub.now()) as target,
        ):
            await action(source, target)  # type: ignore[operator]

    await both(merge)
    assert await receive(hub, chat(3, "Still broken", "a")) == [other]
    await change(hub, other, sam, replies.reply, "To the newest writer")
    await work.all()
    assert await bodies(hub, "a") == ["The main broke", "Still broken", "To the newest writer"]
    assert await bodies(hub, "b") == ["Water in the street"]
    account = await account_id(hub)
    assert set(await hub.conversations.tickets(account, "chat:a")) == {one, other}
    await both(unmerge)
    assert (await bodies(hub, "a"))[0] == "The main broke"
    assert await bodies(hub, "b") == ["Water in the street"]


async def test_only_files_the_hub_has(hub: Hub) -> None:
    elsewhere = Attachment("https://x.example/a.png", "image/png", "a.png")
    kept = await hub.files.keep(b"%PDF-1.4\n%%EOF\n", "bill.pdf")
    await receive(hub, chat(1, attachments=(elsewhere, kept)))
    (line,) = await hub.conversations.lines(await account_id(hub), "chat:a")
    assert [(file.url, file.name) for file in line.files] == [(kept.url, "bill.pdf")]
    assert line.external_id == "m-1"


async def test_standing(hub: Hub, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "_COUNTED_FOR", 0.0)
    assert await standing(hub) == Standing("none")
    (first,) = await receive(hub, chat(1, person="a"))
    later = clock.advance(minutes=1)
    (second,) = await receive(hub, chat(2, person="b", sent_at=later))
    unit = (await ticket_of(hub, first)).unit
    assert await standing(hub, "a") == Standing("waiting", 1, unit=unit)
    assert await standing(hub, "b") == Standing("waiting", 2, unit=unit)
    ava = await agent(hub, "sam")
    await change(hub, first, ava, replies.reply, "Hello")
    assert (await standing(hub, "a")).status == "with_agent", "answered by who did not take it"
    assert await standing(hub, "b") == Standing("waiting", 1, unit=unit)
    await change(hub, second, ava, actions.assign, ava.id)
    assert await standing(hub, "b") == Standing("with_agent", agent="Sam Laurent")
    await change(hub, second, ava, actions.set_status, Status.RESOLVED)
    assert await standing(hub, "b") == Standing("resolved")


async def test_a_queue_is_read_once_for_all_who_wait(hub: Hub) -> None:
    await receive(hub, chat(1, person="a"))
    assert (await standing(hub, "a")).position == 1
    early = chat(2, person="b").sent_at - timedelta(hours=1)
    await receive(hub, chat(2, person="b", sent_at=early))
    assert (await standing(hub, "a")).position == 1, "as it was a moment ago"
    assert (await standing(hub, "b")).position == 1


async def test_the_office(hub: Hub, clock: FakeClock) -> None:
    account = await account_id(hub)
    assert await hub.conversations.office(account) == Office(True)
    clock.advance(hours=5)  # 17:00: closing time is closed
    closed = await hub.conversations.office(account)
    assert closed == Office(False, clock.at + timedelta(hours=15))


async def test_who_follows_hears_of_every_ticket_once(hub: Hub) -> None:
    heard: list[Stir] = []

    def hear(stirs: Sequence[Stir]) -> None:
        heard.extend(stirs)

    stop = hub.conversations.follow(hear)
    (ticket,) = await receive(hub, chat(1))
    hub.feed.ring()
    async with asyncio.timeout(10):
        while not any(stir.said for stir in heard):
            await asyncio.sleep(0.01)
    assert {stir.ticket_id for stir in heard} == {ticket}
    assert [stir.conversation for stir in heard if stir.said] == ["chat:a"]
    stop()
    before = len(heard)
    await receive(hub, chat(2))
    hub.feed.ring()
    await asyncio.sleep(0.1)
    assert len(heard) == before


async def test_a_conversation_is_found_through_indexes(hub: Hub) -> None:
    """The account's tickets are not gone through, however many there are."""
    if not hub.database.is_sqlite:
        pytest.skip("the plan is SQLite's")
    query = conversations._tickets(1, "chat:a").compile(
        hub.database.engine.sync_engine, compile_kwargs={"literal_binds": True}
    )
    async with hub.database.read() as session:
        plan = await session.execute(text(f"EXPLAIN QUERY PLAN {query}"))
        steps = [str(row[3]) for row in plan]
    tables = [step for step in steps if "tickets" in step or "conversations" in step]
    assert tables
    assert all(step.startswith("SEARCH") for step in tables), steps
