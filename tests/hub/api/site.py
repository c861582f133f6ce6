"""The whole app under test, and everybody who comes to it.

`Site` is a hub with its web app; a `Caller` is one kind of visitor, known by the headers of
their requests. Nothing goes over a network, but for `serving`, which is a real server.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from httpx2 import ASGITransport, AsyncClient, Response
from sqlalchemy import update
from starlette.applications import Starlette

from channels.registry import connector_for
from hub.api.access import COOKIE
from hub.app import create_app
from hub.ports import ChannelKind
from hub.serve import configure_logging, server_of
from hub.settings import Settings
from hub.system import Hub, Rooms
from hub.team.models import ApiToken, Role, Session
from hub.team.tokens import create_token, hash_secret, new_secret
from hub.tickets import actions
from tests.fakes import FakeClock, FakePlatforms, ScriptedResponder, inbound, rooms_of
from tests.fixtures import agent, change, receive, settings_for

ORIGIN = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Caller:
    """Who asks: `units` are the ones whose tickets they see, None for every one's."""

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    role: Role | None = None
    units: frozenset[str] | None = frozenset()
    agent_id: int | None = None

    @property
    def signed_in(self) -> bool:
        return self.role is not None

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def is_lead(self) -> bool:
        return self.role in (Role.SUPERVISOR, Role.ADMIN)

    def sees(self, unit: str, assignee_id: int | None = None) -> bool:
        """The rule of `hub.team.access`, said a second time on purpose."""
        if not self.signed_in:
            return False
        mine = assignee_id is not None and assignee_id == self.agent_id
        return self.units is None or unit in self.units or mine

    def without(self, *names: str) -> Caller:
        kept = {name: value for name, value in self.headers.items() if name not in names}
        return replace(self, headers=kept)

    def saying(self, **headers: str) -> Caller:
        """With further headers: `saying(x_csrf_token="…")`."""
        more = {name.replace("_", "-").title(): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **more})


NOBODY = Caller("nobody")

_numbers = itertools.count(1)


class Site:
    def __init__(self, hub: Hub, app: Starlette, clock: FakeClock) -> None:
        self.hub = hub
        self.app = app
        self.clock = clock
        self.clients: dict[bool, AsyncClient] = {}

    async def ask(
        self,
        caller: Caller,
        method: str,
        path: str,
        *,
        bugs: bool = True,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Response:
        """One request; a mistake of ours is raised, unless `bugs` is off."""
        if bugs not in self.clients:
            transport = ASGITransport(app=self.app, raise_app_exceptions=bugs)
            self.clients[bugs] = AsyncClient(transport=transport, base_url=ORIGIN)
        client = self.clients[bugs]
        client.cookies.clear()
        said = {**caller.headers, **(headers or {})}
        raw = {name.encode(): value.encode("latin-1") for name, value in said.items()}
        return await client.request(method, path, headers=raw, **more)

    async def api(self, caller: Caller, method: str, path: str, **more: Any) -> Response:
        return await self.ask(caller, method, f"/api/v1{path}", **more)

    async def get(self, caller: Caller, path: str, **params: Any) -> Any:
        """The JSON of a GET that must succeed."""
        answer = await self.api(caller, "GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def session(self, name: str, *, hours: float = 12) -> Caller:
        """A demo agent's open browser; negative `hours` are over already."""
        actor = await agent(self.hub, name)
        assert actor.id is not None
        secret, csrf = new_secret(), new_secret()
        now = self.hub.now()
        async with self.hub.database.write() as session:
            session.add(
                Session(
                    id_hash=hash_secret(secret),
                    agent_id=actor.id,
                    csrf_token=csrf,
                    created_at=now,
                    expires_at=now + timedelta(hours=hours),
                )
            )
        entry = (await self.hub.directory.get()).agents[actor.id]
        role = Role(entry.role)
        headers = {"Cookie": f"{COOKIE}={secret}", "X-Csrf-Token": csrf, "Origin": ORIGIN}
        if hours <= 0:
            return Caller(name, headers)
        units = frozenset(entry.units) if role is Role.AGENT else None
        return Caller(name, headers, role, units, actor.id)

    async def token(
        self, role: Role, *units: str, name: str = "a program", revoked: bool = False
    ) -> Caller:
        directory = await self.hub.directory.get()
        secret = await create_token(self.hub.database, self.hub.now, directory, role, name, units)
        headers = {"Authorization": f"Bearer {secret}"}
        if revoked:
            async with self.hub.database.write() as session:
                await session.execute(
                    update(ApiToken)
                    .where(ApiToken.token_hash == hash_secret(secret))
                    .values(revoked_at=self.hub.now())
                )
            return Caller(f"revoked {name}", headers)
        seen = frozenset(units) if role is Role.AGENT and units else None
        return Caller(f"{role} token of {', '.join(units) or 'no unit'}", headers, role, seen)

    async def everybody(self) -> list[Caller]:
        """One of each kind of visitor. Dana is the agent that tickets are given to from
        outside her unit."""
        signed_out = await self.session("ava")
        await self.hub.sessions.sign_out(signed_out.headers["Cookie"].partition("=")[2])
        return [
            NOBODY,
            Caller("signed out", signed_out.headers),
            replace(await self.session("ava", hours=-1), name="expired"),
            Caller("a made-up token", {"Authorization": f"Bearer swb_{new_secret()}"}),
            Caller("a made-up cookie", {"Cookie": f"{COOKIE}={new_secret()}"}),
            await self.token(Role.ADMIN, name="old", revoked=True),
            await self.session("ava"),
            await self.session("ben"),
            await self.session("dana"),
            await self.token(Role.AGENT, "call-center"),
            await self.token(Role.AGENT),
            await self.session("sam"),
            await self.token(Role.SUPERVISOR),
            await self.session("alex"),
            await self.token(Role.ADMIN),
        ]

    async def ticket(
        self,
        unit: str = "call-center",
        body: str = "My street light is out",
        *,
        assignee: str | None = None,
        kind: ChannelKind = ChannelKind.X,
        can_reply: bool = True,
    ) -> int:
        """A new ticket of a new contact in `unit`, given to `assignee`; a person has it."""
        number = next(_numbers)
        name = f"{unit}-{number}"
        message = inbound(
            f"m-{name}", body, conversation=f"c-{name}", address=f"u-{name}",
            sent_at=self.hub.now(), unit=unit, skip_bot=True, can_reply=can_reply,
            display_name=f"Customer {name}",
        )  # fmt: skip
        (ticket_id,) = await receive(self.hub, message, kind=kind)
        if assignee is not None:
            actor = await agent(self.hub, assignee)
            lead = await agent(self.hub, "sam")
            await change(self.hub, ticket_id, lead, actions.assign, actor.id)
        return ticket_id


def mixed_rooms(
    platforms: FakePlatforms,
    responder: ScriptedResponder,
    settings: Settings,
    real: Sequence[ChannelKind],
) -> Rooms:
    """The rooms of a hub under test, with the real connectors of some channels."""
    rooms = rooms_of(platforms, responder, settings)
    return replace(
        rooms,
        connector=lambda account: (
            connector_for(account) if account.kind in real else platforms(account)
        ),
    )


@asynccontextmanager
async def open_site(
    url: str,
    folder: Path,
    *,
    clock: Callable[[], Any] | None = None,
    responder: ScriptedResponder | None = None,
    real: Sequence[ChannelKind] = (),
    **settings: Any,
) -> AsyncIterator[Site]:
    """A site on the database at `url`. Its worker stays away unless `embedded_worker` is given."""
    chosen = settings_for(folder, url, **{"embedded_worker": False, **settings})
    now: Any = clock or FakeClock()
    rooms = mixed_rooms(FakePlatforms(now), responder or ScriptedResponder(), chosen, real)
    app = create_app(Hub(chosen, rooms, now=now))
    async with running(app, now) as site:
        yield site


@asynccontextmanager
async def running(app: Starlette, clock: Any) -> AsyncIterator[Site]:
    # As the command does it: a trace with everybody's locals takes half a minute.
    configure_logging(app.state.hub.settings, logging.CRITICAL)
    site = Site(app.state.hub, app, clock)
    async with app.router.lifespan_context(app):
        yield site
    for client in site.clients.values():
        await client.aclose()


@asynccontextmanager
async def serving(app: Starlette, settings: Settings) -> AsyncIterator[str]:
    """The app on a real server and a free port, as `hub serve` runs it; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    # Accepted connections inherit it: a client that does not read is noticed soon.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
    server = server_of(app, settings)
    # Signals are the test runner's.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    waiting = asyncio.create_task(server.serving.wait())
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        waiting.cancel()
        server.should_exit = True
        await task
        listener.close()
