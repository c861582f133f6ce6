"""A process that holds many console sockets and counts what they receive.

Configuration: port, path, token, sockets. Answers {"open": n}; then for each command
{"posts": n, "pause": s, "trigger": port, "requests": [text…] or "webhooks": {…}} it posts one
after the other, waits until every socket has every frame, and answers deliveries, bytes,
missing, seconds and latencies in ms. {"stop": true} ends it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

import uvloop

from bench.child import answer, configuration
from bench.wire import HttpClient, SocketClient, socket_request, webhook_request

_AT_ONCE = 50
_SETTLES = 20.0


class Crowd:
    """The sockets, and what they have received since the last `begin`."""

    def __init__(self) -> None:
        self.clients: list[SocketClient] = []
        self.deliveries = 0
        self.bytes = 0
        self.latencies: list[float] = []
        self.posted_at = 0.0
        self.wanted = 0
        self.complete = asyncio.Event()

    async def open(self, config: dict[str, Any]) -> None:
        loop = asyncio.get_running_loop()
        request = socket_request(config["port"], config["path"], config.get("token"))
        count = config["sockets"]
        while len(self.clients) < count:
            group = [
                (
                    await loop.create_connection(
                        lambda: SocketClient(request, self.received), "127.0.0.1", config["port"]
                    )
                )[1]
                for _ in range(min(_AT_ONCE, count - len(self.clients)))
            ]
            await asyncio.gather(*(client.opened for client in group))
            self.clients += group

    def received(self, payload: bytes) -> None:
        if payload.startswith((b'{"type":"hello"', b'{"type":"ping"')):
            return
        self.deliveries += 1
        self.bytes += len(payload)
        self.latencies.append(time.perf_counter() - self.posted_at)
        if self.deliveries >= self.wanted:
            self.complete.set()

    async def post(self, command: dict[str, Any]) -> dict[str, Any]:
        self.deliveries, self.bytes, self.latencies, self.wanted = 0, 0, [], 0
        loop = asyncio.get_running_loop()
        answered: asyncio.Event = asyncio.Event()
        _, client = await loop.create_connection(
            lambda: HttpClient(lambda status, _: answered.set()), "127.0.0.1", command["trigger"]
        )
        began = time.perf_counter()
        for number in range(command["posts"]):
            answered.clear()
            self.complete.clear()
            self.wanted += len(self.clients)
            self.posted_at = time.perf_counter()
            client.send(_request(command, number))
            await answered.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SETTLES):
                    await self.complete.wait()
            await asyncio.sleep(command["pause"])
        elapsed = time.perf_counter() - began
        assert client.transport is not None
        client.transport.close()
        return {
            "deliveries": self.deliveries,
            "missing": self.wanted - self.deliveries,
            "bytes": self.bytes,
            "seconds": elapsed,
            "latencies": [round(value * 1000, 3) for value in self.latencies],
        }


def _request(command: dict[str, Any], number: int) -> bytes:
    webhooks = command.get("webhooks")
    if webhooks is None:
        return b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
    return webhook_request(
        command["trigger"], webhooks["secret"], webhooks["page_id"], number, webhooks["mark"]
    )


async def main() -> None:
    crowd = Crowd()
    await crowd.open(configuration())
    answer({"open": len(crowd.clients)})
    loop = asyncio.get_running_loop()
    while True:
        # On a thread, so that pings are answered while we wait to be told.
        command = await loop.run_in_executor(None, configuration)
        if command.get("stop"):
            return
        answer(await crowd.post(command))


if __name__ == "__main__":
    uvloop.run(main())
