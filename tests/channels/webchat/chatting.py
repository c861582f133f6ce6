"""A visitor's browser in a test: a real client on a real server."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 10.0


class Visitor:
    """What one open widget has been told."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.welcome: dict[str, Any] = {}
        self.put_by: deque[dict[str, Any]] = deque()

    @property
    def token(self) -> str:
        return str(self.welcome["token"])

    @property
    def history(self) -> list[tuple[str, str]]:
        return [(line["from"], line["body"]) for line in self.welcome["messages"]]

    async def frame(self, patience: float = PATIENCE) -> dict[str, Any]:
        """The next frame that `say` did not read."""
        return self.put_by.popleft() if self.put_by else await self._receive(patience)

    async def _receive(self, patience: float = PATIENCE) -> dict[str, Any]:
        async with asyncio.timeout(patience):
            return dict(json.loads(await self.socket.recv()))

    async def nothing(self) -> None:
        """Nothing comes for a while."""
        try:
            frame = await self.frame(0.3)
        except TimeoutError:
            return
        raise AssertionError(f"this came: {frame}")

    async def say(self, body: Any, **more: Any) -> dict[str, Any]:
        """Send a message; gives the frame that answers it, and puts others by."""
        key = str(uuid4())
        await self.send({"type": "message", "key": key, "body": body, **more})
        while (frame := await self._receive()).get("key") != key:
            self.put_by.append(frame)
        return frame

    async def send(self, frame: Any) -> None:
        await self.socket.send(json.dumps(frame))


@asynccontextmanager
async def visiting(
    address: str, token: str | None = None, query: str = "", **options: Any
) -> AsyncIterator[Visitor]:
    url = f"ws://{address}/chat/socket?account=web{query}"
    if token is not None:
        url += f"&token={token}"
    async with connect(url, proxy=None, max_size=None, **options) as socket:
        visitor = Visitor(socket)
        visitor.welcome = await visitor.frame()
        assert visitor.welcome["type"] == "welcome"
        yield visitor
