"""The scaled form, as docker-compose.yml has it: two hubs and a worker on PostgreSQL and Redis."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.sync.client import connect

from tests.servers import postgresql, redis
from tests.stack import ROOT, eventually, free_port

pytestmark = pytest.mark.timeout(180)

SECRETS = {"HUB_SECRET_KEY": "scaled", "HUB_FACEBOOK_APP_SECRET": "app-secret"}


class Scaled:
    """`hub serve` twice and `hub worker`, sharing nothing but PostgreSQL and Redis."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        server = stack.enter_context(postgresql())
        server.create("switchboard")
        bell = stack.enter_context(redis())
        self.environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith("HUB_")},
            **SECRETS,
            "HUB_DATABASE_URL": server.url("switchboard"),
            "HUB_REDIS_URL": bell.url,
            "HUB_EMBEDDED_WORKER": "false",
            "HUB_BOT": "off",
        }
        self.folder = folder
        self.urls = []
        for _ in range(2):
            port = free_port()
            self.urls.append(f"http://127.0.0.1:{port}")
            stack.callback(self._end, self._spawn("serve", "--port", str(port)))
        stack.callback(self._end, self._spawn("worker"))
        for url in self.urls:
            eventually(f"{url} is up", lambda url=url: _healthy(url), 60)

    def _command(self, *args: str) -> list[str]:
        return [sys.executable, "-m", "hub", *args, "--data", str(self.folder)]

    def _spawn(self, *args: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{'-'.join(args)}.log").open("wb") as log:
            return subprocess.Popen(
                self._command(*args), cwd=ROOT, env=self.environ, stdout=log, stderr=log
            )

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        process.wait(20)

    def run(self, *args: str) -> str:
        made = subprocess.run(
            self._command(*args), cwd=ROOT, env=self.environ, capture_output=True, check=True
        )
        return made.stdout.decode().strip()


def _healthy(url: str) -> bool:
    try:
        return bool(httpx2.get(f"{url}/healthz", trust_env=False).is_success)
    except httpx2.HTTPError:
        return False


@pytest.fixture(scope="module")
def scaled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scaled]:
    with ExitStack() as stack:
        yield Scaled(tmp_path_factory.mktemp("scaled"), stack)


def _messenger(text: str, number: int) -> bytes:
    event = {
        "sender": {"id": f"7000{number}"},
        "recipient": {"id": "104000000000001"},
        "timestamp": int(time.time() * 1000),
        "message": {"mid": f"m_scaled_{number}", "text": text},
    }
    page = {"id": "104000000000001", "time": 1, "messaging": [event]}
    return json.dumps({"object": "page", "entry": [page]}).encode()


def _post(url: str, body: bytes) -> None:
    digest = hmac.new(b"app-secret", body, hashlib.sha256).hexdigest()
    answer = httpx2.post(
        f"{url}/webhooks/facebook",
        content=body,
        headers={"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"},
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text


def test_taken_by_one_seen_at_the_other(scaled: Scaled) -> None:
    token = scaled.run("token", "create", "--role", "admin")
    bearer = {"Authorization": f"Bearer {token}"}
    taker, shower = scaled.urls
    since = httpx2.get(f"{shower}/api/v1/directory", headers=bearer, trust_env=False).json()["seq"]
    socket_url = f"{shower.replace('http', 'ws')}/console/socket?since={since}"
    with connect(socket_url, additional_headers=bearer, proxy=None) as socket:
        assert json.loads(socket.recv())["type"] == "hello"
        began = time.monotonic()
        for number in range(20):
            _post(taker, _messenger(f"scaled inquiry {number}", number))
            _post(shower, _messenger(f"scaled inquiry {number}", number))  # redelivered elsewhere
        created: list[dict[str, Any]] = []
        while len(created) < 20:
            frame = json.loads(socket.recv(timeout=20))
            created += [
                event for event in frame.get("events", []) if event["kind"] == "ticket.created"
            ]
        assert time.monotonic() - began < 20
    numbers = [event["seq"] for event in created]
    assert numbers == sorted(numbers)
    # The worker, a third process, hands every one of them to people.
    wanted = {"view": "all", "limit": "200"}

    def handed_over() -> bool:
        answer = httpx2.get(
            f"{taker}/api/v1/tickets", params=wanted, headers=bearer, trust_env=False
        )
        return len(answer.json()["items"]) == 20

    eventually("the worker has triaged all", handed_over, 30)
