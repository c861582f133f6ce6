"""What every command does alike: settings, words for people, failing clearly."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from hub.settings import Settings

Data = Annotated[
    Path | None, typer.Option("--data", help="Folder of the database, models and keys.")
]
Port = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port to serve on.")]


def say(line: str) -> None:
    """A line for people, on standard error: standard output is for results."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def fail(message: str) -> typer.Exit:
    say(f"hub: {message}")
    return typer.Exit(1)


def settings_with(**overrides: Any) -> Settings:
    """The settings from the environment, and what the command line says otherwise."""
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        lines = [f"HUB_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors()]
        raise fail("; ".join(lines)) from error


def execute(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    import uvloop

    from hub.db.database import UnsupportedDatabase
    from hub.run import SandboxFailed
    from hub.secrets import WrongKey
    from hub.seed import DemoNotAllowed
    from hub.serve import PortInUse

    try:
        with contextlib.suppress(KeyboardInterrupt):
            # uvicorn brings its own loop only where it is what runs it.
            uvloop.run(main())
    except UnsupportedDatabase as error:
        raise fail(f"HUB_DATABASE_URL: {error}") from error
    except (PortInUse, DemoNotAllowed, SandboxFailed, WrongKey) as error:
        raise fail(str(error)) from error


@asynccontextmanager
async def quiet_hub(settings: Settings) -> AsyncIterator[Any]:
    """The hub with its database ready and nothing running."""
    from hub.app import build_hub
    from hub.db.migrate import migrate
    from hub.seed import is_seeded
    from hub.serve import configure_logging

    configure_logging(settings, logging.WARNING)
    hub = build_hub(settings.model_copy(update={"bot": "off"}))
    try:
        await migrate(hub.database)
        # A hub that runs has its own settings: what it was seeded with is not ours to change.
        if not await is_seeded(hub.database):
            await hub.prepare()
        yield hub
    finally:
        await hub.connectors.aclose()
        await hub.rooms.responder.aclose()
        await hub.database.aclose()


async def until_stopped() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


def free_port(wanted: int) -> int:
    """`wanted` if nobody serves there, else any that is free."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise fail("no port is free on 127.0.0.1")
