"""`hub migrate`, `hub seed`, `hub replay`."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.shared import Data, execute, quiet_hub, say, settings_with


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
) -> None:
    """Units, hours, policies and accounts; nothing that is there is changed."""

    async def main() -> None:
        async with quiet_hub(settings_with(data=data, demo=demo or None)) as hub:
            await hub.prepare()
            say("The hub is seeded.")

    execute(main)


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
