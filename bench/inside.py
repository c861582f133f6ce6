"""A process that measures the path below HTTP: `Intake.receive` with many producers.

Configuration: data, database_url, producers, seconds. Answers once: count, seconds, cpu, and
latencies in ms.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import uvloop

from bench.child import answer, configuration
from bench.hub_process import APP_SECRET, PAGE_ID, settings_of
from bench.wire import webhook_request
from hub.app import build_hub
from hub.ports import ReceivedBody, ReceivesWebhooks

MOST = 200_000


async def main(config: dict[str, Any]) -> dict[str, Any]:
    hub = build_hub(settings_of(Path(config["data"]), config["database_url"]))
    await hub.start()
    account = (await hub.directory.get()).account_of("facebook")
    assert account is not None, "a hub is seeded with a Facebook account"
    connector = await hub.connectors.of_account(account.id)
    assert isinstance(connector, ReceivesWebhooks)
    most = min(MOST, int(config["seconds"] * 12_000))
    bodies: list[ReceivedBody] = []
    mark = str(time.time_ns() % 10**6)
    for number in range(most):
        raw = webhook_request(0, APP_SECRET, PAGE_ID, number, mark).partition(b"\r\n\r\n")[2]
        bodies.append(
            ReceivedBody(
                account.id,
                connector.parse(raw),
                raw,
                "application/json",
                text_fields=connector.text_fields,
            )
        )
    latencies: list[float] = []
    position = 0
    began = time.perf_counter()
    cpu = time.process_time()

    async def produce() -> None:
        nonlocal position
        while position < most and time.perf_counter() - began < config["seconds"]:
            position += 1
            sent = time.perf_counter()
            await hub.intake.receive(bodies[position - 1])
            latencies.append(time.perf_counter() - sent)

    await asyncio.gather(*(produce() for _ in range(config["producers"])))
    elapsed = time.perf_counter() - began
    cpu = time.process_time() - cpu
    await hub.aclose()
    return {
        "count": len(latencies),
        "seconds": elapsed,
        "cpu": cpu,
        "latencies": [round(value * 1000, 3) for value in latencies],
    }


if __name__ == "__main__":
    answer(uvloop.run(main(configuration())))
