"""Web chats: a visitor whose connection breaks comes back with the same token, and says again,
with the same key, whatever was not acknowledged."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from bench.storm.expected import Expected, Fate, mark, marks_in
from bench.storm.ledger import Ledger
from bench.storm.plan import Plan
from bench.storm.town import Town

KIND = "v"
_PATIENCE = 12.0
"""Seconds a visitor waits for an acknowledgement before the page connects anew."""
Frame = dict[str, Any]


class Visitor:
    """One browser."""

    def __init__(self, plan: Plan, town: Town, ledger: Ledger, number: int) -> None:
        self._plan = plan
        self._ledger = ledger
        self._number = number
        self._urls = [hub.url.replace("http", "ws") for hub in town.hubs]
        self._chance = plan.chance(f"visitor {number}")
        self._token = ""

    async def run(self) -> None:
        """Returns once every line was acknowledged."""
        pause = self._plan.seconds * 0.8 / max(1, self._plan.lines)
        waiting = [self._line(number) for number in range(self._plan.lines)]
        self._ledger.deliveries += len(waiting)
        while waiting:
            try:
                async with await self._enter() as socket:
                    while waiting:
                        await self._say(socket, waiting[0])
                        waiting.pop(0)
                        await asyncio.sleep(self._chance.uniform(0, 2 * pause))
            except (OSError, TimeoutError, WebSocketException):
                self._ledger.resent += 1
                await asyncio.sleep(self._chance.uniform(0.2, 1.0))

    async def shown(self) -> list[str]:
        """The marks that a page opened now shows, oldest first."""
        async with await self._enter() as socket:
            lines = (await self._hear(socket, "welcome"))["messages"]
        return [words for line in lines for words in marks_in(line["body"])]

    def _line(self, number: int) -> Frame:
        words = mark(KIND, self._number * 1000 + number)
        key = f"line-{self._number}-{number}"
        self._ledger.expected.append(Expected("web chat", key, Fate.INQUIRY, words))
        return {"type": "message", "key": key, "body": f"a visitor's line {words}", "name": "Kim"}

    async def _enter(self) -> connect:
        query = f"?token={self._token}" if self._token else ""
        url = f"{self._chance.choice(self._urls)}/chat/socket{query}"
        return connect(url, proxy=None, open_timeout=_PATIENCE, close_timeout=1)

    async def _say(self, socket: ClientConnection, line: Frame) -> None:
        if not self._token:
            self._token = (await self._hear(socket, "welcome"))["token"]
        while True:
            await socket.send(json.dumps(line))
            answer = await self._hear(socket, "accepted", "error", key=line["key"])
            if answer["type"] == "accepted":
                self._ledger.accepted += 1
                return
            self._ledger.resent += 1
            await asyncio.sleep(self._chance.uniform(1.0, 3.0))

    async def _hear(self, socket: ClientConnection, *kinds: str, key: str | None = None) -> Frame:
        """The next frame of one of these kinds. Raises TimeoutError."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                frame: Frame = json.loads(await socket.recv())
                if frame["type"] in kinds and (key is None or frame.get("key") == key):
                    return frame
