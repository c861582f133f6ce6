"""A sandbox served by uvicorn in a thread, and a stand-in for the hub that notes what it gets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
import tweepy
import uvicorn
from pyfacebook import FacebookApi
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.responses import Response as Answer
from starlette.routing import Route
from starlette.types import ASGIApp

from channels.sandbox.app import create_app
from channels.sandbox.config import SandboxConfig
from channels.sandbox.faults import PLATFORMS

SECRETS: dict[str, str] = {
    "x_consumer_key": "consumer-key",
    "x_consumer_secret": "consumer-secret",
    "x_access_token": "1460000000000000001-access",
    "x_access_token_secret": "access-secret",
    "x_bearer_token": "bearer",
    "facebook_app_secret": "app-secret",
    "facebook_verify_token": "verify-me",
    "facebook_page_token": "page-token",
    "open311_key": "civic-key",
}


@contextmanager
def serving(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve `app` on loopback in a thread; yields its address."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="error", lifespan="on", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive())
        assert server.started
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
        assert not thread.is_alive()


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until `condition` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that in time"
        time.sleep(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def signed(kind: str, secret: str, body: bytes) -> str:
    """The signature as the platform's documentation defines it, worked out here anew."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256)
    if kind == "x":
        return f"sha256={base64.b64encode(digest.digest()).decode()}"
    return f"sha256={digest.hexdigest()}"


@dataclass
class Hub:
    """Answers handshakes, keeps what it accepted, refuses while `answers` has statuses left."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    proves_itself: bool = True
    tries: list[str] = field(default_factory=list)
    accepted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    filed: list[dict[str, str]] = field(default_factory=list)
    notes: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    offered: dict[str, str] = field(default_factory=dict)

    def forget(self) -> None:
        self.answers.clear()
        self.tries.clear()
        self.accepted.clear()
        self.filed.clear()
        self.notes.clear()
        self.offered.clear()
        self.proves_itself = True

    def of(self, platform: str) -> list[dict[str, Any]]:
        return [body for name, body in self.accepted if name == platform]

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/webhooks/x", self.x_proof, methods=["GET"]),
                Route("/webhooks/facebook", self.facebook_proof, methods=["GET"]),
                Route("/webhooks/{platform}", self.webhook, methods=["POST"]),
                Route("/open311/v2/services.json", self.services, methods=["GET"]),
                Route("/open311/v2/requests.json", self.file, methods=["POST"]),
                Route("/open311/v2/requests.json", self.status, methods=["GET"]),
            ]
        )

    async def x_proof(self, request: Request) -> Answer:
        secret = SECRETS["x_consumer_secret"] if self.proves_itself else "another"
        token = request.query_params["crc_token"]
        return JSONResponse({"response_token": signed("x", secret, token.encode())})

    async def facebook_proof(self, request: Request) -> Answer:
        query = request.query_params
        right = query["hub.verify_token"] == SECRETS["facebook_verify_token"]
        if not right or not self.proves_itself or query["hub.mode"] != "subscribe":
            return PlainTextResponse("no", 403)
        return PlainTextResponse(query["hub.challenge"])

    async def webhook(self, request: Request) -> Answer:
        platform = request.path_params["platform"]
        body = await request.body()
        header, secret = {
            "x": ("x-twitter-webhooks-signature", "x_consumer_secret"),
            "facebook": ("x-hub-signature-256", "facebook_app_secret"),
        }[platform]
        self.tries.append(platform)
        if request.headers[header] != signed(platform, SECRETS[secret], body):
            return PlainTextResponse("badly signed", 401)
        if self.answers and (status := self.answers.pop(0)) != 200:
            return PlainTextResponse("not now", status)
        self.accepted.append((platform, json.loads(body)))
        return PlainTextResponse("")

    async def services(self, request: Request) -> Answer:
        if not self.offered:
            return JSONResponse([{"code": 404, "description": "none"}], 404)
        return JSONResponse(
            [{"service_code": code, "service_name": name} for code, name in self.offered.items()]
        )

    async def file(self, request: Request) -> Answer:
        form = {name: str(value) for name, value in (await request.form()).items()}
        if self.answers and (status := self.answers.pop(0)) != 200:
            return JSONResponse([{"code": status, "description": "no such thing"}], status)
        self.filed.append(form)
        number = str(len(self.filed))
        self.notes[number] = ("open", None)
        row = {"service_request_id": number, "service_notice": "Thank you."}
        return JSONResponse([row], 201)

    async def status(self, request: Request) -> Answer:
        rows = []
        for number in request.query_params["service_request_id"].split(","):
            status, notes = self.notes[number]
            rows.append({"service_request_id": number, "status": status, "status_notes": notes})
        return JSONResponse(rows)


@dataclass
class Sandbox:
    url: str
    config: SandboxConfig
    http: httpx2.Client

    def act(self, path: str, **body: Any) -> dict[str, Any]:
        """POST to the control API; expects that it works."""
        answer = self.http.post(f"/sandbox/api/{path}", json=body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def threads(self, **query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get("/sandbox/api/threads", params=query).json()[
            "threads"
        ]
        return found

    def faults(self, platform: str, *faults: object) -> None:
        self.act("faults", **{platform: {"next": list(faults)}})

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get("/sandbox/api/state").json()
        return found


Start = Callable[..., Sandbox]


def configured(hub_url: str, **more: Any) -> SandboxConfig:
    settings: dict[str, Any] = {
        **SECRETS,
        "hub_url": hub_url,
        "retry_seconds": (0.02, 0.05),
        "status_poll_seconds": 0.05,
        **more,
    }
    return SandboxConfig(**settings)


@contextmanager
def sandbox_at(hub_url: str, **more: Any) -> Iterator[Sandbox]:
    config = configured(hub_url, **more)
    with serving(create_app(config)) as url, httpx2.Client(base_url=url, trust_env=False) as http:
        yield Sandbox(url, config, http)


@pytest.fixture(scope="session")
def standing_hub() -> Iterator[Hub]:
    found = Hub()
    with serving(found.app()) as url:
        found.url = url
        yield found


@pytest.fixture
def hub(standing_hub: Hub) -> Iterator[Hub]:
    """A hub that has heard nothing yet."""
    yield standing_hub
    standing_hub.forget()


@pytest.fixture(scope="session")
def standing_sandbox(standing_hub: Hub) -> Iterator[Sandbox]:
    with sandbox_at(standing_hub.url) as found:
        yield found


@pytest.fixture
def sandbox(standing_sandbox: Sandbox, hub: Hub) -> Iterator[Sandbox]:
    """A sandbox in which nothing was said yet."""
    yield standing_sandbox
    hub.answers.clear()
    standing_sandbox.act("faults", **{name: {"next": []} for name in PLATFORMS})
    # What is still on its way would arrive in the next test.
    until(lambda: standing_sandbox.state()["deliveries"]["waiting"] == 0)
    standing_sandbox.act("reset")


class Elsewhere(HTTPAdapter):
    """Sends what is meant for X to the sandbox, as a connector does."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def send(self, request: PreparedRequest, **more: Any) -> Response:  # type: ignore[override]
        assert request.url is not None
        request.url = request.url.replace("https://api.twitter.com", self._base)
        return super().send(request, **{**more, "timeout": 10, "proxies": {}})


@contextmanager
def x_client(sandbox: Sandbox, **keys: Any) -> Iterator[tweepy.Client]:
    """The real tweepy. Without `keys`, the city's own account."""
    config = sandbox.config
    keys = keys or {
        "consumer_key": config.x_consumer_key,
        "consumer_secret": config.x_consumer_secret,
        "access_token": config.x_access_token,
        "access_token_secret": config.x_access_token_secret,
    }
    client = tweepy.Client(**keys)
    client.session.mount("https://api.twitter.com", Elsewhere(f"{sandbox.url}/x"))
    with client.session:
        yield client


@pytest.fixture
def x(sandbox: Sandbox) -> Iterator[tweepy.Client]:
    with x_client(sandbox) as client:
        yield client


@contextmanager
def graph_client(sandbox: Sandbox, **more: Any) -> Iterator[FacebookApi]:
    """The real python-facebook-api."""
    keys: dict[str, Any] = {
        "access_token": sandbox.config.facebook_page_token,
        "app_id": sandbox.config.facebook_app_id,
        "app_secret": sandbox.config.facebook_app_secret,
        **more,
    }
    api = FacebookApi(base_url=f"{sandbox.url}/graph/", version="v26.0", timeout=10, **keys)
    with api.session:
        yield api


@pytest.fixture
def graph(sandbox: Sandbox) -> Iterator[FacebookApi]:
    with graph_client(sandbox) as api:
        yield api


@pytest.fixture(scope="session")
def recorded(shared: Path) -> Callable[[str], Any]:
    """A recorded payload from ../shared/fixtures."""

    def read(name: str) -> Any:
        return json.loads((shared / "fixtures" / name).read_text())

    return read


def shape(value: Any) -> Any:
    """Keys and types, without the values: lists are the shape of their first item."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__
