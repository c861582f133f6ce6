"""The platforms, played: one stage for each way in and out of a connector.

A connector of yours joins with one `Stage`. Put it into a tuple and name that in the environment,
`CONNECTOR_STAGES="my_package.stages:STAGES"`; the suite then runs over it as over ours.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any, Protocol

import aiohttp
import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from channels.facebook.connector import FacebookConnector
from channels.open311.connector import Open311Connector
from channels.registry import Factory, factory, kinds
from channels.sandbox.faults import PLATFORMS
from channels.x.connector import XConnector
from hub.ports import Account, ReceivesWebhooks
from tests.channels.sandbox.conftest import SECRETS, Sandbox, configured, sandbox_at, serving, until
from tests.contracts.connectors import MARKER, Subject
from tests.contracts.sample_connector import SmsConnector
from tests.contracts.sample_gateway import CITIZEN, NUMBER, Gateway

Hook = tuple[Mapping[str, str], bytes]
"""A webhook: its headers (names in lower case) and its body."""


class Scene(Protocol):
    """A platform where something is going on. Nothing was said there before."""

    @property
    def account(self) -> Account:
        """The city's, with working secrets, each with MARKER in it."""
        ...

    def say(self, text: str) -> str:
        """A citizen writes; gives the platform's own id of it."""
        ...

    def change(self, number: str) -> None:
        """All that can happen to what a citizen wrote, and that the platform tells of."""
        ...

    def said(self) -> list[str]:
        """What the city has said there, oldest first."""
        ...

    def hooks(self) -> list[Hook]:
        """The webhooks the platform has sent so far; empty where it sends none."""
        ...

    def fault(self, *faults: object) -> None:
        """What the next calls of its API meet: see `channels.sandbox.faults`."""
        ...


@dataclass(frozen=True)
class Stage:
    name: str
    connector: Factory
    play: Callable[[], AbstractContextManager[Callable[[], Scene]]]
    """Builds the platform once, and gives what empties it before each test."""
    time_limit: tuple[str, object]
    """The connector's time limit: where it is kept, and what to put there for half a second."""
    refused_with: int = 400
    """A status by which the platform refuses a reply for good."""
    says_when: bool = True
    """A 429 of it tells when to ask again."""
    splits: bool = False
    """A reply that is too long goes out in parts; otherwise it is refused."""
    tells_deleted: bool = False
    """`Scene.change` ends with a deletion that the connector can find out about by asking."""
    proves_credentials: bool = True
    """`check` finds out that a key is wrong."""

    def __str__(self) -> str:
        return self.name


# -- the sandbox ---------------------------------------------------------------------------------


@dataclass
class Door:
    """The hub's webhook door: it proves itself, and keeps what it is sent."""

    receivers: dict[str, ReceivesWebhooks]
    hooks: list[tuple[str, Hook]] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/webhooks/{name}", self.prove, methods=["GET"]),
                Route("/webhooks/{name}", self.receive, methods=["POST"]),
            ]
        )

    async def prove(self, request: Request) -> Response:
        found = self.receivers[request.path_params["name"]].handshake(dict(request.query_params))
        return Response(found.body, media_type=found.media_type)

    async def receive(self, request: Request) -> Response:
        body = await request.body()
        self.hooks.append((request.path_params["name"], (dict(request.headers), body)))
        return PlainTextResponse("")


@dataclass(frozen=True)
class SandboxScene:
    sandbox: Sandbox
    door: Door
    account: Account
    platform: str
    channel: str
    opening: str
    """Path of the control API by which a citizen begins."""
    changes: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    def say(self, text: str) -> str:
        found = self.sandbox.act(self.opening, persona="dolores", text=text)
        return str(found["id"])

    def change(self, number: str) -> None:
        for path, more in self.changes:
            self.sandbox.act(path, id=number, **more)

    def said(self) -> list[str]:
        # By id: what was said below a visitor's post is shown with the post, and by itself.
        threads = self.sandbox.threads(channel=self.channel)
        said = {
            message["id"]: message["text"]
            for thread in sorted(threads, key=lambda each: -len(each["messages"]))
            for message in thread["messages"]
            if message["from"] == "city"
        }
        return list(said.values())

    def hooks(self) -> list[Hook]:
        until(lambda: self.sandbox.state()["deliveries"]["waiting"] == 0)
        return [hook for name, hook in self.door.hooks if name == self.platform]

    def fault(self, *faults: object) -> None:
        self.sandbox.faults(self.platform, *faults)


def accounts(sandbox: Sandbox | None = None) -> dict[str, Account]:
    """The city's accounts in the sandbox, by platform."""
    found = sandbox.config if sandbox else configured("http://127.0.0.1:9", **_SECRETS)
    url = sandbox.url if sandbox else ""
    x = {
        name: getattr(found, f"x_{name}")
        for name in ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    }
    page = {
        "app_secret": found.facebook_app_secret,
        "verify_token": found.facebook_verify_token,
        "access_token": found.facebook_page_token,
        "app_id": found.facebook_app_id,
    }
    key = {"api_key": found.open311_key}
    return {
        "x": Account(1, "x", "City", found.x_user_id, x, f"{url}/x"),
        "facebook": Account(2, "facebook", "City", found.facebook_page_id, page, f"{url}/graph"),
        "open311": Account(3, "open311", "City", "next-door", key, f"{url}/open311/v2"),
    }


_SECRETS = {name: f"{MARKER}-{name.replace('_', '-')}" for name in SECRETS}


@contextmanager
def sandbox(
    platform: str, channel: str, opening: str, *changes: tuple[str, Mapping[str, Any]]
) -> Iterator[Callable[[], Scene]]:
    door = Door(
        {
            "x": XConnector(accounts()["x"]),
            "facebook": FacebookConnector(accounts()["facebook"]),
        }
    )
    more = {**_SECRETS, "status_poll_seconds": 30.0}
    with serving(door.app()) as hub_url, sandbox_at(hub_url, **more) as town:

        def emptied() -> Scene:
            town.act("faults", **{name: {"next": []} for name in PLATFORMS})
            # What is still on its way would arrive in the next test.
            until(lambda: town.state()["deliveries"]["waiting"] == 0)
            town.act("reset")
            door.hooks.clear()
            return SandboxScene(
                town, door, accounts(town)[platform], platform, channel, opening, changes
            )

        yield emptied


# -- the sample's gateway ------------------------------------------------------------------------


@dataclass
class GatewayScene:
    gateway: Gateway
    account: Account
    told: list[Hook] = field(default_factory=list)

    def say(self, text: str) -> str:
        row = self.gateway.say(text)
        self.told.append(self.gateway.hook({"event": "received", "message": row}))
        return str(row["id"])

    def change(self, number: str) -> None:
        (row,) = [each for each in self.gateway.received if each["id"] == number]
        self.told.append(self.gateway.hook({"event": "delivered", "to": CITIZEN, "at": row["at"]}))

    def said(self) -> list[str]:
        return [row["text"] for row in self.gateway.sent]

    def hooks(self) -> list[Hook]:
        return list(self.told)

    def fault(self, *faults: object) -> None:
        self.gateway.fault(*faults)


@contextmanager
def sms() -> Iterator[Callable[[], Scene]]:
    secrets = {"api_key": f"{MARKER}-key", "webhook_secret": f"{MARKER}-webhooks"}
    gateway = Gateway(secrets["api_key"], secrets["webhook_secret"])
    with serving(gateway.app()) as url:
        account = Account(4, "sms", "Texts", NUMBER, secrets, f"{url}/v1")

        def emptied() -> Scene:
            for each in (gateway.sent, gateway.received, gateway.faults):
                each.clear()
            return GatewayScene(gateway, account)

        yield emptied


# -- all of them ---------------------------------------------------------------------------------

_X: dict[str, Any] = {
    "connector": XConnector,
    "time_limit": ("channels.x.transport.TIMEOUT", aiohttp.ClientTimeout(total=0.5)),
    "refused_with": 403,
}
_FACEBOOK: dict[str, Any] = {
    "connector": FacebookConnector,
    "time_limit": ("channels.facebook.client.TIMEOUT_SECONDS", 0.5),
}
STAGES = [
    Stage("x posts", play=partial(sandbox, "x", "x", "x/posts",
          ("x/posts/edit", {"text": "Changed."}), ("x/posts/delete", {})),
          splits=True, tells_deleted=True, **_X),
    Stage("x messages", play=partial(sandbox, "x", "x_dm", "x/dms"), **_X),
    Stage("facebook comments", play=partial(sandbox, "facebook", "facebook", "facebook/comments",
          ("facebook/comments/edit", {"text": "Changed."}),
          ("facebook/react", {"persona": "wes", "reaction": "love"}),
          ("facebook/react", {"persona": "wes", "reaction": None}),
          ("facebook/comments/hide", {}), ("facebook/comments/hide", {"hidden": False}),
          ("facebook/comments/delete", {})), splits=True, **_FACEBOOK),
    Stage("facebook posts", play=partial(sandbox, "facebook", "facebook", "facebook/posts",
          ("facebook/posts/edit", {"text": "Changed."}), ("facebook/posts/delete", {})),
          splits=True, **_FACEBOOK),
    Stage("messenger", play=partial(sandbox, "facebook", "messenger", "facebook/messages",
          ("facebook/messages/edit", {"text": "Changed."}),
          ("facebook/react", {"persona": "dolores", "reaction": "love"}),
          ("facebook/messages/unsend", {})), splits=True, **_FACEBOOK),
    Stage("open311 requests", Open311Connector,
          partial(sandbox, "open311", "open311", "open311/requests"),
          ("channels.open311.client._TIMEOUT", httpx2.Timeout(0.5)),
          says_when=False, proves_credentials=False),
    Stage("sample", SmsConnector, sms,
          ("tests.contracts.sample_connector.TIMEOUT", 0.5)),
]  # fmt: skip
for _named in filter(None, os.environ.get("CONNECTOR_STAGES", "").split(",")):
    _module, _, _name = _named.partition(":")
    STAGES += getattr(import_module(_module), _name)


def stages_with(protocol: type) -> list[Stage]:
    """The stages whose connectors implement `protocol`."""
    return [
        each
        for each in STAGES
        if isinstance(Subject(each.name, each.connector).connector(), protocol)
    ]


SUBJECTS = [Subject(each.kind, factory(each.kind)) for each in kinds() if each.installed]
"""Every connector: the registry's, what installed packages bring by entry point, the stages'."""
for _stage in STAGES:
    if _stage.connector not in [each.made for each in SUBJECTS]:
        SUBJECTS.append(Subject(_stage.name, _stage.connector))
RECEIVERS = [each for each in SUBJECTS if isinstance(each.connector(), ReceivesWebhooks)]
RECEIVING_STAGES = stages_with(ReceivesWebhooks)
