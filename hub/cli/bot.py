"""`hub bot`: train Rasa, run it alone. `hub.cli.measuring` has the commands that measure it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.shared import Data, Port, execute, fail, say, settings_with, until_stopped
from hub.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The bot: train it, run it alone, measure it, ask it.")

FIRST_START = 900.0
"""Seconds for installing, training and starting Rasa."""
DATABASE_WAITS = 60
"""Seconds that a hub started at the same time has for making its database ready."""


def with_rasa(
    data: Path | None,
    port: int | None,
    interface: str,
    then: Callable[[Any], Coroutine[Any, Any, None]],
) -> None:
    """Get Rasa ready on the project's own articles, do something with it, and end it."""
    settings = settings_with(data=data, rasa_port=port)
    execute(lambda: _alone(settings, interface, then))


async def _alone(
    settings: Settings, interface: str, then: Callable[[Any], Coroutine[Any, Any, None]]
) -> None:
    from hub.app import bot_runtime
    from kb.catalogue import Catalogue

    runtime = bot_runtime(settings, Catalogue.load(), lambda line: say(f"bot: {line}"), interface)
    await runtime.start()
    try:
        await runtime.wait_until_ready(FIRST_START)
        await then(runtime)
    except TimeoutError:
        raise fail(f"the bot did not get ready: {runtime.health().detail}") from None
    finally:
        await runtime.stop()


@asynccontextmanager
async def _published(settings: Settings) -> AsyncIterator[Any]:
    """The database whose articles the bot learns, None where there is none yet."""
    from hub.db.database import Database
    from hub.training.material import read_material

    if settings.database_url is None and not (settings.data / "hub.db").exists():
        yield None
        return
    database = Database(settings.resolved_database_url)
    try:
        for left in reversed(range(DATABASE_WAITS)):
            try:
                if (await read_material(database)).articles:
                    break
                reason = "it has no published article"
            except Exception as error:
                reason = str(error).partition("\n")[0]
            if not left:
                # A bot that answers from what it learnt last is better than none.
                say(f"bot: the hub's database is of no use yet: {reason}")
            elif left == DATABASE_WAITS - 1:
                say("bot: waiting for the hub's database")
            await asyncio.sleep(1 if left else 0)
        yield database
    finally:
        await database.aclose()


@app.command("train")
def train_bot(data: Data = None) -> None:
    """Install Rasa if it is missing, train it on the articles, and say how good it is.

    The articles are those that are published in the hub's database, where there is one, else
    the project's own. The model is put in use by the hub: in the console, or when it starts.
    """
    from bot.environment import EnvironmentFailed
    from hub.app import bot_runtime, kept_bot
    from hub.ports import TrainingFailed
    from kb.catalogue import Catalogue

    settings = settings_with(data=data)

    def tell(line: str) -> None:
        say(f"bot: {line}")

    async def main() -> None:
        async with _published(settings) as database:
            if database is not None:
                runtime, _ = kept_bot(settings, database, tell)
            else:
                runtime = bot_runtime(settings, Catalogue.load(), tell)
            try:
                model = await runtime.prepare()
            except (EnvironmentFailed, TrainingFailed, OSError) as error:
                raise fail(str(error)) from error
        result = {
            "model": model.id,
            "topics": model.topics,
            "threshold": model.threshold,
            "right": model.right,
            "wrong": model.wrong,
            "out_of_scope_answered": model.out_of_scope_answered,
            "held_back": model.held_back,
        }
        print(json.dumps(result))  # noqa: T201

    execute(main)


@app.command("serve")
def serve_bot(
    data: Data = None,
    port: Port = None,
    interface: Annotated[
        str, typer.Option(help="Where to listen: loopback, or a private network's address.")
    ] = "127.0.0.1",
) -> None:
    """Run Rasa alone, for a hub elsewhere (HUB_BOT=external, HUB_RASA_URL there).

    With that hub's database (HUB_DATABASE_URL, or the data folder's) it follows what is
    published and rolled back there; without one it knows the project's own articles.
    """
    from hub.app import kept_bot
    from hub.serve import configure_logging

    settings = settings_with(data=data, rasa_port=port)
    listening = f"The bot answers on {interface}:{settings.rasa_port}."

    async def forever(runtime: Any) -> None:
        say(listening)
        await until_stopped()

    async def follow(database: Any) -> None:
        runtime, keeper = kept_bot(settings, database, lambda line: say(f"bot: {line}"), interface)
        await runtime.start()
        keeper.start()
        try:
            await runtime.wait_until_ready(FIRST_START)
            say(f"{listening} It follows the hub's database.")
            await until_stopped()
        except TimeoutError:
            raise fail(f"the bot did not get ready: {runtime.health().detail}") from None
        finally:
            await keeper.aclose()
            await runtime.stop()

    async def main() -> None:
        configure_logging(settings, logging.WARNING)
        async with _published(settings) as database:
            if database is not None:
                await follow(database)
                return
        await _alone(settings, interface, forever)

    execute(main)
