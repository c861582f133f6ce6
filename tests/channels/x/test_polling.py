"""Reading X without webhooks, through the real tweepy against a server on loopback."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from channels.x.connector import XConnector
from channels.x.cursor import Cursor, Mark
from channels.x.ids import snowflake
from hub.ports import (
    AuthFailed,
    Ignored,
    InboundMessage,
    MessageEdited,
    PollBatch,
    Polls,
    Rejected,
    TemporarilyUnavailable,
)
from tests.channels.loopback import Answer, Platform
from tests.channels.x.conftest import CITY, city_account

pytestmark = pytest.mark.anyio

ROSA = {"id": "1730000000000000021", "name": "Rosa Quintero", "username": "rosa_elmwood"}
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
MENTIONS = f"GET /2/users/{CITY}/mentions"
MESSAGES = "GET /2/dm_events"
NOTHING = Answer({"meta": {"result_count": 0}})


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def quiet(platform: Platform, clock: time_machine.Traveller) -> None:
    platform.on(MENTIONS, NOTHING)
    platform.on(MESSAGES, NOTHING)


def post(ago: timedelta, text: str = "@CityOfElmwood hello", *, of: int = 0) -> dict[str, Any]:
    moment = NOW - ago
    number = str(snowflake(moment) + of)
    return {
        "id": number,
        "text": text,
        "author_id": ROSA["id"],
        "conversation_id": number,
        "created_at": moment.isoformat().replace("+00:00", "Z"),
        "edit_history_tweet_ids": [number],
    }


def dm(ago: timedelta, text: str = "hello", sender: str = ROSA["id"]) -> dict[str, Any]:
    moment = NOW - ago
    return {
        "id": str(snowflake(moment)),
        "event_type": "MessageCreate",
        "text": text,
        "sender_id": sender,
        "dm_conversation_id": f"{CITY}-{ROSA['id']}",
        "created_at": moment.isoformat().replace("+00:00", "Z"),
    }


def page(*entries: dict[str, Any], more: str | None = None) -> Answer:
    meta = {"result_count": len(entries)} | ({"next_token": more} if more else {})
    return Answer({"data": list(entries), "includes": {"users": [ROSA]}, "meta": meta})


def ids(batch: PollBatch) -> list[str]:
    return [item.external_id for item in batch.items if isinstance(item, InboundMessage)]


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


async def test_reads_mentions_and_messages_oldest_first(
    connector: XConnector, platform: Platform
) -> None:
    assert isinstance(connector, Polls)
    newer, older = post(minutes(1)), post(minutes(9))
    platform.on(MENTIONS, page(newer, older))
    platform.on(MESSAGES, page(dm(minutes(5), "in between")))
    batch = await connector.poll(None)
    assert ids(batch) == [
        f"post:{older['id']}",
        f"dm:{snowflake(NOW - minutes(5))}",
        f"post:{newer['id']}",
    ]
    first = batch.items[0]
    assert isinstance(first, InboundMessage)
    assert first.author.handle == "rosa_elmwood"
    assert first.can_reply
    assert not batch.more
    query = platform.called(MENTIONS)[0].query
    assert "since_id" not in query
    assert "note_tweet" in query["tweet.fields"]


async def test_a_poll_and_a_webhook_name_a_message_alike(
    connector: XConnector, platform: Platform
) -> None:
    seen = post(minutes(1))
    platform.on(MENTIONS, page(seen))
    event = {"data": {"event_type": "post.mention.create", "payload": seen}}
    (hooked,) = connector.parse(json.dumps(event).encode())
    (polled,) = (await connector.poll(None)).items
    assert isinstance(hooked, InboundMessage)
    assert isinstance(polled, InboundMessage)
    assert (polled.external_id, polled.conversation) == (hooked.external_id, hooked.conversation)


async def test_goes_on_from_the_newest_and_overlaps(
    connector: XConnector, platform: Platform, clock: time_machine.Traveller
) -> None:
    quiet_day = post(timedelta(hours=3))
    platform.on(MENTIONS, page(quiet_day))
    cursor = (await connector.poll(None)).cursor
    assert await connector.poll(cursor)
    # Nothing new for hours: what was late by OVERLAP has come.
    assert platform.called(MENTIONS)[1].query["since_id"] == quiet_day["id"]

    platform.on(MENTIONS, page(post(minutes(1))))
    cursor = (await connector.poll(cursor)).cursor
    await connector.poll(cursor)
    assert platform.called(MENTIONS)[3].query["since_id"] == str(snowflake(NOW - minutes(5)))


async def test_ids_are_compared_as_numbers(connector: XConnector, platform: Platform) -> None:
    platform.on(MENTIONS, page({"id": "999", "text": "a"}, {"id": "1000", "text": "b"}))
    cursor = Cursor.load((await connector.poll(None)).cursor)
    assert cursor.mentions.since == "1000"


async def test_reads_every_page_of_a_gap(connector: XConnector, platform: Platform) -> None:
    platform.on(MENTIONS, page(post(timedelta(hours=20))))
    cursor = (await connector.poll(None)).cursor
    platform.on(
        MENTIONS,
        page(post(minutes(1)), post(minutes(2)), more="p2"),
        page(post(minutes(3)), more="p3"),
        page(post(minutes(4))),
    )
    batch = await connector.poll(cursor)
    assert len(ids(batch)) == 4
    assert ids(batch) == sorted(ids(batch))
    tokens = [call.query.get("pagination_token") for call in platform.called(MENTIONS)[1:]]
    assert tokens == [None, "p2", "p3"]


async def test_a_gap_too_long_for_one_poll_is_read_on(
    connector: XConnector, platform: Platform
) -> None:
    old = post(timedelta(hours=20))
    platform.on(MENTIONS, page(old))
    cursor = (await connector.poll(None)).cursor
    pages = [page(post(minutes(n)), more=f"after-{n}") for n in range(1, 10)]
    platform.on(MENTIONS, *pages, page(post(minutes(10))))
    first = await connector.poll(cursor)
    assert first.more
    assert len(ids(first)) == 8
    second = await connector.poll(first.cursor)
    assert not second.more
    assert len(ids(second)) == 2
    assert platform.called(MENTIONS)[9].query["pagination_token"] == "after-8"
    assert Cursor.load(second.cursor).mentions.since == post(minutes(1))["id"]


async def test_a_saved_page_that_x_does_not_know_any_more_is_left(
    connector: XConnector, platform: Platform
) -> None:
    old, fresh = post(timedelta(hours=20)), post(minutes(3))
    mark = Mark(since=old["id"], page="gone", newest=post(minutes(5))["id"])
    invalid = Answer({"title": "Invalid Request", "detail": "pagination_token"}, status=400)
    platform.on(MENTIONS, invalid, page(fresh, post(minutes(5)), old))
    batch = await connector.poll(Cursor(mentions=mark).save())
    assert ids(batch)[-1] == f"post:{fresh['id']}"
    assert "pagination_token" not in platform.called(MENTIONS)[-1].query
    assert Cursor.load(batch.cursor).mentions == Mark(since=fresh["id"])


async def test_a_new_account_is_not_flooded_with_the_past(
    connector: XConnector, platform: Platform
) -> None:
    platform.on(MENTIONS, page(post(minutes(1)), post(timedelta(days=40)), more="older"))
    batch = await connector.poll(None)
    assert len(ids(batch)) == 1
    assert len(platform.called(MENTIONS)) == 1
    assert any(isinstance(item, Ignored) for item in batch.items)


async def test_after_an_outage_nothing_is_too_old(
    connector: XConnector, platform: Platform, clock: time_machine.Traveller
) -> None:
    platform.on(MENTIONS, page(post(minutes(1))))
    cursor = (await connector.poll(None)).cursor
    clock.shift(timedelta(days=6))
    platform.on(MENTIONS, page(post(minutes(-60))))
    assert len(ids(await connector.poll(cursor))) == 1


async def test_messages_are_asked_for_once_a_minute(
    connector: XConnector, platform: Platform, clock: time_machine.Traveller
) -> None:
    cursor = (await connector.poll(None)).cursor
    clock.shift(timedelta(seconds=30))
    cursor = (await connector.poll(cursor)).cursor
    assert len(platform.called(MESSAGES)) == 1
    clock.shift(timedelta(seconds=30))
    await connector.poll(cursor)
    assert len(platform.called(MESSAGES)) == 2


async def test_messages_are_read_until_known_ground(
    connector: XConnector, platform: Platform, clock: time_machine.Traveller
) -> None:
    platform.on(MESSAGES, page(dm(minutes(30))))
    cursor = (await connector.poll(None)).cursor
    clock.shift(minutes(2))
    platform.on(
        MESSAGES, page(dm(minutes(1)), more="p2"), page(dm(minutes(2)), dm(minutes(30)), more="p3")
    )
    batch = await connector.poll(cursor)
    assert len(ids(batch)) == 2
    assert [call.query["max_results"] for call in platform.called(MESSAGES)[1:]] == ["10", "100"]


async def test_our_own_messages_are_ignored(connector: XConnector, platform: Platform) -> None:
    platform.on(MESSAGES, page(dm(minutes(1), sender=CITY)))
    assert ids(await connector.poll(None)) == []


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (
            Answer({}, status=429, headers={"x-rate-limit-reset": str(int(NOW.timestamp()) + 600)}),
            600,
        ),
        (Answer({"detail": "no dm.read"}, status=403), 900),
        (Answer(status=503, text="x"), 60),
    ],
)
async def test_messages_never_hold_up_mentions(
    connector: XConnector, platform: Platform, answer: Answer, seconds: float
) -> None:
    platform.on(MENTIONS, page(post(minutes(1))))
    platform.on(MESSAGES, answer)
    batch = await connector.poll(None)
    assert len(ids(batch)) == 1
    assert Cursor.load(batch.cursor).messages_after == NOW.timestamp() + seconds


async def test_a_dead_token_stops_the_poll(connector: XConnector, platform: Platform) -> None:
    platform.on(MESSAGES, Answer({}, status=401))
    with pytest.raises(AuthFailed):
        await connector.poll(None)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer({}, status=429), TemporarilyUnavailable),
        (Answer(status=500, text="<html>"), TemporarilyUnavailable),
        (Answer(text="<html>", media_type="text/html"), TemporarilyUnavailable),
        (Answer({"data": {"id": "1"}}), TemporarilyUnavailable),
        (Answer(drop=True), TemporarilyUnavailable),
        (Answer({}, status=401), AuthFailed),
        (Answer({}, status=403), Rejected),
    ],
)
async def test_a_poll_fails_in_the_hubs_words(
    connector: XConnector, platform: Platform, answer: Answer, error: type[Exception]
) -> None:
    platform.on(MENTIONS, answer)
    with pytest.raises(error) as raised:
        await connector.poll(None)
    if isinstance(raised.value, TemporarilyUnavailable):
        assert not raised.value.outcome_unknown


async def test_an_unreadable_post_does_not_stop_the_others(
    connector: XConnector, platform: Platform
) -> None:
    bad = post(minutes(2)) | {"author_id": "nobody"}
    platform.on(MENTIONS, page(post(minutes(1)), bad, {"text": "no id"}, post(minutes(3))))
    batch = await connector.poll(None)
    assert len(ids(batch)) == 2
    assert [json.loads(each.raw) for each in batch.unreadable] == [bad, {"text": "no id"}]
    assert [each.error for each in batch.unreadable][1] == "an entry without an id"
    assert "nobody" not in batch.unreadable[0].error
    # The next poll overlaps, and does not tell of them again.
    again = await connector.poll(batch.cursor)
    assert again.unreadable == ()
    platform.on(MENTIONS, page({"text": "another"}))
    later = await connector.poll(again.cursor)
    assert [json.loads(each.raw) for each in later.unreadable] == [{"text": "another"}]


async def test_an_id_of_the_far_future_hides_no_later_gap(
    connector: XConnector, platform: Platform
) -> None:
    seen = post(minutes(30))
    platform.on(MENTIONS, page({"id": "9" * 24, "text": "?"}, seen))
    batch = await connector.poll(None)
    assert len(batch.unreadable) == 1
    assert Cursor.load(batch.cursor).mentions.since == seen["id"]


async def test_an_edited_post_is_told_as_an_edit(connector: XConnector, platform: Platform) -> None:
    first, second = post(minutes(9)), post(minutes(2), "@CityOfElmwood hello again")
    second |= {
        "conversation_id": first["id"],
        "edit_history_tweet_ids": [first["id"], second["id"]],
    }
    platform.on(MENTIONS, page(second))
    (edited,) = (await connector.poll(None)).items
    assert isinstance(edited, MessageEdited)
    assert edited.message.external_id == f"post:{first['id']}"
    assert edited.message.sent_at == NOW - minutes(9)
    assert edited.at == NOW - minutes(2)


async def test_an_old_post_edited_lately_does_not_flood_a_new_account(
    connector: XConnector, platform: Platform
) -> None:
    old, now = post(timedelta(days=30)), post(minutes(2))
    platform.on(MENTIONS, page(now | {"edit_history_tweet_ids": [old["id"], now["id"]]}))
    (item,) = (await connector.poll(None)).items
    assert isinstance(item, Ignored)


@pytest.mark.parametrize("cursor", ["", "soon", "{}", "[]", '{"mentions":{"x":1}}', "7"])
async def test_a_spoilt_cursor_starts_anew(
    connector: XConnector, platform: Platform, cursor: str
) -> None:
    platform.on(MENTIONS, page(post(minutes(1))))
    assert len(ids(await connector.poll(cursor))) == 1


async def test_an_app_only_token_reads_mentions_alone(platform: Platform) -> None:
    account = city_account(platform.url, access_token="", bearer_token="app-only")
    connector = XConnector(account)
    platform.on(MENTIONS, page(post(minutes(1))))
    assert len(ids(await connector.poll(None))) == 1
    assert platform.called(MENTIONS)[0].headers["Authorization"] == "Bearer app-only"
    assert platform.called(MESSAGES) == []
    await connector.aclose()
