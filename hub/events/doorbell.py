"""The doorbell: a content-free ring that says there are new events.

Two ways to ring: inside one process, or over Redis between several. A lost ring costs one
tick of the feed, never an event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog

CHANNEL = "switchboard:doorbell"

log = structlog.get_logger(__name__)


class Doorbell(Protocol):
    healthy: bool

    def ring(self) -> None:
        """Tell every listener; never waits, never fails."""
        ...

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` at every ring, also at our own."""
        ...

    async def start(self) -> None: ...

    async def aclose(self) -> None: ...


class LocalDoorbell:
    """Rings in this process."""

    healthy = True

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []

    def ring(self) -> None:
        for listener in self._listeners:
            listener()

    def listen(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    async def start(self) -> None:
        """Nothing to connect to."""

    async def aclose(self) -> None:
        self._listeners.clear()


class RedisDoorbell:
    """Rings in this process at once, and in the others through Redis while it is there."""

    def __init__(self, url: str) -> None:
        # Here, since a hub without Redis needs none of its six megabytes.
        from redis.asyncio import Redis
        from redis.exceptions import RedisError

        self._away = (RedisError, OSError)
        self._redis = Redis.from_url(url, socket_connect_timeout=2, health_check_interval=10)
        self._local = LocalDoorbell()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False
        self.healthy = False

    def ring(self) -> None:
        self._local.ring()
        self._wake.set()

    def listen(self, listener: Callable[[], None]) -> None:
        self._local.listen(listener)

    async def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._publish(), name="doorbell-publish"),
            asyncio.create_task(self._subscribe(), name="doorbell-subscribe"),
        ]

    async def aclose(self) -> None:
        self._closing = True
        while self._tasks:
            # Again and again: at times the driver swallows a cancellation.
            for task in self._tasks:
                task.cancel()
            _, running = await asyncio.wait(self._tasks, timeout=0.2)
            self._tasks = list(running)
        await self._local.aclose()
        await self._redis.aclose()

    async def _publish(self) -> None:
        while not self._closing:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._redis.publish(CHANNEL, b"")
            except self._away as error:
                self._lost(error)
                await asyncio.sleep(0.5)

    async def _subscribe(self) -> None:
        while not self._closing:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    self.healthy = True
                    self._local.ring()  # whatever was missed while it was away
                    while not self._closing:
                        message = await pubsub.get_message(
                            ignore_subscribe_messages=True, timeout=5.0
                        )
                        if message is not None:
                            self._local.ring()
            except self._away as error:
                self._lost(error)
                await asyncio.sleep(1.0)

    def _lost(self, error: Exception) -> None:
        if self.healthy:
            log.warning("doorbell.redis_lost", error=str(error))
        self.healthy = False
