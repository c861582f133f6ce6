"""X's own Python client against the sandbox: a second real client beside tweepy.

Its models are made from X's specification, so what it reads is shaped as X says. It asks in
that specification's words (`post.fields`, `note_post`), where tweepy has the older ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import xdk
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from xdk import schemas
from xdk.oauth1_auth import OAuth1
from xdk.posts.models import CreateRequest

from channels.sandbox.personas import BY_KEY
from channels.sandbox.x.shapes import Wanted
from tests.channels.sandbox.conftest import Hub, Sandbox, sandbox_at, until

CITY = "1460000000000000001"
WES = BY_KEY["wes"]


class ToSandbox(HTTPAdapter):
    """OAuth 1.0a signs X's address, so only the way there may change."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def send(self, request: PreparedRequest, **more: Any) -> Response:  # type: ignore[override]
        assert request.url is not None
        request.url = request.url.replace("https://api.x.com", self._base)
        return super().send(request, **{**more, "timeout": 10, "proxies": {}})


@pytest.fixture(params=["OAuth 2.0", "OAuth 1.0a"])
def client(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[Any]:
    config = sandbox.config
    if request.param == "OAuth 2.0":
        made = xdk.Client(base_url=f"{sandbox.url}/x", access_token=config.x_access_token)
        made.session.trust_env = False
    else:
        keys = OAuth1(
            api_key=config.x_consumer_key,
            api_secret=config.x_consumer_secret,
            callback="https://example.org",
            access_token=config.x_access_token,
            access_token_secret=config.x_access_token_secret,
        )
        made = xdk.Client(auth=keys)
        made.session.mount("https://api.x.com", ToSandbox(f"{sandbox.url}/x"))
    with made.session:
        yield made


def test_who_we_are(client: Any) -> None:
    found = client.users.get_me(user_fields=["description", "protected"])
    assert (found.data.id, found.data.username) == (CITY, "CityUtilitiesDemo")
    assert isinstance(found.data, schemas.User)


def test_mentions_in_pages(client: Any, sandbox: Sandbox) -> None:
    ids = [sandbox.act("x/posts", persona="marcus", text=f"dark, {n}")["id"] for n in range(7)]
    long = sandbox.act("x/posts", persona="wes", text="Nobody answers. " * 30)["id"]
    edited = sandbox.act("x/posts/edit", id=ids[-1], text="light again")["id"]
    pages = list(
        client.users.get_mentions(
            CITY,
            max_results=5,
            post_fields=["conversation_id", "created_at", "entities", "note_post", "text"],
            expansions=["author_id", "edit_history_post_ids"],
            user_fields=["username"],
        )
    )
    posts = {post.id: post for page in pages for post in page.data}
    assert [len(page.data) for page in pages] == [5, 3]
    assert posts.keys() == {*ids[:-1], long, edited}
    assert posts[edited].edit_history_post_ids == [ids[-1], edited]
    assert posts[long].note_post.text.endswith("Nobody answers. ")
    assert posts[long].author_id == str(WES.x_id)
    assert posts[long].entities.mentions[0].username == "CityUtilitiesDemo"
    assert {user.username for user in pages[0].includes.users} == {"adeyemi_bakes", "westillery"}


def test_posts_written_read_and_deleted(client: Any, sandbox: Sandbox) -> None:
    asked = sandbox.act("x/posts", persona="wes", text="when?")["id"]
    body = CreateRequest(text="At noon.", reply={"in_reply_to_tweet_id": asked})
    answer = client.posts.create(body)
    assert sandbox.threads(channel="x")[0]["messages"][1]["id"] == answer.data.id
    found = client.posts.get_by_ids(
        ids=[answer.data.id, "5"], post_fields=["text"], expansions=["referenced_posts"]
    )
    assert [post.id for post in found.data] == [answer.data.id]
    assert found.data[0].referenced_posts[0].id == asked
    (missing,) = found.errors
    assert isinstance(missing, schemas.ResourceNotFoundProblem)
    assert missing.resource_id == "5"
    assert client.posts.delete(answer.data.id).data.deleted is True


def test_direct_messages(client: Any, sandbox: Sandbox) -> None:
    sent = client.direct_messages.create_by_participant_id(WES.x_id, {"text": "Leave now."})
    sandbox.act("x/dms", persona="wes", text="we did")
    (page,) = client.direct_messages.get_events(
        max_results=10,
        dm_event_fields=["created_at", "text", "event_type"],
        expansions=["sender_id"],
    )
    assert [(event.text, event.sender_id) for event in page.data] == [
        ("we did", str(WES.x_id)),
        ("Leave now.", CITY),
    ]
    assert page.data[1].id == sent.data.dm_event_id
    (between,) = client.direct_messages.get_events_by_participant_id(str(WES.x_id))
    assert [event.id for event in between.data] == [event.id for event in page.data]


def test_a_reply_is_hidden(client: Any, sandbox: Sandbox) -> None:
    ours = client.posts.create({"text": "Storm update"}).data.id
    reply = sandbox.act("x/posts", persona="wes", text="lies", in_reply_to=ours)["id"]
    assert client.posts.hide_reply(reply, {"hidden": True}).data.hidden is True


def test_its_access_is_renewed(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # loopback has no certificate
    app = {"x_client_id": "app", "x_client_secret": "secret", "x_refresh_token": "first"}
    ended = {"access_token": "ended", "refresh_token": "first", "token_type": "bearer"}
    with sandbox_at(hub.url, **app) as sandbox:
        client = xdk.Client(
            base_url=f"{sandbox.url}/x",
            client_id="app",
            client_secret="secret",
            token={**ended, "expires_at": 1},
        )
        client.session.trust_env = False
        with client.session:
            assert client.users.get_me().data.id == CITY
        assert client.token["refresh_token"] not in ("first", None)
        assert client.token["scope"]


def test_events_are_shaped_as_x_says(sandbox: Sandbox, hub: Hub, client: Any) -> None:
    post = sandbox.act("x/posts", persona="wes", text="Nobody answers. " * 30)["id"]
    edited = sandbox.act("x/posts/edit", id=post, text="somebody did")["id"]
    until(lambda: len(hub.of("x")) == 2)
    for body in hub.of("x"):
        read = schemas.ActivityStreamResponse.model_validate(Wanted(post_words=True).worded(body))
        assert isinstance(read.data.payload, schemas.Post)
        assert read.data.event_type == "post.mention.create"
        assert read.data.filter.user_id == CITY
        assert -(2**63) <= int(read.data.event_uuid) < 2**63
        assert json.loads(read.model_dump_json())["data"]["tag"] == "switchboard"
    assert read.data.payload.edit_history_post_ids == [post, edited]
