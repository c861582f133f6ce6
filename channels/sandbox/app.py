"""The sandbox as one ASGI app. This module puts the parts together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Router

from channels.sandbox.citizens import Citizens
from channels.sandbox.config import SandboxConfig
from channels.sandbox.control import Control
from channels.sandbox.facebook.api import GraphApi
from channels.sandbox.facebook.doings import Doings
from channels.sandbox.facebook.pages import Pages
from channels.sandbox.faults import Faults, FaultyApi, HangsUp
from channels.sandbox.georeport.api import GeoReport
from channels.sandbox.georeport.filed import FiledReports
from channels.sandbox.georeport.reports import Reports
from channels.sandbox.guard import Guard
from channels.sandbox.outbox import Outbox
from channels.sandbox.page import CitizenPage
from channels.sandbox.postman import TIMEOUT_SECONDS, Postman
from channels.sandbox.subscriptions import Subscriptions
from channels.sandbox.threads import Threads
from channels.sandbox.world import Clock, World, now
from channels.sandbox.x.api import Doors, XApi
from channels.sandbox.x.direct_messages import DirectMessagesApi
from channels.sandbox.x.oauth2 import TokenEndpoint, Tokens
from channels.sandbox.x.posts import Posts


def create_app(config: SandboxConfig, clock: Clock = now) -> Starlette:
    """The whole sandbox. Its lifespan delivers webhooks, so serve it with lifespan on.

    While it runs, `app.state.leave()` (from any thread) ends what would hold a shutdown up.
    """
    world = World(config, clock)
    outbox = Outbox(world)
    posts, pages, reports = Posts(world), Pages(world), Reports(world)
    client = httpx2.AsyncClient(
        base_url=config.hub_url,
        timeout=TIMEOUT_SECONDS,
        trust_env=False,
        headers={"user-agent": "switchboard-sandbox"},
    )
    subscriptions = Subscriptions(world, client)
    filed = FiledReports(world, reports, outbox, client)
    neighbor = GeoReport(world, reports)
    postman = Postman(world, outbox, subscriptions, client, filed.filed)
    citizens = Citizens(world, posts, pages, outbox, filed, neighbor)
    threads = Threads(world, posts, pages, reports, outbox)
    faults = Faults()
    tokens = Tokens(world)
    doors = Doors(world, tokens)

    def start_afresh() -> None:
        world.database.forget()
        faults.forget()
        doors.limits.forget()
        tokens.revoked = False
        pages.open()

    control = Control(
        world,
        citizens,
        threads,
        reports,
        filed,
        outbox,
        subscriptions,
        faults,
        tokens,
        start_afresh,
        Doings(world, pages, outbox).actions(),
    )
    page = CitizenPage(world, control, threads, filed)
    x = [*XApi(world, posts, doors).routes()]
    x += DirectMessagesApi(world, posts, outbox, doors).routes()
    x += TokenEndpoint(world, tokens).routes()
    graph = GraphApi(world, pages, outbox).routes()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        app.state.leave = lambda: loop.call_soon_threadsafe(world.leave)
        tasks = [asyncio.create_task(postman.run()), asyncio.create_task(filed.watch())]
        try:
            yield
        finally:
            await control.aclose()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await client.aclose()
            world.database.close()

    return HangsUp(
        routes=[
            Mount("/x", app=FaultyApi(Router(x), "x", faults, world)),
            Mount("/graph", app=FaultyApi(Router(graph), "facebook", faults, world)),
            Mount(
                "/open311/v2",
                app=FaultyApi(Router(neighbor.routes()), "open311", faults, world),
            ),
            *control.routes(),
            *page.routes(),
        ],
        middleware=[Middleware(Guard)],
        lifespan=lifespan,
    )
