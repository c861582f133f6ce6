"""Bringing a database to the newest schema, from code: no ini file, no second connection."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from hub.db.database import Database

# Two processes that start together take turns.
_LOCK = 0x5357_4D49


def alembic_config(connection: Connection | None = None) -> Config:
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
            command.upgrade(alembic_config(connection), revision)

    async with (
        database.write_lock,
        database.engine.execution_options(begin="IMMEDIATE").begin() as connection,
    ):
        await connection.run_sync(upgrade)


def newest_revision() -> str | None:
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def current_revision(connection: Connection) -> str | None:
    revision: Any = MigrationContext.configure(connection).get_current_revision()
    return None if revision is None else str(revision)
