"""X's webhooks: both envelopes, the challenge and the signature."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.signatures import sign_base64
from channels.x.connector import XConnector
from hub.ports import (
    Attachment,
    BadSignature,
    Ignored,
    InboundItem,
    InboundMessage,
    MalformedPayload,
    UnsupportedEvent,
    Visibility,
)
from tests.channels.x.conftest import CITY, city_account

FIXTURES = Path(__file__).parent / "fixtures"
MENTION = b'{"data": {"event_type": "post.mention.create", "payload": %s}}'
ROSA = "1730000000000000021"


def parse(name: str, **secrets: str) -> tuple[InboundItem, ...]:
    return XConnector(city_account(**secrets)).parse((FIXTURES / f"{name}.json").read_bytes())


def message(name: str, **secrets: str) -> InboundMessage:
    (item,) = parse(name, **secrets)
    assert isinstance(item, InboundMessage)
    return item


def reason(name: str) -> str:
    (item,) = parse(name)
    assert isinstance(item, Ignored)
    return item.reason


def test_a_mention() -> None:
    found = message("post-mention")
    assert found.external_id == "post:1991820034526527488"
    assert found.conversation == f"post:1991820034526527488:{ROSA}"
    assert (found.author.kind, found.author.address) == ("x", ROSA)
    assert (found.author.display_name, found.author.handle) == ("Rosa Quintero", "rosa_elmwood")
    assert found.body.startswith("@CityOfElmwood the street light at Third & Birch is out. 1 < 2")
    assert found.sent_at == datetime(2025, 11, 21, 11, 19, 16, tzinfo=UTC)
    assert found.visibility is Visibility.PUBLIC
    assert found.permalink == "https://x.com/rosa_elmwood/status/1991820034526527488"
    assert found.attachments == (
        Attachment("https://pbs.twimg.com/media/street-light.jpg", "image"),
    )
    assert found.can_reply


def test_a_reply_that_does_not_name_us_cannot_be_answered_by_api() -> None:
    found = message("post-reply")
    assert found.conversation == message("post-mention").conversation
    assert found.in_reply_to == "post:1991821922034446336"
    assert not found.can_reply


def test_a_quote_can_be_answered_and_shows_what_it_quotes() -> None:
    found = message("post-quote")
    assert found.can_reply
    assert found.context["quoted_text"] == "No collection on Thursday & Friday."


def test_a_long_post_is_read_in_full_and_named_by_its_text() -> None:
    found = message("post-long")
    assert "three weeks now & nobody called" in found.body
    assert len(found.body) > 500
    assert found.can_reply


def test_a_direct_message() -> None:
    found = message("dm-received")
    assert found.external_id == "dm:1991820100000000000"
    assert found.conversation == f"dm:{ROSA}"
    assert found.body == "My account number is on the letter & the bill"
    assert found.author.handle == "rosa_elmwood"
    assert found.visibility is Visibility.PRIVATE
    assert found.sent_at == datetime(2025, 11, 21, 11, 44, 16, 123000, tzinfo=UTC)


def test_our_own_direct_message_is_ignored() -> None:
    assert "itself" in reason("dm-sent")


def test_a_direct_message_from_another_app_is_staffs() -> None:
    found = message("dm-sent", app_id="99")
    assert found.by_staff
    assert found.conversation == f"dm:{ROSA}"
    assert found.author.address == CITY
    assert found.context == {"customer_id": ROSA}


def test_a_direct_message_from_our_app_is_ours() -> None:
    (item,) = parse("dm-sent", app_id="268278")
    assert isinstance(item, Ignored)


def test_a_mention_in_the_older_shape_is_the_same_message() -> None:
    found = message("legacy-mention")
    assert found.external_id == message("post-mention").external_id
    assert found.conversation == message("post-mention").conversation
    assert found.author.address == ROSA
    assert found.body.endswith("Birch & Main has been blinking since the storm on Tuesday, "
                               "and people hardly stop.")  # fmt: skip
    assert found.attachments == (Attachment("https://video.twimg.com/high.mp4", "video"),)
    assert found.sent_at == datetime(2025, 11, 21, 11, 19, 16, 123000, tzinfo=UTC)
    assert found.can_reply


def test_older_shape_own_posts_and_reposts_are_ignored() -> None:
    assert [type(item) for item in parse("legacy-own-and-repost")] == [Ignored, Ignored]


def test_a_direct_message_in_the_older_shape_with_a_picture() -> None:
    found = message("legacy-dm")
    assert found.external_id == message("dm-received").external_id
    assert found.body == "[image]"
    assert found.attachments[0].url.endswith("bill.jpg")


def test_older_shape_events_not_for_us() -> None:
    assert reason("legacy-typing") == "somebody is typing"


def test_every_fixture_reads() -> None:
    for path in sorted(FIXTURES.glob("*.json")):
        assert parse(path.stem), path.name


def test_the_body_says_which_account_it_is_for() -> None:
    """Our own post stays our own, even where the settings name another user."""
    connector = XConnector(city_account())
    body = json.loads((FIXTURES / "legacy-own-and-repost.json").read_text())
    body["for_user_id"] = "42"
    body["tweet_create_events"][0]["user"]["id_str"] = "42"
    assert [type(item) for item in connector.parse(json.dumps(body).encode())] == [Ignored, Ignored]


def test_a_post_without_its_author_is_kept() -> None:
    body = {"data": {"event_type": "post.mention.create", "payload": {"id": 1578516295611748353,
            "text": "lamp out"}}}  # fmt: skip
    (item,) = XConnector(city_account()).parse(json.dumps(body).encode())
    assert isinstance(item, InboundMessage)
    assert item.author.address == "post:1578516295611748353"
    assert item.sent_at == datetime(2022, 10, 7, 22, 43, 6, 945000, tzinfo=UTC)
    assert item.permalink == "https://x.com/i/status/1578516295611748353"


def test_halves_of_characters_and_nul_are_replaced() -> None:
    raw = (
        b'{"data":{"event_type":"post.mention.create","payload":'
        b'{"id":"1578516295611748353","author_id":"7","text":"a\\u0000b\\ud83dc \\ud83d\\udea7"}}}'
    )
    (item,) = XConnector(city_account()).parse(raw)
    assert isinstance(item, InboundMessage)
    assert item.body == "a\ufffdb\ufffdc 🚧"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        b'{"data": 7}',
        b'{"data": {"event_type": "dm.received"}}',
        MENTION % b'{"text": "no id"}',
        MENTION % b'{"id": "12ab"}',
        MENTION % b'{"id": 12, "created_at": "soon"}',
        MENTION % b'{"id": "999999999999999999999999"}',
        b'{"for_user_id": "1", "tweet_create_events": [{"id_str": "5"}]}',
        b'{"for_user_id": "1", "direct_message_events": [{"message_create": {}}]}',
    ],
)
def test_what_cannot_be_read_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        XConnector(city_account()).parse(body)


def test_another_kind_of_body_is_unsupported() -> None:
    with pytest.raises(UnsupportedEvent):
        XConnector(city_account()).parse(b'{"object": "page", "entry": []}')


def test_answers_the_challenge() -> None:
    answer = XConnector(city_account()).handshake({"crc_token": "OTc4ZmE3NzQtMjAxNw=="})
    assert answer.media_type == "application/json"
    expected = sign_base64("consumer secret", b"OTc4ZmE3NzQtMjAxNw==")
    assert json.loads(answer.body) == {"response_token": expected}


@pytest.mark.parametrize("query", [{}, {"crc_token": ""}, {"crc_token": "x" * 600}])
def test_refuses_what_is_no_challenge(query: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        XConnector(city_account()).handshake(query)


def test_the_challenge_does_not_sign_webhooks_for_strangers() -> None:
    with pytest.raises(BadSignature):
        XConnector(city_account()).handshake({"crc_token": '{"for_user_id":"1"}'})


def test_verifies_the_signature() -> None:
    connector, body = XConnector(city_account()), b'{"data":{}}'
    header = sign_base64("consumer secret", body)
    connector.verify({"x-twitter-webhooks-signature": header}, body)
    with pytest.raises(BadSignature):
        connector.verify({"x-twitter-webhooks-signature": header}, body + b" ")
    with pytest.raises(BadSignature):
        connector.verify({}, body)
