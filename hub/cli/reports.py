"""`hub reports rebuild`: what reports are read from, computed anew."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from hub.cli.shared import Data, execute, quiet_hub, say, settings_with

app = typer.Typer(no_args_is_help=True, help="What supervisors' reports are read from.")
_SAY_EVERY = 2.0


@app.callback()
def reports() -> None:
    """What supervisors' reports are read from."""


@app.command("rebuild")
def rebuild_reports(
    data: Data = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only how it ended.")] = False,
) -> None:
    """Compute the facts of every ticket anew: after a change of HUB_TIMEZONE, or of tickets
    behind the hub's back. A hub may run meanwhile."""
    from hub.reports.facts import rebuild

    told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if not quiet and time.monotonic() - told >= _SAY_EVERY:
            told = time.monotonic()
            say(f"{done:,} of {total:,} tickets")

    async def main() -> None:
        settings = settings_with(data=data)
        async with quiet_hub(settings) as hub:
            directory = await hub.directory.get()
            done = await rebuild(
                hub.database, directory, settings.timezone, now=hub.now, progress=tell
            )
            say(f"The facts of {done:,} tickets are computed.")

    execute(main)
