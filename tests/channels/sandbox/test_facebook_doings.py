"""What people do on Facebook beside writing: told to the hub as Facebook tells it, and read
there by the hub's own connector."""

from __future__ import annotations

import json
from typing import Any

import pytest

from channels.facebook.connector import FacebookConnector
from channels.sandbox.facebook.marks import PAGE_INBOX
from channels.sandbox.personas import BY_KEY
from hub.ports import (
    Account,
    AccountNotice,
    ControlChanged,
    ConversationSeen,
    InboundItem,
    InboundMessage,
    MessageDeleted,
    MessageEdited,
    MessageHidden,
    MessageReaction,
)
from tests.channels.sandbox.conftest import SECRETS, Hub, Sandbox, until

PAGE = "104000000000001"
APP = "240000000000001"
DOLORES = BY_KEY["dolores"].facebook_id
KEY = f"psid:{DOLORES}"


@pytest.fixture
def reader() -> FacebookConnector:
    secrets = {"app_secret": SECRETS["facebook_app_secret"], "app_id": APP}
    return FacebookConnector(Account(2, "facebook", "City", PAGE, secrets))


def told(reader: FacebookConnector, hub: Hub, count: int) -> list[InboundItem]:
    """What the hub was told, once there are `count` webhooks, in the order it happened."""
    until(lambda: len(hub.of("facebook")) >= count)
    bodies = hub.of("facebook")
    assert len(bodies) == count
    items = [reader.parse(json.dumps(body).encode()) for body in bodies]
    assert all(len(each) == 1 for each in items)
    return [each[0] for each in items]


def one(reader: FacebookConnector, hub: Hub) -> InboundItem:
    """What the last deed was told as: everything before has been forgotten."""
    (item,) = told(reader, hub, 1)
    hub.accepted.clear()
    return item


def begun(sandbox: Sandbox, hub: Hub, path: str, **body: Any) -> str:
    number: str = sandbox.act(path, **body)["id"]
    until(lambda: hub.of("facebook"))
    hub.accepted.clear()
    return number


def test_a_comment_changes_is_hidden_and_goes(
    sandbox: Sandbox, hub: Hub, reader: FacebookConnector
) -> None:
    comment = begun(sandbox, hub, "facebook/comments", persona="dolores", text="Dark")
    sandbox.act("facebook/comments/edit", id=comment, text="Still dark")
    edited = one(reader, hub)
    assert isinstance(edited, MessageEdited)
    assert (edited.message.external_id, edited.message.body) == (comment, "Still dark")
    sandbox.act("facebook/comments/hide", id=comment)
    hidden = one(reader, hub)
    assert isinstance(hidden, MessageHidden)
    assert (hidden.external_id, hidden.hidden) == (comment, True)
    said = sandbox.threads(channel="facebook")[0]["messages"][0]
    assert (said["edited"], said["hidden"]) == (True, True)
    sandbox.act("facebook/comments/hide", id=comment, hidden=False)
    shown = one(reader, hub)
    assert isinstance(shown, MessageHidden)
    assert not shown.hidden
    sandbox.act("facebook/comments/delete", id=comment)
    gone = one(reader, hub)
    assert isinstance(gone, MessageDeleted)
    assert gone.external_id == comment


def test_a_visitors_post_changes_is_hidden_and_goes(
    sandbox: Sandbox, hub: Hub, reader: FacebookConnector
) -> None:
    post = begun(sandbox, hub, "facebook/posts", persona="dolores", text="Dark")
    sandbox.act("facebook/posts/edit", id=post, text="Still dark")
    edited = one(reader, hub)
    assert isinstance(edited, MessageEdited)
    assert edited.message.body == "Still dark"
    sandbox.act("facebook/comments/hide", id=post)
    assert isinstance(one(reader, hub), MessageHidden)
    assert sandbox.threads(channel="facebook")[0]["messages"][0]["hidden"] is True
    sandbox.act("facebook/posts/delete", id=post)
    assert isinstance(one(reader, hub), MessageDeleted)
    (thread,) = sandbox.threads(channel="facebook")
    assert thread["messages"][0]["deleted"] is True
    assert thread["reply_to"] is None


def test_reactions_come_change_and_go(
    sandbox: Sandbox, hub: Hub, reader: FacebookConnector
) -> None:
    comment = begun(sandbox, hub, "facebook/comments", persona="wes", text="Thanks")
    verbs = []
    for reaction in ("like", "love", None):
        sandbox.act("facebook/react", persona="dolores", id=comment, reaction=reaction)
        until(lambda: hub.of("facebook"))
        verbs.append(hub.of("facebook")[0]["entry"][0]["changes"][0]["value"]["verb"])
        item = one(reader, hub)
        assert isinstance(item, MessageReaction)
        assert (item.external_id, item.by, item.reaction) == (comment, DOLORES, reaction)
        shown = sandbox.threads(channel="facebook")[0]["messages"][0]["reactions"]
        assert shown == ([reaction] if reaction else [])
    assert verbs == ["add", "edit", "remove"]
    mine = begun(sandbox, hub, "facebook/messages", persona="dolores", text="Hello")
    for reaction in ("👍", None):
        sandbox.act("facebook/react", persona="dolores", id=mine, reaction=reaction)
        item = one(reader, hub)
        assert isinstance(item, MessageReaction)
        assert (item.external_id, item.reaction) == (mine, reaction)


def test_a_message_is_edited_and_unsent(
    sandbox: Sandbox, hub: Hub, reader: FacebookConnector
) -> None:
    mid = begun(sandbox, hub, "facebook/messages", persona="dolores", text="Helo")
    sandbox.act("facebook/messages/edit", id=mid, text="Hello")
    edited = one(reader, hub)
    assert isinstance(edited, MessageEdited)
    assert (edited.message.external_id, edited.message.body) == (mid, "Hello")
    assert edited.at > edited.message.sent_at or edited.at == edited.message.sent_at
    sandbox.act("facebook/messages/edit", id=mid, text="Hello!")
    until(lambda: hub.of("facebook"))
    event = hub.of("facebook")[0]["entry"][0]["messaging"][0]
    assert event["message_edit"] == {"mid": mid, "text": "Hello!", "num_edit": 2}
    hub.accepted.clear()
    sandbox.act("facebook/messages/unsend", id=mid)
    gone = one(reader, hub)
    assert isinstance(gone, MessageDeleted)
    assert gone.external_id == mid
    said = sandbox.threads(channel="messenger")[0]["messages"][0]
    assert (said["text"], said["deleted"], said["edited"]) == ("", True, True)
    answer = sandbox.http.post("/sandbox/api/facebook/messages/unsend", json={"id": mid})
    assert answer.status_code == 404


def test_what_the_page_wrote_is_delivered_and_read(
    sandbox: Sandbox, hub: Hub, reader: FacebookConnector
) -> None:
    begun(sandbox, hub, "facebook/messages", persona="dolores", text="Hello")
    body = {"persona": "dolores"}
    assert sandbox.http.post("/sandbox/api/facebook/read", json=body).status_code == 404
    begun(sandbox, hub, "facebook/messages", persona="dolores", text="Hello!", by="staff")
    for delivered in (True, False):
        sandbox.act("facebook/read", persona="dolores", delivered=delivered)
        seen = one(reader, hub)
        assert isinstance(seen, ConversationSeen)
        assert (seen.conversation, seen.read) == (KEY, not delivered)


def test_the_inbox_has_a_conversation_and_the_hub_stands_by(
    sandbox: Sandbox, hub: Hub, reader: FacebookConnector
) -> None:
    begun(sandbox, hub, "facebook/messages", persona="dolores", text="Hello")
    sandbox.act("facebook/control", persona="dolores", to="inbox")
    taken = one(reader, hub)
    assert isinstance(taken, ControlChanged)
    assert (taken.conversation, taken.held_by) == (KEY, PAGE_INBOX)
    assert sandbox.threads(channel="messenger")[0]["held_by"] == "inbox"
    sandbox.act("facebook/messages", persona="dolores", text="Anybody?")
    question = one(reader, hub)
    assert isinstance(question, InboundMessage)
    assert question.held_by == "another app"
    sandbox.act("facebook/messages", persona="dolores", text="Yes.", by="staff")
    answer = one(reader, hub)
    assert isinstance(answer, InboundMessage)
    assert (answer.held_by, answer.by_staff) == (PAGE_INBOX, True)
    sandbox.act("facebook/control", persona="dolores", to="hub")
    passed = one(reader, hub)
    assert isinstance(passed, ControlChanged)
    assert passed.held_by is None
    sandbox.act("facebook/messages", persona="dolores", text="Thank you")
    thanks = one(reader, hub)
    assert isinstance(thanks, InboundMessage)
    assert thanks.held_by is None


def test_facebook_blocks_the_page(sandbox: Sandbox, hub: Hub, reader: FacebookConnector) -> None:
    sandbox.act("facebook/policy", action="block", reason="Too much.")
    notice = one(reader, hub)
    assert isinstance(notice, AccountNotice)
    assert notice.reason.endswith("Too much.")
    assert not notice.stops


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("facebook/posts/edit", {"id": "1_2", "text": "x"}, 404),
        ("facebook/posts/delete", {"id": "1_2"}, 404),
        ("facebook/comments/hide", {}, 404),
        ("facebook/react", {"persona": "wes", "id": "1_2", "reaction": "like"}, 404),
        ("facebook/react", {"persona": "wes", "id": "1_2", "reaction": ""}, 400),
        ("facebook/react", {"persona": "wes", "id": "1_2", "reaction": 7}, 400),
        ("facebook/messages/edit", {"id": "m_1", "text": "x"}, 404),
        ("facebook/control", {"persona": "wes", "to": "moon"}, 400),
        ("facebook/control", {"to": "hub"}, 400),
        ("facebook/policy", {"action": "smile"}, 400),
    ],
)
def test_what_makes_no_sense_is_said(
    sandbox: Sandbox, path: str, body: dict[str, Any], status: int
) -> None:
    answer = sandbox.http.post(f"/sandbox/api/{path}", json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]


def test_the_buttons_of_the_page(sandbox: Sandbox, hub: Hub) -> None:
    sandbox.act("facebook/comments", persona="dolores", text="Dark")
    comment = sandbox.threads(channel="facebook")[0]["messages"][0]["id"]
    form = {"persona": "dolores", "channel": "facebook", "id": comment}

    def press(deed: str, **more: str) -> str:
        answer = sandbox.http.post("/say", data={**form, "deed": deed, **more})
        assert answer.status_code == 303
        return str(answer.headers["location"])

    def said() -> dict[str, Any]:
        found: dict[str, Any] = sandbox.threads(channel="facebook")[0]["messages"][0]
        return found

    press("facebook/comments/edit", text="Darker")
    assert said()["text"] == "Darker"
    press("facebook/react", reaction="love")
    assert said()["reactions"] == ["love"]
    press("facebook/react", reaction="")
    assert said()["reactions"] == []
    press("facebook/comments/hide")
    assert said()["hidden"] is True
    html = sandbox.http.get("/threads?persona=dolores").text
    assert "Show again, as the city" in html
    press("facebook/comments/hide", shown="yes")
    assert said()["hidden"] is False
    assert "no+such+button" in press("reset")
    press("facebook/comments/delete")
    assert said()["deleted"] is True
    sandbox.act("facebook/messages", persona="dolores", text="Hello")
    form |= {"channel": "messenger", "by": "staff", "text": "Good morning"}
    assert sandbox.http.post("/say", data=form).status_code == 303
    assert sandbox.threads(channel="messenger")[0]["messages"][1]["from"] == "city"
    press("facebook/control", to="inbox")
    assert "Give it back to the hub" in sandbox.http.get("/threads?persona=dolores").text
