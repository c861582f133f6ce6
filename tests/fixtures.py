"""Fixtures around the core: a database of each kind, a hub on it, and what it talks to.

A migrated and seeded database is made once a process. For every test SQLite's file is copied;
PostgreSQL's is used again, emptied and seeded anew, which is several times as fast as a copy.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select

from hub.accounts.poller import Poller
from hub.articles.seeding import seed_library
from hub.db import migrate as migrations
from hub.db.base import Base
from hub.db.database import Database
from hub.db.migrate import migrate
from hub.db.schema import metadata
from hub.delivery.models import Delivery
from hub.delivery.worker import DeliveryWorker
from hub.errands import deletions
from hub.errands.handlers import errands
from hub.events.models import Event
from hub.incidents.jobs import incident_jobs
from hub.jobs.models import Job
from hub.jobs.queue import JobQueue
from hub.ports import ChannelKind, InboundMessage, ReceivedBody
from hub.secrets import Seal
from hub.seed import seed
from hub.settings import Settings
from hub.sla.jobs import clock_jobs
from hub.sla.sweep import Sweep
from hub.surveys.handlers import survey_jobs
from hub.system import Hub
from hub.team.access import Actor, Principal
from hub.team.models import Role
from hub.tickets.change import changing
from hub.tickets.models import Message, Ticket
from hub.triage.triage import Triage
from tests.fakes import EDITORIAL, NOON, FakeClock, FakePlatforms, ScriptedResponder, rooms_of
from tests.servers import PostgresqlServer, RedisServer, ServerFailed, postgresql, redis

SECRET_KEY = "a key that seals nothing but tests"
TEMPLATE = "template_hub"


def settings_for(folder: Path, url: str | None = None, **more: Any) -> Settings:
    """Settings of a hub under test, owing nothing to the caller's environment."""
    # Without these the accounts of X and Facebook are seeded switched off.
    given = {"x_consumer_secret": "for X", "facebook_app_secret": "for Facebook", **more}
    return Settings(data=folder, database_url=url, secret_key=SECRET_KEY, **given)


@pytest.fixture(scope="session", autouse=True)
def _no_hub_environment() -> Iterator[None]:
    """`HUB_*` of whoever runs the tests says nothing about them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("HUB_"):
                patch.delenv(name)
        # The scripts are read anew at every start: once is enough for all these.
        patch.setattr(migrations, "newest_revision", functools.cache(migrations.newest_revision))
        yield


class Databases:
    """Fresh databases, with demo people in them (`demo` itself stays off)."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._numbers = itertools.count(1)
        self._template: Path | None = None
        self._server: PostgresqlServer | None = None
        self._reset: list[str] = []
        """The statements that bring a used PostgreSQL database back to its beginning."""
        self._free: list[str] = []

    @property
    def server(self) -> PostgresqlServer:
        """This process's PostgreSQL, started when first needed."""
        if self._server is None:
            self._server = self._stack.enter_context(postgresql())
        return self._server

    @contextmanager
    def empty(self, dialect: str) -> Iterator[str]:
        """The URL of a database without any table."""
        name = f"test_{next(self._numbers)}"
        if dialect == "sqlite":
            yield f"sqlite:///{self._folder / f'{name}.db'}"
            return
        try:
            yield self.server.create(name)
        finally:
            self.server.drop(name)

    @contextmanager
    def prepared(self, dialect: str) -> Iterator[str]:
        """The URL of a migrated and seeded database."""
        with self._sqlite() if dialect == "sqlite" else self._postgresql() as url:
            yield url

    @contextmanager
    def _sqlite(self) -> Iterator[str]:
        if self._template is None:
            path = self._folder / "template.db"
            asyncio.run(_prepare(f"sqlite:///{path}", self._folder))
            self._template = path
        path = self._folder / f"test_{next(self._numbers)}.db"
        shutil.copyfile(self._template, path)
        yield f"sqlite:///{path}"
        for file in self._folder.glob(f"{path.name}*"):
            file.unlink()

    @contextmanager
    def _postgresql(self) -> Iterator[str]:
        name = self._free.pop() if self._free else self._new_postgresql()
        yield self.server.url(name)
        try:
            self.server.run("BEGIN", *self._reset, "COMMIT", database=name)
        except ServerFailed:  # the test changed more than rows, or left a transaction open
            self.server.drop(name)
        else:
            self._free.append(name)

    def _new_postgresql(self) -> str:
        name = f"test_{next(self._numbers)}"
        if not self._reset:
            asyncio.run(_prepare(self.server.create(TEMPLATE), self._folder))
            self._reset = self._resetting()
        self.server.create(name, TEMPLATE)
        return name

    def _resetting(self) -> list[str]:
        """Keeps the template's rows in a schema of their own, and says how to restore them."""
        tables = [table.name for table in metadata.sorted_tables]
        seeded = [
            name
            for name in tables
            if self.server.run(f"SELECT count(*) FROM {name}", database=TEMPLATE) != "0"
        ]
        self.server.run(
            "CREATE SCHEMA seeded",
            *(f"CREATE TABLE seeded.{name} AS TABLE {name}" for name in seeded),
            *_watching(),
            database=TEMPLATE,
        )
        numbered = [name for name in seeded if "id" in metadata.tables[name].columns]
        always = [name for name in tables if name not in LARGE]
        return [
            "SET LOCAL lock_timeout = '2s'",
            "SET LOCAL client_min_messages = error",
            f"TRUNCATE {', '.join(always)} RESTART IDENTITY",
            *(f"INSERT INTO {name} TABLE seeded.{name}" for name in seeded if name not in LARGE),
            "DO $$ BEGIN IF EXISTS (SELECT FROM seeded.touched) THEN "
            f"TRUNCATE {', '.join(LARGE)} RESTART IDENTITY; "
            f"{' '.join(f'INSERT INTO {name} TABLE seeded.{name};' for name in LARGE)} "
            "DELETE FROM seeded.touched; END IF; END $$",
            *(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"
                for name in numbered
            ),
        ]


LARGE = ("articles", "article_versions")
"""Much is seeded into these and few tests change them: they are restored where one did."""


def _watching() -> list[str]:
    """Statements after which `seeded.touched` has a row where one of `LARGE` was written to."""
    return [
        "CREATE TABLE seeded.touched (name text)",
        "CREATE FUNCTION seeded.touch() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN INSERT INTO seeded.touched VALUES (TG_TABLE_NAME); RETURN NULL; END $$",
        *(
            f"CREATE TRIGGER touched AFTER INSERT OR UPDATE OR DELETE ON {name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION seeded.touch()"
            for name in LARGE
        ),
    ]


async def _prepare(url: str, folder: Path) -> None:
    database = Database(url)
    await migrate(database)
    settings = settings_for(folder, url, demo=True)
    await seed(database, settings, Seal(settings.sealing_key), lambda: NOON)
    await seed_library(database, EDITORIAL, lambda: NOON)
    if database.is_sqlite:
        async with database.engine.connect() as connection:
            await connection.exec_driver_sql("ROLLBACK")
            # Everything into the one file that is copied.
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    await database.aclose()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with ExitStack() as stack:
        yield Databases(tmp_path_factory.mktemp("databases"), stack)


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Each test that uses a database runs on both."""
    name: str = request.param
    return name


@pytest.fixture
def database_url(dialect: str, databases: Databases) -> Iterator[str]:
    """A migrated and seeded database, gone after the test."""
    with databases.prepared(dialect) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.aclose()


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    with redis() as server:
        yield server


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def platforms(clock: FakeClock) -> FakePlatforms:
    return FakePlatforms(clock)


@pytest.fixture
def responder() -> ScriptedResponder:
    return ScriptedResponder()


HubMaker = Callable[..., Hub]


@pytest.fixture
def make_hub(
    database_url: str,
    tmp_path: Path,
    clock: FakeClock,
    platforms: FakePlatforms,
    responder: ScriptedResponder,
) -> HubMaker:
    """Builds a hub on the test's database, with the test's fakes; the caller starts it and
    closes it. Twice gives two hubs on one database: a restart, or two processes."""

    def make(**settings: Any) -> Hub:
        chosen = settings_for(tmp_path, database_url, **settings)
        return Hub(chosen, rooms_of(platforms, responder, chosen), now=clock)

    return make


@pytest.fixture
async def hub(make_hub: HubMaker) -> AsyncIterator[Hub]:
    """A started hub without a worker: a test runs its work with `Work`."""
    made = make_hub()
    await made.start()
    yield made
    await made.aclose()


@pytest.fixture
def work(hub: Hub) -> Work:
    return Work(hub)


class Work:
    """The parts of `hub.worker.Worker`, each run by hand until nothing is due."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        rooms = hub.rooms
        self.triage = Triage(
            hub.database,
            hub.directory,
            rooms.emergency,
            rooms.responder,
            rooms.knowledge,
            rooms.language,
            hub.now,
        )
        self.deletions = deletions.Deletions(hub.database, hub.connectors, hub.intake, hub.now)
        self.queue = JobQueue(
            hub.database,
            hub.now,
            {
                "triage": self.triage,
                **errands(hub),
                **survey_jobs(hub),
                **incident_jobs(hub),
                deletions.KIND: self.deletions,
                **clock_jobs(hub.database, hub.directory, hub.now),
            },
            apart={"fetch-media"},
        )
        self.deliveries = DeliveryWorker(
            hub.database, hub.directory, hub.connectors, hub.renewal, hub.now
        )
        self.sweep = Sweep(
            hub.database, hub.directory, hub.now, timedelta(hours=hub.settings.bot_resolve_hours)
        )
        self.poller = Poller(hub.database, hub.directory, hub.connectors, hub.intake, hub.now)

    async def jobs(self) -> int:
        """Run every due job; gives their number."""
        done = 0
        while claimed := await self.queue.claim(8):
            for job in claimed:
                await self.queue.run(job)
            done += len(claimed)
        return done

    async def deliver(self) -> int:
        """Make every due delivery; gives the number of attempts."""
        done = 0
        while claimed := await self.deliveries.claim(8):
            for claim in claimed:
                await self.deliveries.deliver(claim)
            done += len(claimed)
        return done

    async def all(self) -> None:
        await self.jobs()
        await self.deliver()


async def account_id(hub: Hub, kind: ChannelKind = ChannelKind.X, slug: str | None = None) -> int:
    entry = (await hub.directory.get()).account_of(kind.value, slug)
    assert entry is not None
    return entry.id


async def receive(
    hub: Hub, *messages: InboundMessage, kind: ChannelKind = ChannelKind.X, **more: Any
) -> list[int]:
    """Take messages in on the first account of `kind`; gives their tickets' ids."""
    received = ReceivedBody(await account_id(hub, kind), messages, b"{}", **more)
    return [accepted.ticket_id for accepted in await hub.intake.receive(received)]


async def rows(database: Database, model: type[Base], **equal: Any) -> list[Any]:
    """Every row of a table whose columns equal what is given, by primary key."""
    async with database.read() as session:
        query = select(model).filter_by(**equal).order_by(*inspect(model).primary_key)
        return list(await session.scalars(query))


async def ticket_of(hub: Hub, ticket_id: int) -> Ticket:
    async with hub.database.read() as session:
        return await session.get_one(Ticket, ticket_id)


async def messages_of(hub: Hub, ticket_id: int) -> list[Message]:
    return await rows(hub.database, Message, ticket_id=ticket_id)


async def deliveries_of(hub: Hub, ticket_id: int) -> list[Delivery]:
    return await rows(hub.database, Delivery, ticket_id=ticket_id)


async def events_of(hub: Hub, **equal: Any) -> list[Event]:
    return await rows(hub.database, Event, **equal)


async def pending_jobs(hub: Hub) -> list[Job]:
    return await rows(hub.database, Job, done_at=None)


async def agent(hub: Hub, name: str) -> Actor:
    """A demo agent by first name: `ava` (call center, walk-in), `ben` (billing, commercial),
    `carla` (energy services, social media), `dana` (quality control), `sam` and `alex`."""
    agents = (await hub.directory.get()).agents.values()
    found = next(one for one in agents if one.email == f"{name}@demo.example")
    return Actor("agent", found.id, found.name)


async def principal(hub: Hub, name: str) -> Principal:
    """The same agent as someone who asks."""
    actor = await agent(hub, name)
    entry = (await hub.directory.get()).agents[actor.id or 0]
    role = Role(entry.role)
    units = frozenset(entry.units) if role is Role.AGENT else None
    return Principal(actor, role, units)


async def change(
    hub: Hub, ticket_id: int, actor: Actor, action: Callable[..., Any], *args: Any, **more: Any
) -> Any:
    """Run one action of `hub.tickets.actions` as the API does; gives what it gives."""
    directory = await hub.directory.get()
    async with (
        hub.database.write() as session,
        changing(session, ticket_id, directory, actor, hub.now()) as opened,
    ):
        given = action(opened, *args, **more)
        return await given if asyncio.iscoroutine(given) else given
