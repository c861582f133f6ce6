"""`hub migrate`, `hub seed`, `hub replay`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

import typer

from hub.cli.shared import Data, execute, fail, quiet_hub, say, settings_with


def migrate(data: Data = None) -> None:
    """Bring the database to the newest schema."""
    from hub.db.database import Database
    from hub.db.migrate import migrate as upgrade
    from hub.db.migrate import newest_revision

    async def main() -> None:
        database = Database(settings_with(data=data).resolved_database_url)
        try:
            await upgrade(database)
        finally:
            await database.aclose()
        say(f"The database is at revision {newest_revision()}.")

    execute(main)


def seed(
    data: Data = None,
    demo: Annotated[bool, typer.Option("--demo", help="Also the demo accounts.")] = False,
    month: Annotated[
        bool, typer.Option("--month", help="Also a simulated month of invented inquiries.")
    ] = False,
    tickets: Annotated[
        int, typer.Option("--tickets", min=1, max=1_000_000, help="How many, with --month.")
    ] = 50_000,
    seed_number: Annotated[
        int, typer.Option("--seed", min=0, help="The same number makes the same month.")
    ] = 1,
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=["%Y-%m-%d"], help="Its last day; by default yesterday."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="A month also in a hub that people write to.")
    ] = False,
) -> None:
    """Units, hours, policies and accounts; nothing that is there is changed."""
    if not month and (until is not None or force):
        raise fail("--until and --force go with --month")

    async def main() -> None:
        async with quiet_hub(settings_with(data=data, demo=demo or None)) as hub:
            if month:
                if demo:
                    await hub.prepare()
                last = None if until is None else until.date()
                await _make_month(hub, tickets, seed_number, last, force=force)
            else:
                await hub.prepare()
                say("The hub is seeded.")

    execute(main)


async def _make_month(
    hub: Any, tickets: int, number: int, until: date | None, *, force: bool
) -> None:
    from hub.month.month import MonthRefused, Plan, make_month, refuse_unfit
    from hub.reports.facts import rebuild

    began = time.monotonic()
    try:
        await refuse_unfit(hub.database, number, force=force)
        plan = Plan(tickets, number, until)
        told = _telling()
        made = await make_month(hub.database, hub.directory, hub.settings, hub.now, plan, told)
    except MonthRefused as error:
        raise fail(str(error)) from error
    written = time.monotonic() - began
    directory = await hub.directory.get()
    await rebuild(
        hub.database,
        directory,
        hub.settings.timezone,
        now=hub.now,
        progress=lambda done, total: told("tickets counted for reports", done, total),
    )
    say(
        f"{made.tickets:,} tickets with {made.messages:,} messages were made up and written in "
        f"{written:.0f} s, and counted for reports in {time.monotonic() - began - written:.0f} s: "
        f"{made.begin:%Y-%m-%d %H:%M} to {made.end:%Y-%m-%d %H:%M} UTC, "
        f"a storm on {made.storm:%Y-%m-%d}, {made.agents} agents who cannot sign in."
    )
    say("A hub that runs shows them when its pages are loaded again.")


def _telling() -> Callable[[str, int, int], None]:
    """Progress: on a terminal one line that changes, else a line now and then."""
    shown = {"what": "", "tenth": -1}

    def tell(what: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done >= total else ""
            print(f"\r{done:>9,} of {total:,} {what}", end=end, file=sys.stderr, flush=True)  # noqa: T201
            return
        tenth = 10 * done // max(total, 1)
        if (what, tenth) != (shown["what"], shown["tenth"]):
            shown.update(what=what, tenth=tenth)
            say(f"{done:,} of {total:,} {what}")

    return tell


def replay(
    data: Data = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every body still kept, not only unreadable ones.")
    ] = False,
) -> None:
    """Read stored webhook bodies again; what is known already stays as it is."""
    from hub.replay import replay as read_again

    async def main() -> None:
        async with quiet_hub(settings_with(data=data)) as hub:
            hub.writer.start()
            result = await read_again(hub, everything=everything)
            await hub.writer.aclose()
            say(
                f"{result.bodies} bodies read again: {result.new_messages} new messages, "
                f"{result.known_messages} known ones, {result.still_unreadable} still unreadable."
            )

    execute(main)
