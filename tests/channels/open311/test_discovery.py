"""Finding the endpoint through a city's service discovery."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from channels.open311 import Open311Connector
from channels.open311.discovery import NoEndpoint, is_discovery, read_discovery
from hub.ports import InboundMessage, Rejected, TemporarilyUnavailable
from tests.channels.open311.endpoint import BASE, Endpoint, row
from tests.channels.open311.fakes import NOW, account

HERE = "https://311.example/discovery.json"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"


def endpoint(url: str, **changes: Any) -> dict[str, Any]:
    return {
        "specification": SPECIFICATION,
        "url": url,
        "changeset": "2026-11-23T00:00:00Z",
        "type": "production",
        "formats": ["text/xml", "application/json"],
        **changes,
    }


def found(*endpoints: dict[str, Any]) -> bytes:
    return json.dumps({"changeset": "2026", "contact": "", "endpoints": endpoints}).encode()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://311.example/discovery.json", True),
        ("https://311.example/open311/Discovery.xml", True),
        ("https://311.example/discovery", True),
        ("https://311.example/open311/v2", False),
        ("https://discovery.example/v2", False),
        ("https://311.example/v2?discovery.json", False),
    ],
)
def test_what_is_a_discovery(address: str, expected: bool) -> None:
    assert is_discovery(address) is expected


def test_production_comes_first() -> None:
    body = found(
        endpoint("https://test.311.example/v2", type="test"),
        endpoint("https://old.311.example/v1", specification=".../GeoReport_v1"),
        endpoint("https://311.example/v2"),
    )
    assert read_discovery(body, HERE).url == "https://311.example/v2"
    only_test = found(endpoint("https://test.311.example/v2", type="test", formats=["text/xml"]))
    assert read_discovery(only_test, HERE).type == "test"
    assert read_discovery(only_test, HERE).format == "xml"


def test_our_own_discovery_in_both_formats(city: TestClient) -> None:
    for fmt in ("json", "xml"):
        body = city.get(f"discovery.{fmt}").content
        one = read_discovery(body, "http://city.example/discovery.json")
        assert one.url == "http://city.example/open311/v2"
        assert (one.type, one.format) == ("production", "json")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"<html></html>",
        b"nonsense",
        b'<!DOCTYPE d [<!ENTITY a "b">]><discovery/>',
        found(),
        found(endpoint("http://311.example/v2")),  # not from https to http
        found(endpoint("ftp://311.example/v2")),
        found(endpoint("https://311.example/v1", specification="GeoReport_v1")),
    ],
)
def test_no_endpoint(body: bytes) -> None:
    with pytest.raises(NoEndpoint):
        read_discovery(body, HERE)


@pytest.mark.anyio
async def test_the_endpoint_is_looked_up_once() -> None:
    remote = Endpoint([row(1)])

    def discover(request: httpx2.Request) -> httpx2.Response | None:
        if request.url.path == "/discovery.json":
            return httpx2.Response(200, content=found(endpoint(BASE)))
        return None

    remote.override = discover
    connector = Open311Connector(
        account(base_url=HERE), clock=lambda: NOW, transport=remote.transport
    )
    batch = await connector.poll(None)
    assert [one.external_id for one in batch.items if isinstance(one, InboundMessage)] == [
        "request:1"
    ]
    await connector.check()
    assert [call.url.path for call in remote.calls].count("/discovery.json") == 1
    await connector.aclose()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (httpx2.Response(200, content=found()), Rejected),
        (httpx2.Response(404), Rejected),
        (httpx2.Response(503), TemporarilyUnavailable),
    ],
)
async def test_a_discovery_that_fails(response: httpx2.Response, expected: type[Exception]) -> None:
    remote = Endpoint(override=lambda request: response)
    connector = Open311Connector(account(base_url=HERE), transport=remote.transport)
    with pytest.raises(expected):
        await connector.poll(None)
    assert len(remote.calls) == 1
    await connector.aclose()
