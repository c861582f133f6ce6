"""`hub bench`."""

from __future__ import annotations

import typer


def bench(context: typer.Context) -> None:
    """Measure this hub against the limits of this machine (see bench/)."""
    from bench.command import main

    raise typer.Exit(main(context.args))
