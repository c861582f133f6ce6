"""Telling a remote endpoint how a ticket fares."""

from __future__ import annotations

import httpx2
import pytest

from channels.open311 import Open311Connector
from hub.ports import Rejected, TemporarilyUnavailable
from tests.channels.open311.endpoint import BASE, Endpoint, row
from tests.channels.open311.fakes import account
from tests.channels.open311.test_changes import Clock, connect, status

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_a_status_is_pushed(clock: Clock) -> None:
    endpoint = Endpoint([row(1)])
    connector = connect(endpoint, clock)
    await connector.push_status(status())
    (posted,) = endpoint.posted
    assert posted["service_request_id"] == "1"
    assert posted["status"] == "CLOSED"
    assert posted["update_id"] == "status-17-3"
    assert posted["updated_datetime"] == "2026-11-22T15:30:00Z"
    assert posted["description"].startswith("Pothole filled. [ref ")
    endpoint.take_over()
    await connector.push_status(status(key="17-4", open=True, status="open", notes=None))
    assert endpoint.posted[1]["status"] == "OPEN"
    assert endpoint.posted[1]["description"].startswith("The city is working on")
    assert len(endpoint.posted) == 2


@pytest.mark.parametrize("notes", [None, "DigiTally: closed. Filled."])
async def test_an_endpoint_is_not_told_what_it_said(clock: Clock, notes: str | None) -> None:
    endpoint = Endpoint([row(1, status="closed", status_notes="Filled."), row(2)])
    connector = connect(endpoint, clock)
    await connector.push_status(status(notes=notes))
    await connector.push_status(status(conversation="request:2", open=True, notes=notes))
    assert endpoint.posted == []
    await connector.push_status(status(key="s-2", open=True, status="open", notes=notes))
    assert endpoint.posted[0]["status"] == "OPEN"
    assert "Filled" not in endpoint.posted[0]["description"]


@pytest.mark.parametrize("own_ids", [True, False])
async def test_a_status_is_pushed_once(clock: Clock, own_ids: bool) -> None:
    endpoint = Endpoint([row(1)], own_ids=own_ids)

    def accept_and_fail(request: httpx2.Request) -> httpx2.Response | None:
        if request.method == "GET":
            return None
        endpoint.override = None
        endpoint._answer(request)
        raise httpx2.ReadTimeout("dropped after it was taken")

    endpoint.override = accept_and_fail
    connector = connect(endpoint, clock)
    with pytest.raises(TemporarilyUnavailable):
        await connector.push_status(status())
    clock.minutes(1)
    await connector.push_status(status())
    assert len(endpoint.posted) == 1


async def test_a_status_an_endpoint_does_not_take(clock: Clock) -> None:
    endpoint = Endpoint([row(1)], override=lambda request: httpx2.Response(404))
    with pytest.raises(Rejected, match="takes no comment on request 1"):
        await connect(endpoint, clock).push_status(status())


@pytest.mark.parametrize(
    ("base_url", "conversation"), [(None, "filed:a"), (BASE, "filed:a"), (None, "request:1")]
)
async def test_nothing_is_pushed_of_what_was_filed_here(
    clock: Clock, base_url: str | None, conversation: str
) -> None:
    endpoint = Endpoint()
    connector = Open311Connector(
        account(base_url=base_url), clock=clock, transport=endpoint.transport
    )
    await connector.push_status(status(conversation=conversation))
    assert endpoint.calls == []
