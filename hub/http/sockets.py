"""A WebSocket that takes frames which were built once for many.

Through ASGI every message to every socket is framed anew. One event goes to every console that
is open, so the server offers its own sockets one thing more: to write bytes as they are.
"""

from __future__ import annotations

import struct
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

_EXTENSION = "switchboard.frames"
_TEXT = 0x81  # RFC 6455: a whole message of text


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's own, which tells the application who it is."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        scope: Any = getattr(self, "scope", None)  # a refused handshake has none
        if scope is not None:
            scope["extensions"][_EXTENSION] = {"protocol": self}

    @property
    def ready(self) -> bool:
        """Whether a frame written now goes out at once and in order."""
        return (
            self.handshake_complete
            and self.writable.is_set()
            and not (self.close_sent or self.disconnected or self.transport.is_closing())
        )

    def write_frame(self, frame: bytes) -> None:
        """Send what `text_frame` made. Only while `ready`."""
        self.transport.write(frame)


def protocol_of(scope: Scope) -> SocketProtocol | None:
    """The connection below a WebSocket, where it is the server's own."""
    found: SocketProtocol | None = scope.get("extensions", {}).get(_EXTENSION, {}).get("protocol")
    return found


def text_frame(text: str) -> bytes:
    """One unmasked, unfragmented, uncompressed frame, as a server sends it."""
    payload = text.encode()
    size = len(payload)
    if size < 126:
        return bytes((_TEXT, size)) + payload
    if size < 65_536:
        return struct.pack("!BBH", _TEXT, 126, size) + payload
    return struct.pack("!BBQ", _TEXT, 127, size) + payload
