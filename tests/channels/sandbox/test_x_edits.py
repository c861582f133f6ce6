"""What happens to a post later: edits, deletions, and an end of access."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
import tweepy

from channels.sandbox.app import create_app
from tests.channels.sandbox.conftest import (
    Hub,
    Sandbox,
    configured,
    serving,
    until,
    x_client,
)

CITY = "1460000000000000001"


def refused(sandbox: Sandbox, path: str, **body: Any) -> str:
    answer = sandbox.http.post(f"/sandbox/api/{path}", json=body)
    assert answer.status_code in (400, 404, 409)
    detail: str = answer.json()["detail"]
    return detail


def test_an_edit_is_a_new_id_in_a_chain(sandbox: Sandbox, hub: Hub, x: tweepy.Client) -> None:
    first = sandbox.act("x/posts", persona="wes", text="power is off")["id"]
    second = sandbox.act("x/posts/edit", id=first, text="power is on")["id"]
    third = sandbox.act("x/posts/edit", id=first, text="no, off")["id"]
    assert int(first) < int(second) < int(third)
    until(lambda: len(hub.of("x")) == 3)
    told = {body["data"]["payload"]["id"]: body["data"] for body in hub.of("x")}
    assert told[third]["event_type"] == "post.mention.create"
    assert told[third]["payload"]["edit_history_tweet_ids"] == [first, second, third]
    assert told[third]["payload"]["edit_controls"]["edits_remaining"] == 3
    assert told[third]["payload"]["text"] == "@CityUtilitiesDemo no, off"
    assert told[third]["payload"]["conversation_id"] == first
    # Lists show the newest version, each version can be asked for.
    listed = x.get_users_mentions(CITY, user_auth=True).data
    assert [str(post.id) for post in listed] == [third]
    assert listed[0].edit_history_tweet_ids == [int(first), int(second), int(third)]
    asked = x.get_tweets([first, third], user_auth=True).data
    assert [post.text for post in asked] == [
        "@CityUtilitiesDemo power is off",
        "@CityUtilitiesDemo no, off",
    ]
    (thread,) = sandbox.threads(channel="x")
    assert [(m["text"], m["edited"]) for m in thread["messages"]] == [
        ("@CityUtilitiesDemo no, off", True)
    ]
    assert "edited" in sandbox.http.get("/threads?persona=wes").text


def test_deleting_one_version_deletes_the_chain_and_tells_nobody(
    sandbox: Sandbox, hub: Hub, x: tweepy.Client
) -> None:
    first = sandbox.act("x/posts", persona="wes", text="one")["id"]
    second = sandbox.act("x/posts/edit", id=first, text="two")["id"]
    until(lambda: len(hub.of("x")) == 2)
    sandbox.act("x/posts/delete", id=first)
    found = x.get_tweets([first, second], user_auth=True)
    assert found.data is None
    assert {error["resource_id"] for error in found.errors} == {first, second}
    assert found.errors[0]["type"].endswith("/problems/resource-not-found")
    assert x.get_users_mentions(CITY, user_auth=True).data is None
    assert len(hub.of("x")) == 2


def test_a_quote_can_be_edited_and_stays_one(sandbox: Sandbox, hub: Hub, x: tweepy.Client) -> None:
    ours = x.create_tweet(text="We are here.").data["id"]
    quote = sandbox.act("x/posts", persona="wes", text="are they?", quote_of=ours)["id"]
    sandbox.act("x/posts/edit", id=quote, text="they are")
    until(lambda: len(hub.of("x")) == 2)
    assert [body["data"]["event_type"] for body in hub.of("x")] == ["post.quote.create"] * 2


def test_what_x_does_not_let_be_edited(sandbox: Sandbox, x: tweepy.Client) -> None:
    ours = str(x.create_tweet(text="We are here.").data["id"])
    assert "city's own" in refused(sandbox, "x/posts/edit", id=ours, text="no")
    reply = sandbox.act("x/posts", persona="wes", text="lies", in_reply_to=ours)["id"]
    assert "reply" in refused(sandbox, "x/posts/edit", id=reply, text="truths")
    assert "no post" in refused(sandbox, "x/posts/edit", id="5", text="no")
    assert "which post" in refused(sandbox, "x/posts/edit", text="no")
    post = sandbox.act("x/posts", persona="wes", text="0")["id"]
    for number in range(5):
        post = sandbox.act("x/posts/edit", id=post, text=f"version {number}")["id"]
    assert "5 edits" in refused(sandbox, "x/posts/edit", id=post, text="once more")


def test_an_edit_comes_within_an_hour(hub: Hub) -> None:
    at = datetime.now(UTC)
    with (
        serving(create_app(configured(hub.url), clock=lambda: at)) as url,
        httpx2.Client(base_url=url, trust_env=False) as http,
    ):
        sandbox = Sandbox(url, configured(hub.url), http)
        post = sandbox.act("x/posts", persona="wes", text="early")["id"]
        at += timedelta(minutes=61)
        assert "within an hour" in refused(sandbox, "x/posts/edit", id=post, text="late")


def test_an_end_of_access_is_told_and_kept(sandbox: Sandbox, hub: Hub, x: tweepy.Client) -> None:
    sandbox.act("x/revoke")
    sandbox.act("x/revoke")
    until(lambda: hub.of("x"))
    (body,) = hub.of("x")
    assert body["data"]["event_type"] == "oauth.revoke"
    assert body["data"]["filter"] == {}
    assert body["data"]["payload"]["user_id"] == CITY
    with pytest.raises(tweepy.Unauthorized):
        x.get_me()
    with (
        x_client(sandbox, bearer_token=sandbox.config.x_access_token) as oauth2,
        pytest.raises(tweepy.Unauthorized),
    ):
        oauth2.get_me(user_auth=False)
    sandbox.act("x/revoke", revoked=False)
    assert str(x.get_me().data.id) == CITY


def test_a_citizen_edits_and_deletes_on_the_page(sandbox: Sandbox) -> None:
    post = sandbox.act("x/posts", persona="wes", text="it is off")["id"]
    page = sandbox.http.get("/threads?persona=wes").text
    assert 'value="x/posts/edit"' in page
    form = {"persona": "wes", "channel": "x", "id": post}
    answer = sandbox.http.post("/say", data={**form, "deed": "x/posts/edit", "text": "it is on"})
    assert answer.status_code == 303
    (message,) = sandbox.threads(channel="x")[0]["messages"]
    assert (message["text"], message["edited"]) == ("@CityUtilitiesDemo it is on", True)
    sandbox.http.post("/say", data={**form, "deed": "x/posts/delete"})
    assert sandbox.threads(channel="x")[0]["messages"][0]["deleted"] is True
    assert 'value="x/posts/edit"' not in sandbox.http.get("/threads?persona=wes").text
    answer = sandbox.http.post("/say", data={**form, "deed": "x/posts/delete"})
    assert "trouble=there+is+no+post" in answer.headers["location"]
