"""What every connector that asks keeps to: nothing is missed, and what comes twice is the same."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from hub.ports import (
    AuthFailed,
    Connector,
    InboundItem,
    InboundMessage,
    MessageEdited,
    PollBatch,
    Polls,
    ReceivesWebhooks,
    TemporarilyUnavailable,
)
from tests.contracts.connectors import failing, heard
from tests.contracts.stages import Scene, Stage, stages_with

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("stage", stages_with(Polls), ids=str),
]

WORDS = "Is anybody there?"


def ids(items: Iterable[InboundItem]) -> list[str]:
    """The external ids of messages, edited ones by their first."""
    messages = (item.message if isinstance(item, MessageEdited) else item for item in items)
    return [each.external_id for each in messages if isinstance(each, InboundMessage)]


async def polled(connector: Connector, cursor: str | None) -> PollBatch:
    """Poll until there is no more."""
    assert isinstance(connector, Polls)
    batch = await connector.poll(cursor)
    items, unreadable = [*batch.items], [*batch.unreadable]
    for _ in range(20):
        if not batch.more:
            break
        batch = await connector.poll(batch.cursor)
        items += batch.items
        unreadable += batch.unreadable
    assert not batch.more, "it never comes to an end"
    return PollBatch(tuple(items), batch.cursor, unreadable=tuple(unreadable))


async def settled(
    connector: Connector, cursor: str | None = None
) -> tuple[list[InboundItem], str | None]:
    """What two polls bring, and the cursor after them.

    Where a window ends with the last full second, what was said in this one comes by the next
    poll, which overlaps.
    """
    first = await polled(connector, cursor)
    second = await polled(connector, first.cursor)
    assert first.unreadable == second.unreadable == ()
    return [*first.items, *second.items], second.cursor


async def test_two_polls_in_a_row_bring_nothing_that_differs(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    number = scene.say(WORDS)
    items, cursor = await settled(connector)
    known = {item.external_id: item for item in items if isinstance(item, InboundMessage)}
    assert len([name for name in known if number in name]) == 1
    for _ in range(2):
        batch = await polled(connector, cursor)
        assert set(ids(batch.items)) <= set(known)
        assert all(item in items for item in batch.items)
        assert batch.unreadable == ()
        cursor = batch.cursor


@pytest.mark.parametrize("lost", [None, "", "of another time", "{}", "[1]"])
async def test_a_lost_cursor_only_repeats(
    stage: Stage, scene: Scene, connector: Connector, lost: str | None
) -> None:
    """Also by another worker, and where what was saved cannot be read."""
    scene.say(WORDS)
    items, _ = await settled(connector)
    worker = stage.connector(scene.account)
    again, _ = await settled(worker, lost)
    assert set(ids(again)) == set(ids(items))
    assert all(item in items for item in again)
    await worker.aclose()


async def test_another_worker_goes_on_from_the_saved_cursor(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    scene.say(WORDS)
    _, cursor = await settled(connector)
    number = scene.say("And here as well?")
    worker = stage.connector(scene.account)
    found = ids((await settled(worker, cursor))[0])
    await worker.aclose()
    if not any(number in name for name in found):
        # X's direct messages are asked for once a minute; from the beginning they are there.
        found = ids((await settled(connector))[0])
    assert any(number in name for name in found)


@pytest.mark.parametrize("fault", [429, 500, 503, "drop", "garbage"])
async def test_a_poll_that_fails_loses_nothing(
    stage: Stage, scene: Scene, connector: Connector, fault: object
) -> None:
    number = scene.say(WORDS)
    assert isinstance(connector, Polls)
    # A client may ask again by itself where nothing can be done twice.
    scene.fault(*[{"kind": fault, "on": "read"}] * 3)
    error = await failing(connector.poll(None))
    assert isinstance(error, TemporarilyUnavailable)
    assert not error.outcome_unknown, "reading changes nothing"
    if fault == 429 and stage.says_when:
        assert error.retry_after is not None
        assert 0 < error.retry_after <= 3_600
    scene.fault()
    items, _ = await settled(connector)
    assert any(number in name for name in ids(items))


async def test_a_refused_token_stops_the_account(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    assert isinstance(connector, Polls)
    scene.fault({"kind": 401, "on": "read"})
    assert isinstance(await failing(connector.poll(None)), AuthFailed)


async def test_what_comes_both_ways_is_the_same(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    """By webhook and by poll: the hub knows one event by its external id."""
    if not isinstance(connector, ReceivesWebhooks):
        return
    told = await heard(scene, connector, scene.say(WORDS))
    items, _ = await settled(connector)
    messages = {item.external_id: item for item in items if isinstance(item, InboundMessage)}
    (asked,) = messages.values()
    assert (asked.external_id, asked.conversation) == (told.external_id, told.conversation)
    assert (asked.author.kind, asked.author.address) == (told.author.kind, told.author.address)
    assert (asked.body, asked.visibility) == (told.body, told.visibility)
    assert abs((asked.sent_at - told.sent_at).total_seconds()) < 2
