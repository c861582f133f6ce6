"""Facebook's webhooks: feed, Messenger, the challenge and the signature."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.facebook.connector import FacebookConnector
from channels.signatures import sign_hex
from hub.ports import (
    Attachment,
    BadSignature,
    Ignored,
    InboundItem,
    InboundMessage,
    Location,
    MalformedPayload,
    UnsupportedEvent,
    Visibility,
)
from tests.channels.facebook.conftest import PAGE, page_account

FIXTURES = Path(__file__).parent / "fixtures"
AMIR = "7100000000000021"
POST = f"{PAGE}_330"


def parse(name: str, **secrets: str) -> tuple[InboundItem, ...]:
    connector = FacebookConnector(page_account(**secrets))
    return connector.parse((FIXTURES / f"{name}.json").read_bytes())


def message(name: str, **secrets: str) -> InboundMessage:
    (item,) = parse(name, **secrets)
    assert isinstance(item, InboundMessage), item
    return item


def test_a_comment() -> None:
    found = message("comment")
    assert found.external_id == "330_9001"
    assert found.conversation == f"post:{POST}:{AMIR}"
    assert (found.author.kind, found.author.address) == ("facebook", AMIR)
    assert found.author.display_name == "Amir Haddad"
    assert found.body == "When is the next electronics drop-off?"
    assert found.sent_at == datetime(2025, 11, 21, 11, 19, 16, tzinfo=UTC)
    assert found.visibility is Visibility.PUBLIC
    assert found.in_reply_to is None
    assert found.permalink == "https://www.facebook.com/cityofelmwood/posts/330?comment_id=9001"


def test_a_reply_to_a_comment_stays_in_the_conversation() -> None:
    found = message("comment-reply")
    assert found.conversation == message("comment").conversation
    assert found.in_reply_to == "330_9001"


def test_a_picture_without_words() -> None:
    found = message("comment-photo-only")
    assert found.body == "[image]"
    assert found.attachments == (Attachment("https://scontent.example/pothole.jpg", "image"),)


def test_a_comment_by_nobody_named_is_kept_and_can_be_answered() -> None:
    found = message("comment-anonymous")
    assert found.author.address == "comment:330_9007"
    assert found.conversation == f"post:{POST}:330_9007"
    assert found.can_reply


def test_a_visitors_post() -> None:
    found = message("visitor-post")
    assert found.external_id == f"{PAGE}_331"
    assert found.conversation == f"post:{PAGE}_331:{AMIR}"
    assert len(found.attachments) == 2
    assert found.permalink == f"https://www.facebook.com/{PAGE}_331"


def test_a_mention_elsewhere() -> None:
    found = message("mention")
    assert found.external_id == "88_12"
    assert found.context == {"kind": "mention"}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("comment-by-page", "a comment of the page itself"),
        ("page-status", "a status of the page itself"),
        ("comment-edited", "an edited text: comment"),
        ("comment-remove", "a deleted text: comment"),
        ("comment-hide", "a hidden text: comment"),
        ("comment-unhide", "a text shown again: comment"),
        ("reaction", "a feed event not for us: reaction"),
        ("message-deleted", "a deleted message"),
        ("message-edit", "an edited message"),
        ("delivery", "a delivery report"),
        ("read", "a read report"),
        ("reaction-message", "a reaction"),
        ("thread-control", "thread control passed"),
        ("standby", "standby: another app owns the conversation"),
        ("echo-ours", "an echo of what we sent"),
        ("echo-marked", "an echo of what we sent"),
    ],
)
def test_events_not_for_us(name: str, why: str) -> None:
    assert parse(name) == (Ignored(why),)


def test_a_messenger_message() -> None:
    found = message("message")
    assert found.external_id == "m_AbC-1"
    assert found.conversation == f"psid:{AMIR}"
    assert found.author.address == AMIR
    assert found.visibility is Visibility.PRIVATE
    assert found.sent_at == datetime(2025, 11, 21, 11, 19, 16, 123000, tzinfo=UTC)
    assert message("message-reply").in_reply_to == "m_AbC-1"


def test_attachments_without_words() -> None:
    found = message("message-picture")
    assert found.body == "[image] [file]"
    assert found.attachments == (
        Attachment("https://scontent.example/meter.jpg", "image"),
        Attachment("https://cdn.example/bill.pdf", "file", "bill.pdf"),
    )


def test_a_location() -> None:
    found = message("message-location")
    assert found.body == "[location]"
    assert found.location == Location(latitude=30.44, longitude=-84.28)


def test_a_quick_reply_and_a_postback_name_what_was_chosen() -> None:
    pressed = message("message-quick-reply")
    assert (pressed.body, pressed.context) == ("Start new service", {"choice": "start-service"})
    pressed = message("postback")
    assert (pressed.body, pressed.context) == ("Report a problem", {"choice": "report-problem"})
    assert pressed.external_id == "m_AbC-6"


@pytest.mark.parametrize("name", ["echo-staff", "echo-other-app"])
def test_what_staff_wrote_in_facebooks_app_is_their_answer(name: str) -> None:
    found = message(name)
    assert found.by_staff
    assert found.conversation == f"psid:{AMIR}"
    assert found.author.address == PAGE
    assert found.context == {"customer_id": AMIR}


def test_without_an_app_id_our_own_mark_tells_echoes_apart() -> None:
    (item,) = parse("echo-marked", app_id="")
    assert isinstance(item, Ignored)
    assert message("echo-ours", app_id="").by_staff


def test_every_entry_of_a_batch_is_read() -> None:
    items = parse("two-entries")
    assert [type(item) for item in items] == [InboundMessage, InboundMessage, Ignored]


def test_every_recorded_body_reads(shared: Path) -> None:
    """Recorded by others; ids as numbers and as strings."""
    folder = shared / "fixtures" / "facebook_webhooks"
    connector = FacebookConnector(page_account())
    messages = 0
    for path in sorted(folder.glob("*.json")):
        items = connector.parse(path.read_bytes())
        assert items, path.name
        for item in items:
            assert isinstance(item, InboundMessage | Ignored)
            if isinstance(item, InboundMessage):
                messages += 1
                assert item.body, path.name
                assert item.author.address
                assert item.sent_at.year > 2014
    assert messages == 12


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"7",
        b'{"object": "page"}',
        b'{"object": "page", "entry": {}}',
        b'{"object": "page", "entry": [[]]}',
        b'{"object": "page", "entry": [{"changes": [{"value": {}}]}]}',
        b'{"object": "page", "entry": [{"messaging": [{"message": {"text": "no mid"}}]}]}',
        b'{"object": "page", "entry": [{"messaging": [{"message": {"mid": "m"}}]}]}',
        b'{"object": "page", "entry": [{"messaging": [{"sender": {"id": 5}, "postback": {}}]}]}',
        b'{"object": "page", "entry": [{"changes": [{"field": "feed", "value": {"item": "comment",'
        b' "verb": "add"}}]}]}',
        b'{"object": "page", "entry": [{"changes": [{"field": "feed", "value": {"item": "comment",'
        b' "verb": "add", "comment_id": 7, "created_time": "yesterday"}}]}]}',
        b'{"object": "page", "entry": [{"time": 1e300, "changes": [{"field": "feed", "value":'
        b' {"item": "comment", "verb": "add", "comment_id": 7}}]}]}',
    ],
)
def test_what_cannot_be_read_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        FacebookConnector(page_account()).parse(body)


def test_a_body_about_something_else_is_unsupported() -> None:
    with pytest.raises(UnsupportedEvent):
        FacebookConnector(page_account()).parse(b'{"object": "instagram", "entry": []}')


def test_answers_the_challenge() -> None:
    query = {
        "hub.mode": "subscribe",
        "hub.verify_token": "verify token",
        "hub.challenge": "1158201444",
    }
    answer = FacebookConnector(page_account()).handshake(query)
    assert (answer.body, answer.media_type) == ("1158201444", "text/plain")


@pytest.mark.parametrize(
    ("query", "token"),
    [
        ({}, "verify token"),
        ({"hub.mode": "subscribe", "hub.challenge": "1"}, "verify token"),
        ({"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "é"}, "verify token"),
        ({"hub.mode": "x", "hub.challenge": "1", "hub.verify_token": "t"}, "t"),
        ({"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": ""}, ""),
    ],
)
def test_refuses_what_is_no_challenge(query: dict[str, str], token: str) -> None:
    with pytest.raises(BadSignature):
        FacebookConnector(page_account(verify_token=token)).handshake(query)


def test_verifies_the_signature() -> None:
    connector, body = FacebookConnector(page_account()), b'{"object":"page","entry":[]}'
    header = sign_hex("app secret", body)
    connector.verify({"x-hub-signature-256": header}, body)
    with pytest.raises(BadSignature):
        connector.verify({"x-hub-signature-256": header}, body + b" ")
    with pytest.raises(BadSignature):
        connector.verify({}, body)
