"""The chat widget's socket: any page may embed it, a token is all a visitor has.

Frames are JSON objects; see `docs/widget.md`. What a visitor writes is acknowledged once it is
durably stored; the same `key` again is the same message.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from channels.webchat.desk import MAX_BODY, Desk
from channels.webchat.rate import RateLimit
from channels.webchat.visitor import conversation_of, is_token, new_token
from hub.ports import Line

MAX_FRAME = 32_768
"""The longest message, every character of it escaped, and its key."""
PING_EVERY = 20.0


def line_view(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "from": line.by,
        "name": line.name,
        "body": line.body,
        "at": line.at.isoformat().replace("+00:00", "Z"),
        "choices": [{"title": choice.title, "value": choice.value} for choice in line.choices],
    }


class Refused(Exception):
    """A frame that cannot be taken; the visitor's page shows why."""


class ChatServer:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._rate = RateLimit(per_minute=20, burst=10)
        self._connections = RateLimit(per_minute=120, burst=120)

    async def __call__(self, socket: WebSocket) -> None:
        address = socket.client.host if socket.client else "unknown"
        await socket.accept()
        if not self._connections.take(address):
            await socket.close(1013, "too many connections; try again later")
            return
        given = socket.query_params.get("token")
        token = given if given is not None and is_token(given) else new_token()
        visit = _Visit(self, socket, token)
        # The visitor's page closed; Starlette says the second when we then send.
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await visit.run()

    async def receive(self, conversation: str, frame: Mapping[str, Any]) -> int:
        """Store what a visitor wrote; gives the message's id. Raises Refused."""
        body, key, name = frame.get("body"), frame.get("key"), frame.get("name")
        if not isinstance(body, str) or not body.strip():
            raise Refused("an empty message is not sent")
        if len(body) > MAX_BODY:
            raise Refused(f"a message may have {MAX_BODY} characters")
        if not isinstance(key, str) or not 0 < len(key) <= 100:
            raise Refused("the message has no key")
        if not self._rate.take(conversation):
            raise Refused("that was a lot at once; please wait a moment")
        return await self.desk.receive(
            conversation, name if isinstance(name, str) else None, body, key
        )

    def welcome(self, token: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "type": "welcome",
            "token": token,
            "messages": lines,
            "bot": True,
            "city": self.desk.city,
        }


class _Visit:
    """One connection of one visitor."""

    def __init__(self, server: ChatServer, socket: WebSocket, token: str) -> None:
        self._server = server
        self._socket = socket
        self._token = token
        self._conversation = conversation_of("chat", token)
        self._shown: set[int] = set()
        self._tickets: set[int] = set()
        self._changed = asyncio.Event()
        self._sending = asyncio.Lock()
        self._speaking = asyncio.Lock()
        """Held until what the visitor wrote is acknowledged: its answers come after that."""

    async def run(self) -> None:
        stop = self._server.desk.conversations.follow(self._on_change)
        try:
            await self._refresh_tickets()
            lines = await self._new_lines()
            await self._send(self._server.welcome(self._token, lines))
            tasks = [asyncio.create_task(work()) for work in (self._listen, self._tell, self._ping)]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            stop()

    def _on_change(self, ticket_id: int) -> None:
        if ticket_id in self._tickets:
            self._changed.set()

    async def _refresh_tickets(self) -> None:
        self._tickets.update(await self._server.desk.tickets(self._conversation))

    async def _new_lines(self) -> list[dict[str, Any]]:
        lines = await self._server.desk.lines(self._conversation)
        new = [line for line in lines if line.id not in self._shown]
        self._shown.update(line.id for line in new)
        return [line_view(line) for line in new]

    async def _listen(self) -> None:
        while True:
            received = await self._socket.receive()
            if received["type"] == "websocket.disconnect":
                return
            frame = _read_frame(received.get("text"))
            if frame is None:
                await self._send({"type": "error", "detail": "that was not readable"})
            elif frame.get("type") == "message":
                async with self._speaking:
                    await self._take(frame)

    async def _take(self, frame: dict[str, Any]) -> None:
        key = frame.get("key")
        try:
            message_id = await self._server.receive(self._conversation, frame)
        except Refused as error:
            await self._send({"type": "error", "detail": str(error), "key": key})
            return
        except Exception:
            detail = "it could not be stored just now; it will be tried again"
            await self._send({"type": "error", "detail": detail, "key": key, "retry": True})
            return
        await self._refresh_tickets()
        lines = await self._server.desk.lines(self._conversation)
        mine = next((line for line in lines if line.id == message_id), None)
        self._shown.add(message_id)
        if mine is not None:
            await self._send({"type": "accepted", "key": key, "message": line_view(mine)})
        # What was said while the ticket was not yet known to be ours.
        self._changed.set()

    async def _tell(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            async with self._speaking:
                for line in await self._new_lines():
                    await self._send({"type": "message", "message": line})

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY)
            await self._send({"type": "ping"})

    async def _send(self, frame: dict[str, Any]) -> None:
        async with self._sending:
            with contextlib.suppress(WebSocketDisconnect):
                # As ASCII: what comes back of a refused frame may be no text at all.
                await self._socket.send_text(json.dumps(frame))


def _read_frame(text: str | None) -> dict[str, Any] | None:
    """The object in a text frame, or None."""
    if text is None or len(text) > MAX_FRAME:
        return None
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return frame if isinstance(frame, dict) else None
