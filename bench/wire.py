"""HTTP/1.1 and WebSocket clients as small as can be, so that a load is not the limit itself.

They speak to one hub on loopback and understand only what it says.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import struct
import time
from collections.abc import Callable
from typing import cast

_UNMASKED = b"\0\0\0\0"


def webhook_request(port: int, secret: str, page_id: str, number: int, mark: str) -> bytes:
    """A signed Messenger webhook: sender and message of their own for each `number`."""
    now = int(time.time() * 1000)
    # A letter, so that mark and number are no card number to look closer at.
    text = f"bench {mark}n{number} Hello, my bill is higher than last month, can you look at it?"
    body = json.dumps(
        {
            "object": "page",
            "entry": [
                {
                    "id": page_id,
                    "time": now,
                    "messaging": [
                        {
                            "sender": {"id": f"9{mark}{number:09d}"},
                            "recipient": {"id": page_id},
                            "timestamp": now,
                            "message": {"mid": f"m_bench_{mark}_{number}", "text": text},
                        }
                    ],
                }
            ],
        }
    ).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST /webhooks/facebook HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        "Content-Type: application/json\r\n"
        f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class HttpClient(asyncio.Protocol):
    """One keep-alive connection; `answered(status)` is called at the end of each answer."""

    def __init__(self, answered: Callable[[int, HttpClient], None]) -> None:
        self._answered = answered
        self._buffer = b""
        self.transport: asyncio.Transport | None = None
        self.sent_at = 0.0
        self.number = -1
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def send(self, request: bytes, number: int = -1) -> None:
        assert self.transport is not None
        self.number = number
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(rest) >= length:
            self._buffer = rest[length:]
            self._answered(int(head[9:12]), self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True


class SocketClient(asyncio.Protocol):
    """One WebSocket; `received(payload)` is called for each text frame."""

    def __init__(self, request: bytes, received: Callable[[bytes], None]) -> None:
        self._request = request
        self._received = received
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none by inheritance.
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not self.opened.done():
            head, separator, rest = self._buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                line = head.split(b"\r\n", 1)[0].decode(errors="replace")
                self.opened.set_exception(ConnectionError(line))
                return
            self._buffer = rest
            self.opened.set_result(None)
        while (size := self._take()) is not None:
            self._buffer = self._buffer[size:]

    def _take(self) -> int | None:
        """Handle the first whole frame; its size, None if it is not there yet."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, start = buffer[1] & 127, 2
        if length == 126:
            if len(buffer) < 4:
                return None
            (length,), start = struct.unpack_from("!H", buffer, 2), 4
        elif length == 127:
            if len(buffer) < 10:
                return None
            (length,), start = struct.unpack_from("!Q", buffer, 2), 10
        end = start + length
        if len(buffer) < end:
            return None
        kind = buffer[0] & 15
        if kind == 1:
            self._received(buffer[start:end])
        elif kind == 9 and self._transport is not None:  # a ping, at most 125 bytes long
            head = bytes((0x8A, 0x80 | length)) + _UNMASKED
            self._transport.write(head + buffer[start:end])
        return end

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("closed before it was open"))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def socket_request(port: int, path: str, token: str | None) -> bytes:
    """The opening handshake."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
    ]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
