"""The `hub` command."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from hub.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Switchboard: a city's inquiries in one queue.",
)
token_app = typer.Typer(no_args_is_help=True, help="API tokens.")
bot_app = typer.Typer(no_args_is_help=True, help="The bot: train it, see how it is.")
app.add_typer(token_app, name="token")
app.add_typer(bot_app, name="bot")

Data = Annotated[
    Path | None, typer.Option("--data", help="Folder of the database, models and keys.")
]
Port = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port to serve on.")]

SANDBOX_PORT = 8311


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


def _execute(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    from hub.db.database import UnsupportedDatabase
    from hub.run import SandboxFailed
    from hub.secrets import WrongKey
    from hub.seed import DemoNotAllowed
    from hub.serve import PortInUse

    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(main())
    except UnsupportedDatabase as error:
        raise fail(f"HUB_DATABASE_URL: {error}") from error
    except (PortInUse, DemoNotAllowed, SandboxFailed, WrongKey) as error:
        raise fail(str(error)) from error


@app.command()
def run(
    data: Data = None,
    port: Port = None,
    sandbox: Annotated[bool, typer.Option(help="Play the platforms without credentials.")] = True,
    empty: Annotated[bool, typer.Option("--empty", help="Send no sample inquiries.")] = False,
    bot: Annotated[bool, typer.Option(help="Install, train and run Rasa.")] = True,
) -> None:
    """The whole demonstration: hub, worker, Rasa and sandbox on this machine."""
    from hub.run import run as run_everything
    from hub.serve import configure_logging

    sandbox_port = _free_port(SANDBOX_PORT) if sandbox else None
    url = f"http://127.0.0.1:{sandbox_port}" if sandbox_port else None
    settings = settings_with(
        data=data,
        port=port,
        demo=True,
        bot="managed" if bot else "off",
        sandbox_url=url,
        rasa_port=_free_port(5005),
    )
    configure_logging(settings, level=30)
    _execute(
        lambda: run_everything(settings, sandbox_port=sandbox_port, samples=not empty, say=say)
    )


@app.command()
def serve(data: Data = None, port: Port = None) -> None:
    """Serve the hub as the HUB_ settings say."""
    from hub.app import build_hub, create_app
    from hub.seed import refuse_exposed_demo
    from hub.serve import bind, configure_logging, server_of

    settings = settings_with(data=data, port=port)
    configure_logging(settings)

    async def main() -> None:
        refuse_exposed_demo(settings)
        listener = bind(settings.host, settings.port)
        hub = build_hub(settings, progress=say)
        await server_of(create_app(hub), settings).serve(sockets=[listener])

    _execute(main)


@app.command()
def worker(data: Data = None) -> None:
    """Run a worker beside `hub serve` (HUB_EMBEDDED_WORKER=false there)."""
    import signal

    from hub.app import build_hub
    from hub.serve import configure_logging
    from hub.worker import Worker

    settings = settings_with(data=data)
    configure_logging(settings)

    async def main() -> None:
        hub = build_hub(settings, progress=say)
        await hub.start()
        worker = Worker(hub)
        worker.start()
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        say("The worker runs.")
        await stop.wait()
        await worker.aclose()
        await hub.aclose()

    _execute(main)


@app.command()
def migrate(data: Data = None) -> None:
    """Bring the database to the newest schema."""
    from hub.db.database import Database
    from hub.db.migrate import migrate as upgrade
    from hub.db.migrate import newest_revision

    async def main() -> None:
        database = Database(settings_with(data=data).resolved_database_url)
        await upgrade(database)
        await database.aclose()
        say(f"The database is at revision {newest_revision()}.")

    _execute(main)


@app.command()
def seed(
    data: Data = None,
    demo: Annotated[bool, typer.Option("--demo", help="Also the demo accounts.")] = False,
) -> None:
    """Units, hours, policies and accounts; nothing that is there is changed."""

    async def main() -> None:
        async with _quiet_hub(settings_with(data=data, demo=demo or None)):
            say("The hub is seeded.")

    _execute(main)


@asynccontextmanager
async def _quiet_hub(settings: Settings) -> AsyncIterator[Any]:
    """The hub with its database ready and nothing running."""
    from hub.app import build_hub

    hub = build_hub(settings.model_copy(update={"bot": "off"}))
    await hub.prepare()
    try:
        yield hub
    finally:
        await hub.connectors.aclose()
        await hub.rooms.responder.aclose()
        await hub.database.aclose()


@token_app.command("create")
def create_token(
    role: Annotated[str, typer.Option(help="agent, supervisor or admin.")] = "agent",
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    unit: Annotated[list[str] | None, typer.Option(help="Only these units (agents).")] = None,
    data: Data = None,
) -> None:
    """Make a token and print it, alone, on standard output."""
    from hub.team.models import Role
    from hub.team.tokens import UnknownUnit
    from hub.team.tokens import create_token as create

    try:
        wanted = Role(role)
    except ValueError as error:
        raise fail(f"--role must be one of {', '.join(Role)}, not {role!r}") from error

    async def main() -> None:
        async with _quiet_hub(settings_with(data=data)) as hub:
            directory = await hub.directory.get()
            try:
                token = await create(hub.database, hub.now, directory, wanted, name, unit or ())
            except UnknownUnit as error:
                raise fail(str(error)) from error
            print(token)  # noqa: T201

    _execute(main)


@app.command()
def replay(
    data: Data = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every body still kept, not only unreadable ones.")
    ] = False,
) -> None:
    """Read stored webhook bodies again; what is known already stays as it is."""
    from hub.replay import replay as read_again

    async def main() -> None:
        async with _quiet_hub(settings_with(data=data)) as hub:
            hub.writer.start()
            result = await read_again(hub, everything=everything)
            await hub.writer.aclose()
            say(
                f"{result.bodies} bodies read again: {result.new_messages} new messages, "
                f"{result.known_messages} known ones, {result.still_unreadable} still unreadable."
            )

    _execute(main)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(context: typer.Context) -> None:
    """Measure this hub against the limits of this machine (see bench/)."""
    from bench.command import main

    raise typer.Exit(main(context.args))


def _free_port(wanted: int) -> int:
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
