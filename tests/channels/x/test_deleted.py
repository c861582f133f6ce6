"""Which posts are gone, and hiding those that are not."""

from typing import Any

import pytest

from channels.x.connector import XConnector
from hub.ports import AuthFailed, FindsDeleted, HidesMessages, Rejected, TemporarilyUnavailable
from tests.channels.loopback import Answer, Platform

pytestmark = pytest.mark.anyio

LOOK_UP = "GET /2/tweets"


def problem(number: str, kind: str = "resource-not-found", **more: Any) -> dict[str, Any]:
    return {
        "value": number,
        "detail": f"Could not find tweet with ids: [{number}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": "ids",
        "resource_id": number,
        "type": f"https://api.x.com/2/problems/{kind}",
    } | more


async def test_tells_what_is_gone(connector: XConnector, platform: Platform) -> None:
    assert isinstance(connector, FindsDeleted)
    platform.on(LOOK_UP, Answer({"data": [{"id": "11", "text": "a"}], "errors": [problem("12")]}))
    assert await connector.deleted(["post:11", "post:12"]) == {"post:12"}
    (call,) = platform.called(LOOK_UP)
    assert call.query["ids"] == "11,12"


async def test_the_problem_type_has_two_hosts(connector: XConnector, platform: Platform) -> None:
    older = "https://api.twitter.com/2/problems/resource-not-found"
    platform.on(LOOK_UP, Answer({"errors": [problem("12", type=older, resource_id=12)]}))
    assert await connector.deleted({"post:12"}) == {"post:12"}


@pytest.mark.parametrize(
    "errors",
    [
        [problem("12", "not-authorized-for-resource", title="Authorization Error")],
        [problem("12", "resource-unavailable")],
        [problem("12", resource_type="user")],
        [problem("12", type=None)],
        [problem("99")],
        ["odd", None, {}],
        None,
        "odd",
    ],
)
async def test_what_x_does_not_show_is_not_gone(
    connector: XConnector, platform: Platform, errors: object
) -> None:
    platform.on(LOOK_UP, Answer({"errors": errors}))
    assert await connector.deleted(["post:12"]) == frozenset()


async def test_what_is_there_is_not_gone(connector: XConnector, platform: Platform) -> None:
    platform.on(LOOK_UP, Answer({"data": [{"id": 12}], "errors": [problem("12")]}))
    assert await connector.deleted(["post:12"]) == frozenset()


async def test_only_posts_are_looked_up(connector: XConnector, platform: Platform) -> None:
    odd = ["dm:12", "12", "post:", "post:x", "post:²", "post:" + "9" * 20]
    assert await connector.deleted(odd) == frozenset()
    assert platform.calls == []


async def test_a_hundred_at_once(connector: XConnector, platform: Platform) -> None:
    platform.on(LOOK_UP, Answer({"errors": [problem("1")]}), Answer({"errors": [problem("150")]}))
    found = await connector.deleted([f"post:{n}" for n in range(1, 151)])
    assert found == {"post:1", "post:150"}
    assert [len(c.query["ids"].split(",")) for c in platform.called(LOOK_UP)] == [100, 50]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer({}, status=429), TemporarilyUnavailable),
        (Answer(status=503, text="x"), TemporarilyUnavailable),
        (Answer(value=[]), TemporarilyUnavailable),
        (Answer({}, status=401), AuthFailed),
    ],
)
async def test_fails_in_the_hubs_words(
    connector: XConnector, platform: Platform, answer: Answer, error: type[Exception]
) -> None:
    platform.on(LOOK_UP, answer)
    with pytest.raises(error):
        await connector.deleted(["post:12"])


async def test_hides_a_reply_and_shows_it_again(connector: XConnector, platform: Platform) -> None:
    assert isinstance(connector, HidesMessages)
    assert connector.capabilities.hides
    where = "PUT /2/tweets/12/hidden"
    platform.on(where, Answer({"data": {"hidden": True}}), Answer({"data": {"hidden": False}}))
    await connector.hide("post:12", True)
    await connector.hide("post:12", False)
    assert [call.json for call in platform.called(where)] == [{"hidden": True}, {"hidden": False}]


async def test_what_cannot_be_hidden(connector: XConnector, platform: Platform) -> None:
    with pytest.raises(Rejected, match="Only a reply"):
        await connector.hide("dm:12", True)
    detail = "You are not allowed to hide this reply: it is not in a conversation you began."
    platform.on("PUT /2/tweets/12/hidden", Answer({"detail": detail}, status=403))
    with pytest.raises(Rejected, match="conversations that our account began"):
        await connector.hide("post:12", True)
