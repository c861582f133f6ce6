"""The hub's processes and what they lean on, each of which can be killed and started again.

The sandbox runs beside them and is not killed: platforms outlive our crashes.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.hub_process import environment
from bench.storm.plan import ROOT, Form, Plan
from channels.sandbox.config import variable
from hub.seed import shared_secret
from hub.settings import Settings
from tests.servers import PostgresqlServer, RedisServer, postgresql, redis

STARTS = 60.0
_SECRETS = {
    "x_consumer_key": "x_consumer_key",
    "x_consumer_secret": "x_consumer_secret",
    "x_access_token": "x_access_token",
    "x_access_token_secret": "x_access_token_secret",
    "facebook_app_secret": "facebook_app_secret",
    "facebook_verify_token": "facebook_verify_token",
    "facebook_page_token": "facebook_page_token",
    "open311_key": "open311_api_key",
}
"""The sandbox's names and the hub's for what they share."""


class DidNotStart(RuntimeError):
    """A process did not get ready; its log's end is the message."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Part:
    """One process. `path` is asked until it answers 200; without a port nothing is asked."""

    name: str
    command: list[str]
    environ: dict[str, str]
    log: Path
    port: int | None = None
    path: str = "/healthz"
    process: subprocess.Popen[bytes] | None = None
    ended: list[int] = field(default_factory=list)
    """Exit codes of the times it ended although nobody killed it."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it answers. Raises DidNotStart."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - ourselves
                self.command,
                cwd=ROOT,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + STARTS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                end = self.log.read_text(errors="replace")[-3000:]
                raise DidNotStart(f"{self.name} did not start:\n{end}")
            time.sleep(0.05)

    def answers(self) -> bool:
        if self.port is None:
            return True
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", self.path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        if self.process is not None:
            self._note_end()
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def revive(self) -> None:
        """Start it if it ended by itself, which is noted."""
        if self._note_end():
            self.start()

    def _note_end(self) -> bool:
        code = self.process.poll() if self.process is not None else None
        if code is None:
            return False
        self.ended.append(code)
        return True


@dataclass(slots=True)
class Town:
    """Everything that runs."""

    folder: Path
    settings: Settings
    environ: dict[str, str]
    hubs: list[Part]
    worker: Part | None
    sandbox: Part
    postgresql: PostgresqlServer | None = None
    redis: RedisServer | None = None

    @property
    def parts(self) -> list[Part]:
        """Ours, which may be killed."""
        return [*self.hubs, *([self.worker] if self.worker else [])]

    @property
    def database_file(self) -> Path:
        """Of the form without servers."""
        return self.folder / "hub.db"

    @property
    def sandbox_file(self) -> Path:
        return self.folder / "sandbox.db"

    def token(self) -> str:
        """An administrator's API token, made as a user makes one."""
        made = subprocess.run(  # noqa: S603 - ourselves
            [*_command("token", "create", "--role", "admin"), "--data", str(self.folder)],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.PIPE,
            check=True,
        )
        return made.stdout.decode().strip()


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "hub", *arguments]


@contextlib.contextmanager
def town(plan: Plan) -> Iterator[Town]:
    """Build and start everything; ended with the block. Raises DidNotStart, ServerMissing."""
    with contextlib.ExitStack() as stack:
        plan.folder.mkdir(parents=True, exist_ok=True)
        servers: tuple[PostgresqlServer | None, RedisServer | None] = (None, None)
        if plan.form is Form.SCALED:
            # Nothing acknowledged may hang on what a crashed server had only in memory.
            servers = (
                stack.enter_context(postgresql(synchronous_commit="on", autovacuum="on")),
                stack.enter_context(redis()),
            )
        made = _build(plan, *servers)
        for part in (made.sandbox, *made.parts):
            stack.callback(part.stop)
        made.sandbox.start()
        for part in made.parts:
            part.start()
        yield made


def _build(plan: Plan, database: PostgresqlServer | None, bell: RedisServer | None) -> Town:
    ports = [free_port() for _ in range(1 if database is None else 2)]
    sandbox_port = free_port()
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("HUB_", "SANDBOX_"))}
    environ |= {
        "HUB_DATA": str(plan.folder),
        "HUB_SECRET_KEY": "storm",
        "HUB_SANDBOX_URL": f"http://127.0.0.1:{sandbox_port}",
        "HUB_OPEN311_API_KEY": "a-key-for-the-storm",
        "HUB_BOT": "off",
        "HUB_LOG_FORMAT": "json",
        "HUB_EMBEDDED_WORKER": "true" if database is None else "false",
    }
    if database is not None and bell is not None:
        database.create("storm")
        environ |= {"HUB_DATABASE_URL": database.url("storm"), "HUB_REDIS_URL": bell.url}
    with environment(environ):
        settings = Settings()

    def part(name: str, *arguments: str, port: int | None = None) -> Part:
        command = [*_command(*arguments), "--data", str(plan.folder)]
        return Part(name, command, environ, plan.folder / f"{name}.log", port)

    hubs = [
        part(f"hub-{number}", "serve", "--port", str(port), port=port)
        for number, port in enumerate(ports, 1)
    ]
    worker = part("worker", "worker") if database is not None else None
    sandbox = Part(
        "sandbox",
        [*(sys.executable, "-m", "channels.sandbox"), "--port", str(sandbox_port)],
        environ | _sandbox_environ(settings, plan.folder, hubs[0].url),
        plan.folder / "sandbox.log",
        sandbox_port,
        "/sandbox/api/state",
    )
    return Town(plan.folder, settings, environ, hubs, worker, sandbox, database, bell)


def _sandbox_environ(settings: Settings, folder: Path, hub_url: str) -> dict[str, str]:
    told = {theirs: shared_secret(settings, ours) for theirs, ours in _SECRETS.items()}
    told |= {
        "hub_url": hub_url,
        "data": str(folder / "sandbox.db"),
        "x_user_id": settings.x_user_id,
        "facebook_page_id": settings.facebook_page_id,
        "facebook_app_id": settings.facebook_app_id,
        # The storm's own limits are met on demand; X's would end it in its first minute.
        "rate_limit_factor": "1000",
        "retry_seconds": "0.3,0.6,1,2",
    }
    return {variable(name): value for name, value in told.items()}
