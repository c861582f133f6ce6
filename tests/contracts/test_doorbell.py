"""What every doorbell does: a ring is heard, and a doorbell that is away breaks nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from hub.events.doorbell import Doorbell, LocalDoorbell, RedisDoorbell
from tests.servers import RedisServer, free_port, redis

pytestmark = pytest.mark.anyio

NewDoorbell = Callable[[], Doorbell]


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis() as running:
        yield running


@pytest.fixture(params=["local", "redis", "redis away"])
def new_doorbell(request: pytest.FixtureRequest) -> NewDoorbell:
    if request.param == "local":
        return LocalDoorbell
    if request.param == "redis away":
        url = f"redis://127.0.0.1:{free_port()}/0"
    else:
        url = request.getfixturevalue("server").url
    return lambda: RedisDoorbell(url)


@pytest.fixture
async def doorbell(new_doorbell: NewDoorbell) -> AsyncIterator[Doorbell]:
    made = new_doorbell()
    await made.start()
    yield made
    await made.aclose()


async def _until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def test_every_listener_hears_our_own_ring_at_once(doorbell: Doorbell) -> None:
    heard: list[str] = []
    doorbell.listen(lambda: heard.append("one"))
    doorbell.listen(lambda: heard.append("two"))
    before = len(heard)
    doorbell.ring()
    assert {"one", "two"} <= set(heard[before:])


async def test_it_closes_at_any_moment(new_doorbell: NewDoorbell) -> None:
    for pause in (None, 0, 0.001, 0.02):
        doorbell = new_doorbell()
        await doorbell.start()
        if pause is not None:
            await asyncio.sleep(pause)
            doorbell.ring()
            await asyncio.sleep(pause)
        async with asyncio.timeout(3):
            await doorbell.aclose()


async def test_ringing_never_waits(doorbell: Doorbell) -> None:
    began = time.perf_counter()
    for _ in range(1000):
        doorbell.ring()
    assert time.perf_counter() - began < 1


async def test_a_closed_doorbell_is_silent(new_doorbell: NewDoorbell) -> None:
    doorbell = new_doorbell()
    heard: list[int] = []
    await doorbell.start()
    doorbell.listen(lambda: heard.append(1))
    await doorbell.aclose()
    heard.clear()
    doorbell.ring()
    await asyncio.sleep(0.05)
    assert heard == []


async def test_a_ring_is_heard_in_the_other_processes(server: RedisServer) -> None:
    bells = [RedisDoorbell(server.url) for _ in range(3)]
    heard = [0, 0, 0]

    def listener(n: int) -> Callable[[], None]:
        def hear() -> None:
            heard[n] += 1

        return hear

    for n, bell in enumerate(bells):
        bell.listen(listener(n))
        await bell.start()
    try:
        await _until(lambda: all(bell.healthy for bell in bells))
        for ringing in bells:
            heard[:] = [0, 0, 0]
            ringing.ring()
            await _until(lambda: 0 not in heard)
    finally:
        for bell in bells:
            await bell.aclose()


async def test_redis_may_die_and_come_back() -> None:
    """Rings inside the process go on; the doorbell says that it is away, and mends itself."""
    with redis() as own:
        here, there = RedisDoorbell(own.url), RedisDoorbell(own.url)
        heard: list[str] = []
        here.listen(lambda: heard.append("here"))
        there.listen(lambda: heard.append("there"))
        await here.start()
        await there.start()
        try:
            await _until(lambda: here.healthy and there.healthy)
            own.kill()
            await _until(lambda: not here.healthy and not there.healthy)
            heard.clear()
            here.ring()
            assert heard == ["here"]
            own.start()
            # What was missed meanwhile is made up for by a ring of its own.
            await _until(lambda: here.healthy and there.healthy and "there" in heard)
            heard.clear()
            here.ring()
            await _until(lambda: "there" in heard)
        finally:
            await here.aclose()
            await there.aclose()


async def test_without_redis_from_the_start_it_says_so(server: RedisServer) -> None:
    away = RedisDoorbell(f"redis://127.0.0.1:{free_port()}/0")
    await away.start()
    await asyncio.sleep(0.1)
    assert not away.healthy
    await away.aclose()
