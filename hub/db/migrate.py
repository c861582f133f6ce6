"""Bringing a database to the newest schema, from code: no ini file, no second connection."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from hub.db.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

# Two processes that start together take turns.
_LOCK = 0x5357_4D49


def alembic_config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("hub.db") / "migrations"))
    config.attributes["connection"] = connection
    return config


async def migrate(database: Database, revision: str = "head") -> None:
    """Upgrade to `revision`; nothing to do is quick."""

    def upgrade(connection: Connection) -> None:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if current_revision(connection) != newest_revision():
            # Here, since a hub that has nothing to migrate needs none of its ten megabytes.
            from alembic import command

            command.upgrade(alembic_config(connection), revision)

    async with (
        database.write_lock,
        database.engine.execution_options(begin="IMMEDIATE").begin() as connection,
    ):
        await connection.run_sync(upgrade)


def newest_revision() -> str | None:
    """The last migration's number, which its file begins with (a test compares Alembic's)."""
    names = (entry.name for entry in (files("hub.db") / "migrations" / "versions").iterdir())
    return max((name.partition("_")[0] for name in names if name[:4].isdecimal()), default=None)


def current_revision(connection: Connection) -> str | None:
    """The database's, None before its first migration."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if revision is None else str(revision)
