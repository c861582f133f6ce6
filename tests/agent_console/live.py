"""A console's socket in a test: a real client on a real server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import delete
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from hub.events.feed import last_number
from hub.events.models import Event
from tests.hub.api.site import Caller, Site

PATIENCE = 10.0


class Console:
    """What one console has been told."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.hello: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []
        self.pings: list[dict[str, Any]] = []

    @property
    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.events]

    def about(self, ticket_id: int) -> list[str]:
        return [event["kind"] for event in self.events if event["ticket_id"] == ticket_id]

    async def frame(self, patience: float = PATIENCE) -> dict[str, Any]:
        async with asyncio.timeout(patience):
            frame = json.loads(await self.socket.recv())
        match frame["type"]:
            case "hello":
                self.hello = frame
            case "events":
                self.events += frame["events"]
            case "ping":
                self.pings.append(frame)
            case other:
                raise AssertionError(f"a frame of no known type: {other}")
        return dict(frame)

    async def until(self, seq: int) -> None:
        """Read until everything up to number `seq` was told or skipped."""
        while not self.seen_to(seq):
            await self.frame()

    def seen_to(self, seq: int) -> bool:
        told = [event["seq"] for event in self.events] + [ping["seq"] for ping in self.pings]
        return bool(max([self.hello["seq"], *told]) >= seq)

    async def closed(self) -> int:
        """Read to the end; gives the code it was closed with."""
        try:
            while True:
                await self.frame()
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd is not None else 1006


@asynccontextmanager
async def console(
    address: str, caller: Caller, since: int | str | None = None, **options: Any
) -> AsyncIterator[Console]:
    query = "" if since is None else f"?since={since}"
    headers = {name: value for name, value in caller.headers.items() if name != "Origin"}
    async with connect(
        f"ws://{address}/console/socket{query}",
        additional_headers=headers,
        origin=caller.headers.get("Origin"),  # type: ignore[arg-type]
        proxy=None,
        max_size=None,
        **options,
    ) as socket:
        opened = Console(socket)
        assert (await opened.frame())["type"] == "hello"
        yield opened


async def newest(site: Site) -> int:
    return await last_number(site.hub.database)


async def forget_events(site: Site, up_to: int) -> None:
    """What retention does."""
    async with site.hub.database.write() as session:
        await session.execute(delete(Event).where(Event.seq <= up_to))
