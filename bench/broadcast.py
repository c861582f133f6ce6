"""A process that is the limit of fan-out: a frame of a given size to every socket.

`own`: a minimal protocol, the frame built once. `websockets`: that library's `broadcast()`.
Configuration: kind, port, trigger (a port whose every HTTP request broadcasts), size in bytes.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import struct
from typing import Any, cast

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench.child import answer, configuration

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Bare(asyncio.Protocol):
    """Shakes hands and is written to; what it is sent is not read."""

    everyone: set[asyncio.Transport] = set()  # noqa: RUF012 - one server a process

    def __init__(self) -> None:
        self._opened = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._opened:
            return
        self._opened = True
        key = data.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
        accept = base64.b64encode(hashlib.sha1(key + _GUID).digest())  # noqa: S324 - RFC 6455
        self._transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self.everyone.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.everyone.discard(self._transport)


class Trigger(asyncio.Protocol):
    """Any request broadcasts."""

    def __init__(self, send: Any) -> None:
        self._send = send

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        self._send()


async def main(config: dict[str, Any]) -> None:
    loop = asyncio.get_running_loop()
    payload = "x" * config["size"]
    if config["kind"] == "own":
        size = config["size"]
        head = struct.pack("!BBH", 0x81, 126, size) if size < 65536 else b""
        frame = (head or struct.pack("!BBQ", 0x81, 127, size)) + payload.encode()
        if size < 126:
            frame = bytes((0x81, size)) + payload.encode()

        def send() -> None:
            for transport in Bare.everyone:
                transport.write(frame)

        await loop.create_server(Bare, "127.0.0.1", config["port"], backlog=256)
    else:
        logging.getLogger("websockets").setLevel(logging.ERROR)
        connected: set[ServerConnection] = set()

        async def handler(connection: ServerConnection) -> None:
            connected.add(connection)
            try:
                await connection.wait_closed()
            finally:
                connected.discard(connection)

        def send() -> None:
            broadcast(connected, payload)

        await serve(handler, "127.0.0.1", config["port"], compression=None, ping_interval=None)
    await loop.create_server(lambda: Trigger(send), "127.0.0.1", config["trigger"])
    answer({"serving": True})
    await loop.create_future()


if __name__ == "__main__":
    uvloop.run(main(configuration()))
