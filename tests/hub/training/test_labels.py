"""Labelling, when it leads to a training, and what is removed of customers' words."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.audit.models import AuditEntry
from hub.errors import Invalid, NotFound
from hub.ports import MessageDeleted
from hub.system import Hub
from hub.tickets.models import Message
from hub.training.labels import (
    ENOUGH,
    label_example,
    read_examples,
    tidy_examples,
    want_at_night,
)
from hub.training.models import BotExample, BotModel
from tests.fakes import FakeClock
from tests.fixtures import agent, receive, rows
from tests.hub.training.examples import example

pytestmark = pytest.mark.anyio

ZONE = ZoneInfo("America/New_York")
KEEP = timedelta(days=90)


async def put(hub: Hub, number: int, label: str | None) -> BotExample:
    sam = await agent(hub, "sam")
    async with hub.database.write() as session:
        return await label_example(session, number, label, sam, hub.now())


async def test_a_label_and_taking_it_back(hub: Hub) -> None:
    number = await example(hub)
    labelled = await put(hub, number, "report-outage")
    assert (labelled.label, labelled.labelled_by) == ("report-outage", "Sam Laurent")
    assert labelled.labelled_at == hub.now()
    await put(hub, number, "report-outage")
    again = await put(hub, number, None)
    assert (again.label, again.labelled_by, again.labelled_at) == (None, None, None)
    entries = await rows(hub.database, AuditEntry, action="label example")
    assert [(e.detail["before"], e.detail["label"]) for e in entries] == [
        (None, "report-outage"),
        ("report-outage", None),
    ]
    assert "lights" not in str([entry.detail for entry in entries])


async def test_a_label_there_is_not(hub: Hub) -> None:
    number = await example(hub)
    with pytest.raises(Invalid):
        await put(hub, number, "no-such-article")
    with pytest.raises(NotFound):
        await put(hub, number + 1, "skip")
    for label in ("skip", "out-of-scope"):
        assert (await put(hub, number, label)).label == label


async def test_pages(hub: Hub, clock: FakeClock) -> None:
    made = []
    for number in range(7):
        made.append(await example(hub, f"open {number}"))
    for number in made[:3]:
        clock.advance(seconds=1)
        await put(hub, number, "report-outage")
    for labelled, wanted in ((False, made[:2:-1]), (True, made[2::-1])):
        seen: list[int] = []
        cursor = None
        while True:
            async with hub.database.read() as session:
                page = await read_examples(session, labelled=labelled, cursor=cursor, limit=2)
            assert page.open == 4
            seen += [one.id for one in page.examples]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == wanted
    async with hub.database.read() as session:
        for cursor in ("x", "1-2", "", "９"):
            with pytest.raises(Invalid):
                await read_examples(session, labelled=False, cursor=cursor, limit=2)


async def test_enough_labels_are_a_training(hub: Hub, clock: FakeClock) -> None:
    for number in range(ENOUGH + 3):
        assert len(await rows(hub.database, BotModel)) == (number >= ENOUGH)
        await put(hub, await example(hub, f"message {number}"), "report-outage")
    (wanted,) = await rows(hub.database, BotModel)
    assert (wanted.state, wanted.why) == ("wanted", f"{ENOUGH} newly labelled messages")
    async with hub.database.write() as session:
        model = await session.get_one(BotModel, wanted.id)
        model.state, model.started_at = "kept", clock()
    clock.advance(seconds=1)
    await put(hub, await example(hub, "one more"), "report-outage")
    assert len(await rows(hub.database, BotModel)) == 1


async def test_fewer_are_one_at_night(hub: Hub, clock: FakeClock) -> None:
    async def night(hour: int) -> bool:
        clock.at = datetime(2026, 11, 19, hour, 15, tzinfo=ZONE).astimezone(clock.at.tzinfo)
        async with hub.database.write() as session:
            return await want_at_night(session, ZONE, clock())

    assert not await night(3)
    await put(hub, await example(hub), "skip")
    assert not await night(3)
    await put(hub, await example(hub), "report-outage")
    assert not await night(2)
    assert await night(3)
    assert not await night(3)
    (wanted,) = await rows(hub.database, BotModel)
    assert wanted.why == "1 newly labelled message"


async def test_words_that_nobody_learns_from_are_removed(hub: Hub, clock: FakeClock) -> None:
    old = await example(hub, "waits for ever")
    skipped = await example(hub, "of no use", label="skip")
    learnt = await example(hub, "learnt", label="report-outage")
    clock.advance(KEEP)
    assert await tidy_examples(hub.database, clock(), KEEP) == 0
    clock.advance(seconds=1)
    fresh = await example(hub, "fresh")
    assert await tidy_examples(hub.database, clock(), KEEP) == 2
    left = [one.id for one in await rows(hub.database, BotExample)]
    assert left == [learnt, fresh]
    assert old not in left
    assert skipped not in left


async def test_a_deleted_message_is_removed_and_never_shown(hub: Hub, clock: FakeClock) -> None:
    number = await example(hub)
    (kept,) = await rows(hub.database, BotExample)
    async with hub.database.read() as session:
        external_id = (await session.get_one(Message, kept.message_id)).external_id
    clock.advance(seconds=1)
    await receive(hub, MessageDeleted(external_id or "", clock()))  # type: ignore[arg-type]
    async with hub.database.read() as session:
        page = await read_examples(session, labelled=False, cursor=None, limit=10)
    assert (list(page.examples), page.open) == ([], 0)
    with pytest.raises(NotFound):
        await put(hub, number, "report-outage")
    assert await tidy_examples(hub.database, clock(), KEEP) == 1
    assert await rows(hub.database, BotExample) == []


async def test_what_a_model_got_worse_is_forgotten_too(hub: Hub, clock: FakeClock) -> None:
    async with hub.database.write() as session:
        for worse in ([{"text": "somebody's words"}], []):
            session.add(
                BotModel(state="worse", by="x", asked_at=clock(), ended_at=clock(), worse=worse)
            )
    clock.advance(KEEP)
    await tidy_examples(hub.database, clock(), KEEP)
    assert [len(model.worse) for model in await rows(hub.database, BotModel)] == [1, 0]
    clock.advance(seconds=1)
    await tidy_examples(hub.database, clock(), KEEP)
    assert [model.worse for model in await rows(hub.database, BotModel)] == [[], []]
