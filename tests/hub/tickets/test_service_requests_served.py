"""Open311 over the whole core, on both databases: filed with us, and pulled from elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from channels.open311 import Open311Connector, Open311Server
from hub.errands.status import Statuses
from hub.ports import ChannelKind
from hub.system import Hub
from hub.tickets import actions, replies
from hub.tickets.models import Message, Status, Ticket
from tests.channels.open311.endpoint import Endpoint, row
from tests.fakes import FakeClock, FakePlatforms
from tests.fixtures import HubMaker, Work, account_id, agent, change, messages_of, rows

pytestmark = pytest.mark.anyio

KEY = "a-key-for-tests"
FORM = {
    "api_key": KEY,
    "service_code": "pothole",
    "address_string": "400 Invented Ave",
    "zipcode": "32301",
    "lat": "30.44",
    "long": "-84.28",
    "description": "A deep hole.",
}


@pytest.fixture
async def served(make_hub: HubMaker) -> AsyncIterator[Hub]:
    hub = make_hub(open311_api_key=KEY, open311_remote_url="https://311.example/open311/v2")
    await hub.start()
    yield hub
    await hub.aclose()


@pytest.fixture
async def city(served: Hub) -> AsyncIterator[httpx2.AsyncClient]:
    own = await account_id(served, ChannelKind.OPEN311, "digitally")
    account = await served.connectors.port_account_of(own)
    server = Open311Server(account, served.intake, served.service_requests, served.now)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(server), base_url="http://city.example/"
    ) as client:
        yield client


async def post(city: httpx2.AsyncClient, path: str, form: dict[str, str]) -> Any:
    answer = await city.post(f"{path}.json", data=form)
    assert answer.status_code == 200, answer.text
    return answer.json()[0]


async def test_filed_again_it_is_the_same(
    served: Hub, city: httpx2.AsyncClient, clock: FakeClock
) -> None:
    backwards = dict(reversed(FORM.items()))
    answers = await asyncio.gather(
        *(post(city, "requests", form) for form in (FORM, backwards, FORM, backwards))
    )
    assert len({answer["service_request_id"] for answer in answers}) == 1
    clock.advance(minutes=9, seconds=59)
    again = await post(city, "requests", FORM)
    assert again == answers[0]
    clock.advance(seconds=1)
    later = await post(city, "requests", FORM)
    assert later["service_request_id"] != again["service_request_id"]
    assert len(await rows(served.database, Ticket)) == 2
    assert len(await rows(served.database, Message)) == 2


async def test_two_processes_at_once_make_one(served: Hub, city: httpx2.AsyncClient) -> None:
    own = await account_id(served, ChannelKind.OPEN311, "digitally")
    account = await served.connectors.port_account_of(own)
    other = Open311Server(account, served.intake, served.service_requests, served.now)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(other), base_url="http://city.example/"
    ) as elsewhere:
        answers = await asyncio.gather(
            *(post(client, "requests", FORM) for client in (city, elsewhere) * 3)
        )
    assert len({answer["service_request_id"] for answer in answers}) == 1
    assert len(await rows(served.database, Ticket)) == 1


async def test_a_comment_its_answer_and_the_closing(
    served: Hub, city: httpx2.AsyncClient, clock: FakeClock
) -> None:
    work = Work(served)
    number = (await post(city, "requests", FORM))["service_request_id"]
    clock.advance(minutes=1)
    said = {"api_key": KEY, "service_request_id": number, "description": "Deeper now."}
    first = await post(city, "servicerequestupdates", said | {"update_id": "app-1"})
    assert first == await post(city, "servicerequestupdates", said | {"update_id": "app-1"})
    (ticket,) = await rows(served.database, Ticket)
    assert [one.body for one in await messages_of(served, ticket.id)] == [
        "A deep hole.",
        "Deeper now.",
    ]
    clock.advance(minutes=1)
    ava = await agent(served, "ava")
    await change(served, ticket.id, ava, replies.reply, "Filled.")
    await work.deliver()
    clock.advance(minutes=1)
    await change(served, ticket.id, ava, actions.set_status, Status.RESOLVED)
    (request,) = (await city.get(f"requests/{number}.json")).json()
    assert (request["status"], request["status_notes"]) == ("closed", "Filled.")
    assert (request["zipcode"], request["lat"], request["long"]) == ("32301", 30.44, -84.28)
    updates = (await city.get("servicerequestupdates.json")).json()
    assert [(one["status"], one["client_update_id"]) for one in updates] == [
        ("OPEN", "app-1"),
        ("OPEN", None),
        ("CLOSED", None),
    ]
    assert [one["description"] for one in updates[:2]] == ["Deeper now.", "Filled."]
    assert updates[0]["update_id"] == first["update_id"]


async def test_pulled_answered_and_closed_at_both_ends(
    served: Hub, clock: FakeClock, platforms: FakePlatforms
) -> None:
    remote = await account_id(served, ChannelKind.OPEN311, "remote")
    account = await served.connectors.port_account_of(remote)
    endpoint = Endpoint([row(1, clock())])
    connector = Open311Connector(account, clock=clock, transport=endpoint.transport)
    platforms.made[remote] = connector  # type: ignore[assignment]
    work = Work(served)

    async def pull() -> list[str]:
        clock.advance(minutes=1)
        await work.poller.poll_once(remote, connector)
        return [one.body for one in await messages_of(served, ticket.id)] if ticket else []

    ticket: Ticket | None = None
    await pull()
    (ticket,) = await rows(served.database, Ticket, account_id=remote)
    assert ticket.status == "open"
    endpoint.rows[0] |= {"status_notes": "Crew assigned.", "updated_datetime": clock().isoformat()}
    assert await pull() == ["Hole 1", "DigiTally (pulled): open. Crew assigned."]
    (_, told) = await messages_of(served, ticket.id)
    assert (told.direction, told.author_kind) == ("outbound", "staff")
    # Pulled again, it is not told again.
    assert len(await pull()) == 2

    ava = await agent(served, "ava")
    await change(served, ticket.id, ava, replies.reply, "They come today.")
    await work.deliver()
    endpoint.take_over()
    assert endpoint.rows[0]["status_notes"] == "They come today."
    assert len(await pull()) == 3

    await change(served, ticket.id, ava, actions.set_status, Status.RESOLVED)
    push = Statuses(served.database, served.directory, served.connectors, served.now)
    for _ in range(2):
        await push({"ticket_id": ticket.id, "version": 9})
    endpoint.take_over()
    assert [one["status"] for one in endpoint.posted] == ["OPEN", "CLOSED"]
    assert endpoint.rows[0]["status"] == "closed"
    assert len(await pull()) == 3
    endpoint.rows[0] |= {
        "status": "open",
        "status_notes": "Sunk again.",
        "updated_datetime": (clock() + timedelta(seconds=30)).isoformat(),
    }
    assert (await pull())[-1] == "DigiTally (pulled): open. Sunk again."
    await connector.aclose()
