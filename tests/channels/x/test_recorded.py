"""The exchanges that were recorded with the real X, replayed through our client.

Each call is made through `XClient`; what it asks must be what was asked then, and what was
answered then must come out as it was, its rate limit noted.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine

from channels.x.client import XClient
from channels.x.connector import XConnector
from channels.x.cursor import Cursor
from hub.ports import InboundMessage, Visibility
from tests.channels.loopback import Answer, Platform
from tests.channels.x.conftest import CITY, city_account
from tests.channels.x.replies import Saved, reply

pytestmark = pytest.mark.anyio

ONE, OTHER = "750362064426721281", "1072250532645998596"
BOTH = f"{ONE}-{OTHER}"
DMS = "test_manage_and_lookup_direct_messages"

EXCHANGES: list[tuple[str, int, str, dict[str, Any]]] = [
    ("test_client_get_me", 0, "get_me", {}),
    ("test_client_get_users_mentions", 0, "get_users_mentions", {"id": "783214"}),
    ("test_client_search_recent_tweets", 0, "search_recent_tweets", {"query": "Tweepy"}),
    ("test_client_create_and_delete_tweet", 0, "create_tweet", {"text": "Test Tweet"}),
    ("test_client_create_and_delete_tweet", 1, "delete_tweet", {"id": "1456012973835788293"}),
    ("test_client_hide_and_unhide_reply", 0, "hide_reply", {"id": "1344794616005066752"}),
    ("test_client_hide_and_unhide_reply", 1, "unhide_reply", {"id": "1344794616005066752"}),
    (DMS, 0, "create_direct_message", {"participant_id": ONE, "text": "Testing 1"}),
    (DMS, 1, "create_direct_message", {"dm_conversation_id": BOTH, "text": "Testing 2"}),
    (DMS, 2, "create_direct_message_conversation",
     {"participant_ids": ["145336962", ONE], "text": "Testing"}),
    (DMS, 3, "get_direct_message_events", {}),
    (DMS, 4, "get_direct_message_events", {"dm_conversation_id": BOTH}),
    (DMS, 5, "get_direct_message_events", {"participant_id": ONE}),
]  # fmt: skip
COUNTED = {
    "create_tweet": "posts",
    "hide_reply": "hiding",
    "unhide_reply": "hiding",
    "create_direct_message": "messages",
    "create_direct_message_conversation": "messages",
    "get_users_mentions": "mentions",
    "get_direct_message_events": "message reads",
}

Exchange = Callable[[str, int], dict[str, Any]]


@pytest.fixture
def exchange(shared: Path) -> Exchange:
    def read(name: str, number: int) -> dict[str, Any]:
        path = shared / "fixtures" / "x_api_v2" / f"{name}.json"
        found: dict[str, Any] = json.loads(path.read_text())["exchanges"][number]
        return found

    return read


def answer_of(found: dict[str, Any]) -> Answer:
    response = found["response"]
    headers = {name: values[0] for name, values in response["headers"].items()}
    return Answer(response["json"], response["status"]["code"], headers=headers)


def where(found: dict[str, Any]) -> str:
    asked = found["request"]
    return f"{asked['method']} {urlsplit(asked['uri']).path}"


def test_every_recorded_exchange_is_replayed(shared: Path) -> None:
    folder = shared / "fixtures" / "x_api_v2"
    recorded = {
        (path.stem, number)
        for path in folder.glob("*.json")
        for number in range(len(json.loads(path.read_text())["exchanges"]))
    }
    assert recorded == {(name, number) for name, number, _, _ in EXCHANGES}


@pytest.mark.parametrize(("name", "number", "method", "arguments"), EXCHANGES)
async def test_a_recorded_exchange_replays(
    platform: Platform,
    exchange: Exchange,
    name: str,
    number: int,
    method: str,
    arguments: dict[str, Any],
) -> None:
    found = exchange(name, number)
    platform.on(where(found), answer_of(found))
    client = XClient(city_account(platform.url))
    try:
        answer = await client.call(getattr(client.api, method), writes=True, **arguments)
    finally:
        await client.aclose()
    assert answer == found["response"]["json"]
    (call,) = platform.calls
    asked = found["request"]
    assert f"{call.method} {call.path}" == where(found)
    assert call.query == dict(parse_qsl(urlsplit(asked["uri"]).query))
    assert (json.loads(call.body) if call.body else None) == (
        json.loads(asked["body"]) if asked["body"] else None
    )
    told = found["response"]["headers"]
    budgets = client.budgets.taken()
    assert [budget.name for budget in budgets] == ([COUNTED[method]] if method in COUNTED else [])
    for budget in budgets:
        assert str(budget.limit) == told["x-rate-limit-limit"][0]
        assert str(budget.remaining) == told["x-rate-limit-remaining"][0]
        assert str(int(budget.resets_at.timestamp())) == told["x-rate-limit-reset"][0]


async def test_recorded_mentions_are_polled(
    connector: XConnector, platform: Platform, exchange: Exchange
) -> None:
    found = exchange("test_client_get_users_mentions", 0)
    mentions = found["response"]["json"]
    # The token of the second page belongs to a recording that ends there.
    platform.on(f"GET /2/users/{CITY}/mentions", answer_of(found), Answer({"meta": {}}))
    platform.on("GET /2/dm_events", answer_of(exchange(DMS, 3)))
    with time_machine.travel(datetime(2022, 10, 7, 22, 44, tzinfo=UTC), tick=False):
        batch = await connector.poll(None)
    expected = sorted((entry["id"] for entry in mentions["data"]), key=int)
    messages = [item for item in batch.items if isinstance(item, InboundMessage)]
    assert [item.external_id for item in messages] == [f"post:{n}" for n in expected]
    assert batch.unreadable == ()
    assert batch.cost == len(expected) * 1_000
    assert Cursor.load(batch.cursor).mentions.since == mentions["meta"]["newest_id"]


@pytest.mark.parametrize("number", [4, 5])
async def test_recorded_messages_without_their_senders_wait_for_a_person(
    connector: XConnector, platform: Platform, exchange: Exchange, number: int
) -> None:
    """They were recorded without asking who wrote them; nobody can tell whose they are."""
    found = exchange(DMS, number)
    value = found["response"]["json"] | {"meta": {"result_count": 2}}
    platform.on(f"GET /2/users/{CITY}/mentions", Answer({"meta": {"result_count": 0}}))
    platform.on("GET /2/dm_events", Answer(value))
    with time_machine.travel(datetime(2022, 10, 28, 1, 9, tzinfo=UTC), tick=False):
        batch = await connector.poll(None)
    assert [json.loads(each.raw) for each in batch.unreadable] == value["data"]
    assert batch.items == ()


async def test_recorded_answers_make_receipts(
    connector: XConnector, platform: Platform, exchange: Exchange
) -> None:
    posted = exchange("test_client_create_and_delete_tweet", 0)
    platform.on("POST /2/tweets", answer_of(posted))
    receipt = await connector.send(reply(), Saved())
    assert receipt.external_ids == ("post:1456012973835788293",)
    sent = exchange(DMS, 0)
    platform.on(where(sent), answer_of(sent))
    private = reply(visibility=Visibility.PRIVATE, recipient=ONE)
    receipt = await connector.send(private, Saved())
    assert receipt.external_ids == ("dm:1585800613253812228",)
    platform.on(
        "PUT /2/tweets/1344794616005066752/hidden",
        answer_of(exchange("test_client_hide_and_unhide_reply", 0)),
    )
    await connector.hide("post:1344794616005066752", True)


async def test_the_recorded_account_is_who_it_says(platform: Platform, exchange: Exchange) -> None:
    platform.on("GET /2/users/me", answer_of(exchange("test_client_get_me", 0)))
    from dataclasses import replace

    connector = XConnector(replace(city_account(platform.url), external_id=OTHER))
    await connector.check()
    await connector.aclose()
