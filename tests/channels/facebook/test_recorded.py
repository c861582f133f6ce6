"""Bodies recorded by others from the real Facebook: every one, and what it must come out as."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from channels.facebook.connector import FacebookConnector
from hub.ports import (
    AccountNotice,
    ControlChanged,
    ConversationSeen,
    Ignored,
    InboundItem,
    InboundMessage,
    Location,
    MessageDeleted,
    MessageEdited,
    MessageHidden,
    MessageReaction,
)
from tests.channels.facebook.conftest import page_account

PAGE = "1234567890321"
MESSENGER = "psid:987654321432"
MID = "mid.1457764197618:41d102a3e1ae206a38"
PICTURE = "mid.1458696618141:b4ef9d19ec21086067"
OWN_COMMENT = (Ignored, {"reason": "a comment of the page itself"})

EXPECTED: dict[str, tuple[type, dict[str, Any]]] = {
    # Their author has been made anonymous with the page's own id.
    "feed-comment-add-211": OWN_COMMENT,
    "feed-comment-add-25": OWN_COMMENT,
    "feed-comment-add-with-photo": OWN_COMMENT,
    "feed-comment-edited-25": OWN_COMMENT,
    "feed-status-add-25": (Ignored, {"reason": "a status of the page itself"}),
    "feed-reaction-add": (Ignored, {"reason": "a reaction of the page itself"}),
    "feed-comment-hide": (
        MessageHidden,
        {"external_id": "900728623356296_900744590021366", "hidden": True},
    ),
    "feed-comment-remove-25": (
        MessageDeleted,
        {"external_id": "905578656204626_905579239537901"},
    ),
    "feed-post-remove-25": (MessageDeleted, {"external_id": f"{PAGE}_901097836652708"}),
    "feed-post-add-25": (
        InboundMessage,
        {
            "external_id": f"{PAGE}_7293787835232",
            "conversation": f"post:{PAGE}_7293787835232:8423678347823",
            "body": "Let's check this",
        },
    ),
    "feed-post-edit": (
        MessageEdited,
        {
            "message.external_id": f"{PAGE}_7293787835232",
            "message.conversation": f"post:{PAGE}_7293787835232:8423678347823",
            "message.author.display_name": "Joe",
            "message.body": "Let's check this",
        },
    ),
    "feed-two-entries-25": (Ignored, {}),
    "unknown-change-value": (Ignored, {"reason": "a change not subscribed to: foo"}),
    "mention-comment-add": (
        InboundMessage,
        {
            "external_id": "7363534231324_3754798971271444",
            "author.address": "comment:7363534231324_3754798971271444",
            "context": {"kind": "mention"},
        },
    ),
    "mention-post-add": (
        InboundMessage,
        {"external_id": "44444444_444444444", "author.display_name": "Example Name"},
    ),
    "messaging-delivery-basic": (ConversationSeen, {"conversation": MESSENGER, "read": False}),
    "messaging-read-basic": (ConversationSeen, {"conversation": MESSENGER, "read": True}),
    "messaging-message-basic": (
        InboundMessage,
        {"external_id": MID, "conversation": MESSENGER, "by_staff": False, "held_by": None},
    ),
    "messaging-message-basic-echo": (
        InboundMessage,
        {"external_id": MID, "conversation": MESSENGER, "by_staff": True, "held_by": None},
    ),
    "standby-message-basic-echo": (
        InboundMessage,
        {
            "external_id": MID,
            "conversation": MESSENGER,
            "by_staff": True,
            "held_by": "1517776481860111",
        },
    ),
    "messaging-message-edits": (
        MessageEdited,
        {"message.external_id": MID, "message.body": "hello, world!"},
    ),
    "messaging-message-isdeleted": (MessageDeleted, {"external_id": "message_id"}),
    "messaging-message-isunsupported": (
        InboundMessage,
        {"body": "[a message that Facebook does not pass on: open it on Facebook]"},
    ),
    "messaging-message-location-attachment": (
        InboundMessage,
        {"external_id": PICTURE, "location": Location(12.34, 43.21), "attachments": ()},
    ),
    "messaging-message-media-attachment": (
        InboundMessage,
        {"external_id": PICTURE, "body": "[image]"},
    ),
    "messaging-message-quickreply": (
        InboundMessage,
        {"body": "quick reply text", "context": {"choice": "PAYLOAD_QUICK_REPLY"}},
    ),
    "messaging-message-reply-1": (
        InboundMessage,
        {"in_reply_to": "very_long_id_representing_the_original_message"},
    ),
    "messaging-message-sticker": (InboundMessage, {"body": "[sticker]"}),
    "messaging-pass-thread-control": (
        ControlChanged,
        {"conversation": "psid:USER_ID", "held_by": "NEW_OWNER_APP_ID"},
    ),
    "messaging-take-thread-control": (
        ControlChanged,
        {"conversation": "psid:USER_ID", "held_by": "another app"},
    ),
    "messaging-policy-callback-block": (AccountNotice, {"stops": False}),
    "messaging-postback-basic": (
        InboundMessage,
        {
            "external_id": "postback:987654321432:1458692752478",
            "body": "USER_DEFINED_PAYLOAD",
        },
    ),
    "messaging-reaction-1": (
        MessageReaction,
        {"external_id": "original_message_id", "by": "USER_ID", "reaction": "😢"},
    ),
}


def read(path: Path, **account: str) -> tuple[InboundItem, ...]:
    return FacebookConnector(page_account(**account)).parse(path.read_bytes())


def value_at(item: object, path: str) -> object:
    for name in path.split("."):
        item = getattr(item, name)
    return item


def test_every_recorded_body_is_in_the_table(shared: Path) -> None:
    folder = shared / "fixtures" / "facebook_webhooks"
    assert {path.stem for path in folder.glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_recorded_body(shared: Path, name: str) -> None:
    kind, fields = EXPECTED[name]
    items = read(shared / "fixtures" / "facebook_webhooks" / f"{name}.json")
    assert len(items) == (2 if name == "feed-two-entries-25" else 1)
    for item in items:
        assert type(item) is kind, item
        assert {path: value_at(item, path) for path in fields} == fields
        if isinstance(item, InboundMessage):
            assert item.body
            assert item.author.address
            assert item.sent_at.year > 2014


@pytest.mark.parametrize(
    ("app_id", "expected"), [("1517776481860111", Ignored), ("2", InboundMessage)]
)
def test_an_echo_of_the_app_we_are_is_ours(shared: Path, app_id: str, expected: type) -> None:
    for name in ("messaging-message-basic-echo", "standby-message-basic-echo"):
        path = shared / "fixtures" / "facebook_webhooks" / f"{name}.json"
        (item,) = read(path, app_id=app_id)
        assert type(item) is expected


def test_control_comes_to_the_app_we_are(shared: Path) -> None:
    folder = shared / "fixtures" / "facebook_webhooks"
    (passed,) = read(folder / "messaging-pass-thread-control.json", app_id="NEW_OWNER_APP_ID")
    assert isinstance(passed, ControlChanged)
    assert passed.held_by is None
