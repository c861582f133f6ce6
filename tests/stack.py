"""The product as its user starts it: `hub run` in a process of its own, on free ports."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / ".stamps" / "test-bot" / "models"
"""Trained models are kept between runs, under a digest of what they were trained on."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class DidNotStart(AssertionError):
    """The hub did not get ready; its output is in the message."""


class Stack:
    """A running hub with its sandbox. Killed or stopped, it can be started again on its data."""

    def __init__(self, data: Path, *options: str, environ: dict[str, str] | None = None) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.options = options
        self.environ = environ or {}
        self.sandbox_url = ""
        self.started_at = 0.0
        self.log = data / "run.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._token: str | None = None
        self.http = httpx2.Client(trust_env=False, timeout=15)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()
        self.http.close()

    def start(self) -> None:
        """Returns once inquiries are taken and the sandbox answers."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.started_at = time.time()
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("HUB_", "SANDBOX_"))}
        with self.log.open("ab") as log:
            already = log.tell()
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "hub", "run", "--empty"),
                    *("--data", str(self.data), "--port", str(self.port), *self.options),
                ],
                cwd=ROOT,
                env=environ | self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            text = self.log.read_bytes()[already:].decode()
            if "Ctrl-C stops everything." in text:
                found = re.search(r"Sandbox\s+(http://\S+?)/\s", text)
                self.sandbox_url = found[1] if found else ""
                return
            time.sleep(0.05)
        raise DidNotStart(self.log.read_text())

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError("the hub did not stop") from None

    def token(self) -> str:
        """An administrator's API token, made as a user makes one."""
        if self._token is None:
            command = [sys.executable, "-m", "hub", "token", "create", "--role", "admin"]
            made = subprocess.run(
                [*command, "--data", str(self.data)], cwd=ROOT, capture_output=True, check=True
            )
            self._token = made.stdout.decode().strip()
        return self._token

    def api(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token()}", **options.pop("headers", {})}
        answer = self.http.request(method, f"{self.url}/api/v1{path}", headers=headers, **options)
        answer.raise_for_status()
        return answer.json()

    def tickets(self, **filters: Any) -> list[dict[str, Any]]:
        """Every ticket, over all pages."""
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            wanted = {**filters, "limit": 200} | ({"cursor": cursor} if cursor else {})
            page = self.api("GET", "/tickets", params=wanted)
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def messages(self, ticket_id: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api("GET", f"/tickets/{ticket_id}/messages")["items"]
        return found

    def sandbox(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The sandbox's control API: a POST with a body, a GET without."""
        url = f"{self.sandbox_url}/sandbox/api/{path}"
        answer = self.http.get(url) if body is None else self.http.post(url, json=body)
        answer.raise_for_status()
        return answer.json()


def eventually(what: str, check: Any, timeout: float = 30.0) -> Any:
    """The first true value of `check()`; fails with `what` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    value = check()
    while not value:
        assert time.monotonic() < deadline, f"after {timeout} s still not: {what}"
        time.sleep(0.1)
        value = check()
    return value
