"""Every kind of event by everybody: what reaches whose socket, live and when catching up."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import delete

import hub
from hub.accounts.health import stop_account
from hub.delivery.models import Delivery, DeliveryState
from hub.events.record import PendingEvent, record
from hub.parts import PartsWatch
from hub.team.models import AgentUnit
from hub.tickets import actions, replies
from tests.agent_console.live import Console, console, newest
from tests.agent_console.test_socket import served
from tests.fixtures import account_id, agent, change, ticket_of
from tests.hub.api.site import Caller, Site, serving

pytestmark = pytest.mark.anyio

KINDS = {
    "ticket.created",
    "ticket.updated",
    "ticket.left",
    "ticket.typing",
    "message.created",
    "message.updated",
    "agent.updated",
    "config.changed",
    "system.changed",
}


@pytest.fixture
async def address(site: Site) -> AsyncIterator[str]:
    async with serving(served(site), site.hub.settings) as found:
        yield found


def test_every_kind_of_event_is_known_here() -> None:
    """A kind that the hub records and this file does not send fails here."""
    told = re.compile(r'"((?:ticket|message|agent|config|system)\.[a-z]+)"')
    found = {
        kind
        for path in Path(hub.__path__[0]).rglob("*.py")
        for kind in told.findall(path.read_text())
    }
    assert found == KINDS


async def _all_kinds(site: Site, unit: str, assignee: str | None) -> int:
    """One of each kind of a ticket's events, and nothing else; gives the ticket."""
    lead = await agent(site.hub, "sam")
    number = await site.ticket(unit)
    owner = (await agent(site.hub, assignee)).id if assignee else None
    await change(site.hub, number, lead, actions.assign, owner)
    message, delivery = await change(site.hub, number, lead, replies.reply, "On our way")
    await change(site.hub, number, lead, replies.note, "They called twice")
    async with site.hub.database.write() as session:
        (await session.get_one(Delivery, delivery.id)).state = DeliveryState.FAILED.value
    await change(site.hub, number, lead, replies.retry, message.id)
    await site.hub.typing.tell(await ticket_of(site.hub, number), by="agent", name="Sam")
    return number


async def _listeners(
    site: Site, address: str, stack: AsyncExitStack, since: int | None = None
) -> list[tuple[Caller, Console]]:
    return [
        (caller, await stack.enter_async_context(console(address, caller, since)))
        for caller in await site.everybody()
        if caller.signed_in
    ]


async def test_everybody_hears_what_they_may_see(site: Site, address: str) -> None:
    start = await newest(site)
    live: dict[str, list[dict[str, object]]] = {}
    async with AsyncExitStack() as stack:
        listeners = await _listeners(site, address, stack)
        tickets = {
            await _all_kinds(site, unit, assignee): (unit, assignee)
            for unit, assignee in (
                ("call-center", None),
                ("billing", None),
                ("billing", "dana"),
                ("quality-control", "ava"),
            )
        }
        last = await newest(site)
        for caller, listener in listeners:
            await _read_all(site, listener)
            live[caller.name] = [event for event in listener.events if event["seq"] <= last]
            for number, (unit, assignee) in tickets.items():
                actor = (await agent(site.hub, assignee)).id if assignee else None
                _check(caller, listener, number, unit, actor)
    async with AsyncExitStack() as stack:
        for caller, listener in await _listeners(site, address, stack, start):
            await _read_all(site, listener)
            events = [event for event in listener.events if event["seq"] <= last]
            assert events == live[caller.name], f"{caller.name} caught up with something else"


async def _read_all(site: Site, listener: Console) -> None:
    """Read everything up to now: a mark that everybody sees is set behind it."""
    async with site.hub.database.write() as session:
        record(session, PendingEvent("config.changed", site.hub.now(), {}))
    await listener.until(await newest(site))


def _check(
    caller: Caller, listener: Console, number: int, unit: str, assignee_id: int | None
) -> None:
    told = listener.about(number)
    if caller.sees(unit):
        everything = {"ticket.created", "ticket.updated", "message.created", "message.updated"}
        assert everything | {"ticket.typing"} <= set(told), caller.name
    elif caller.sees(unit, assignee_id):
        # From when it was given to them, and nothing of before.
        assert told[0] == "ticket.updated", (caller.name, told)
        assert "ticket.created" not in told
        assert {"message.updated", "ticket.typing"} <= set(told)
    else:
        assert told == [], f"{caller.name} hears of {unit}: {told}"
    for event in listener.events:
        if event["ticket_id"] == number and event["kind"] != "ticket.left":
            data = event["data"]
            assert data.get("unit", unit) == unit


async def test_what_leaves_is_told_to_who_saw_it(site: Site, address: str) -> None:
    """A transfer: the old unit is told to put it away, the new one gets the whole ticket."""
    async with AsyncExitStack() as stack:
        listeners = await _listeners(site, address, stack)
        number = await site.ticket("call-center")
        lead = await agent(site.hub, "sam")
        await change(site.hub, number, lead, actions.transfer, "billing")
        await change(site.hub, number, lead, replies.note, "A word for billing alone")
        for caller, listener in listeners:
            await _read_all(site, listener)
            told = listener.about(number)
            before, after = caller.sees("call-center"), caller.sees("billing")
            # Whoever sees where it went keeps it: for them nothing left.
            assert ("ticket.left" in told) is (before and not after), caller.name
            assert ("A word for billing alone" in str(listener.events)) is after, caller.name
            if before and not after:
                assert told[-1] == "ticket.left"
                (left,) = [e for e in listener.events if e["kind"] == "ticket.left"]
                assert left["data"] == {"id": number}, "no more than its number"
            elif after:
                assert told[-2:] == ["message.created", "ticket.updated"]


async def test_an_assignment_taken_away_is_told(site: Site, address: str) -> None:
    dana = await site.session("dana")
    number = await site.ticket("billing", assignee="dana")
    lead = await agent(site.hub, "sam")
    async with console(address, dana, await newest(site)) as listener:
        await change(site.hub, number, lead, actions.assign, None)
        await change(site.hub, number, lead, replies.note, "Not for Dana")
        await _read_all(site, listener)
        assert listener.about(number) == ["ticket.left"]
        assert "Not for Dana" not in str(listener.events)


async def test_what_everybody_hears(site: Site, address: str) -> None:
    """Presence and configuration are no secrets among those who are signed in."""
    async with AsyncExitStack() as stack:
        listeners = await _listeners(site, address, stack)
        ava = await site.session("ava")
        await site.api(ava, "POST", "/me/presence", json={"presence": "away"})
        await stop_account(site.hub.database, await account_id(site.hub), "401", site.hub.now())
        await PartsWatch(site.hub).look()
        last = await newest(site)
        told = ["agent.updated", "config.changed", "system.changed"]
        for caller, listener in listeners:
            await listener.until(last)
            noticed = ["notice.created"] if caller.units is None else []
            assert listener.kinds == [*told[:2], *noticed, *told[2:]], caller.name
            assert listener.events[0]["data"]["presence"] == "away"
            assert "password" not in str(listener.events)


async def test_a_new_unit_is_seen_from_then_on(site: Site, address: str) -> None:
    """Permissions are looked at anew when the configuration changes, not only at the next
    connection."""
    ben = await site.session("ben")
    async with console(address, ben) as listener:
        await site.ticket("billing")
        async with site.hub.database.write() as session:
            await session.execute(delete(AgentUnit).where(AgentUnit.agent_id == ben.agent_id))
            session.add(AgentUnit(agent_id=ben.agent_id, unit="walk-in"))
            record(session, PendingEvent("config.changed", site.hub.now(), {}))
        await listener.until(await newest(site))
        heard = len(listener.events)
        hidden, seen = await site.ticket("billing"), await site.ticket("walk-in")
        await listener.until(await newest(site))
        assert listener.about(hidden) == []
        assert listener.about(seen) == ["ticket.created", "message.created"]
        assert len(listener.events) == heard + 2
