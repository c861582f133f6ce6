"""A process that posts signed webhooks: as many as it can, or so many a second.

Configuration: port, secret, page_id, mark, connections, seconds, and `rate` (None: as many as
it can). With `token` it also watches a console's socket. Answers once: count, seconds, errors,
latencies in ms (to the 200), and `visible` in ms (to the console's frame).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

import uvloop

from bench.child import answer, configuration
from bench.wire import HttpClient, SocketClient, socket_request, webhook_request

MOST = 200_000
_SETTLES = 15.0


@dataclass(slots=True)
class Load:
    config: dict[str, Any]
    sent: dict[int, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    visible: list[float] = field(default_factory=list)
    errors: int = 0
    posted: bool = False
    all_seen: asyncio.Event = field(default_factory=asyncio.Event)

    def request(self, number: int) -> bytes:
        c = self.config
        return webhook_request(c["port"], c["secret"], c["page_id"], number, c["mark"])

    def answered(self, status: int, client: HttpClient) -> None:
        self.latencies.append(time.perf_counter() - client.sent_at)
        if status != 200:
            self.errors += 1

    def frame(self, payload: bytes) -> None:
        now = time.perf_counter()
        value = json.loads(payload)
        for event in value.get("events", ()):
            found = self._mark.search(event["data"].get("body", ""))
            if event["kind"] == "message.created" and found is not None:
                began = self.sent.pop(int(found[1]), None)
                if began is not None:
                    self.visible.append(now - began)
        if self.posted and not self.sent:
            self.all_seen.set()

    @property
    def _mark(self) -> re.Pattern[str]:
        return re.compile(rf"^bench {self.config['mark']}n(\d+) ")


async def main(config: dict[str, Any]) -> dict[str, Any]:
    load = Load(config)
    loop = asyncio.get_running_loop()
    watcher: SocketClient | None = None
    if config.get("token"):
        request = socket_request(config["port"], "/console/socket", config["token"])
        _, watcher = await loop.create_connection(
            lambda: SocketClient(request, load.frame), "127.0.0.1", config["port"]
        )
        await watcher.opened
    run = _paced if config.get("rate") else _flat_out
    seconds = await run(load)
    if watcher is not None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SETTLES):
                await load.all_seen.wait()
        watcher.close()
    return {
        "count": len(load.latencies),
        "seconds": seconds,
        "errors": load.errors,
        "latencies": [round(value * 1000, 3) for value in load.latencies],
        "visible": [round(value * 1000, 3) for value in load.visible],
        "never_visible": len(load.sent) if watcher is not None else 0,
    }


async def _flat_out(load: Load) -> float:
    """Every connection posts as soon as it was answered."""
    config = load.config
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    # Signed beforehand: what a platform computes is not the hub's load.
    most = min(MOST, int(config["seconds"] * config.get("expected", 6_000)))
    requests = [load.request(number) for number in range(most)]
    position = 0
    busy = 0
    deadline = 0.0

    def following(status: int, client: HttpClient) -> None:
        load.answered(status, client)
        post(client)

    def post(client: HttpClient) -> None:
        nonlocal position, busy
        if position >= most or time.perf_counter() >= deadline:
            busy -= 1
            if busy == 0 and not done.done():
                done.set_result(None)
            return
        position += 1
        client.send(requests[position - 1])

    clients = [
        (await loop.create_connection(lambda: HttpClient(following), "127.0.0.1", config["port"]))[
            1
        ]
        for _ in range(config["connections"])
    ]
    began = time.perf_counter()
    deadline = began + config["seconds"]
    busy = len(clients)
    for client in clients:
        post(client)
    await asyncio.wait_for(done, config["seconds"] + 60)
    elapsed = time.perf_counter() - began
    _close(clients)
    return elapsed


async def _paced(load: Load) -> float:
    """`rate` posts a second, whether or not the earlier ones were answered."""
    config = load.config
    loop = asyncio.get_running_loop()
    idle: asyncio.Queue[HttpClient] = asyncio.Queue()

    def answered(status: int, client: HttpClient) -> None:
        load.answered(status, client)
        idle.put_nowait(client)

    clients: list[HttpClient] = []
    for _ in range(config["connections"]):
        _, client = await loop.create_connection(
            lambda: HttpClient(answered), "127.0.0.1", config["port"]
        )
        clients.append(client)
        idle.put_nowait(client)
    count = int(config["rate"] * config["seconds"])
    began = time.perf_counter()
    for number in range(count):
        due = began + number / config["rate"]
        if (pause := due - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        client = await idle.get()
        load.sent[number] = time.perf_counter()
        client.send(load.request(number))
    async with asyncio.timeout(30):
        for _ in clients:
            await idle.get()
    elapsed = time.perf_counter() - began
    load.posted = True
    if not load.sent:
        load.all_seen.set()
    _close(clients)
    return elapsed


def _close(clients: list[HttpClient]) -> None:
    for client in clients:
        if client.transport is not None:
            client.transport.close()


if __name__ == "__main__":
    answer(uvloop.run(main(configuration())))
