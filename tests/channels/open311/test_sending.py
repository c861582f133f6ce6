"""Sending answers to a remote endpoint, and finding what was sent."""

from __future__ import annotations

import httpx2
import pytest

from channels.open311 import Open311Connector
from channels.open311.changes import change_id
from tests.channels.open311.endpoint import BASE, Endpoint, row
from tests.channels.open311.fakes import API_KEY, NOW, account
from tests.channels.open311.test_connector import connect, noted, only_posts, reply

pytestmark = pytest.mark.anyio


async def test_sending_comments_on_the_request() -> None:
    endpoint = Endpoint()
    connector = connect(endpoint)
    parts: list[str] = []
    receipt = await connector.send(reply(), lambda part: noted(parts, part))
    assert receipt.external_ids == (change_id("12", "open", "Filled & closed."),) == tuple(parts)
    assert receipt.accepted_at == NOW
    assert endpoint.posted == [
        {
            "service_request_id": "12",
            "update_id": "reply-k-1",
            "updated_datetime": "2026-11-22T15:30:00Z",
            "status": "OPEN",
            "description": "Filled & closed.",
            "api_key": API_KEY,
        }
    ]


async def test_the_key_is_never_in_an_address() -> None:
    endpoint = Endpoint([row(1)])
    connector = connect(endpoint)
    await connector.poll(None)
    await connector.send(reply(), lambda part: noted([], part))
    assert all(API_KEY not in str(call.url) for call in endpoint.calls)


async def test_what_was_sent_is_not_sent_again() -> None:
    endpoint = Endpoint()
    receipt = await connect(endpoint).send(
        reply(sent_parts=("update:9",)), lambda part: noted([], part)
    )
    assert receipt.external_ids == ("update:9",)
    assert endpoint.calls == []


async def test_an_accepted_comment_whose_answer_is_garbage_is_sent() -> None:
    thanks = only_posts(lambda request: httpx2.Response(200, content=b"thank you"))
    connector = connect(Endpoint(override=thanks))
    receipt = await connector.send(reply(), lambda part: noted([], part))
    assert receipt.external_ids == (change_id("12", "open", "Filled & closed."),)


async def test_find_sent() -> None:
    endpoint = Endpoint()
    connector = connect(endpoint)
    assert await connector.find_sent(reply()) is None
    await connector.send(reply(), lambda part: noted([], part))
    found = await connector.find_sent(reply())
    assert found is not None
    assert found.external_ids == (change_id("12", "open", "Filled & closed."),)
    assert await connector.find_sent(reply(body="Another answer", key="k-2")) is None
    assert await connector.find_sent(reply("request:13")) is None


async def test_an_update_of_the_city_with_our_number_is_not_ours() -> None:
    endpoint = Endpoint()
    endpoint.updates.append(
        {"update_id": "3", "service_request_id": "12", "description": "No", "status": "OPEN"}
    )
    assert await connect(endpoint).find_sent(reply(key="3")) is None


async def test_find_sent_without_updates() -> None:
    endpoint = Endpoint(override=lambda request: httpx2.Response(404))
    assert await connect(endpoint).find_sent(reply()) is None


@pytest.mark.parametrize(
    ("base_url", "conversation"), [(None, "filed:abc"), (BASE, "filed:abc"), (None, "request:1")]
)
async def test_requests_filed_here_are_answered_by_their_status(
    base_url: str | None, conversation: str
) -> None:
    endpoint = Endpoint()
    connector = Open311Connector(
        account(base_url=base_url), clock=lambda: NOW, transport=endpoint.transport
    )
    parts: list[str] = []
    receipt = await connector.send(reply(conversation), lambda part: noted(parts, part))
    assert receipt.external_ids == ("reply:k-1",) == tuple(parts)
    assert await connector.find_sent(reply(conversation)) is None
    assert endpoint.calls == []
