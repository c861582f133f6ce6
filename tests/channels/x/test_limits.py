"""What X's headers say of its limits."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.x.connector import XConnector
from hub.ports import Metered, RateBudget, TemporarilyUnavailable, Visibility
from tests.channels.loopback import Answer, Platform
from tests.channels.x.conftest import CITY
from tests.channels.x.replies import ASKED, MESSAGES, OWN, POSTS, Saved, own_posts, reply

pytestmark = pytest.mark.anyio

RESET = datetime(2030, 1, 1, 12, 15, tzinfo=UTC)
TOMORROW = datetime(2030, 1, 2, tzinfo=UTC)


def headers(
    remaining: object, limit: object = 100, reset: object = int(RESET.timestamp())
) -> dict[str, str]:
    return {
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": str(remaining),
        "x-rate-limit-reset": str(reset),
    }


def daily(remaining: int) -> dict[str, str]:
    return {
        "x-user-limit-24hour-limit": "1440",
        "x-user-limit-24hour-remaining": str(remaining),
        "x-user-limit-24hour-reset": str(int(TOMORROW.timestamp())),
    }


def posted(**more: str) -> Answer:
    return Answer({"data": {"id": "501", "text": "…"}}, status=201, headers=more)


async def test_every_calls_limit_is_told_once(connector: XConnector, platform: Platform) -> None:
    assert isinstance(connector, Metered)
    assert connector.budgets() == ()
    platform.on(POSTS, posted(**headers(99)), posted(**headers(98)))
    platform.on(MESSAGES, Answer({"data": {"dm_event_id": "7"}}, 201, headers=headers(14, 15)))
    nothing = {"meta": {"result_count": 0}}
    platform.on(f"GET /2/users/{CITY}/mentions", Answer(nothing, headers=headers(299, 300)))
    platform.on("GET /2/dm_events", Answer(nothing, headers=headers(13, 15)))
    platform.on("GET /2/tweets", Answer({}, headers=headers(899, 900)))
    platform.on(OWN, Answer(own_posts([]).value, headers=headers(898, 900)))
    await connector.send(reply(), Saved())
    await connector.send(reply("Another."), Saved())
    await connector.send(reply(visibility=Visibility.PRIVATE), Saved())
    await connector.poll(None)
    await connector.deleted([f"post:{ASKED}"])
    await connector.find_sent(reply())
    assert {b.name: (b.limit, b.remaining, b.resets_at) for b in connector.budgets()} == {
        "posts": (100, 98, RESET),
        "messages": (15, 14, RESET),
        "mentions": (300, 299, RESET),
        "message reads": (15, 13, RESET),
        "post reads": (900, 899, RESET),
        "own posts": (900, 898, RESET),
    }
    assert connector.budgets() == ()


async def test_a_reply_draws_on_one_of_them(connector: XConnector) -> None:
    assert connector.budget_of(reply()) == "posts"
    assert connector.budget_of(reply(visibility=Visibility.PRIVATE)) == "messages"


async def test_a_limit_of_the_day_that_is_used_up_counts(
    connector: XConnector, platform: Platform
) -> None:
    platform.on(POSTS, posted(**headers(60), **daily(1)), posted(**headers(59), **daily(0)))
    await connector.send(reply(), Saved())
    assert connector.budgets() == (RateBudget("posts", 100, 60, RESET),)
    await connector.send(reply(), Saved())
    assert connector.budgets() == (RateBudget("posts", 1440, 0, TOMORROW),)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"x-rate-limit-remaining": "3"},
        headers("many"),
        headers(3, reset="soon"),
        headers(3, reset=10**30),
        headers(3, reset="nan"),
    ],
)
async def test_headers_that_say_nothing(
    connector: XConnector, platform: Platform, told: dict[str, str]
) -> None:
    platform.on(POSTS, posted(**told))
    await connector.send(reply(), Saved())
    assert connector.budgets() == ()


async def test_a_limit_without_its_size(connector: XConnector, platform: Platform) -> None:
    platform.on(POSTS, posted(**headers(-2, limit="?")))
    await connector.send(reply(), Saved())
    assert connector.budgets() == (RateBudget("posts", None, 0, RESET),)


async def test_a_refusal_tells_its_limit_and_when_to_ask_again(
    connector: XConnector, platform: Platform
) -> None:
    platform.on(POSTS, Answer({}, status=429, headers=headers(0)))
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.send(reply(), Saved())
    away = (RESET - datetime.now(UTC)) / timedelta(seconds=1)
    assert raised.value.retry_after == pytest.approx(away, abs=10)
    assert connector.budgets() == (RateBudget("posts", 100, 0, RESET),)


async def test_a_refusal_for_the_day_waits_for_the_day(
    connector: XConnector, platform: Platform
) -> None:
    platform.on(POSTS, Answer({}, status=429, headers=headers(59) | daily(0)))
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.send(reply(), Saved())
    away = (TOMORROW - datetime.now(UTC)) / timedelta(seconds=1)
    assert raised.value.retry_after == pytest.approx(away, abs=10)
