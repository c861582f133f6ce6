"""A real `hub serve`, in a process of its own, over loopback."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.machine import cpu_seconds, resident_bytes
from hub.settings import Settings

APP_SECRET = "bench-app-secret"  # noqa: S105 - of a hub that lives for seconds
PAGE_ID = "104000000000001"
STARTS = 60.0
# Nothing of a bench may reach a platform: the accounts are told that it is here.
_NOWHERE = "http://127.0.0.1:9"


class HubDidNotStart(Exception):
    """Its log's end is the message."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def hub_settings(data: Path, database_url: str | None, *, worker: bool) -> dict[str, str]:
    """The hub's environment, without what the caller's says of another hub."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("HUB_")}
    # Its own bytecode and that of its libraries is kept, as it is where the hub is installed.
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    environ |= {
        "HUB_DATA": str(data),
        # One for all: several hubs of a bench may meet at one PostgreSQL.
        "HUB_SECRET_KEY": "bench-secret-key",
        "HUB_FACEBOOK_APP_SECRET": APP_SECRET,
        "HUB_FACEBOOK_PAGE_ID": PAGE_ID,
        "HUB_SANDBOX_URL": _NOWHERE,
        "HUB_EMBEDDED_WORKER": "true" if worker else "false",
        "HUB_BOT": "off",
    }
    if database_url is not None:
        environ["HUB_DATABASE_URL"] = database_url
    return environ


class HubProcess:
    def __init__(self, process: subprocess.Popen[bytes], port: int, started_in: float) -> None:
        self._process = process
        self.port = port
        self.started_in = started_in
        """Seconds from starting the process to the first 200 of /healthz."""

    @property
    def pid(self) -> int:
        return self._process.pid

    def cpu(self) -> float:
        """Seconds of processor time used so far."""
        return cpu_seconds(self.pid)

    def memory(self) -> int:
        """Resident bytes."""
        return resident_bytes(self.pid)

    def settle(self, seconds: float = 15.0) -> None:
        """Wait until it has nothing more to do, for at most so long."""
        deadline = time.monotonic() + seconds
        before = self.cpu()
        while time.monotonic() < deadline:
            time.sleep(0.5)
            now = self.cpu()
            if now - before < 0.03:
                return
            before = now


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from hub.cli import app; app()", *arguments]


@contextlib.contextmanager
def hub_process(
    data: Path, *, database_url: str | None = None, worker: bool = False
) -> Iterator[HubProcess]:
    """`hub serve` with its data in `data`; ended with the block. Raises HubDidNotStart."""
    port = free_port()
    data.mkdir(parents=True, exist_ok=True)
    log_path = data / "hub.log"
    with log_path.open("ab") as log:
        began = time.monotonic()
        process = subprocess.Popen(  # noqa: S603 - ourselves
            command("serve", "--port", str(port)),
            env=hub_settings(data, database_url, worker=worker),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        while not _healthy(port):
            if process.poll() is not None or time.monotonic() - began > STARTS:
                end = log_path.read_text(errors="replace")[-2000:]
                raise HubDidNotStart(f"hub serve did not start:\n{end}")
            time.sleep(0.01)
        yield HubProcess(process, port, time.monotonic() - began)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def compile_bytecode() -> None:
    """A start is measured with bytecode compiled, as an installation has it."""
    root = Path(__file__).resolve().parent.parent
    folders = [str(root / name) for name in ("hub", "channels", "bot", "kb", "agent_console")]
    arguments = [sys.executable, "-m", "compileall", "-q", "-j", "1", *folders]
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(arguments, check=False, stdout=subprocess.DEVNULL, env=environ)  # noqa: S603


def create_token(data: Path, database_url: str | None = None, role: str = "supervisor") -> str:
    """An API token of the hub whose data is in `data`."""
    made = subprocess.run(  # noqa: S603 - ourselves
        command("token", "create", "--role", role),
        env=hub_settings(data, database_url, worker=False),
        stdout=subprocess.PIPE,
        check=True,
    )
    return made.stdout.decode().strip()


def prepare(data: Path, database_url: str | None = None) -> None:
    """The hub's database with schema and seed, and nothing running."""

    async def main() -> None:
        from hub.app import build_hub

        hub = build_hub(settings_of(data, database_url))
        await hub.prepare()
        await hub.rooms.responder.aclose()
        await hub.database.aclose()

    asyncio.run(main())


def settings_of(data: Path, database_url: str | None = None) -> Settings:
    """The settings of `hub_settings`, for use in this process."""
    with environment(hub_settings(data, database_url, worker=False)):
        return Settings()


@contextlib.contextmanager
def environment(environ: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
