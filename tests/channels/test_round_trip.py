"""X and Facebook there and back: our connectors, and the sandbox that plays the platforms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from channels.facebook.connector import FacebookConnector
from channels.sandbox.config import SandboxConfig
from channels.x.connector import XConnector
from hub.ports import (
    Account,
    ChannelKind,
    Choice,
    Ignored,
    InboundItem,
    InboundMessage,
    Reply,
    TemporarilyUnavailable,
)
from tests.channels.sandbox.conftest import Sandbox, configured, sandbox_at, serving, until

pytestmark = pytest.mark.anyio


def x_account(config: SandboxConfig, url: str = "") -> Account:
    return Account(
        id=1,
        kind=ChannelKind.X,
        name=config.x_name,
        external_id=config.x_user_id,
        secrets={
            "consumer_key": config.x_consumer_key,
            "consumer_secret": config.x_consumer_secret,
            "access_token": config.x_access_token,
            "access_token_secret": config.x_access_token_secret,
        },
        base_url=f"{url}/x",
    )


def page_account(config: SandboxConfig, url: str = "") -> Account:
    return Account(
        id=2,
        kind=ChannelKind.FACEBOOK,
        name=config.facebook_page_name,
        external_id=config.facebook_page_id,
        secrets={
            "app_secret": config.facebook_app_secret,
            "verify_token": config.facebook_verify_token,
            "access_token": config.facebook_page_token,
            "app_id": config.facebook_app_id,
        },
        base_url=f"{url}/graph",
    )


@dataclass
class Inbox:
    """The hub's webhook door, with real connectors behind it."""

    connectors: dict[str, XConnector | FacebookConnector] = field(default_factory=dict)
    items: list[InboundItem] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/webhooks/{name}", self.handshake, methods=["GET"]),
                Route("/webhooks/{name}", self.receive, methods=["POST"]),
            ]
        )

    async def handshake(self, request: Request) -> Response:
        connector = self.connectors[request.path_params["name"]]
        answer = connector.handshake(dict(request.query_params))
        return Response(answer.body, media_type=answer.media_type)

    async def receive(self, request: Request) -> Response:
        connector = self.connectors[request.path_params["name"]]
        body = await request.body()
        connector.verify(request.headers, body)
        self.items.extend(connector.parse(body))
        return PlainTextResponse("")

    def messages(self) -> list[InboundMessage]:
        return [item for item in self.items if isinstance(item, InboundMessage)]

    def next(self) -> InboundMessage:
        """The one message that came; waits for it."""
        until(self.messages)
        found = self.messages()[0]
        self.items.clear()
        return found


@dataclass
class Town:
    inbox: Inbox
    sandbox: Sandbox

    @property
    def x(self) -> XConnector:
        return XConnector(x_account(self.sandbox.config, self.sandbox.url))

    @property
    def facebook(self) -> FacebookConnector:
        return FacebookConnector(page_account(self.sandbox.config, self.sandbox.url))


@pytest.fixture
def town() -> Iterator[Town]:
    inbox, config = Inbox(), configured("http://127.0.0.1:1")
    inbox.connectors = {
        "x": XConnector(x_account(config)),
        "facebook": FacebookConnector(page_account(config)),
    }
    with serving(inbox.app()) as hub_url, sandbox_at(hub_url) as sandbox:
        yield Town(inbox, sandbox)


def answer(message: InboundMessage, body: str, **changes: Any) -> Reply:
    fields: dict[str, Any] = {
        "key": "reply-1",
        "conversation": message.conversation,
        "recipient": message.author.address,
        "recipient_handle": message.author.handle,
        "body": body,
        "visibility": message.visibility,
        "in_reply_to": message.external_id,
        "last_inbound_at": message.sent_at,
        "written_at": datetime.now(UTC),
    }
    return Reply(**fields | changes)


class Saved(list[str]):
    async def __call__(self, part: str) -> None:
        self.append(part)


def texts(sandbox: Sandbox) -> str:
    """Everything the citizen's page shows, as one string."""
    return str(sandbox.threads())


LONG = "Bulky items go to the kerb by seven in the morning, away from cars and trees & poles. " * 8


async def test_x_public(town: Town) -> None:
    connector = town.x
    await connector.check()
    town.sandbox.act("x/posts", persona=persona(town), text="When is bulky pick-up & where?")
    asked = town.inbox.next()
    assert "bulky pick-up & where?" in asked.body
    assert asked.can_reply
    saved = Saved()
    reply = answer(asked, LONG)
    receipt = await connector.send(reply, saved)
    assert len(receipt.external_ids) == 3 == len(saved)
    assert "(3/3)" in texts(town.sandbox)
    found = await connector.find_sent(reply)
    assert found is not None
    assert found.external_ids == receipt.external_ids
    assert await connector.find_sent(answer(asked, "Something else.")) is None
    polled = [i for i in (await connector.poll(None)).items if isinstance(i, InboundMessage)]
    assert [(m.external_id, m.conversation, m.body) for m in polled] == [
        (asked.external_id, asked.conversation, asked.body)
    ]
    await connector.aclose()


async def test_x_private(town: Town) -> None:
    connector = town.x
    town.sandbox.act("x/dms", persona=persona(town), text="My bill <doubled> & nobody calls")
    asked = town.inbox.next()
    assert asked.body == "My bill <doubled> & nobody calls"
    polled = [i for i in (await connector.poll(None)).items if isinstance(i, InboundMessage)]
    assert [(m.external_id, m.conversation, m.body) for m in polled] == [
        (asked.external_id, asked.conversation, asked.body)
    ]
    reply = answer(asked, "We are looking at it & will call.")
    receipt = await connector.send(reply, Saved())
    found = await connector.find_sent(reply)
    assert found is not None
    assert found.external_ids == receipt.external_ids
    until(lambda: town.inbox.items)
    assert all(isinstance(item, Ignored) for item in town.inbox.items)
    await connector.aclose()


async def test_facebook_public(town: Town) -> None:
    connector = town.facebook
    await connector.check()
    town.sandbox.act("facebook/comments", persona=persona(town), text="Is the pool open?")
    asked = town.inbox.next()
    reply = answer(asked, "Yes, from nine to six.")
    receipt = await connector.send(reply, Saved())
    assert "Yes, from nine to six." in texts(town.sandbox)
    found = await connector.find_sent(reply)
    assert found is not None
    assert found.external_ids == receipt.external_ids
    assert await connector.find_sent(answer(asked, "No.")) is None
    await connector.aclose()


async def test_facebook_answers_to_answers_are_found(town: Town) -> None:
    connector = town.facebook
    town.sandbox.act("facebook/comments", persona=persona(town), text="Is the pool open?")
    root = town.inbox.next()
    sent = await connector.send(answer(root, "Yes."), Saved())
    town.sandbox.act(
        "facebook/comments",
        persona=persona(town),
        text="Thanks. And Sunday?",
        post_id=root.external_id,
    )
    until(town.inbox.messages)
    again = town.inbox.next()
    assert again.conversation == root.conversation
    reply = answer(again, "On Sunday from ten.")
    receipt = await connector.send(reply, Saved())
    assert receipt.external_ids != sent.external_ids
    found = await connector.find_sent(reply)
    assert found is not None
    assert found.external_ids == receipt.external_ids
    await connector.aclose()


async def test_facebook_visitors_post(town: Town) -> None:
    connector = town.facebook
    town.sandbox.act("facebook/posts", persona=persona(town), text="The fountain is dry.")
    asked = town.inbox.next()
    reply = answer(asked, "A crew will look at it.")
    receipt = await connector.send(reply, Saved())
    found = await connector.find_sent(reply)
    assert found is not None
    assert found.external_ids == receipt.external_ids
    assert await connector.find_sent(answer(asked, "Never said.")) is None
    await connector.aclose()


async def test_messenger(town: Town) -> None:
    connector = town.facebook
    town.sandbox.act("facebook/messages", persona=persona(town), text="Hello?")
    asked = town.inbox.next()
    choices = (Choice("Start service", "start-service"), Choice("Stop service", "stop-service"))
    reply = answer(asked, "What is it about?", choices=choices)
    receipt = await connector.send(reply, Saved())
    found = await connector.find_sent(reply)
    assert found is not None
    assert found.external_ids == receipt.external_ids
    until(lambda: town.inbox.items)
    assert town.inbox.items == [Ignored("an echo of what we sent")]
    town.inbox.items.clear()
    town.sandbox.act("facebook/messages", persona=persona(town), text="We fixed it.", by="staff")
    staff = town.inbox.next()
    assert staff.by_staff
    assert staff.conversation == asked.conversation
    await connector.aclose()


@pytest.mark.parametrize("case", ["x", "dm", "comment", "messenger"])
async def test_an_answer_taken_before_the_line_dropped_is_found(town: Town, case: str) -> None:
    """The platform hangs up after it took the answer: the look-up finds it, nothing doubles."""
    act: dict[str, tuple[str, Callable[[], XConnector | FacebookConnector], str]] = {
        "x": ("x/posts", lambda: town.x, "x"),
        "dm": ("x/dms", lambda: town.x, "x"),
        "comment": ("facebook/comments", lambda: town.facebook, "facebook"),
        "messenger": ("facebook/messages", lambda: town.facebook, "facebook"),
    }
    path, make, platform = act[case]
    connector = make()
    town.sandbox.act(path, persona=persona(town), text="Is anybody there?")
    asked = town.inbox.next()
    reply = answer(asked, "Yes, we are here.")
    town.sandbox.faults(platform, "drop_after")
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.send(reply, Saved())
    assert raised.value.outcome_unknown
    found = await connector.find_sent(reply)
    assert found is not None
    assert texts(town.sandbox).count("Yes, we are here.") == 1
    await connector.aclose()


def persona(town: Town) -> str:
    key: str = town.sandbox.state()["personas"][0]["key"]
    return key
