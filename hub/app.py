"""The composition root: the core and the rooms, put together and served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from agent_console.assets import widget
from agent_console.help.pages import HelpPages
from agent_console.pages import ConsolePages
from agent_console.socket import ConsoleSocket
from agent_console.survey import SurveyPages
from bot.emergency import recognise
from bot.language import language_of
from bot.responder import NobodyResponder, RasaResponder
from bot.runtime import BotRuntime
from channels.open311.server import Open311Server
from channels.registry import capabilities_of, connector_for, kinds
from channels.webchat.desk import Desk
from channels.webchat.files import ChatFiles
from channels.webchat.form import FormPages
from channels.webchat.limits import Limits
from channels.webchat.passes import Passes
from channels.webchat.server import ChatServer
from hub.api.access import COOKIE
from hub.api.app import create_api
from hub.articles.library import Library, Rank
from hub.db.database import Database
from hub.directory import Directory
from hub.http.guard import Guard
from hub.http.health import health_routes
from hub.http.problem import HANDLERS, on_bug, on_http_error
from hub.http.webhooks import Webhooks
from hub.now import system_now
from hub.ports import Account, ChannelKind, Material, PartState, Responder, Trainer
from hub.settings import Settings
from hub.system import Hub, Rooms
from hub.training.keeper import ModelKeeper
from hub.training.material import read_material
from hub.training.register import preferred_model
from hub.worker import Worker
from kb.catalogue import Catalogue
from kb.editorial import KbEditorial
from kb.material import export_material

ROOT = Path(__file__).resolve().parent.parent


def build_hub(settings: Settings, *, progress: Callable[[str], None] = lambda _: None) -> Hub:
    """The hub with the rooms that `settings` ask for; nothing is started yet."""
    editorial = KbEditorial()

    async def rank(text: str, language: str) -> Sequence[tuple[str, float]]:
        return await bot.rank(text, language)

    library = Library(Database(settings.resolved_database_url), editorial, rank=rank)
    bot = _bot(settings, library, progress)

    def emergency(text: str) -> str | None:
        match = recognise(text)
        return match.slug if match else None

    rooms = Rooms(
        connector_for,
        emergency,
        bot.responder,
        library,
        editorial,
        bot.start,
        bot.stop,
        capabilities_of,
        kinds,
        language=language_of,
        trainer=bot.trainer,
    )
    return Hub(settings, rooms)


async def _unranked(text: str, language: str) -> Sequence[tuple[str, float]]:
    return ()


@dataclass(frozen=True, slots=True)
class _Bot:
    """Whatever answers, and what is started and stopped with the hub."""

    responder: Responder
    start: Callable[[], Awaitable[None]]
    stop: Callable[[], Awaitable[None]]
    trainer: Trainer | None = None
    rank: Rank = _unranked
    """What the bot takes a text for, for the search."""


def _bot(settings: Settings, library: Library, progress: Callable[[str], None]) -> _Bot:
    async def nothing() -> None:
        """No bot of ours to start or stop."""

    if settings.bot == "off":
        return _Bot(NobodyResponder(), nothing, nothing)
    if settings.bot == "external":
        elsewhere = RasaResponder(library, lambda: settings.rasa_url)
        return _Bot(elsewhere, nothing, nothing, rank=elsewhere.rank)

    runtime, keeper = kept_bot(settings, library.database, progress)
    responder = RasaResponder(library, lambda: runtime.base_url, part=runtime.health)

    async def start() -> None:
        await runtime.start()
        keeper.start()

    async def stop() -> None:
        await keeper.aclose()
        await runtime.stop()

    return _Bot(responder, start, stop, runtime, responder.rank)


def kept_bot(
    settings: Settings,
    database: Database,
    progress: Callable[[str], None],
    interface: str = "127.0.0.1",
) -> tuple[BotRuntime, ModelKeeper]:
    """Rasa on what `database` has published, and what keeps its model up to that."""
    runtime = BotRuntime(
        root=ROOT,
        data=settings.data,
        read=partial(read_material, database),
        export=_export,
        preferred=partial(preferred_model, database),
        port=settings.rasa_port,
        interface=interface,
        progress=progress,
    )
    return runtime, ModelKeeper(database, runtime, system_now)


def bot_runtime(
    settings: Settings,
    catalogue: Catalogue,
    progress: Callable[[str], None],
    interface: str = "127.0.0.1",
) -> BotRuntime:
    """Rasa on these articles alone, installed and trained when it is started."""

    async def read() -> Material:
        return Material(tuple(catalogue))

    return BotRuntime(
        root=ROOT,
        data=settings.data,
        read=read,
        export=_export,
        port=settings.rasa_port,
        interface=interface,
        progress=progress,
    )


async def _export(material: Material, folder: Path) -> None:
    # In a thread: it takes a second or so, in which the hub has other things to do.
    await asyncio.to_thread(export_material, material, folder)


async def own_account(hub: Hub, directory: Directory, kind: ChannelKind, slug: str) -> Account:
    """One of the accounts every hub has, as its channel needs it."""
    entry = directory.account_of(kind.value, slug)
    assert entry is not None, f"the hub is seeded with {kind}/{slug}"
    return await hub.connectors.port_account_of(entry.id)


def create_app(hub: Hub) -> Starlette:
    """The ASGI app. Its lifespan starts the hub, and the worker if it is embedded."""
    console = ConsolePages(hub)
    api = create_api(hub)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await hub.start()
        app.router.routes.extend(await _channel_routes(hub))
        worker = Worker(hub) if hub.settings.embedded_worker else None
        if worker is not None:
            worker.start()
        try:
            yield
        finally:
            if worker is not None:
                await worker.aclose()
            await hub.aclose()

    app = Starlette(
        routes=[
            *health_routes(hub),
            Mount("/webhooks", Webhooks(hub)),
            Mount("/api/v1", api),
            WebSocketRoute("/console/socket", ConsoleSocket(hub).__call__),
            Route("/console", console.shell, methods=["GET"]),
            Mount("/console", routes=console.routes()),
            Route("/widget.js", widget),
            *SurveyPages(hub).routes(),
            *HelpPages(hub).routes(),
        ],
        middleware=[Middleware(Guard, origin=hub.settings.origin, cookie=COOKIE)],
        exception_handlers={**HANDLERS, HTTPException: on_http_error, Exception: on_bug},
        lifespan=lifespan,
    )
    app.state.hub = hub
    return app


def website_desk(hub: Hub, account: Account) -> Desk:
    """Where visitors of the website write to `account`."""

    async def bot_answers() -> bool:
        parts = await hub.rooms.responder.health()
        return any(part.name == "bot" and part.state is PartState.UP for part in parts)

    async def identity_secret() -> str | None:
        # Read anew each time: it may be changed in the console, and few visits need it.
        return (await hub.connectors.port_account_of(account.id)).secrets.get("identity_secret")

    return Desk(
        account=account,
        inbox=hub.intake,
        conversations=hub.conversations,
        files=hub.files,
        now=hub.now,
        city=hub.settings.city,
        zone=ZoneInfo(hub.settings.timezone),
        passes=Passes(hub.settings.sealing_key),
        bot_answers=bot_answers,
        identity_secret=identity_secret,
    )


async def _channel_routes(hub: Hub) -> list[BaseRoute]:
    """The routes of our own channels, whose accounts are known once the database is seeded."""
    directory = await hub.directory.get()
    open311 = await own_account(hub, directory, ChannelKind.OPEN311, "digitally")
    chat = await own_account(hub, directory, ChannelKind.WEBCHAT, "web")
    form = await own_account(hub, directory, ChannelKind.WEBFORM, "web")
    server = Open311Server(
        open311,
        hub.intake,
        hub.service_requests,
        hub.now,
        public_url=f"{hub.settings.origin}/open311/v2",
        test=hub.settings.demo,
        current=partial(hub.connectors.port_account_of, open311.id),
    )
    desk = website_desk(hub, chat)
    limits = Limits()
    chat_server = ChatServer(desk, limits)
    pages = FormPages(replace(desk, account=form))
    return [
        Mount("/open311/v2", server),
        # A function: Starlette takes other callables for ASGI apps.
        WebSocketRoute("/chat/socket", chat_server.__call__),
        *ChatFiles(desk, limits).routes(),
        *pages.routes(),
    ]
