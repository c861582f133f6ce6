"""The Rasa server as a process of ours: started, watched, started again, ended by its id."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2

from bot.command import end_group
from bot.environment import PROJECT, child_environment
from hub.ports import PartState

READY_WITHIN = 120.0
"""Seconds from start to the first answer; 4 to 12 are usual."""
PROBE_EVERY = 5.0
PROBES_MISSED = 3
"""A server that misses this many probes in a row hangs, and is replaced."""
STEADY = 300.0
"""Seconds of running after which an end counts as the first one again."""
LONGEST_PAUSE = 60.0

Report = Callable[[PartState, str], None]
"""Told the state of the server, and the detail for people."""


Spare = Callable[[Path], Awaitable[Path]]
"""Given the model that Rasa did not start with, gives the one to try next; that may be the same."""


async def the_same(model: Path) -> Path:
    """There is no other."""
    return model


class StartFailed(Exception):
    """The server ended or was silent before it was ready."""


class SwapFailed(Exception):
    """The running server kept its old model; the message is its reason."""


class RasaProcess:
    """One Rasa server, kept running until it is stopped.

    `interface` is where it listens: loopback, unless a private network lies between it and
    the hub, since Rasa's webhook asks for no token.

    `folder` is where it runs and where `rasa.log` is written. `port` 0 takes a free one at
    each start. Calls are made through `base_url`, None while nothing answers there. `spare` is
    asked after each failed start.
    """

    def __init__(
        self,
        python: Path,
        folder: Path,
        model: Path,
        *,
        port: int = 0,
        interface: str = "127.0.0.1",
        report: Report = lambda state, detail: None,
        spare: Spare = the_same,
    ) -> None:
        self.model = model
        self._python, self._folder, self._wanted_port = python, folder, port
        self._interface = interface
        self._report, self._spare = report, spare
        self._token = secrets.token_hex(24)  # one that began with "-" would be read as an option
        self._process: asyncio.subprocess.Process | None = None
        self._url: str | None = None
        self._http = httpx2.AsyncClient(timeout=5.0, trust_env=False)

    @property
    def base_url(self) -> str | None:
        return self._url

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def keep_running(self) -> None:
        """Run the server until cancelled; each end of it is followed by a new start."""
        failures = 0
        try:
            while True:
                began, tried, started = time.monotonic(), self.model, True
                try:
                    await self._start()
                    reason = await self._watch()
                except StartFailed as error:
                    reason, started = str(error), False
                finally:
                    self._url = None
                    await self._end()
                failures = 1 if time.monotonic() - began > STEADY else failures + 1
                pause = min(2.0 ** (failures - 1), LONGEST_PAUSE)
                self._report(
                    PartState.DOWN, f"{reason}; starting again in {pause:.0f} s (log: {self._log})"
                )
                await asyncio.sleep(pause)
                if not started and tried == self.model:
                    self.model = await self._spare(tried)
        finally:
            await self._http.aclose()

    async def swap(self, model: Path) -> None:
        """Let the running server take `model`, without a refused request.

        Raises SwapFailed and keeps the old one if it cannot be loaded. Without a server
        running, the next start takes it.
        """
        if self._url is not None:
            try:
                answer = await self._http.put(
                    f"{self._url}/model",
                    params={"token": self._token},
                    json={"model_file": str(model)},
                    timeout=60.0,
                )
            except httpx2.HTTPError as error:
                raise SwapFailed(f"Rasa did not answer: {error!r}") from error
            if answer.status_code != 204:
                raise SwapFailed(f"Rasa refused the model: {answer.status_code} {answer.text}")
        self.model = model

    async def _start(self) -> None:
        port = self._wanted_port or _free_port()
        self._report(PartState.STARTING, "starting Rasa")
        self._folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            self._log.replace(self._log.with_suffix(".log.1"))
        env = child_environment() | {"SWITCHBOARD_RASA_TOKEN": self._token}
        with self._log.open("wb") as log:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *(self._python, "-m", "components.launch", "run", "--enable-api"),
                    *("--interface", self._interface, "--port", str(port)),
                    *("--model", self.model),
                    *("--credentials", PROJECT / "credentials.yml"),
                    *("--endpoints", PROJECT / "endpoints.yml"),
                    env=env,
                    cwd=self._folder,
                    stdin=asyncio.subprocess.PIPE,  # its end tells Rasa that we are gone
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            except OSError as error:
                raise StartFailed(f"Rasa could not be started: {error}") from error
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + READY_WITHIN
        while not await self._probe(url):
            if self._process.returncode is not None:
                raise StartFailed(f"Rasa ended while starting: {self._last_words()}")
            if time.monotonic() > deadline:
                raise StartFailed(f"Rasa was not ready within {READY_WITHIN:.0f} s")
            await asyncio.sleep(0.2)
        self._url = url
        self._report(PartState.UP, "ready")

    async def _watch(self) -> str:
        """Return why the server is to be replaced, once it ended or hangs."""
        assert self._process is not None
        assert self._url is not None
        missed = 0
        while True:
            with contextlib.suppress(TimeoutError):
                status = await asyncio.wait_for(self._process.wait(), PROBE_EVERY)
                return f"Rasa ended with status {status}"
            if await self._probe(self._url):
                if missed:
                    self._report(PartState.UP, "ready")
                missed = 0
                continue
            missed += 1
            if missed >= PROBES_MISSED:
                return "Rasa hung"
            self._report(PartState.DEGRADED, f"Rasa does not answer ({missed} probes)")

    async def _probe(self, url: str) -> bool:
        try:
            return (await self._http.get(f"{url}/webhooks/switchboard/")).status_code == 200
        except httpx2.HTTPError:
            return False

    async def _end(self) -> None:
        if self._process is not None:
            await end_group(self._process, grace=5.0)
            self._process = None

    @property
    def _log(self) -> Path:
        return self._folder / "rasa.log"

    def _last_words(self) -> str:
        with contextlib.suppress(OSError), self._log.open("rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - 2000))
            lines = log.read().decode("utf-8", "replace").split("\n")
            return next((line.strip() for line in reversed(lines) if line.strip()), "no output")
        return "no output"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
