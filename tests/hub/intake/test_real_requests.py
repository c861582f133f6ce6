"""The 99 recorded requests of a real city, filed at our own endpoint and pulled from another."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from channels.open311 import Open311Server
from channels.open311.attributes import asked_by
from channels.open311.connector import Open311Connector
from channels.open311.services import BY_CODE, SERVICES
from hub.accounts.models import Account
from hub.ports import ChannelKind
from hub.system import Hub
from hub.tickets.models import Message, Ticket
from tests.channels.open311.categories import service_code_for
from tests.channels.open311.endpoint import Endpoint, row
from tests.channels.open311.fakes import NOW
from tests.fakes import FakeClock
from tests.fixtures import HubMaker, Work, account_id, rows

pytestmark = pytest.mark.anyio

KEY = "a-key-for-tests"


@pytest.fixture
def requests(shared: Path) -> list[dict[str, Any]]:
    """The recorded requests with a service code each, moved into the last 60 days."""
    lines = (shared / "data" / "service_requests.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines if line.strip()]
    assert len(found) == 99
    times = [datetime.fromisoformat(one["created_at"]) for one in found]
    span = max(times) - min(times)
    for one, at in zip(found, times, strict=True):
        share = (at - min(times)) / span
        one["at"] = NOW - timedelta(days=60) + share * timedelta(days=59)
        one["code"] = service_code_for(one["category"])
    return found


@pytest.fixture
async def city_hub(make_hub: HubMaker, clock: FakeClock) -> AsyncIterator[Hub]:
    clock.at = NOW
    hub = make_hub(open311_api_key=KEY, open311_remote_url="https://311.example/open311/v2")
    await hub.start()
    yield hub
    await hub.aclose()


def _routed(codes: list[str]) -> Counter[tuple[str, str | None]]:
    """How many requests go to each unit and topic."""
    return Counter((BY_CODE[code].unit, BY_CODE[code].topic) for code in codes)


async def _file(hub: Hub, forms: list[dict[str, str]]) -> tuple[list[int], list[dict[str, Any]]]:
    """File each at our endpoint; gives the numbers handed out, and the open requests' list."""
    account = await hub.connectors.port_account_of(
        await account_id(hub, ChannelKind.OPEN311, "digitally")
    )
    server = Open311Server(account, hub.intake, hub.service_requests, hub.now)
    app = Starlette(routes=[Mount("/open311/v2", server)])
    numbers: list[int] = []
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url="http://city.example/open311/v2/"
    ) as client:
        for form in forms:
            answer = await client.post("requests.json", data={"api_key": KEY, **form})
            assert answer.status_code == 200, answer.text
            numbers.append(int(answer.json()[0]["service_request_id"]))
        listed = (await client.get("requests.json", params={"status": "open"})).json()
    return numbers, listed


async def test_filed_at_our_endpoint_they_are_99_tickets_at_their_units(
    city_hub: Hub, requests: list[dict[str, Any]]
) -> None:
    forms = [
        {
            "service_code": one["code"],
            "description": one["text"],
            "address_string": f"{100 + index} Invented Ave",
        }
        for index, one in enumerate(requests)
    ]
    numbers, listed = await _file(city_hub, forms)
    tickets = await rows(city_hub.database, Ticket)
    assert sorted(numbers) == [ticket.id for ticket in tickets]
    assert len(set(numbers)) == len(tickets) == len(listed) == 99
    assert Counter((ticket.unit, ticket.topic) for ticket in tickets) == _routed(
        [one["code"] for one in requests]
    )
    assert {ticket.status for ticket in tickets} == {"open"}
    assert all(ticket.first_response_due_at and ticket.resolution_due_at for ticket in tickets)
    bodies = Counter(message.body for message in await rows(city_hub.database, Message))
    assert bodies == Counter(one["text"].strip() for one in requests)


async def test_a_request_of_each_service_goes_to_that_services_unit(city_hub: Hub) -> None:
    forms = [
        {"service_code": service.code, "description": "Please", "address_string": "1 Main St"}
        | {
            f"attribute[{one.code}]": one.values[0].key
            for one in asked_by(service.code)
            if one.required
        }
        for service in SERVICES
    ]
    numbers, _ = await _file(city_hub, forms)
    tickets = {ticket.id: ticket for ticket in await rows(city_hub.database, Ticket)}
    units = [tickets[number].unit for number in numbers]
    assert units == [service.unit for service in SERVICES]
    assert len(set(units)) >= 5


async def test_pulled_twice_they_are_99(city_hub: Hub, requests: list[dict[str, Any]]) -> None:
    hub = city_hub
    remote = await account_id(hub, ChannelKind.OPEN311, "remote")
    endpoint = Endpoint(
        [
            row(
                index,
                one["at"],
                service_code=one["code"],
                service_name=one["category"],
                description=one["text"],
            )
            for index, one in enumerate(requests, 1)
        ]
    )
    work = Work(hub)
    for pull in range(2):
        # The second one begins anew: a cursor that was lost, or a server that goes back.
        connector = Open311Connector(
            await hub.connectors.port_account_of(remote),
            clock=lambda: NOW,
            transport=endpoint.transport,
        )
        async with hub.database.write() as session:
            stored = await session.get_one(Account, remote)
            assert (stored.cursor is None) == (pull == 0)
            stored.cursor = None
        await work.poller.poll_once(remote, connector)
        await connector.aclose()
    tickets = await rows(hub.database, Ticket, account_id=remote)
    assert len(tickets) == 99
    assert len({ticket.conversation for ticket in tickets}) == 99
    assert {ticket.status for ticket in tickets} == {"open"}
    assert Counter((ticket.unit, ticket.topic) for ticket in tickets) == _routed(
        [one["code"] for one in requests]
    )
    assert len(await rows(hub.database, Message, account_id=remote)) == 99
    assert len(endpoint.queries()) >= 2
