"""What changes at the remote endpoint after a request was pulled, and what we say there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from channels.open311 import Open311Connector
from channels.open311.changes import change_id, is_closed, is_ours, marked, status_word
from channels.open311.w3time import format_w3
from hub.ports import (
    Ignored,
    InboundMessage,
    PollBatch,
    Reply,
    StatusUpdate,
    Visibility,
)
from tests.channels.open311.endpoint import BASE, Endpoint, row
from tests.channels.open311.fakes import NOW, account

pytestmark = pytest.mark.anyio


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def minutes(self, minutes: float) -> str:
        self.now += timedelta(minutes=minutes)
        return format_w3(self.now)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def connect(endpoint: Endpoint, clock: Callable[[], datetime]) -> Open311Connector:
    return Open311Connector(account(base_url=BASE), clock=clock, transport=endpoint.transport)


def messages(batch: PollBatch) -> list[InboundMessage]:
    return [one for one in batch.items if isinstance(one, InboundMessage)]


def requests(batch: PollBatch) -> list[str]:
    return [one.external_id for one in messages(batch) if not one.by_staff]


def changes(batch: PollBatch) -> list[InboundMessage]:
    return [one for one in messages(batch) if one.by_staff]


def said(batch: PollBatch) -> list[str]:
    return [one.body for one in changes(batch)]


def reply(**given: Any) -> Reply:
    fields: dict[str, Any] = {
        "key": "k-1",
        "conversation": "request:1",
        "recipient": "anyone",
        "body": "A crew comes tomorrow.",
        "visibility": Visibility.PUBLIC,
        "written_at": NOW,
    }
    return Reply(**fields | given)


def status(**given: Any) -> StatusUpdate:
    fields: dict[str, Any] = {
        "key": "17-3",
        "conversation": "request:1",
        "open": False,
        "status": "resolved",
        "notes": "Pothole filled.",
        "at": NOW,
    }
    return StatusUpdate(**fields | given)


async def kept(part: str) -> None:
    """Where a delivery would note the part."""


async def test_an_open_request_without_notes_says_nothing_more(clock: Clock) -> None:
    batch = await connect(Endpoint([row(1)]), clock).poll(None)
    assert requests(batch) == ["request:1"]
    assert changes(batch) == []


@pytest.mark.parametrize("lists_updates", [True, False])
async def test_a_closing_is_told_in_the_conversation(clock: Clock, lists_updates: bool) -> None:
    endpoint = Endpoint([row(1)], lists_updates=lists_updates)
    connector = connect(endpoint, clock)
    first = await connector.poll(None)
    endpoint.rows[0] |= {
        "status": "closed",
        "status_notes": "Pothole filled.",
        "updated_datetime": clock.minutes(5),
    }
    batch = await connector.poll(first.cursor)
    (change,) = changes(batch)
    assert change.body == "DigiTally: closed. Pothole filled."
    assert change.by_staff
    assert change.conversation == "request:1"
    assert change.external_id.startswith("request:1:status:")
    assert change.sent_at == clock.now
    assert change.author.display_name == "DigiTally"
    # The request itself comes before what is said of it.
    assert requests(batch) == ["request:1"]
    assert batch.items.index(change) == 1
    again = await connector.poll(batch.cursor)
    assert [one.external_id for one in changes(again)] == [change.external_id]


async def test_each_new_word_is_told(clock: Clock) -> None:
    endpoint = Endpoint([row(1)])
    connector = connect(endpoint, clock)
    cursor = (await connector.poll(None)).cursor
    told: dict[str, str] = {}
    for news in (
        {"status_notes": "Crew assigned."},
        {"status": "closed"},
        {"status_notes": "Filled."},
        {"status": "open", "status_notes": "Sunk again."},
    ):
        endpoint.rows[0] |= {**news, "updated_datetime": clock.minutes(5)}
        batch = await connector.poll(cursor)
        cursor = batch.cursor
        told |= {one.external_id: one.body for one in changes(batch)}
    assert [body.removeprefix("DigiTally: ") for body in told.values()] == [
        "open. Crew assigned.",
        "closed. Crew assigned.",
        "closed. Filled.",
        "open. Sunk again.",
    ]


async def test_a_touched_request_tells_nothing_new(clock: Clock) -> None:
    endpoint = Endpoint([row(1, status_notes="Crew assigned.")])
    connector = connect(endpoint, clock)
    batch = await connector.poll(None)
    endpoint.rows[0] |= {"updated_datetime": clock.minutes(5), "status_notes": "Crew  assigned. "}
    later = await connector.poll(batch.cursor)
    assert [one.external_id for one in changes(batch)] == [
        one.external_id for one in changes(later)
    ]


@pytest.mark.parametrize("own_ids", [True, False])
@pytest.mark.parametrize("lists_updates", [True, False])
async def test_our_reply_does_not_come_back_as_theirs(
    clock: Clock, own_ids: bool, lists_updates: bool
) -> None:
    endpoint = Endpoint([row(1)], own_ids=own_ids, lists_updates=lists_updates)
    connector = connect(endpoint, clock)
    cursor = (await connector.poll(None)).cursor
    clock.minutes(1)
    receipt = await connector.send(reply(), kept)
    endpoint.take_over()
    clock.minutes(1)
    came_back = changes(await connector.poll(cursor))
    # The hub stores the reply under the receipt's id, and drops what has an id it knows.
    assert {one.external_id for one in came_back} == set(receipt.external_ids)


@pytest.mark.parametrize("own_ids", [True, False])
@pytest.mark.parametrize("lists_updates", [True, False])
async def test_our_status_does_not_come_back_as_theirs(
    clock: Clock, own_ids: bool, lists_updates: bool
) -> None:
    endpoint = Endpoint([row(1)], own_ids=own_ids, lists_updates=lists_updates)
    connector = connect(endpoint, clock)
    cursor = (await connector.poll(None)).cursor
    clock.minutes(1)
    await connector.push_status(status())
    endpoint.take_over()
    assert endpoint.rows[0]["status"] == "closed"
    clock.minutes(1)
    batch = await connector.poll(cursor)
    assert changes(batch) == []
    # Another process, which never pushed anything, knows it as well.
    assert changes(await connect(endpoint, clock).poll(cursor)) == []
    endpoint.rows[0] |= {"status": "open", "updated_datetime": clock.minutes(3)}
    assert len(changes(await connector.poll(batch.cursor))) == 1


@pytest.mark.parametrize("word", ["closed", "FIXED", "open", None])
async def test_a_comment_keeps_the_status(clock: Clock, word: str | None) -> None:
    endpoint = Endpoint([row(1, status=word)])
    await connect(endpoint, clock).send(reply(), kept)
    assert endpoint.posted[0]["status"] == (word or "OPEN").upper()


async def test_updates_of_the_city_are_pulled(clock: Clock) -> None:
    endpoint = Endpoint([row(1), row(2)])
    connector = connect(endpoint, clock)
    cursor = (await connector.poll(None)).cursor
    at = clock.minutes(3)
    endpoint.updates += [
        {
            "update_id": 9,
            "service_request_id": 2,
            "status": "CLOSED",
            "description": "Filled.",
            "updated_datetime": at,
            "media_url": "https://photos.example/filled.jpg",
        },
        {
            "update_id": 8,
            "service_request_id": "1",
            "status": "in progress",
            "updated_datetime": at,
        },
        {"update_id": 7, "service_request_id": "1", "status": "OPEN", "updated_datetime": at},
        {"update_id": 6, "status": "OPEN", "description": "Of nothing", "updated_datetime": at},
    ]
    endpoint.rows[1] |= {"status": "closed", "updated_datetime": at}
    batch = await connector.poll(cursor)
    assert sorted(said(batch)) == ["DigiTally: closed. Filled.", "DigiTally: in progress."]
    (filled,) = [one for one in changes(batch) if one.conversation == "request:2"]
    assert [one.url for one in filled.attachments] == ["https://photos.example/filled.jpg"]
    assert len(batch.unreadable) == 1
    assert any(isinstance(one, Ignored) and "nothing" in one.reason for one in batch.items)
    # The windows overlap: the same again has the same id, and what is unreadable is told once.
    later = await connector.poll(batch.cursor)
    assert {one.external_id for one in changes(later)} == {
        one.external_id for one in changes(batch)
    }
    assert later.unreadable == ()


async def test_updates_and_status_that_say_the_same_are_one(clock: Clock) -> None:
    endpoint = Endpoint([row(1, status_notes="Crew assigned.")])
    endpoint.updates.append(
        {
            "update_id": 3,
            "service_request_id": "1",
            "status": "OPEN",
            "description": "Crew assigned.",
            "updated_datetime": format_w3(NOW),
        }
    )
    assert said(await connect(endpoint, clock).poll(None)) == ["DigiTally: open. Crew assigned."]


async def test_an_endpoint_without_updates_is_asked_once_a_day(clock: Clock) -> None:
    endpoint = Endpoint([row(1)], lists_updates=False)
    connector = connect(endpoint, clock)

    async def asked(cursor: str | None) -> tuple[str | None, bool]:
        before = len(endpoint.calls)
        batch = await connector.poll(cursor)
        calls = endpoint.calls[before:]
        return batch.cursor, any("servicerequestupdates" in call.url.path for call in calls)

    cursor, first = await asked(None)
    clock.minutes(60)
    cursor, second = await asked(cursor)
    clock.minutes(24 * 60)
    cursor, third = await asked(cursor)
    assert (first, second, third) == (True, False, True)


async def test_updates_of_a_long_outage_are_pulled_window_by_window(clock: Clock) -> None:
    endpoint = Endpoint([row(1, updated_datetime=format_w3(NOW))])
    endpoint.updates += [
        {
            "update_id": days,
            "service_request_id": "1",
            "status": "OPEN",
            "description": f"{days} days ago",
            "updated_datetime": format_w3(NOW - timedelta(days=days)),
        }
        for days in range(1, 200, 10)
    ]
    long_ago = format_w3(NOW - timedelta(days=200))
    cursor: str | None = f'{{"since": "{long_ago}", "mode": "updated", "updates": "{long_ago}"}}'
    found: set[str] = set()
    for _ in range(10):
        batch = await connect(endpoint, clock).poll(cursor)
        found |= set(said(batch))
        cursor = batch.cursor
        if not batch.more:
            break
    assert len(found) == 20
    for call in endpoint.calls:
        if "servicerequestupdates" in call.url.path:
            start, end = (
                datetime.fromisoformat(call.url.params[name]) for name in ("start_date", "end_date")
            )
            assert end - start <= timedelta(days=90)


async def test_what_was_closed_before_we_came_does_not_become_a_ticket(clock: Clock) -> None:
    endpoint = Endpoint([row(1, NOW - timedelta(days=30), status="closed"), row(2)])
    connector = connect(endpoint, clock)
    first = await connector.poll(None)
    assert requests(first) == ["request:2"]
    endpoint.rows[0] |= {"status_notes": "Archived.", "updated_datetime": clock.minutes(5)}
    # A request that was filed and closed while we were away is taken in all the same.
    at = clock.minutes(5)
    endpoint.rows.append(row(3, clock.now, status="closed", updated_datetime=at))
    batch = await connector.poll(first.cursor)
    assert requests(batch) == ["request:2", "request:3"]
    assert "DigiTally: closed. Archived." in said(batch)


async def test_a_first_pull_leaves_what_is_closed_where_the_status_is_not_asked_for(
    clock: Clock,
) -> None:
    rows = [row(1, NOW - timedelta(days=30), status="Fixed"), row(2)]
    endpoint = Endpoint(rows, override=lambda asked: httpx2.Response(200, json=rows))
    batch = await connect(endpoint, clock).poll(None)
    assert requests(batch) == ["request:2"]


async def test_old_requests_of_an_endpoint_without_updated_after_are_looked_at_hourly(
    clock: Clock,
) -> None:
    endpoint = Endpoint([row(1, NOW - timedelta(days=30))], knows_updates=False)
    connector = connect(endpoint, clock)
    cursor = (await connector.poll(None)).cursor
    clock.minutes(1)
    cursor = (await connector.poll(cursor)).cursor  # it ignores updated_after: noticed, swept
    endpoint.rows[0] |= {"status": "closed", "updated_datetime": clock.minutes(1)}
    batch = await connector.poll(cursor)
    assert said(batch) == []
    clock.minutes(60)
    batch = await connector.poll(batch.cursor)
    assert said(batch) == ["DigiTally: closed."]


def test_marks() -> None:
    words = marked("12", is_open=False, notes=" Filled &\n closed. ")
    assert words.startswith("Filled &\n closed. [ref ")
    assert is_ours("12", "CLOSED", words)
    assert is_ours("12", "closed", words.replace("\n", " "))
    assert is_ours("12", "closed", words.replace("&", "&amp;"))
    assert not is_ours("13", "closed", words)
    assert not is_ours("12", "open", words)
    assert not is_ours("12", "closed", "Emptied & closed" + words[words.index(" [ref") :])
    assert not is_ours("12", "closed", "Filled & closed.")
    assert not is_ours("12", "closed", None)
    assert len(marked("12", is_open=True, notes="x" * 9_000)) <= 4_000
    assert marked("12", is_open=True, notes=None) != marked("12", is_open=False, notes=None)


def test_statuses() -> None:
    assert status_word(None) == status_word(" ") == "open"
    assert status_word("In Progress") == status_word("in-progress") == "in_progress"
    closed = ["closed", "CLOSED", "Fixed", "no further action", "not_councils_responsibility"]
    assert all(is_closed(word) for word in closed)
    assert not any(is_closed(word) for word in (None, "open", "investigating", "reopen"))
    assert change_id("1", "OPEN", "a  b") == change_id("1", "open", "a b")
    assert len({change_id("1", "open", "a"), change_id("1", "closed", "a")}) == 2
