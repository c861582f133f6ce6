"""Serving: one uvicorn server on a socket that is bound before anything else is begun."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import sys

import structlog
import uvicorn
from starlette.types import ASGIApp

from hub.http.sockets import SocketProtocol
from hub.settings import Settings


class PortInUse(Exception):
    """Somebody else serves there."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises PortInUse."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortInUse(
            f"{host}:{port} cannot be served on ({error.strerror}); "
            f"choose another with --port, or stop what is there"
        ) from error
    listener.set_inheritable(False)
    return listener


class Server(uvicorn.Server):
    """uvicorn's server, which says when it has begun to serve."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.serving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What is there now stays: without this the collector goes through all of it again and
        # again under load, a seventh of a second each time.
        gc.freeze()
        # A batch's rows live until they are committed and form no cycles: looking through them
        # after every 700 cost a tenth of a message's time.
        gc.set_threshold(10_000)
        self.serving.set()


def server_of(app: ASGIApp, settings: Settings) -> Server:
    return Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http="httptools",
            loop="uvloop",
            # Without deflate a frame costs half, and is the same for every console.
            ws=SocketProtocol,
            ws_per_message_deflate=False,
            ws_max_size=65_536,
            server_header=False,
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=3,
        )
    )


def configure_logging(settings: Settings, level: int = logging.INFO) -> None:
    """structlog for ours, warnings for everybody else's, on standard error."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        # Plain: locals in a trace would tell customers' words and secrets, and take seconds.
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info
            if settings.log_format == "json"
            else structlog.processors.StackInfoRenderer(),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
