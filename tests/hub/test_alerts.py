"""HUB_ALERT_URL: each change for the worse and each recovery, posted once, whatever answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hub import alerts as alerts_module
from hub.accounts.health import resume_account, stop_account
from hub.parts import PartsWatch
from hub.ports import PartState
from hub.system import Hub
from tests.fakes import FakeClock, ScriptedResponder
from tests.fixtures import HubMaker, account_id

pytestmark = pytest.mark.anyio


class Receiver:
    """A web server that takes alerts, answering what `statuses` say, then 204."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.statuses: list[int] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        self.got.append(json.loads(await reader.readexactly(length)))
        status = self.statuses.pop(0) if self.statuses else 204
        if status:
            writer.write(
                b"HTTP/1.1 %d X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % status
            )
            await writer.drain()
        writer.close()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.got) < count:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert len(self.got) == count


@pytest.fixture
async def receiver(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    monkeypatch.setattr(alerts_module, "_FIRST_PAUSE", 0.01)
    found = Receiver()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?key=k"
    async with server:
        yield found


@pytest.fixture
async def hub(make_hub: HubMaker, receiver: Receiver) -> AsyncIterator[Hub]:
    made = make_hub(alert_url=receiver.url, bot="managed")
    await made.start()
    yield made
    await made.aclose()


@pytest.fixture
async def watches(hub: Hub) -> AsyncIterator[list[PartsWatch]]:
    """Two workers that look at the same hub."""
    made = [PartsWatch(hub), PartsWatch(hub)]
    yield made
    for watch in made:
        await watch.aclose()


async def _look(watches: list[PartsWatch]) -> None:
    for watch in watches:
        await watch.look()


async def test_an_account_that_goes_down_and_comes_back(
    hub: Hub, watches: list[PartsWatch], receiver: Receiver, clock: FakeClock
) -> None:
    await _look(watches)
    await receiver.until(0)
    number = await account_id(hub)
    await stop_account(hub.database, number, "token expired", clock())
    await _look(watches)
    await _look(watches)
    await receiver.until(1)
    (told,) = receiver.got
    assert told == {
        "source": "switchboard", "hub": "http://127.0.0.1:8000", "part": "x/main",
        "state": "down", "detail": "X: token expired", "at": clock().isoformat(),
        "text": "Switchboard: x/main is down. X: token expired",
    }  # fmt: skip
    await resume_account(hub.database, number, clock())
    await _look(watches)
    await receiver.until(2)
    assert receiver.got[1]["state"] == "up"
    clock.advance(minutes=3)
    await stop_account(hub.database, number, "again", clock())
    await _look(watches)
    await receiver.until(3)


async def test_a_receiver_that_fails_is_tried_again(
    hub: Hub, watches: list[PartsWatch], receiver: Receiver, responder: ScriptedResponder
) -> None:
    receiver.statuses = [500, 0, 429]
    responder.state = PartState.DOWN
    await _look(watches)
    await receiver.until(4)
    assert {one["part"] for one in receiver.got} == {"bot"}


async def test_one_that_never_takes_it_is_given_up(
    hub: Hub, watches: list[PartsWatch], receiver: Receiver, responder: ScriptedResponder
) -> None:
    receiver.statuses = [404]
    responder.state = PartState.DOWN
    await _look(watches)
    await receiver.until(1)
    receiver.statuses = [503] * 50
    responder.state = PartState.DEGRADED
    await _look(watches)
    await receiver.until(6)


async def test_nothing_is_posted_of_a_start(
    hub: Hub, watches: list[PartsWatch], receiver: Receiver, responder: ScriptedResponder
) -> None:
    responder.state = PartState.STARTING
    await _look(watches)
    responder.state = PartState.UP
    await _look(watches)
    await receiver.until(0)


async def test_also_without_the_database(
    hub: Hub, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = PartsWatch(hub)
    with monkeypatch.context() as away:
        for name in ("read", "write"):
            away.setattr(hub.database, name, lambda: (_ for _ in ()).throw(OSError("away")))
        await watch.look()
        await receiver.until(1)
    assert (receiver.got[0]["part"], receiver.got[0]["state"]) == ("database", "down")
    await watch.look()
    await receiver.until(2)
    await watch.aclose()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/nobody", "not a url", "http://[::1"])
async def test_an_address_that_is_none_harms_nothing(
    make_hub: HubMaker, responder: ScriptedResponder, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts_module, "_FIRST_PAUSE", 0.0)
    hub = make_hub(alert_url=url, bot="managed")
    await hub.start()
    watch = PartsWatch(hub)
    responder.state = PartState.DOWN
    await watch.look()
    async with asyncio.timeout(10):
        while watch._alerts._sending:
            await asyncio.sleep(0.01)
    await watch.aclose()
    await hub.aclose()


async def test_a_bot_that_is_meant_to_be_off_is_no_news(
    make_hub: HubMaker, receiver: Receiver, responder: ScriptedResponder
) -> None:
    hub = make_hub(alert_url=receiver.url)
    await hub.start()
    watch = PartsWatch(hub)
    responder.state = PartState.DOWN
    await watch.look()
    await receiver.until(0)
    await watch.aclose()
    await hub.aclose()
