"""The running estimate of what X charges, in millionths of a dollar."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from channels.x.connector import XConnector
from channels.x.ids import snowflake
from hub.ports import Visibility
from tests.channels.loopback import Answer, Platform
from tests.channels.x.conftest import CITY
from tests.channels.x.replies import ASKED, LONG, MESSAGES, OWN, POSTS, Saved, created, reply

pytestmark = pytest.mark.anyio

MENTIONS = f"GET /2/users/{CITY}/mentions"
NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize(
    ("body", "dollars"),
    [
        ("A crew is on its way.", 0.015),
        ("See https://talgov.com/outages", 0.20),
        ("See talgov.com/outages", 0.20),
        ("At 3.30 we come.", 0.015),
        (LONG, 0.045),
        (LONG + " See talgov.com", 0.03 + 0.20),
    ],
)
async def test_a_post_costs_more_with_a_link(
    connector: XConnector, platform: Platform, body: str, dollars: float
) -> None:
    platform.on(POSTS, *created(501, 502, 503))
    receipt = await connector.send(reply(body), Saved())
    assert receipt.cost == round(dollars * 1_000_000)


async def test_a_resumed_thread_costs_what_all_its_parts_do(
    connector: XConnector, platform: Platform
) -> None:
    platform.on(POSTS, *created(502, 503))
    receipt = await connector.send(reply(LONG, sent_parts=("post:501",)), Saved())
    assert receipt.cost == 45_000


async def test_a_direct_message(connector: XConnector, platform: Platform) -> None:
    platform.on(MESSAGES, Answer({"data": {"dm_event_id": "77"}}, 201))
    receipt = await connector.send(reply("See talgov.com", visibility=Visibility.PRIVATE), Saved())
    assert receipt.cost == 15_000


async def test_looking_for_a_reply_is_charged_with_it(
    connector: XConnector, platform: Platform
) -> None:
    entry = {"id": "600", "text": "Something else", "created_at": "2025-11-21T11:31:00.000Z"}
    platform.on(OWN, Answer({"data": [entry], "meta": {"result_count": 1}}))
    assert await connector.find_sent(reply()) is None
    platform.on(POSTS, *created(501))
    assert (await connector.send(reply(), Saved())).cost == 15_000 + 1_000


def listed(*numbers: int, **more: Any) -> Answer:
    entries = [{"id": str(n), "text": "hi", "author_id": "7"} | more for n in numbers]
    return Answer({"data": entries, "meta": {"result_count": len(entries)}})


async def test_reading_is_charged_once_a_day(
    connector: XConnector, platform: Platform, clock: time_machine.Traveller
) -> None:
    first = snowflake(NOW - timedelta(minutes=2))
    platform.on(MENTIONS, listed(first, first + 1))
    message = {"sender_id": "7", "event_type": "MessageCreate"}
    platform.on("GET /2/dm_events", listed(first, **message))
    batch = await connector.poll(None)
    assert batch.cost == 2 * 1_000 + 10_000
    # The next poll overlaps.
    clock.shift(60)
    platform.on(MENTIONS, listed(first, first + 1, first + 2))
    batch = await connector.poll(batch.cursor)
    assert batch.cost == 1_000
    # Another day in UTC.
    clock.shift(3600)
    assert (await connector.poll(batch.cursor)).cost == 3 * 1_000 + 10_000


async def test_looking_for_deletions_is_charged_with_the_next_poll(
    connector: XConnector, platform: Platform, clock: time_machine.Traveller
) -> None:
    platform.on("GET /2/tweets", Answer({"data": [{"id": ASKED}]}))
    platform.on(MENTIONS, Answer({"meta": {"result_count": 0}}))
    platform.on("GET /2/dm_events", Answer({"meta": {"result_count": 0}}))
    await connector.deleted([f"post:{ASKED}", "post:5"])
    assert (await connector.poll(None)).cost == 5_000
