"""The migrations: what they make is what the models say, and old data survives them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from hub.db.database import Database
from hub.db.migrate import alembic_config, current_revision, migrate, newest_revision
from hub.db.schema import Conversation, Message, Ticket, metadata
from hub.search.index import search_index
from tests.fixtures import Databases, rows

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[3]
MICROS = 1_790_000_000_000_000


@pytest.fixture
def empty_url(dialect: str, databases: Databases) -> Iterator[str]:
    with databases.empty(dialect) as url:
        yield url


async def _run(database: Database, what: Any) -> Any:
    async with database.engine.begin() as connection:
        return await connection.run_sync(what)


def _is_search(difference: Any) -> bool:
    """The search indexes are made by hand, and only the migrations know them."""
    if isinstance(difference, list):
        return all(_is_search(one) for one in difference)
    names = {str(getattr(part, "name", part)) for part in difference[1:]}
    by_hand = {"search", "ix_messages_search"}
    return bool(names & by_hand) or any(
        name.startswith(("message_search", "article_search", "ix_article_search")) for name in names
    )


async def test_the_migrations_make_what_the_models_say(empty_url: str) -> None:
    database = Database(empty_url)

    def compare(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found: list[Any] = compare_metadata(context, metadata)
        return found

    try:
        await migrate(database)
        differences = await _run(database, compare)
        assert [one for one in differences if not _is_search(one)] == []
        assert await _run(database, current_revision) == newest_revision()
    finally:
        await database.aclose()


async def test_migrating_again_changes_nothing(empty_url: str) -> None:
    database = Database(empty_url)

    def shape(connection: Connection) -> dict[str, list[str]]:
        seen = inspect(connection)
        return {
            name: [c["name"] for c in seen.get_columns(name)] for name in seen.get_table_names()
        }

    try:
        await migrate(database)
        first = await _run(database, shape)
        async with database.write() as session:
            await session.execute(text("UPDATE counters SET value = 7"))
        await migrate(database)
        assert await _run(database, shape) == first
        async with database.read() as session:
            assert await session.scalar(text("SELECT value FROM counters")) == 7
    finally:
        await database.aclose()


async def test_a_downgrade_and_an_upgrade_come_back_to_the_same(empty_url: str) -> None:
    database = Database(empty_url)
    try:
        await migrate(database)
        await _run(database, lambda c: downgrade(alembic_config(c), "base"))
        tables = await _run(database, lambda c: inspect(c).get_table_names())
        assert set(tables) <= {"alembic_version"}
        await migrate(database)
        assert await _run(database, current_revision) == newest_revision()
    finally:
        await database.aclose()


OLD_ROWS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("units", {"slug": "billing", "name": "Billing", "auto_assign": False}),
    (
        "accounts",
        {
            "id": 3, "kind": "x", "slug": "main", "name": "X", "external_id": "99",
            "unit": "billing", "enabled": True, "sandbox": False, "stopped": False,
            "secrets": b"\x00sealed\xff", "cursor": '{"since": "18"}',
        },
    ),
    ("contacts", {"id": 5, "name": "Łukasz Öz", "notes": "", "created_at": MICROS}),
    (
        "contact_points",
        {"id": 6, "contact_id": 5, "kind": "x", "address": "1460000000000000001"},
    ),
    (
        "tickets",
        {
            "id": 11, "subject": "Street light", "preview": "Street light", "status": "open",
            "priority": "normal", "channel": "x", "visibility": "public", "account_id": 3,
            "conversation": "c-1", "contact_id": 5, "contact_point_id": 6,
            "contact_name": "Łukasz Öz", "unit": "billing", "tags": '["night"]',
            "emergency": False, "created_at": MICROS, "updated_at": MICROS + 1,
            "last_message_at": MICROS, "last_author": "customer", "queue_key": MICROS,
            "first_response_breached": False, "resolution_breached": False, "overdue": False,
            "sla": "{}", "can_reply": True,
            "context": '{"service_code":"street-light-out"}', "takeover": 2, "asked_back": 0,
            "version": 4,
        },
    ),
    ("conversations", {"account_id": 3, "key": "c-1", "ticket_id": 11}),
    (
        "messages",
        {
            "id": 21, "ticket_id": 11, "account_id": 3, "external_id": "1790000000000000018",
            "direction": "inbound", "author_kind": "customer", "author_id": 5,
            "author_name": "Łukasz Öz", "body": "The BLOWN lamp at Pensacola Street “flickers”",
            "visibility": "public", "sent_at": MICROS, "created_at": MICROS + 1,
            "attachments": "[]", "articles": "[]", "choices": "[]", "emergency": False,
        },
    ),
    (
        "messages",
        {
            "id": 22, "ticket_id": 11, "account_id": 3, "direction": "note",
            "author_kind": "agent", "author_id": 1, "author_name": "Ava Reyes",
            "body": "crew sent", "visibility": "private", "sent_at": MICROS + 2,
            "created_at": MICROS + 2, "attachments": "[]", "articles": "[]", "choices": "[]",
            "emergency": False, "key": "k-1",
        },
    ),
)  # fmt: skip


async def test_an_old_database_with_data_comes_to_the_newest_schema(empty_url: str) -> None:
    database = Database(empty_url)
    try:
        await migrate(database, "0001")
        assert await _run(database, current_revision) == "0001"
        async with database.engine.begin() as connection:
            for table, row in OLD_ROWS:
                names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
                await connection.execute(
                    text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row
                )
            await connection.execute(text("UPDATE counters SET value = 40 WHERE name = 'event'"))
        await migrate(database)
        assert await _run(database, current_revision) == newest_revision()
        (ticket,) = await rows(database, Ticket)
        assert (ticket.id, ticket.contact_name, ticket.tags) == (11, "Łukasz Öz", ["night"])
        assert ticket.context == {"service_code": "street-light-out"}
        assert (ticket.takeover, ticket.version) == (2, 4)
        assert int(ticket.created_at.timestamp() * 1e6) == MICROS
        assert [message.id for message in await rows(database, Message)] == [21, 22]
        (conversation,) = await rows(database, Conversation)
        assert conversation.ticket_id == 11
        async with database.read() as session:
            assert await session.scalar(text("SELECT value FROM counters")) == 40
            search = search_index(database)
            assert await search.find(session, "blown pensacola", 10) == [11]
            assert await search.find(session, "crew", 10) == [11]
            assert await search.find(session, "hydrant", 10) == []
        # What is written from now on is found as well.
        async with database.write() as session:
            stored = await session.get_one(Message, 21)
            stored.body = "A leaking hydrant"
        async with database.read() as session:
            assert await search.find(session, "hydrant", 10) == [11]
            assert await search.find(session, "pensacola", 10) == []
    finally:
        await database.aclose()


async def test_two_processes_that_migrate_at_once_take_turns(empty_url: str) -> None:
    program = (
        "import asyncio, sys\n"
        "from hub.db.database import Database\n"
        "from hub.db.migrate import migrate\n"
        "async def main():\n"
        "    database = Database(sys.argv[1])\n"
        "    print('ready', flush=True)\n"
        "    sys.stdin.readline()\n"
        "    await migrate(database)\n"
        "    await database.aclose()\n"
        "asyncio.run(main())\n"
    )
    pipe = asyncio.subprocess.PIPE
    both = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, empty_url,
            cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe,
        )
        for _ in range(2)
    ]  # fmt: skip
    for process in both:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    ended = await asyncio.gather(*(process.communicate(b"go\n") for process in both))
    assert [(process.returncode, err) for process, (_, err) in zip(both, ended, strict=True)] == [
        (0, b""),
        (0, b""),
    ]
    database = Database(empty_url)
    try:
        assert await _run(database, current_revision) == newest_revision()
        async with database.read() as session:
            assert await session.scalar(text("SELECT count(*) FROM counters")) == 1
            assert await session.scalar(text("SELECT count(*) FROM alembic_version")) == 1
    finally:
        await database.aclose()


def test_the_newest_revision_is_the_one_alembic_knows() -> None:
    from alembic.script import ScriptDirectory

    assert newest_revision() == ScriptDirectory.from_config(alembic_config()).get_current_head()
