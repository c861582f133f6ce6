"""What X's webhooks tell beside new messages: edits, deletions, reads, an end of access."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.x.connector import XConnector
from channels.x.ids import snowflake_time
from hub.ports import (
    AccountNotice,
    ConversationSeen,
    Ignored,
    InboundItem,
    MessageDeleted,
    MessageEdited,
)
from tests.channels.x.conftest import CITY, city_account
from tests.channels.x.test_webhook import FIXTURES, ROSA, message, parse

FIRST, SECOND = "1991844570630123520", "1991846457957273600"


def one(name: str) -> InboundItem:
    (item,) = parse(name)
    return item


def read(body: dict[str, Any]) -> tuple[InboundItem, ...]:
    return XConnector(city_account()).parse(json.dumps(body).encode())


@pytest.mark.parametrize("name", ["post-edited", "legacy-edited"])
def test_an_edit_is_a_later_version_of_the_inquiry(name: str) -> None:
    edited = one(name)
    assert isinstance(edited, MessageEdited)
    assert edited.at == snowflake_time(SECOND)
    found = edited.message
    assert found.external_id == f"post:{FIRST}"
    assert found.body == "@CityOfElmwood water meter at 12 Oak Lane leaks"
    assert found.sent_at == snowflake_time(FIRST)
    assert found.context == {"edited_post_id": SECOND}
    assert found.permalink == f"https://x.com/rosa_elmwood/status/{SECOND}"
    assert found.author.address == ROSA
    assert found.can_reply


def test_edits_come_in_the_newest_words_too() -> None:
    body = json.loads((FIXTURES / "post-edited.json").read_text())
    payload = body["data"]["payload"]
    payload["edit_history_post_ids"] = payload.pop("edit_history_tweet_ids")
    assert read(body) == parse("post-edited")


@pytest.mark.parametrize("history", [None, [], [SECOND]])
def test_without_a_chain_there_is_no_edit(history: list[str] | None) -> None:
    body = json.loads((FIXTURES / "post-edited.json").read_text())
    body["data"]["payload"]["edit_history_tweet_ids"] = history
    (item,) = read(body)
    assert not isinstance(item, MessageEdited)


def test_versions_are_ordered_as_numbers() -> None:
    post = {"id": "1000", "author_id": "7", "text": "b", "edit_history_tweet_ids": ["1000", "999"]}
    (item,) = read({"data": {"event_type": "post.mention.create", "payload": post}})
    assert isinstance(item, MessageEdited)
    assert item.message.external_id == "post:999"


def test_a_deleted_post() -> None:
    assert one("legacy-delete") == MessageDeleted(
        "post:1991820034526527488", datetime(2025, 11, 21, 11, 44, 16, 123000, tzinfo=UTC)
    )
    # The newer API does not say when.
    deleted = "1991821922034446336"
    assert one("post-delete") == MessageDeleted(f"post:{deleted}", snowflake_time(deleted))


@pytest.mark.parametrize("name", ["dm-read", "legacy-read"])
def test_a_read_message(name: str) -> None:
    assert one(name) == ConversationSeen(
        conversation=f"dm:{ROSA}",
        until=datetime(2025, 11, 21, 11, 45, 56, 123000, tzinfo=UTC),
        read=True,
    )


def test_our_own_reading_is_nothing() -> None:
    body = json.loads((FIXTURES / "legacy-read.json").read_text())
    body["direct_message_mark_read_events"][0]["sender_id"] = CITY
    (item,) = read(body)
    assert isinstance(item, Ignored)


@pytest.mark.parametrize("name", ["oauth-revoke", "oauth-revoke-empty-filter", "legacy-revoke"])
def test_an_end_of_access_stops_the_account(name: str) -> None:
    notice = one(name)
    assert isinstance(notice, AccountNotice)
    assert notice.stops
    assert "authorise it again" in notice.reason
    assert notice.at is not None
    assert notice.at.year == 2025


def test_an_end_of_access_without_its_time_counts_all_the_same() -> None:
    (notice,) = read({"data": {"event_type": "oauth.revoke", "payload": {"user_id": CITY}}})
    assert isinstance(notice, AccountNotice)


def test_the_end_of_another_accounts_access_is_not_ours() -> None:
    for name in ("oauth-revoke-empty-filter", "legacy-revoke"):
        body = (FIXTURES / f"{name}.json").read_bytes().replace(CITY.encode(), b"42")
        (item,) = XConnector(city_account()).parse(body)
        assert isinstance(item, Ignored)


def test_a_body_with_an_end_of_access_and_more() -> None:
    body = json.loads((FIXTURES / "legacy-revoke.json").read_text())
    body |= json.loads((FIXTURES / "legacy-mention.json").read_text())
    assert [type(item).__name__ for item in read(body)] == ["AccountNotice", "InboundMessage"]


def test_a_reply_in_the_older_shape_continues_what_it_answers() -> None:
    found = message("legacy-reply")
    assert found.continues == found.in_reply_to == "post:1991821922034446336"
    assert found.conversation == f"post:1991821922034446336:{ROSA}"
    # The newer shape names the conversation, and a first post continues nothing.
    assert message("post-reply").continues is None
    assert message("legacy-mention").continues is None


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("post.create", "posts itself"),
        ("chat.sent", "encrypted"),
        ("dm.indicate_typing", "typing"),
        ("dm.read", "was read"),
        ("follow.follow", "not asked for: follow.follow"),
        ("like.create", "not asked for"),
        ("a.kind.of.next.year", "not asked for: a.kind.of.next.year"),
    ],
)
def test_other_kinds_are_counted(kind: str, why: str) -> None:
    (item,) = read({"data": {"event_uuid": "-7", "event_type": kind, "payload": {"id": "1"}}})
    assert isinstance(item, Ignored)
    assert why in item.reason
