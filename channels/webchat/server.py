"""The chat widget's socket: any page may embed it, a token is all a visitor has.

Frames are JSON objects; see `docs/widget.md`. What a visitor writes is acknowledged once it is
durably stored; the same `key` again is the same message.
"""

from __future__ import annotations

import asyncio
import contextlib
import json

from starlette.websockets import WebSocket, WebSocketDisconnect

from channels.webchat.desk import Desk
from channels.webchat.frames import read_frame, refusal
from channels.webchat.identity import vouched_for
from channels.webchat.limits import Limits, Refused
from channels.webchat.lobby import Lobby
from channels.webchat.rate import network_of
from channels.webchat.visit import ChatVisit
from channels.webchat.visitor import Visitor, with_token

HELLO_WITHIN = 10.0
"""Seconds a page has to say who it is."""
TRY_LATER = 1013
NOT_LET_IN = 4401


class ChatServer:
    def __init__(self, desk: Desk, limits: Limits) -> None:
        self.desk = desk
        self.limits = limits
        self.lobby = Lobby(desk.conversations)

    async def __call__(self, socket: WebSocket) -> None:
        network = network_of(socket.client.host if socket.client else None)
        await socket.accept()
        with self.limits.open.one(network) as free:
            if not free or not self.limits.connections.take(network):
                await socket.close(TRY_LATER, "too many connections; try again later")
                return
            # The visitor's page closed; Starlette says the second when we then send.
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await self._serve(socket, network)

    async def _serve(self, socket: WebSocket, network: str) -> None:
        try:
            visitor = await self._visitor(socket)
        except Refused as error:
            frame = refusal(error) | {"type": "refused"}
            await socket.send_text(json.dumps(frame))
            await socket.close(NOT_LET_IN, error.code)
            return
        await ChatVisit(self.desk, self.lobby, self.limits, socket, visitor, network).run()
        await socket.close()

    async def _visitor(self, socket: WebSocket) -> Visitor:
        """Who connects. Raises Refused."""
        query = socket.query_params
        token, identity = query.get("token"), query.get("identity")
        if "hello" in query:
            try:
                async with asyncio.timeout(HELLO_WITHIN):
                    received = await socket.receive()
            except TimeoutError:
                raise Refused("no-hello", "the first frame was to say who is there") from None
            if received["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(received.get("code", 1005))
            hello = read_frame(received.get("text"))
            if hello is None or hello.get("type") != "hello":
                raise Refused("no-hello", "the first frame must be a hello")
            token, identity = hello.get("token"), hello.get("identity")
        if identity is None:
            return with_token("chat", token)
        secret = await self.desk.identity_secret()
        return vouched_for(identity, secret, self.desk.now())
