"""`hub bot`: train Rasa, or run it alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.shared import Data, Port, execute, fail, say, settings_with, until_stopped

app = typer.Typer(no_args_is_help=True, help="The bot: train it, run it alone.")

FIRST_START = 900.0
"""Seconds for installing, training and starting Rasa."""


def _bot(
    data: Path | None,
    port: int | None,
    interface: str,
    then: Callable[[Any], Coroutine[Any, Any, None]],
) -> None:
    """Get Rasa ready, do something with it, and end it."""
    from hub.app import bot_runtime
    from kb.catalogue import Catalogue

    settings = settings_with(data=data, rasa_port=port)

    async def main() -> None:
        runtime = bot_runtime(
            settings, Catalogue.load(), lambda line: say(f"bot: {line}"), interface
        )
        await runtime.start()
        try:
            await runtime.wait_until_ready(FIRST_START)
            await then(runtime)
        except TimeoutError:
            raise fail(f"the bot did not get ready: {runtime.health().detail}") from None
        finally:
            await runtime.stop()

    execute(main)


@app.command("train")
def train_bot(data: Data = None) -> None:
    """Install Rasa if it is missing, train it on the articles, and say how good it is."""

    async def report(runtime: Any) -> None:
        model = runtime.model
        result = {
            "model": model.id,
            "topics": model.topics,
            "threshold": model.threshold,
            "right": model.right,
            "wrong": model.wrong,
            "out_of_scope_answered": model.out_of_scope_answered,
        }
        print(json.dumps(result))  # noqa: T201

    _bot(data, None, "127.0.0.1", report)


@app.command("serve")
def serve_bot(
    data: Data = None,
    port: Port = None,
    interface: Annotated[
        str, typer.Option(help="Where to listen: loopback, or a private network's address.")
    ] = "127.0.0.1",
) -> None:
    """Run Rasa alone, for a hub elsewhere (HUB_BOT=external, HUB_RASA_URL there)."""

    async def forever(runtime: Any) -> None:
        say(f"The bot answers on {interface}:{port or 5005}.")
        await until_stopped()

    _bot(data, port, interface, forever)
