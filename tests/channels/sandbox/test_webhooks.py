"""Handshakes, signatures, retries, a restart in between; and reports filed at the hub."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tweepy
from pyfacebook import FacebookApi

from channels.sandbox.personas import BY_KEY
from tests.channels.sandbox.conftest import Hub, Sandbox, free_port, sandbox_at, serving, until

CITY = "1460000000000000001"


def test_both_handshakes_at_the_start(sandbox: Sandbox) -> None:
    until(lambda: _standings(sandbox) == {"x": "subscribed", "facebook": "subscribed"})


def _standings(sandbox: Sandbox) -> dict[str, str]:
    return {name: found["standing"] for name, found in sandbox.state()["subscriptions"].items()}


def test_nothing_is_delivered_to_a_hub_that_proves_nothing(hub: Hub) -> None:
    hub.proves_itself = False
    with sandbox_at(hub.url) as sandbox:
        until(lambda: _standings(sandbox) == {"x": "refused", "facebook": "refused"})
        sandbox.act("x/posts", persona="wes", text="hello")
        assert hub.tries == []
        hub.proves_itself = True
        answer = sandbox.http.post("/sandbox/subscribe")
        assert answer.json()["x"]["standing"] == "subscribed"
        until(lambda: hub.of("x"))


def test_a_mention_in_the_envelope_of_the_activity_api(sandbox: Sandbox, hub: Hub) -> None:
    number = sandbox.act("x/posts", persona="marcus", text="no power & no coffee")["id"]
    until(lambda: hub.of("x"))
    data = hub.of("x")[0]["data"]
    assert set(data) == {"event_uuid", "filter", "event_type", "tag", "payload", "includes"}
    assert -(2**63) <= int(data["event_uuid"]) < 2**63
    assert data["filter"] == {"user_id": CITY}
    assert data["event_type"] == "post.mention.create"
    payload = data["payload"]
    assert payload["id"] == number
    assert payload["text"] == "@CityUtilitiesDemo no power &amp; no coffee"
    assert payload["author_id"] == str(BY_KEY["marcus"].x_id)
    assert payload["conversation_id"] == number
    at = datetime.fromisoformat(payload["created_at"])
    assert abs((datetime.now(UTC) - at).total_seconds()) < 30
    assert {user["username"] for user in data["includes"]["users"]} == {
        "adeyemi_bakes",
        "CityUtilitiesDemo",
    }


def test_a_reply_is_two_events_about_one_post(sandbox: Sandbox, hub: Hub, x: tweepy.Client) -> None:
    ours = x.create_tweet(text="Storm update").data["id"]
    sandbox.act("x/posts", persona="wes", text="when?", in_reply_to=ours)
    until(lambda: len(hub.of("x")) == 2)
    events = [body["data"] for body in hub.of("x")]
    assert {e["event_type"] for e in events} == {"post.mention.create", "post.reply.create"}
    assert len({e["payload"]["id"] for e in events}) == 1
    assert len({e["event_uuid"] for e in events}) == 2
    assert events[0]["payload"]["referenced_tweets"] == [{"type": "replied_to", "id": ours}]
    sandbox.act("x/posts", persona="wes", text="sure", quote_of=ours)
    until(lambda: len(hub.of("x")) == 3)
    assert hub.of("x")[2]["data"]["event_type"] == "post.quote.create"


def test_direct_messages_come_in_the_older_shape(
    sandbox: Sandbox, hub: Hub, x: tweepy.Client
) -> None:
    wes = BY_KEY["wes"]
    number = sandbox.act("x/dms", persona="wes", text="gas?")["id"]
    until(lambda: len(hub.of("x")) == 1)
    sent = x.create_direct_message(participant_id=wes.x_id, text="Leave now.").data["dm_event_id"]
    until(lambda: len(hub.of("x")) == 2)
    received, echoed = (body["data"] for body in hub.of("x"))
    assert (received["event_type"], echoed["event_type"]) == ("dm.received", "dm.sent")
    event = received["payload"]["direct_message_events"][0]
    assert event["id"] == number
    assert event["type"] == "message_create"
    assert event["message_create"]["sender_id"] == str(wes.x_id)
    assert event["message_create"]["target"] == {"recipient_id": CITY}
    assert event["message_create"]["message_data"]["text"] == "gas?"
    assert len(event["created_timestamp"]) == 13
    assert received["payload"]["users"][str(wes.x_id)]["data"]["username"] == "westillery"
    assert echoed["payload"]["direct_message_events"][0]["id"] == sent


def keys_of(value: Any) -> set[str]:
    return set(value) if isinstance(value, dict) else set()


def test_facebook_bodies_have_the_recorded_keys(
    sandbox: Sandbox, hub: Hub, graph: FacebookApi, recorded: Any
) -> None:
    comment = sandbox.act("facebook/comments", persona="dolores", text="Nobody came")["id"]
    until(lambda: len(hub.of("facebook")) == 1)
    body = hub.of("facebook")[0]
    expected = recorded("facebook_webhooks/feed-comment-add-211.json")
    assert keys_of(body) >= keys_of(expected)
    assert keys_of(body["entry"][0]) >= keys_of(expected["entry"][0])
    value = body["entry"][0]["changes"][0]["value"]
    assert keys_of(value) >= {
        "item", "verb", "comment_id", "post_id", "parent_id", "created_time", "message", "from",
    }  # fmt: skip
    assert (value["item"], value["verb"], value["comment_id"]) == ("comment", "add", comment)
    assert value["post_id"] == value["parent_id"]
    graph.post_object(comment, "comments", data={"message": "We are sorry"})
    until(lambda: len(hub.of("facebook")) == 2)
    own = hub.of("facebook")[1]["entry"][0]["changes"][0]["value"]
    assert own["from"]["id"] == sandbox.config.facebook_page_id
    assert own["parent_id"] == comment

    sandbox.act("facebook/comments/edit", id=comment, text="Somebody came")
    sandbox.act("facebook/comments/delete", id=comment)
    sandbox.act("facebook/posts", persona="wes", text="Hello from a visitor")
    until(lambda: len(hub.of("facebook")) == 5)
    values = [body["entry"][0]["changes"][0]["value"] for body in hub.of("facebook")[2:]]
    assert {(v["item"], v["verb"]) for v in values} == {
        ("comment", "edited"),
        ("comment", "remove"),
        ("post", "add"),
    }

    message = sandbox.act("facebook/messages", persona="dolores", text="Hello")["id"]
    until(lambda: len(hub.of("facebook")) == 6)
    event = hub.of("facebook")[5]["entry"][0]["messaging"][0]
    expected = recorded("facebook_webhooks/messaging-message-basic.json")["entry"][0]
    assert keys_of(event) == keys_of(expected["messaging"][0])
    assert (event["message"]["mid"], event["message"]["text"]) == (message, "Hello")
    assert len(str(event["timestamp"])) == 13

    data = {
        "recipient": f'{{"id": "{BY_KEY["dolores"].facebook_id}"}}',
        "message": '{"text": "Good morning"}',
    }
    graph.post_object("me", "messages", data=data)
    until(lambda: len(hub.of("facebook")) == 7)
    echo = hub.of("facebook")[6]["entry"][0]["messaging"][0]["message"]
    assert echo["is_echo"] is True
    assert str(echo["app_id"]) == sandbox.config.facebook_app_id
    sandbox.act("facebook/messages", persona="dolores", text="By hand", by="staff")
    until(lambda: len(hub.of("facebook")) == 8)
    echo = hub.of("facebook")[7]["entry"][0]["messaging"][0]["message"]
    assert echo["is_echo"] is True
    assert "app_id" not in echo


def test_tries_until_the_hub_says_200(sandbox: Sandbox, hub: Hub) -> None:
    hub.answers = [500, 503, 401, 302, 200]
    sandbox.act("facebook/messages", persona="dolores", text="Hello")
    until(lambda: hub.of("facebook"))
    assert len(hub.tries) == 5
    until(lambda: sandbox.state()["deliveries"]["delivered"] == 1)
    message = sandbox.threads(channel="messenger")[0]["messages"][0]
    assert message["delivery"]["state"] == "delivered"
    assert message["delivery"]["attempts"] == 5
    assert len(hub.of("facebook")) == 1


def test_the_page_says_what_a_webhook_waits_for(hub: Hub) -> None:
    with sandbox_at(hub.url, retry_seconds=(30,)) as sandbox:
        hub.answers = [500]
        sandbox.act("x/dms", persona="wes", text="hello?")
        until(lambda: sandbox.threads()[0]["messages"][0]["delivery"]["attempts"] == 1)
        delivery = sandbox.threads()[0]["messages"][0]["delivery"]
        assert delivery["state"] == "waiting"
        assert delivery["detail"] == "the hub answered 500"
        assert "waiting, try 2" in sandbox.http.get("/threads?persona=wes").text
        # The next thing that arrives shows that the hub is back: the first is tried at once.
        sandbox.act("x/dms", persona="wes", text="still there?")
        until(lambda: len(hub.of("x")) == 2)


def test_a_restart_keeps_threads_and_what_was_not_delivered(tmp_path: Path) -> None:
    port = free_port()
    data = tmp_path / "state" / "sandbox.sqlite"
    hub = Hub(url=f"http://127.0.0.1:{port}")
    with sandbox_at(hub.url, data=data) as sandbox:
        post = sandbox.act("x/posts", persona="wes", text="anybody?")["id"]
        sandbox.act("facebook/comments", persona="wes", text="anybody here?")
        before = sandbox.threads()
        assert sandbox.state()["subscriptions"]["x"]["standing"] == "waiting"
    with serving(hub.app(), port), sandbox_at(hub.url, data=data) as sandbox:
        assert [thread["id"] for thread in sandbox.threads()] == [t["id"] for t in before]
        until(lambda: len(hub.accepted) == 2)
        assert hub.of("x")[0]["data"]["payload"]["id"] == post
        newer = sandbox.act("x/posts", persona="wes", text="again")["id"]
        assert int(newer) > int(post)


def test_a_report_is_filed_at_the_hub_and_its_status_read_back(sandbox: Sandbox, hub: Hub) -> None:
    hub.answers = [503]
    sandbox.act(
        "open311/requests",
        persona="lucia",
        via="hub",
        service_code="street-light-out",
        description="Dark & dangerous",
    )
    until(lambda: hub.filed)
    form = hub.filed[0]
    assert form["api_key"] == "civic-key"
    assert form["description"] == "Dark & dangerous"
    assert form["address_string"] == BY_KEY["lucia"].address
    assert form["last_name"] == "Bermúdez"
    hub.notes["1"] = ("open", "A crew comes on Monday.")
    until(lambda: len(sandbox.threads()[0]["messages"]) == 3)
    hub.notes["1"] = ("closed", "The lamp is new.")
    until(lambda: len(sandbox.threads()[0]["messages"]) == 4)
    thread = sandbox.threads(persona="lucia")[0]
    assert [(m["from"], m["text"]) for m in thread["messages"]] == [
        ("citizen", "Dark & dangerous"),
        ("city", "Thank you."),
        ("city", "A crew comes on Monday."),
        ("city", "The lamp is new."),
    ]
    assert thread["status"] == "closed, number 1"
    assert sandbox.http.get("/open311/v2/requests.json").json() == []


def test_a_report_the_hub_refuses_is_not_tried_again(sandbox: Sandbox, hub: Hub) -> None:
    hub.answers = [404]
    sandbox.act(
        "open311/requests", persona="wes", via="hub", service_code="unicorns", description="?"
    )
    until(lambda: sandbox.state()["deliveries"]["failed"] == 1)
    delivery = sandbox.threads()[0]["messages"][0]["delivery"]
    assert delivery["detail"] == "the hub answered 404: no such thing"
    assert hub.filed == []
