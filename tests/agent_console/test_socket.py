"""The console's socket over a real server: hello, catching up, gaps, pings, and the end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import update
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from agent_console import socket as console_socket
from hub.events.record import PendingEvent, record
from hub.team.models import Agent, ApiToken, Role
from hub.tickets import actions, replies
from tests.agent_console.live import Console, console, forget_events, newest
from tests.fixtures import agent, change
from tests.hub.api.site import NOBODY, Caller, Site, serving

pytestmark = pytest.mark.anyio


@pytest.fixture
async def address(site: Site) -> AsyncIterator[str]:
    """Where the site's app is served; it is started a second time, which changes nothing."""
    async with serving(served(site), site.hub.settings) as found:
        yield found


def served(site: Site) -> Any:
    """The app of a hub that runs already: its server has nothing to start."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await site.app(scope, receive, send)
            return
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        await send({"type": "lifespan.shutdown.complete"})

    return app


@pytest.fixture
async def sam(site: Site) -> Caller:
    return await site.session("sam")


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pings that a test can wait for."""
    monkeypatch.setattr(console_socket, "PING_EVERY", 0.15)


async def refused(address: str, **options: Any) -> int:
    """The status a handshake is refused with."""
    with pytest.raises(InvalidStatus) as answer:
        async with connect(f"ws://{address}/console/socket?since=0", proxy=None, **options):
            pass
    return answer.value.response.status_code


async def test_hello_and_what_happens_now(site: Site, address: str, sam: Caller) -> None:
    last = await newest(site)
    async with console(address, sam, last) as live:
        assert live.hello == {"type": "hello", "seq": last, "resync": False}
        number = await site.ticket()
        await live.until(await newest(site))
        assert live.about(number) == ["ticket.created", "message.created"]
        (created, *_) = live.events
        assert created["data"] == await site.get(sam, f"/tickets/{number}")
        assert created["at"].endswith("Z")


async def test_catching_up_from_a_number(site: Site, address: str, sam: Caller) -> None:
    """More than a page of events, whole and in order."""
    start = await newest(site)
    async with site.hub.database.write() as session:
        for number in range(1200):
            record(session, PendingEvent("ticket.updated", site.hub.now(), {"n": number}))
    last = await newest(site)
    async with console(address, sam, start) as live:
        await live.until(last)
        assert [event["seq"] for event in live.events] == list(range(start + 1, last + 1))
        assert [event["data"]["n"] for event in live.events] == list(range(1200))
    async with console(address, sam, last - 3) as live:
        await live.until(last)
        assert [event["seq"] for event in live.events] == [last - 2, last - 1, last]


async def test_cut_and_resumed_there_is_no_gap(site: Site, address: str, sam: Caller) -> None:
    """Connections are cut again and again while tickets come in: together they tell
    everything once."""
    start = await newest(site)
    told: list[int] = []
    busy = asyncio.create_task(_tickets(site, 30))
    while not busy.done() or (told[-1] if told else start) < await newest(site):
        async with console(address, sam, told[-1] if told else start) as live:
            assert live.hello["resync"] is False
            with contextlib.suppress(TimeoutError):
                for _ in range(2):
                    await live.frame(patience=0.2)
            told += [event["seq"] for event in live.events]
            live.socket.transport.abort()  # no closing handshake: the line is dead
    assert told == list(range(start + 1, await newest(site) + 1))


async def _tickets(site: Site, count: int) -> None:
    for _ in range(count):
        await site.ticket()
        await asyncio.sleep(0.005)


async def test_a_number_that_is_none_of_ours(site: Site, address: str, sam: Caller) -> None:
    await site.ticket()
    for since in (None, "", "x", "-1", "1.5", "9" * 15, "9" * 400, "١٢٣x", "0x1", "1&since=2"):
        async with console(address, sam, since) as live:
            last = await newest(site)
            if since != "1&since=2":
                assert live.hello == {"type": "hello", "seq": last, "resync": True}, since
            number = await site.ticket()
            await live.until(await newest(site))
            assert "ticket.created" in live.about(number)


async def test_older_than_the_log(site: Site, address: str, sam: Caller) -> None:
    """Retention removed what came next, or everything: load anew, nothing is passed over."""
    for _ in range(3):
        await site.ticket()
    last = await newest(site)
    await forget_events(site, last - 2)
    async with console(address, sam, last - 3) as live:
        assert (live.hello["resync"], live.hello["seq"]) == (True, last)
    async with console(address, sam, last - 2) as live:
        assert live.hello["resync"] is False
    await forget_events(site, last)
    async with console(address, sam, last - 1) as live:
        assert (live.hello["resync"], live.hello["seq"]) == (True, last)
    async with console(address, sam, last) as live:
        assert live.hello["resync"] is False


@pytest.mark.usefixtures("soon")
async def test_pings_say_how_far_one_is(site: Site, address: str, sam: Caller) -> None:
    async with console(address, sam) as live:
        ping = await live.frame()
        assert ping == {"type": "ping", "seq": await newest(site), "at": "2026-11-18T17:00:00Z"}
        await live.socket.send('{"type":"pong"}')
        await site.ticket()
        await live.until(await newest(site))
        while len(live.pings) < 2:
            await live.frame()
        assert live.pings[-1]["seq"] == await newest(site)


@pytest.mark.usefixtures("soon")
async def test_pings_come_also_while_much_happens_for_others(site: Site, address: str) -> None:
    """A console that may see none of it is still told that the line is alive."""
    ben = await site.session("ben")
    async with console(address, ben) as live:
        busy = asyncio.create_task(_every_while(site))
        try:
            while len(live.pings) < 3:
                await live.frame()
        finally:
            busy.cancel()
        assert live.events == []
        assert live.pings[-1]["seq"] > live.hello["seq"], "its number moves on all the same"


async def _every_while(site: Site) -> None:
    while True:
        await site.ticket("call-center")
        await asyncio.sleep(0.02)


@pytest.mark.usefixtures("soon")
async def test_signed_out_is_the_end(site: Site, address: str) -> None:
    """However it ended: signed out, expired, switched off, revoked."""
    ava, ben, dana = [await site.session(name) for name in ("ava", "ben", "dana")]
    program = await site.token(Role.AGENT)
    async with (
        console(address, ava) as one,
        console(address, program) as two,
        console(address, dana) as three,
        console(address, ben) as four,
    ):
        assert (await site.ask(ava, "POST", "/console/sign-out")).status_code == 204
        assert await one.closed() == 4401
        async with site.hub.database.write() as session:
            await session.execute(update(ApiToken).values(revoked_at=site.hub.now()))
        assert await two.closed() == 4401
        async with site.hub.database.write() as session:
            await session.execute(
                update(Agent).where(Agent.id == dana.agent_id).values(active=False)
            )
        assert await three.closed() == 4401
        site.clock.advance(hours=13)
        assert await four.closed() == 4401


async def test_signing_out_is_told_at_once(site: Site, address: str) -> None:
    """Not only with the next ping: the event that tells of it makes everybody look."""
    ava = await site.session("ava")
    async with console(address, ava) as live:
        await site.ask(ava, "POST", "/console/sign-out")
        async with asyncio.timeout(console_socket.PING_EVERY / 2):
            assert await live.closed() == 4401


@pytest.mark.usefixtures("soon")
async def test_signed_out_ends_also_while_much_happens(site: Site, address: str) -> None:
    sam = await site.session("sam")
    async with console(address, sam) as live:
        busy = asyncio.create_task(_every_while(site))
        try:
            await site.hub.sessions.sign_out(sam.headers["Cookie"].partition("=")[2])
            assert await live.closed() == 4401
        finally:
            busy.cancel()


async def test_who_is_let_in(site: Site, address: str) -> None:
    for caller in await site.everybody():
        if caller.signed_in:
            async with console(address, caller):
                pass
        else:
            headers = {k: v for k, v in caller.headers.items() if k != "Origin"}
            assert await refused(address, additional_headers=headers) == 403, caller.name
    assert await refused(address, additional_headers=NOBODY.headers) == 403


async def test_a_foreign_page_hears_nothing(site: Site, address: str, sam: Caller) -> None:
    """The browser would send the cookie along: the Origin says whose page it is."""
    program = await site.token(Role.ADMIN)
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1", f"http://{address}.evil"):
        for headers in ({"Cookie": sam.headers["Cookie"]}, program.headers):
            status = await refused(address, additional_headers=headers, origin=origin)
            assert status == 403, (origin, headers)


async def test_our_own_page_hears(address: str, sam: Caller) -> None:
    for origin in (f"http://{address}", None):
        headers = {"Cookie": sam.headers["Cookie"]}
        url = f"ws://{address}/console/socket"
        async with connect(url, additional_headers=headers, origin=origin, proxy=None) as socket:  # type: ignore[arg-type]
            assert json.loads(await socket.recv())["type"] == "hello"


async def test_whatever_a_console_says(site: Site, address: str, sam: Caller) -> None:
    frames: tuple[str | bytes, ...] = (
        "", "{", "null", '{"type":"pong"}', b"\x00\xff", b"", "x" * 10_000
    )  # fmt: skip
    async with console(address, sam) as live:
        for frame in frames:
            await live.socket.send(frame)
            await site.ticket()
            await live.until(await newest(site))


async def test_a_frame_too_large_ends_only_its_own_line(
    site: Site, address: str, sam: Caller
) -> None:
    async with console(address, sam) as loud, console(address, sam) as quiet:
        await loud.socket.send("x" * 100_000)
        assert await loud.closed() == 1009
        await site.ticket()
        await quiet.until(await newest(site))


async def test_too_far_behind_is_told_to_come_again(
    site: Site, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A console that does not read holds up neither memory nor the others. (4,000 frames.)"""
    monkeypatch.setattr(console_socket, "MAX_BEHIND", 1_000)
    sam = await site.session("sam")
    start = await newest(site)
    lazy = socket.socket()
    lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    host, _, port = address.partition(":")
    lazy.connect((host, int(port)))
    async with (
        console(address, sam, start, max_queue=1, sock=lazy) as slow,
        console(address, sam, start) as quick,
    ):
        for _ in range(4):
            async with site.hub.database.write() as session:
                for _ in range(1_000):
                    data = {"filler": "x" * 4_000}
                    record(session, PendingEvent("ticket.updated", site.hub.now(), data))
            await quick.until(await newest(site))
        last = await newest(site)
        assert [event["seq"] for event in quick.events] == list(range(start + 1, last + 1))
        assert await slow.closed() == 1013
        told = [event["seq"] for event in slow.events]
        assert told == list(range(start + 1, start + 1 + len(told))), "no gap up to the end"
        assert told[-1] < last
    async with console(address, sam, told[-1]) as again:
        await again.until(last)
        assert again.events[0]["seq"] == told[-1] + 1


async def test_snapshot_and_events_agree(site: Site, address: str, sam: Caller) -> None:
    """An old list plus the events since is the new list."""
    first = await site.ticket()
    before = await site.get(sam, "/tickets")
    known = {ticket["id"]: ticket for ticket in before["items"]}
    async with console(address, sam, before["seq"]) as live:
        second = await site.ticket("billing")
        lead = await agent(site.hub, "sam")
        await change(site.hub, first, lead, replies.reply, "We are on it")
        await change(site.hub, first, lead, actions.transfer, "energy-services")
        await change(site.hub, second, lead, actions.assign, lead.id)
        await live.until(await newest(site))
        _apply(live, known)
    after = await site.get(sam, "/tickets")
    assert list(known.values()) == sorted(after["items"], key=lambda ticket: int(ticket["id"]))


def _apply(live: Console, known: dict[int, Any]) -> None:
    for event in live.events:
        if event["kind"] in ("ticket.created", "ticket.updated"):
            known[event["data"]["id"]] = event["data"]
        elif event["kind"] == "ticket.left":
            known.pop(event["data"]["id"], None)
