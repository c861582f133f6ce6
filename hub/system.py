"""The hub as one object: its parts, made from settings and from what the rooms bring in.

It knows no vendor: `hub.app` hands in the connectors' factory, the responder and the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

from sqlalchemy import text

from hub.accounts.condition import Conditions
from hub.accounts.connectors import ConnectorFactory, ConnectorPool
from hub.accounts.renewal import AccessRenewal
from hub.articles.library import Library
from hub.articles.seeding import seed_library
from hub.articles.telling import KIND as ARTICLE_UPDATED
from hub.db.away import AWAY
from hub.db.migrate import migrate
from hub.directory import DirectoryCache
from hub.events.doorbell import Doorbell, LocalDoorbell, RedisDoorbell
from hub.events.feed import EventFeed, Frame
from hub.intake.intake import Intake
from hub.intake.writer import IntakeWriter
from hub.media.store import FileStore
from hub.now import Now, system_now
from hub.ports import (
    AccountKind,
    ArticleView,
    Capabilities,
    ChannelKind,
    Editorial,
    PartHealth,
    PartState,
    Responder,
    Trainer,
)
from hub.reports.live import LiveReports, live_report
from hub.search.index import SearchIndex, search_index
from hub.secrets import Seal
from hub.seed import seed
from hub.settings import Settings
from hub.team.sessions import Sessions
from hub.tickets.conversations import TicketConversations
from hub.tickets.service_requests import TicketRequests
from hub.tickets.typing import Typing
from hub.triage.masking import masked
from hub.triage.triage import EmergencyRules

_REFUSED: tuple[type[Exception], ...] = (*AWAY, OSError)
_PATIENCE = 10.0
"""Seconds a database server may be away while the hub starts."""


def _kinds() -> Sequence[AccountKind]:
    """The built-in kinds by name alone, for a hub that is put together without a registry."""
    return [AccountKind(kind.value, kind.value) for kind in ChannelKind]


@dataclass(frozen=True, slots=True)
class Rooms:
    """What comes from outside the core."""

    connector: ConnectorFactory
    emergency: EmergencyRules
    responder: Responder
    knowledge: Library
    """On the hub's own database."""
    editorial: Editorial
    start: Callable[[], Awaitable[None]]
    """Starts what runs beside the hub (a managed bot)."""
    stop: Callable[[], Awaitable[None]]
    capabilities: Callable[[str], Capabilities] = lambda kind: Capabilities()
    """What the connectors of a kind of account can do."""
    kinds: Callable[[], Sequence[AccountKind]] = _kinds
    """The kinds of account that can be added, and what each needs."""
    language: Callable[[str], str | None] = lambda text: None
    """In which a text is: `en` or `es`, None where it is too short to tell."""
    trainer: Trainer | None = None
    """Of the bot that this process runs, None where it runs none."""

    async def suggest(
        self, query: str, limit: int, language: str | None = None
    ) -> Sequence[ArticleView]:
        """The articles that fit a question best, at most so many; those in `language` first."""
        query = masked(query)  # the bot may be asked what it thinks
        return await self.knowledge.suggest(query, limit, language or self.language(query) or "en")


class Hub:
    """`start` before use, `aclose` after."""

    def __init__(self, settings: Settings, rooms: Rooms, *, now: Now = system_now) -> None:
        """It works on the database that the rooms' library reads, and closes it."""
        self.settings = settings
        self.rooms = rooms
        self.now = now
        self.seal = Seal(settings.sealing_key)
        self.database = rooms.knowledge.database
        self.directory = DirectoryCache(self.database, now, rooms.capabilities)
        self.doorbell: Doorbell = (
            RedisDoorbell(settings.redis_url) if settings.redis_url else LocalDoorbell()
        )
        self.feed = EventFeed(self.database)
        self.search: SearchIndex = search_index(self.database)
        self.files = FileStore(self.database, now)
        self.connectors = ConnectorPool(self.database, self.seal, rooms.connector)
        self.conditions = Conditions(self.database, self.connectors, now)
        self.renewal = AccessRenewal(self.database, self.connectors, self.seal, now)
        keep_unreadable = timedelta(days=settings.unreadable_retention_days)
        self.writer = IntakeWriter(
            self.database, self.directory, now, settings.reopen_window, self.seal, keep_unreadable
        )
        self.intake = Intake(
            self.writer,
            self.seal,
            now,
            keep=timedelta(days=settings.raw_retention_days),
            keep_unreadable=keep_unreadable,
        )
        self.sessions = Sessions(self.database, now, timedelta(hours=settings.session_hours))
        self.conversations = TicketConversations(self.database, self.feed, self.directory, now)
        self.typing = Typing(self.database, now)
        self.service_requests = TicketRequests(self.database, self.directory)
        self.live = LiveReports(self._live_report)

    async def prepare(self) -> None:
        """Bring the database up to date and seed it."""
        await self._reach_database()
        await migrate(self.database)
        await seed(self.database, self.settings, self.seal, self.now)
        await seed_library(self.database, self.rooms.editorial, self.now)
        self.directory.forget()
        self.rooms.knowledge.forget()

    async def _reach_database(self) -> None:
        """Wait for a server that is just starting again; raises what it says in the end."""
        until = monotonic() + _PATIENCE
        while True:
            try:
                async with self.database.engine.connect():
                    return
            except _REFUSED:
                if self.database.is_sqlite or monotonic() >= until:
                    raise
            await asyncio.sleep(0.25)

    async def start(self) -> None:
        """Prepare, then begin to take inquiries; the bot follows when it is ready."""
        try:
            await self.prepare()
        except BaseException:
            await self.database.aclose()
            raise
        self.database.on_commit = self.doorbell.ring
        self.doorbell.listen(self.feed.ring)
        self.feed.subscribe(self._notice)
        await self.doorbell.start()
        await self.feed.start()
        self.writer.start()
        await self.rooms.start()

    async def aclose(self) -> None:
        await self.live.aclose()
        await self.rooms.stop()
        await self.writer.aclose()
        await self.feed.aclose()
        await self.doorbell.aclose()
        await self.connectors.aclose()
        await self.rooms.responder.aclose()
        await self.database.aclose()

    async def _live_report(self, unit: str | None) -> dict[str, Any]:
        directory = await self.directory.get()
        async with self.database.read() as session:
            return await live_report(session, directory, self.now(), self.settings.timezone, unit)

    def _notice(self, frames: Sequence[Frame]) -> None:
        if any(frame.kind in ("config.changed", "agent.updated") for frame in frames):
            self.directory.forget()
            self.connectors.forget()
        if any(frame.kind == ARTICLE_UPDATED for frame in frames):
            self.rooms.knowledge.forget()

    async def health(self) -> list[PartHealth]:
        """Every part's state: the database first, without which nothing is taken."""
        parts = [await self._database_health()]
        if isinstance(self.doorbell, RedisDoorbell):
            state = PartState.UP if self.doorbell.healthy else PartState.DEGRADED
            detail = "" if self.doorbell.healthy else "away: updates come once a second"
            parts.append(PartHealth("redis", state, detail))
        parts += await self.rooms.responder.health()
        if parts[0].state is PartState.UP:
            parts += await self.conditions.parts()
        return parts

    async def _database_health(self) -> PartHealth:
        try:
            async with self.database.read() as session:
                await session.execute(text("SELECT 1 FROM counters"))
        except Exception as error:
            return PartHealth("database", PartState.DOWN, f"{type(error).__name__}: {error}"[:200])
        return PartHealth("database", PartState.UP)
