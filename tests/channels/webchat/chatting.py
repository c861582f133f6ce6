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
        self.standing: dict[str, Any] = {}
        """As the hub told it last."""

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
            while True:
                frame = dict(json.loads(await self.socket.recv()))
                if frame["type"] != "standing":
                    return frame
                self.standing = frame["standing"]

    async def nothing(self) -> None:
        """Nothing comes for a while."""
        try:
            frame = await self.frame(0.3)
        except TimeoutError:
            return
        raise AssertionError(f"this came: {frame}")

    async def until(self, **expected: Any) -> dict[str, Any]:
        """Wait until the standing has these values."""
        while any(self.standing.get(name) != value for name, value in expected.items()):
            async with asyncio.timeout(PATIENCE):
                frame = dict(json.loads(await self.socket.recv()))
            if frame["type"] == "standing":
                self.standing = frame["standing"]
            else:
                self.put_by.append(frame)
        return self.standing

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
    address: str,
    token: str | None = None,
    query: str = "",
    hello: dict[str, Any] | None = None,
    **options: Any,
) -> AsyncIterator[Visitor]:
    """A widget that has been welcomed. With `hello` it says in its first frame who is there."""
    url = f"ws://{address}/chat/socket?account=web{query}"
    if hello is not None:
        url += "&hello=1"
    if token is not None:
        url += f"&token={token}"
    async with connect(url, proxy=None, max_size=None, **options) as socket:
        visitor = Visitor(socket)
        if hello is not None:
            await visitor.send({"type": "hello", **hello})
        visitor.welcome = await visitor.frame()
        assert visitor.welcome["type"] == "welcome", visitor.welcome
        visitor.standing = visitor.welcome["standing"]
        yield visitor
