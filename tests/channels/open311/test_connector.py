"""Pulling requests and sending answers, against an endpoint in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from channels.open311 import Open311Connector, Open311Server
from channels.open311.client import failure
from hub.ports import (
    AuthFailed,
    Connector,
    FindsSent,
    Ignored,
    InboundMessage,
    PollBatch,
    Polls,
    ReceivesWebhooks,
    Rejected,
    Reply,
    TakesStatus,
    TemporarilyUnavailable,
    Visibility,
)
from tests.channels.open311.endpoint import BASE, Endpoint, Override, row
from tests.channels.open311.fakes import NOW, Hub, account
from tests.channels.open311.test_reading import request

pytestmark = pytest.mark.anyio


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def connect(endpoint: Endpoint, clock: Callable[[], datetime] = lambda: NOW) -> Open311Connector:
    return Open311Connector(account(base_url=BASE), clock=clock, transport=endpoint.transport)


def ids(batch: PollBatch) -> list[str]:
    return [item.external_id for item in batch.items if isinstance(item, InboundMessage)]


def reply(conversation: str = "request:12", **changes: Any) -> Reply:
    fields: dict[str, Any] = {
        "key": "k-1",
        "conversation": conversation,
        "recipient": "anyone",
        "body": "Filled & closed.",
        "visibility": Visibility.PUBLIC,
        "written_at": NOW,
    }
    return Reply(**{**fields, **changes})


async def drain(connector: Open311Connector, cursor: str | None = None) -> list[str]:
    """Every external id, following `more`, and at most a hundred polls."""
    found: list[str] = []
    for _ in range(100):
        batch = await connector.poll(cursor)
        found += ids(batch)
        cursor = batch.cursor
        if not batch.more:
            return found
    raise AssertionError("the connector never has enough")


def only_posts(answer: Callable[[httpx2.Request], httpx2.Response]) -> Override:
    return lambda request: answer(request) if request.method == "POST" else None


async def noted(parts: list[str], part: str) -> None:
    parts.append(part)


async def test_it_is_a_connector_that_polls() -> None:
    connector = connect(Endpoint())
    assert isinstance(connector, Connector)
    assert isinstance(connector, Polls)
    assert isinstance(connector, FindsSent)
    assert not isinstance(connector, ReceivesWebhooks)
    assert connector.poll_every == 60
    assert isinstance(connector, TakesStatus)
    assert Open311Connector.capabilities.takes_status
    assert Open311Connector.capabilities.platform == "DigiTally"
    assert connector.capabilities.can_reply
    assert connector.capabilities.public_limit is None
    await connector.aclose()


async def test_first_pull_takes_what_is_open() -> None:
    endpoint = Endpoint(
        [
            row(1, NOW - timedelta(days=1)),
            row(2, NOW - timedelta(days=80)),
            row(3, status="closed"),
            row(4, NOW - timedelta(days=400)),
        ]
    )
    batch = await connect(endpoint).poll(None)
    assert ids(batch) == ["request:2", "request:1"]
    assert not batch.more
    query = endpoint.queries()[0]
    assert query["status"] == "open"
    assert query["end_date"] == "2026-11-22T15:30:00Z"


@pytest.mark.parametrize("knows_updates", [True, False])
@pytest.mark.parametrize("knows_pages", [True, False])
@pytest.mark.parametrize("json_too", [True, False])
async def test_polling_twice_yields_the_same_ids(
    knows_updates: bool, knows_pages: bool, json_too: bool
) -> None:
    endpoint = Endpoint(
        [row(number, NOW - timedelta(hours=number)) for number in range(1, 100)],
        json_too=json_too,
        knows_updates=knows_updates,
        knows_pages=knows_pages,
    )
    connector = connect(endpoint)
    first = await connector.poll(None)
    again = await connector.poll(None)
    assert ids(first) == ids(again)
    assert len(set(ids(first))) == 99
    later = await connector.poll(first.cursor)
    assert set(ids(later)) <= set(ids(first))


@pytest.mark.parametrize("knows_updates", [True, False])
async def test_new_requests_are_found_after_the_first_pull(knows_updates: bool) -> None:
    clock = Clock()
    endpoint = Endpoint([row(1, NOW - timedelta(days=30))], knows_updates=knows_updates)
    connector = connect(endpoint, clock)
    cursor = (await connector.poll(None)).cursor
    for number in range(2, 6):
        endpoint.rows.append(row(number, clock.now + timedelta(seconds=30)))
        clock.now += timedelta(minutes=1)
        batch = await connector.poll(cursor)
        cursor = batch.cursor
        assert f"request:{number}" in ids(batch)
    assert ("updated_after" in endpoint.queries()[-1]) is knows_updates
    if not knows_updates:
        assert "start_date" in endpoint.queries()[-1]


async def test_a_request_published_late_is_found_by_its_update() -> None:
    clock = Clock()
    endpoint = Endpoint()
    connector = connect(endpoint, clock)
    cursor = (await connector.poll(None)).cursor
    clock.now += timedelta(minutes=5)
    endpoint.rows.append(row(1, NOW - timedelta(days=20), updated_datetime="2026-11-22T15:33:00Z"))
    assert ids(await connector.poll(cursor)) == ["request:1"]


async def test_an_endpoint_that_refuses_updated_after() -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response | None:
        if "updated_after" in request.url.params:
            return httpx2.Response(400, json=[{"code": 400, "description": "unknown parameter"}])
        return None

    clock = Clock()
    endpoint = Endpoint(override=refuse)
    connector = connect(endpoint, clock)
    cursor = (await connector.poll(None)).cursor
    endpoint.rows.append(row(1, NOW + timedelta(minutes=1)))
    clock.now += timedelta(minutes=2)
    batch = await connector.poll(cursor)
    assert ids(batch) == ["request:1"]
    calls = len(endpoint.calls)
    await connector.poll(batch.cursor)
    assert all("updated_after" not in call.url.params for call in endpoint.calls[calls:])


@pytest.mark.parametrize("page_cap", [50, 137, 1000])
async def test_pages_of_any_size(page_cap: int) -> None:
    endpoint = Endpoint(
        [row(number, NOW - timedelta(minutes=number)) for number in range(1, 451)],
        page_cap=page_cap,
    )
    assert len(set(await drain(connect(endpoint)))) == 450


async def test_more_rows_than_an_endpoint_without_pages_returns() -> None:
    endpoint = Endpoint(
        [row(number, NOW - timedelta(minutes=40 * number)) for number in range(1, 3001)],
        knows_pages=False,
    )
    found = await drain(connect(endpoint))
    assert len(set(found)) == 3000


async def test_an_endpoint_that_ignores_every_filter_ends() -> None:
    rows = [row(number, NOW - timedelta(days=number)) for number in range(1, 1501)]

    def everything(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=rows[:1000])

    batch = await connect(Endpoint(override=everything)).poll(None)
    assert len(ids(batch)) == 1000
    assert not batch.more
    assert any(isinstance(item, Ignored) and "holds back" in item.reason for item in batch.items)


async def test_a_long_outage_is_filled_window_by_window() -> None:
    endpoint = Endpoint(
        [row(number, NOW - timedelta(days=number)) for number in range(1, 300, 10)],
        knows_updates=False,
    )
    cursor = '{"since": "2026-02-20T00:00:00Z", "mode": "requested"}'
    found = await drain(connect(endpoint), cursor)
    assert len(set(found)) == 28
    for query in endpoint.queries():
        start, end = (datetime.fromisoformat(query[name]) for name in ("start_date", "end_date"))
        assert end - start <= timedelta(days=90)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"since": 5, "mode": "updated"}',
        '{"since": "2026-11-20T00:00:00Z", "mode": []}',
        '{"since": "never", "mode": "updated"}',
    ],
)
async def test_an_unreadable_cursor_starts_again(cursor: str) -> None:
    assert ids(await connect(Endpoint([row(1)])).poll(cursor)) == ["request:1"]


async def test_a_cursor_of_the_future_hides_nothing() -> None:
    endpoint = Endpoint([row(1, NOW - timedelta(minutes=1))])
    cursor = '{"since": "2099-01-01T00:00:00Z", "mode": "updated"}'
    assert ids(await connect(endpoint).poll(cursor)) == ["request:1"]


async def test_bad_rows_never_stop_the_batch() -> None:
    endpoint = Endpoint(
        [
            row(1),
            row(2, service_request_id=None),
            row(3, service_request_id=None, token="t-3"),
            row(4, requested_datetime="soon", updated_datetime=None, lat="x", description=7),
            row(5, service_request_id=5, service_code=6),
        ]
    )
    batch = await connect(endpoint).poll(None)
    assert sorted(ids(batch)) == ["request:1", "request:4", "request:5"]
    (ignored,) = [item.reason for item in batch.items if isinstance(item, Ignored)]
    assert "token" in ignored
    (unreadable,) = batch.unreadable
    assert "service_request_id" in unreadable.error
    assert json.loads(unreadable.raw)["description"] == "Hole 2"


async def test_our_own_server_can_be_pulled() -> None:
    hub = Hub(requests=[request(number) for number in range(1, 31)])
    server = Open311Server(account(), hub, hub, lambda: NOW)
    connector = Open311Connector(
        account(base_url="http://city.example"),
        clock=lambda: NOW,
        transport=httpx2.ASGITransport(server),
    )
    batch = await connector.poll(None)
    assert len(set(ids(batch))) == 30
    (newest,) = [item for item in batch.items if getattr(item, "body", "") == "Hole 1"]
    assert isinstance(newest, InboundMessage)
    assert newest.topic == "pothole-or-road"
    await connector.check()
    await connector.aclose()


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (401, {}, AuthFailed),
        (403, {}, AuthFailed),
        (404, {}, Rejected),
        (400, {}, Rejected),
        (302, {"location": "https://elsewhere.example"}, Rejected),
        (408, {}, TemporarilyUnavailable),
        (429, {"retry-after": "17"}, TemporarilyUnavailable),
        (500, {}, TemporarilyUnavailable),
        (503, {"retry-after": "Sun, 22 Nov 2026 15:30:00 GMT"}, TemporarilyUnavailable),
    ],
)
async def test_refusals_are_the_hubs_errors(
    status: int, headers: dict[str, str], expected: type[Exception]
) -> None:
    body = [{"code": status, "description": "because"}]
    endpoint = Endpoint(
        override=lambda request: httpx2.Response(status, headers=headers, json=body)
    )
    connector = connect(endpoint)
    parts: list[str] = []
    for call in (
        lambda: connector.poll(None),
        connector.check,
        lambda: connector.send(reply(), lambda part: noted(parts, part)),
    ):
        with pytest.raises(expected) as caught:
            await call()
        assert "because" in str(caught.value)
        if status == 429:
            assert getattr(caught.value, "retry_after", None) == 17
    assert parts == []


@pytest.mark.parametrize(
    ("error", "unknown"),
    [
        (httpx2.ConnectError, False),
        (httpx2.ConnectTimeout, False),
        (httpx2.ReadTimeout, True),
        (httpx2.ReadError, True),
        (httpx2.RemoteProtocolError, True),
    ],
)
async def test_broken_connections(error: type[httpx2.TransportError], unknown: bool) -> None:
    def fail(request: httpx2.Request) -> httpx2.Response:
        raise error("broken")

    with pytest.raises(TemporarilyUnavailable):
        await connect(Endpoint(override=fail)).poll(None)
    connector = connect(Endpoint(override=only_posts(fail)))
    with pytest.raises(TemporarilyUnavailable) as caught:
        await connector.send(reply(), lambda part: noted([], part))
    assert caught.value.outcome_unknown is unknown


async def test_a_server_error_leaves_the_outcome_unknown() -> None:
    connector = connect(Endpoint(override=only_posts(lambda request: httpx2.Response(502))))
    with pytest.raises(TemporarilyUnavailable) as caught:
        await connector.send(reply(), lambda part: noted([], part))
    assert caught.value.outcome_unknown


async def test_what_could_not_be_asked_was_not_sent() -> None:
    endpoint = Endpoint(override=lambda request: httpx2.Response(502))
    with pytest.raises(TemporarilyUnavailable) as caught:
        await connect(endpoint).send(reply(), lambda part: noted([], part))
    assert not caught.value.outcome_unknown
    assert [call.method for call in endpoint.calls] == ["GET"]


@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b"[{", b"\xff\xfe"])
async def test_garbage_is_temporary(body: bytes) -> None:
    connector = connect(Endpoint(override=lambda request: httpx2.Response(200, content=body)))
    with pytest.raises(TemporarilyUnavailable):
        await connector.poll(None)


async def test_an_error_array_with_status_200_is_an_error() -> None:
    body = [{"code": 500, "description": "database is down"}]
    connector = connect(Endpoint(override=lambda request: httpx2.Response(200, json=body)))
    with pytest.raises(Rejected, match="database is down"):
        await connector.poll(None)


@pytest.mark.parametrize(
    "address", ["not an address", "ftp://311.example", "http://311.example:port"]
)
async def test_a_wrong_address_is_final(address: str) -> None:
    connector = Open311Connector(account(base_url=address))
    with pytest.raises(Rejected):
        await connector.poll(None)
    await connector.aclose()


async def test_without_an_address_there_is_nothing_to_pull() -> None:
    connector = Open311Connector(account())
    assert await connector.poll("kept") == PollBatch((), "kept")
    await connector.check()
    await connector.aclose()


async def test_jurisdiction_is_sent_where_there_is_one() -> None:
    endpoint = Endpoint()
    connector = Open311Connector(
        account(base_url=BASE, jurisdiction_id="city.example"), transport=endpoint.transport
    )
    await connector.poll(None)
    assert endpoint.queries()[0]["jurisdiction_id"] == "city.example"


def test_unreadable_error_bodies_still_are_errors() -> None:
    error = failure(500, {}, b"<html>", sending=False)
    assert isinstance(error, TemporarilyUnavailable)
    assert not error.outcome_unknown
    odd = failure(429, {"retry-after": "whenever"}, b"", sending=True)
    assert isinstance(odd, TemporarilyUnavailable)
    assert odd.retry_after is None
