"""What a visitor may expect: the queue, who has them, who writes, whether anybody is there."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from channels.webchat import lobby, visit
from hub.events.record import PendingEvent, record
from hub.ports import Answer, PartState
from hub.tickets import actions, conversations
from hub.tickets import typing as hub_typing
from hub.tickets.models import Message, Status, Ticket
from tests.channels.webchat.chatting import Visitor, visiting
from tests.fakes import ScriptedResponder
from tests.fixtures import Work, agent, change, events_of, rows
from tests.hub.api.site import Site

pytestmark = pytest.mark.anyio

EVENING = datetime.fromisoformat("2026-11-20T18:00:00-05:00")
"""A Friday, after hours."""


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lobby, "RECOUNT_EVERY", 0.05)
    monkeypatch.setattr(conversations, "_COUNTED_FOR", 0.0)
    monkeypatch.setattr(hub_typing, "EVERY", 0.0)


async def newest(site: Site) -> Ticket:
    ticket = (await rows(site.hub.database, Ticket))[-1]
    assert isinstance(ticket, Ticket)
    return ticket


async def typing(site: Site, ticket: Ticket, name: str, by: str = "agent") -> None:
    async with site.hub.database.write() as session:
        data = {"by": by, "name": name}
        record(session, PendingEvent("ticket.typing", site.hub.now(), data, ticket.id, ticket.unit))


async def test_from_the_bot_through_the_queue_to_a_person(
    site: Site, address: str, work: Work, responder: ScriptedResponder
) -> None:
    first, second = await site.ticket(), await site.ticket()
    site.clock.advance(minutes=1)
    responder.decisions.append(Answer("At 435 N. Macomb St.", ("pay-bill",)))
    async with visiting(address) as visitor:
        assert visitor.standing == {
            "status": "none", "position": None, "agent": None,
            "open": True, "opens_at": None, "bot": True,
        }  # fmt: skip
        await visitor.say("Where do I pay?")
        await visitor.until(status="bot", position=None)
        await work.all()
        await visitor.say("Another thing")  # the scripted bot hands over
        await work.all()
        await visitor.until(status="waiting", position=3)
        ava = await agent(site.hub, "ava")
        await change(site.hub, first, ava, actions.assign, ava.id)
        await visitor.until(status="waiting", position=2)
        ticket = await newest(site)
        async with visiting(address, visitor.token) as again:
            assert again.standing["position"] == 2, "also after a reload"
        await change(site.hub, second, ava, actions.set_status, Status.RESOLVED)
        await visitor.until(position=1)
        await change(site.hub, ticket.id, ava, actions.assign, ava.id)
        await visitor.until(status="with_agent", position=None, agent="Ava Reyes")
        await change(site.hub, ticket.id, ava, actions.set_status, Status.RESOLVED)
        await visitor.until(status="resolved", agent=None)


async def test_another_units_queue_is_not_ones_own(site: Site, address: str, work: Work) -> None:
    await site.ticket("billing")
    async with visiting(address) as visitor:
        await visitor.say("Hello")
        await work.all()
        await visitor.until(status="waiting", position=1)
        ticket = await newest(site)
        ava = await agent(site.hub, "ava")
        site.clock.advance(minutes=1)
        await change(site.hub, ticket.id, ava, actions.transfer, "billing")
        await visitor.until(status="waiting", position=2)


async def test_nothing_is_asked_where_nothing_changed(
    site: Site, address: str, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    standing = site.hub.conversations.standing

    async def counted(account_id: int, conversation: str) -> Any:
        nonlocal asked
        asked += 1
        return await standing(account_id, conversation)

    monkeypatch.setattr(type(site.hub.conversations), "standing", lambda _, *args: counted(*args))
    async with visiting(address) as visitor:
        await visitor.say("Hello")
        await work.all()
        await visitor.until(status="waiting")
        await visitor.nothing()
        before = asked
        await visitor.nothing()
        assert asked == before
        for _ in range(3):
            await site.ticket("billing")
        await visitor.nothing()
        assert asked == before, "another unit's events are none of theirs"


async def test_an_agent_writes(site: Site, address: str, work: Work) -> None:
    async with visiting(address) as visitor, visiting(address) as other:
        await visitor.say("Hello")
        await work.all()
        await visitor.until(status="waiting")
        await typing(site, await newest(site), "Ava Reyes")
        assert await visitor.frame() == {"type": "typing", "name": "Ava Reyes"}
        await typing(site, await newest(site), "Website visitor", by="customer")
        await visitor.nothing()
        await other.nothing()


async def test_the_visitor_writes(site: Site, address: str, work: Work) -> None:
    async with visiting(address) as visitor:
        await visitor.send({"type": "typing"})
        await visitor.say("Hello")
        await visitor.send({"type": "typing"})
        await work.all()
        await visitor.until(status="waiting")
        assert await events_of(site.hub, kind="ticket.typing") == [], "the bot does not look on"
        await visitor.send({"type": "typing"})
        await visitor.say("More")
        (event,) = await events_of(site.hub, kind="ticket.typing")
        assert json.loads(event.data) == {"by": "customer", "name": "Website visitor"}
        ticket = await newest(site)
        assert (event.ticket_id, event.unit) == (ticket.id, ticket.unit)


async def test_outside_office_hours(site: Site, address: str, responder: ScriptedResponder) -> None:
    site.clock.at = EVENING
    async with visiting(address) as visitor:
        assert visitor.standing["open"] is False
        assert visitor.standing["opens_at"] == "2026-11-23T13:00:00Z", "Monday, eight in the city"
        assert visitor.standing["bot"] is True
        assert visitor.welcome["zone"] == "America/New_York"
    responder.state = PartState.DOWN
    async with visiting(address) as visitor:
        assert visitor.welcome["bot"] is visitor.standing["bot"] is False


async def test_the_office_opens_and_the_bot_comes_while_one_waits(
    site: Site, address: str, responder: ScriptedResponder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "PING_EVERY", 0.05)
    site.clock.at = EVENING
    responder.state = PartState.STARTING
    async with visiting(address) as visitor:
        assert (visitor.standing["open"], visitor.standing["bot"]) == (False, False)
        site.clock.at = datetime.fromisoformat("2026-11-23T13:00:00Z")
        responder.state = PartState.UP
        await visitor.until(open=True, opens_at=None, bot=True)


async def test_a_message_is_left_for_people(
    site: Site, address: str, work: Work, responder: ScriptedResponder
) -> None:
    site.clock.at = EVENING
    async with visiting(address) as visitor:
        left = {"type": "leave", "contact": "ida@example.org", "name": "Ida Lund"}
        accepted = await visitor.say("The hydrant leaks", **left)
        assert accepted["type"] == "accepted"
        await visitor.until(status="waiting", position=1)
    await work.all()
    assert responder.turns == [], "a person was asked for"
    ticket = await newest(site)
    assert (ticket.contact_name, ticket.status) == ("Ida Lund", "open")
    (message,) = await rows(site.hub.database, Message)
    assert message.body == "The hydrant leaks\n\nContact / Contacto: ida@example.org"


@pytest.mark.parametrize(
    ("contact", "code"),
    [
        ("ida@example.org", None),
        (" 850-555-0142 ", None),
        ("+1 (850) 555 0142", None),
        ("", "no-contact"),
        ("call me", "no-contact"),
        ("ida@", "no-contact"),
        ("12345", "no-contact"),
        (None, "no-contact"),
        (7, "no-contact"),
        ("1" * 5_000, "no-contact"),
        ("ida@example." + "a" * 5_000, "no-contact"),
    ],
)
async def test_how_to_reach_somebody(
    site: Site, address: str, contact: Any, code: str | None
) -> None:
    async with visiting(address) as visitor:
        answer = await visitor.say("The hydrant leaks", type="leave", contact=contact)
        assert answer.get("code") == code


async def test_a_flood_of_tabs(site: Site, address: str, work: Work) -> None:
    """Fifty of one visitor: all served, and the hub asks for each no more than for one."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(visiting(address))
        tabs = [await stack.enter_async_context(visiting(address, first.token)) for _ in range(49)]
        await first.say("No water")
        await work.all()
        ticket = await newest(site)
        for tab in tabs:
            assert (await tab.frame())["message"]["body"] == "No water"
        await typing(site, ticket, "Ava Reyes")
        for tab in tabs:
            assert (await tab.frame())["type"] == "typing"


async def test_a_flood_of_frames_ends_the_line(site: Site, address: str) -> None:
    async def flood(visitor: Visitor) -> None:
        for _ in range(400):
            await visitor.send({"type": "typing"})
        while True:
            await visitor.frame()

    async with visiting(address) as visitor:
        with pytest.raises(ConnectionClosed):
            await flood(visitor)
    async with visiting(address) as other:
        assert (await other.say("Still here"))["type"] == "accepted"
