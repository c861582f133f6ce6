"""`./dev run`: the hub, its worker, Rasa and the sandbox, started together and ended together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Callable

import httpx2
from sqlalchemy import func, select

from channels.sandbox.config import variable
from channels.sandbox.samples import send_samples
from hub.app import build_hub, create_app
from hub.seed import DEMO_AGENTS, DEMO_PASSWORD, refuse_exposed_demo, shared_secret
from hub.serve import bind, server_of
from hub.settings import Settings
from hub.system import Hub
from hub.tickets.models import Ticket

_SANDBOX_SECRETS = {
    "x_consumer_key": "x_consumer_key",
    "x_consumer_secret": "x_consumer_secret",
    "x_access_token": "x_access_token",
    "x_access_token_secret": "x_access_token_secret",
    "facebook_app_secret": "facebook_app_secret",
    "facebook_verify_token": "facebook_verify_token",
    "facebook_page_token": "facebook_page_token",
    "open311_key": "open311_api_key",
}
_SANDBOX_STARTS = 20.0

Say = Callable[[str], None]


class SandboxFailed(Exception):
    """The sandbox did not come up."""


class SandboxProcess:
    """The sandbox, in a process of its own that ends with ours: it watches its standard input."""

    def __init__(self, settings: Settings, url: str, port: int) -> None:
        self._settings = settings
        self._url = url
        self._port = port
        self._process: asyncio.subprocess.Process | None = None

    async def spawn(self) -> None:
        """Begin: it takes a second, in which the hub can begin too."""
        settings = self._settings
        environ = {k: v for k, v in os.environ.items() if not k.startswith("SANDBOX_")}
        environ[variable("hub_url")] = settings.origin
        environ[variable("data")] = str(settings.data / "sandbox.db")
        environ[variable("x_user_id")] = settings.x_user_id
        environ[variable("facebook_page_id")] = settings.facebook_page_id
        environ[variable("facebook_app_id")] = settings.facebook_app_id
        for theirs, ours in _SANDBOX_SECRETS.items():
            environ[variable(theirs)] = shared_secret(settings, ours)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "channels.sandbox", "--host", "127.0.0.1", "--port", str(self._port)),
            "--until-stdin-closes",
            stdin=asyncio.subprocess.PIPE,
            env=environ,
            start_new_session=True,
        )

    async def wait(self) -> None:
        """Returns once it answers. Raises SandboxFailed."""
        assert self._process is not None
        deadline = time.monotonic() + _SANDBOX_STARTS
        async with httpx2.AsyncClient(trust_env=False) as client:
            while time.monotonic() < deadline and self._process.returncode is None:
                with contextlib.suppress(httpx2.HTTPError):
                    if (await client.get(f"{self._url}/sandbox/api/threads")).is_success:
                        return
                await asyncio.sleep(0.1)
        raise SandboxFailed("the sandbox did not start")

    async def subscribe(self) -> None:
        """Have it prove its webhooks to the hub, as the platforms do."""
        async with httpx2.AsyncClient(trust_env=False, timeout=15) as client:
            await client.post(f"{self._url}/sandbox/subscribe")

    async def stop(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()
            await process.wait()


async def run(settings: Settings, *, sandbox_port: int | None, samples: bool, say: Say) -> None:
    """Serve until a signal comes. Raises DemoNotAllowed, PortInUse or SandboxFailed."""
    began = time.monotonic()
    refuse_exposed_demo(settings)
    listener = bind(settings.host, settings.port)
    sandbox: SandboxProcess | None = None
    if sandbox_port is not None and settings.sandbox_url is not None:
        sandbox = SandboxProcess(settings, settings.sandbox_url, sandbox_port)
    hub = build_hub(settings, progress=lambda line: say(f"bot: {line}"))
    server = server_of(create_app(hub), settings)
    extra: list[asyncio.Task[None]] = []

    async def announce() -> None:
        await server.serving.wait()
        say(f"The hub takes inquiries ({time.monotonic() - began:.1f} s).")
        if sandbox is not None:
            await sandbox.wait()
            await sandbox.subscribe()
        _print_addresses(settings, say)
        if sandbox is not None and samples and await _is_empty(hub):
            await _send_samples(settings.sandbox_url or "", say)

    try:
        if sandbox is not None:
            await sandbox.spawn()
        extra.append(asyncio.create_task(announce(), name="announce"))
        extra[0].add_done_callback(lambda task: _report(task, say))
        await server.serve(sockets=[listener])
    finally:
        for task in extra:
            task.cancel()
        await asyncio.gather(*extra, return_exceptions=True)
        if sandbox is not None:
            await sandbox.stop()
        listener.close()


def _report(task: asyncio.Task[None], say: Say) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        say(f"The sandbox is not available: {error}")


async def _is_empty(hub: Hub) -> bool:
    async with hub.database.read() as session:
        return not await session.scalar(select(func.count()).select_from(Ticket))


async def _send_samples(url: str, say: Say) -> None:
    try:
        await send_samples(url)
    except httpx2.HTTPError as error:
        say(f"The sample inquiries stopped: {error}")
    else:
        say("The sample inquiries have arrived.")


def _print_addresses(settings: Settings, say: Say) -> None:
    origin = settings.origin
    places = [
        ("Console", f"{origin}/console", ""),
        ("Citizens", f"{origin}/", "web chat and form"),
        ("API", f"{origin}/api/v1/openapi.json", ""),
    ]
    if settings.sandbox_url:
        places.insert(
            2, ("Sandbox", f"{settings.sandbox_url}/", "write as a citizen on X, Facebook…")
        )
    say("")
    for name, address, what in places:
        say(f"  {name:<10} {address:<44} {what}".rstrip())
    if settings.demo:
        say("")
        say(f"  Sign in with any of these and the password {DEMO_PASSWORD}:")
        for agent in DEMO_AGENTS:
            say(f"    {agent.email:<22} {agent.role.value:<11} {agent.name}")
    say("")
    say("  Ctrl-C stops everything.")
    say("")
