"""A console that stays open: it reconnects with the last number it saw, and keeps count.

From the events alone it builds a replica of all tickets and messages.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from bench.storm.ledger import Ledger
from bench.storm.plan import Plan
from bench.storm.town import Town

Json = dict[str, Any]


@dataclass(slots=True)
class Replica:
    """Tickets and messages as the events tell them."""

    tickets: dict[int, Json] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)

    def apply(self, event: Json) -> None:
        kind, data = event["kind"], event["data"]
        if kind in ("ticket.created", "ticket.updated"):
            self.tickets[data["id"]] = data
        elif kind in ("message.created", "message.updated"):
            self.messages[data["id"]] = data


@dataclass(slots=True)
class Seen:
    """The numbers, in the order in which they came."""

    since: int
    numbers: list[int] = field(default_factory=list)
    resyncs: int = 0
    """How often it was told to load everything again."""

    @property
    def last(self) -> int:
        return max(self.numbers[-1] if self.numbers else 0, self.since)


class Observer:
    """An administrator's console, who sees everything."""

    def __init__(self, plan: Plan, town: Town, ledger: Ledger, token: str, since: int) -> None:
        self._urls = [hub.url.replace("http", "ws") for hub in town.hubs]
        self._ledger = ledger
        self._headers = {"Authorization": f"Bearer {token}"}
        self._chance = plan.chance("observer")
        self.seen = Seen(since)
        self.replica = Replica()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            with contextlib.suppress(OSError, TimeoutError, WebSocketException):
                await self._watch()
            await asyncio.sleep(self._chance.uniform(0.1, 0.8))

    async def _watch(self) -> None:
        """One connection, which ends with the hub or after a while by itself."""
        url = f"{self._chance.choice(self._urls)}/console/socket?since={self.seen.last}"
        leaves_after = self._chance.uniform(4, 15)
        async with connect(
            url,
            additional_headers=self._headers,
            proxy=None,
            max_size=None,
            close_timeout=1,
        ) as socket:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(leaves_after):
                    while True:
                        self._take(json.loads(await socket.recv()))
            self._ledger.faults["console cut off"] += 1

    def _take(self, frame: Json) -> None:
        if frame["type"] == "hello" and frame["resync"]:
            self.seen.resyncs += 1
        for event in frame.get("events", ()):
            self.seen.numbers.append(event["seq"])
            self.replica.apply(event)
