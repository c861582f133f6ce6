"""The Graph API, driven by the real python-facebook-api."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pyfacebook import FacebookApi, FacebookError

from channels.sandbox.personas import BY_KEY
from tests.channels.sandbox.conftest import Hub, Sandbox, graph_client, shape, until

PAGE = "104000000000001"
DOLORES = BY_KEY["dolores"].facebook_id

Recorded = Callable[[str], Any]


def say(graph: FacebookApi, text: str, to: str = DOLORES, **more: str) -> dict[str, Any]:
    data = {
        "recipient": json.dumps({"id": to}),
        "messaging_type": "RESPONSE",
        "message": json.dumps({"text": text}),
        **more,
    }
    found: dict[str, Any] = graph.post_object("me", "messages", data=data)
    return found


def test_a_message_is_answered_as_recorded(
    sandbox: Sandbox, graph: FacebookApi, recorded: Recorded
) -> None:
    sandbox.act("facebook/messages", persona="dolores", text="How can I pay?")
    answer = say(graph, "By phone, for example.")
    assert shape(answer) == shape(recorded("graph_api/sendresponse.json"))
    assert answer["recipient_id"] == DOLORES
    thread = sandbox.threads(channel="messenger")[0]
    assert [(m["from"], m["text"]) for m in thread["messages"]] == [
        ("citizen", "How can I pay?"),
        ("city", "By phone, for example."),
    ]


def test_json_and_ones_own_proof(sandbox: Sandbox, graph: FacebookApi) -> None:
    sandbox.act("facebook/messages", persona="dolores", text="Hello")
    token, secret = sandbox.config.facebook_page_token, sandbox.config.facebook_app_secret
    proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    answer = graph.post_object(
        "me",
        "messages",
        params={"access_token": token, "appsecret_proof": proof},
        json={"recipient": {"id": DOLORES}, "message": {"text": "Good morning"}},
        auth_need=False,
    )
    assert answer["message_id"].startswith("m_")


def test_a_comment_is_answered_as_recorded(
    sandbox: Sandbox, graph: FacebookApi, recorded: Recorded
) -> None:
    comment = sandbox.act("facebook/comments", persona="dolores", text="Nobody came!")["id"]
    answer = graph.post_object(comment, "comments", data={"message": "We are sorry."})
    assert set(answer) == {"id"}
    whole = graph.post_object(
        comment,
        "comments",
        params={"fields": "id,message,permalink_url,created_time"},
        data={"message": "A crew is coming."},
    )
    expected = recorded("graph_api/comments__create_resp.json")
    assert shape(whole) == shape(expected)
    assert len(whole["created_time"]) == len(expected["created_time"])
    listed = graph.get_connection(comment, "comments", fields="id,from,message,parent{id}")
    assert [c["message"] for c in listed["data"]] == ["We are sorry.", "A crew is coming."]
    assert listed["data"][0]["from"]["id"] == PAGE
    assert listed["data"][0]["parent"]["id"] == comment
    assert sandbox.threads(channel="facebook")[0]["messages"][2]["text"] == "A crew is coming."


def test_comments_of_a_post_in_pages(sandbox: Sandbox, graph: FacebookApi) -> None:
    first = sandbox.act("facebook/comments", persona="wes", text="0")
    for number in range(1, 5):
        sandbox.act("facebook/comments", persona="wes", text=str(number))
    reply = sandbox.act("facebook/comments", persona="wes", text="x", post_id=first["id"])
    post = first["post_id"]
    assert post.startswith(f"{PAGE}_")
    found = graph.get_full_connections(
        post, "comments", count=None, limit=2, order="reverse_chronological", fields="message"
    )
    assert [c["message"] for c in found["data"]] == ["4", "3", "2", "1", "0"]
    streamed = graph.get_connection(post, "comments", filter="stream")
    assert reply["id"] in [c["id"] for c in streamed["data"]]


def test_the_typed_resources_of_the_library(sandbox: Sandbox, graph: FacebookApi) -> None:
    comment = sandbox.act("facebook/comments", persona="wes", text="hm")["id"]
    assert graph.page.get_info(page_id=PAGE, fields="id,name").name == "City Utilities (demo)"
    info = graph.comment.get_info(comment_id=comment, fields="id,message,from,is_hidden")
    assert info.message == "hm"
    assert graph.comment.update(comment_id=comment, is_hidden=True)["success"] is True
    assert sandbox.threads(channel="facebook")[0]["messages"][0]["hidden"] is True
    own = graph.comment.create(object_id=comment, message="Thank you", fields="id,message").id
    assert graph.comment.delete(comment_id=own)["success"] is True
    with pytest.raises(FacebookError) as caught:
        graph.comment.get_info(comment_id=own)
    assert (caught.value.code, caught.value.error_subcode) == (100, 33)


def test_conversations_by_person(sandbox: Sandbox, graph: FacebookApi) -> None:
    for number in range(4):
        sandbox.act("facebook/messages", persona="dolores", text=f"line {number}")
    sandbox.act("facebook/messages", persona="wes", text="other")
    sent = say(graph, "All read.")
    found = graph.get_connection(
        "me",
        "conversations",
        user_id=DOLORES,
        platform="messenger",
        fields="participants,messages.limit(2){id,message,from,to,created_time}",
    )
    assert len(found["data"]) == 1
    messages = found["data"][0]["messages"]["data"]
    assert [m["message"] for m in messages] == ["All read.", "line 3"]
    assert messages[0]["id"] == sent["message_id"]
    assert messages[0]["from"]["id"] == PAGE
    assert messages[0]["to"]["data"][0]["id"] == DOLORES
    info = graph.message.get_info(sent["message_id"], fields="id,message,from")
    assert info.message == "All read."
    profile = graph.get_object(DOLORES, fields="first_name,last_name")
    assert profile == {"first_name": "Dolores", "last_name": "Whitcomb", "id": DOLORES}


def test_errors_have_the_recorded_shape(sandbox: Sandbox, recorded: Recorded) -> None:
    expected = shape(recorded("graph_api/error.json"))
    answer = sandbox.http.get("/graph/v26.0/me", params={"access_token": "wrong"})
    assert shape(answer.json()) == expected
    assert answer.json()["error"]["code"] == 190
    answer = sandbox.http.get("/graph/me")
    assert answer.json()["error"]["code"] == 104


@pytest.mark.parametrize(
    ("keys", "code"),
    [({"access_token": "expired"}, 190), ({"app_secret": "another"}, 100)],
)
def test_wrong_credentials(sandbox: Sandbox, keys: dict[str, str], code: int) -> None:
    with graph_client(sandbox, **keys) as stranger, pytest.raises(FacebookError) as caught:
        stranger.get_object("me")
    assert caught.value.code == code


def test_outside_the_window(sandbox: Sandbox, graph: FacebookApi) -> None:
    def age(days: float) -> str:
        return (datetime.now(UTC) - timedelta(days=days)).isoformat()

    sandbox.act("facebook/messages", persona="dolores", text="Hello?", at=age(2))
    with pytest.raises(FacebookError) as caught:
        say(graph, "Too late")
    assert (caught.value.code, caught.value.error_subcode) == (10, 2018278)
    tagged = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    assert say(graph, "A person answers", **tagged)["recipient_id"] == DOLORES
    sandbox.act("facebook/messages", persona="wes", text="Hello?", at=age(8))
    with pytest.raises(FacebookError) as caught:
        say(graph, "Far too late", BY_KEY["wes"].facebook_id, **tagged)
    assert caught.value.error_subcode == 2018278


def test_a_private_reply_once(sandbox: Sandbox, graph: FacebookApi) -> None:
    comment = sandbox.act("facebook/comments", persona="dolores", text="My bill is wrong")["id"]
    data = {
        "recipient": json.dumps({"comment_id": comment}),
        "message": json.dumps({"text": "May we write to you?"}),
    }
    assert graph.post_object("me", "messages", data=dict(data))["recipient_id"] == DOLORES
    with pytest.raises(FacebookError) as caught:
        graph.post_object("me", "messages", data=dict(data))
    assert caught.value.code == 10900
    assert sandbox.threads(channel="messenger")[0]["messages"][0]["text"] == "May we write to you?"


def test_quick_replies_are_offered_and_chosen(
    sandbox: Sandbox, hub: Hub, graph: FacebookApi
) -> None:
    sandbox.act("facebook/messages", persona="dolores", text="bill")
    choices = [{"content_type": "text", "title": "Pay my bill", "payload": "pay-my-bill"}]
    message = json.dumps({"text": "Which one?", "quick_replies": choices})
    say(graph, "", message=message)
    offered = sandbox.threads(channel="messenger")[0]["messages"][-1]["choices"]
    assert offered == [{"title": "Pay my bill", "payload": "pay-my-bill"}]
    chosen = sandbox.act(
        "facebook/messages", persona="dolores", text="Pay my bill", payload="pay-my-bill"
    )
    until(lambda: len(hub.of("facebook")) == 3)
    by_mid = {
        body["entry"][0]["messaging"][0]["message"]["mid"]: body["entry"][0]["messaging"][0]
        for body in hub.of("facebook")
    }
    assert by_mid[chosen["id"]]["message"]["quick_reply"] == {"payload": "pay-my-bill"}
    assert sandbox.threads(channel="messenger")[0]["messages"][1]["choices"] == []


@pytest.mark.parametrize(
    "data",
    [
        {"recipient": json.dumps({"id": DOLORES})},
        {"recipient": "not json", "message": json.dumps({"text": "x"})},
        {"recipient": json.dumps({"id": DOLORES}), "message": json.dumps({"text": " "})},
        {"recipient": json.dumps({"id": DOLORES}), "message": json.dumps({"text": "x" * 2001})},
        {"recipient": json.dumps({"id": "1"}), "message": json.dumps({"text": "x"})},
    ],
)
def test_bad_messages_are_100(sandbox: Sandbox, graph: FacebookApi, data: dict[str, str]) -> None:
    sandbox.act("facebook/messages", persona="dolores", text="Hello")
    with pytest.raises(FacebookError) as caught:
        graph.post_object("me", "messages", data=data)
    assert caught.value.code == 100


@pytest.mark.parametrize(
    ("path", "fields"),
    [("104000000000001", "bogus"), ("me", "name{"), ("no-such-thing", ""), ("me/unknown", "")],
)
def test_bad_reads_are_100(graph: FacebookApi, path: str, fields: str) -> None:
    with pytest.raises(FacebookError) as caught:
        graph.get_object(path, fields=fields)
    assert caught.value.code == 100


def test_usage_header_is_what_the_library_reads(graph: FacebookApi) -> None:
    graph.get_object("me")
    assert graph.rate_limit.get_max_percent() < 100


def test_debug_token(graph: FacebookApi, sandbox: Sandbox) -> None:
    facts = graph.get_object("debug_token", input_token=sandbox.config.facebook_page_token)
    assert facts["data"]["is_valid"] is True
    facts = graph.get_object("debug_token", input_token="other")
    assert facts["data"]["is_valid"] is False
