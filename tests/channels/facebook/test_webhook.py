"""Facebook's webhooks: the challenge, the signature, bodies of several entries and pages."""

import json

import pytest

from channels.facebook.connector import FacebookConnector
from channels.signatures import sign_hex
from hub.ports import (
    BadSignature,
    Ignored,
    InboundMessage,
    MalformedPayload,
    MessageDeleted,
    ReceivesWebhooks,
    RoutesWebhooks,
    UnsupportedEvent,
)
from tests.channels.facebook.bodies import AMIR, FIXTURES, body, feed, messaging, parse
from tests.channels.facebook.conftest import PAGE, page_account

OTHER = "104000000000002"


def test_every_entry_of_a_batch_is_read() -> None:
    connector = FacebookConnector(page_account())
    items = connector.parse((FIXTURES / "two-entries.json").read_bytes())
    assert [type(item) for item in items] == [InboundMessage, InboundMessage, Ignored]


def test_several_events_in_one_entry_keep_their_order() -> None:
    both = feed(message="Hello")
    both["changes"] += feed(verb="remove")["changes"]
    both |= {"messaging": messaging(message={"mid": "m_1", "text": "Hi"})["messaging"]}
    items = parse(both)
    assert [type(item) for item in items] == [InboundMessage, InboundMessage, MessageDeleted]


def test_a_body_says_which_pages_it_is_for() -> None:
    connector = FacebookConnector(page_account())
    assert isinstance(connector, RoutesWebhooks)
    mixed = body(feed(), feed() | {"id": int(OTHER)}, messaging(read={}), {"time": 1})
    assert list(connector.recipients(mixed)) == [PAGE, OTHER]
    assert list(connector.recipients(body({"time": 1}))) == []
    with pytest.raises(MalformedPayload):
        connector.recipients(b"{")
    with pytest.raises(UnsupportedEvent):
        connector.recipients(b'{"object": "instagram", "entry": []}')


def test_each_page_reads_its_own_entries_as_itself() -> None:
    connector = FacebookConnector(page_account())
    by_other = feed(comment_id="1_2", message="We are open.", **{"from": {"id": OTHER}})
    mixed = body(
        feed(message="One"), by_other | {"id": OTHER}, by_other, feed(comment_id="1_3", id=OTHER)
    )
    own = connector.parse_for(mixed, PAGE)
    assert [type(item) for item in own] == [InboundMessage, InboundMessage, InboundMessage]
    # What is a visitor's comment on one page is the page's own on the other.
    assert connector.parse_for(mixed, OTHER) == (Ignored("a comment of the page itself"),)
    assert connector.parse_for(mixed, "7") == ()
    assert len(connector.parse(mixed)) == 4


def test_an_entry_of_no_page_goes_with_the_first_that_is_named() -> None:
    connector = FacebookConnector(page_account())
    mixed = body(feed() | {"id": None}, feed(comment_id="1_2") | {"id": OTHER})
    assert len(connector.parse_for(mixed, OTHER)) == 2
    assert connector.parse_for(mixed, PAGE) == ()
    assert len(connector.parse_for(body(feed() | {"id": None}), PAGE)) == 1


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("messages", {"message": {"mid": "m_1", "text": "Hi"}}, InboundMessage),
        ("standby", {"message": {"mid": "m_1", "text": "Hi"}}, InboundMessage),
        ("message_edits", {"message_edit": {"mid": "m_1", "text": "Hi"}}, None),
        ("leadgen", [1, 2], Ignored),
        ("ratings", None, Ignored),
        ("feed", None, Ignored),
    ],
)
def test_changes_of_other_fields(field: str, value: object, expected: type | None) -> None:
    if isinstance(value, dict):
        value |= {"sender": {"id": AMIR}, "recipient": {"id": PAGE}, "timestamp": "1763723956"}
    (item,) = parse({"id": PAGE, "time": 1, "changes": [{"field": field, "value": value}]})
    assert not isinstance(item, Ignored) if expected is None else isinstance(item, expected)


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"\x00",
        b"7",
        b'{"object": "page"}',
        b'{"object": "page", "entry": {}}',
        b'{"object": "page", "entry": [[]]}',
        b'{"object": "page", "entry": [{"messaging": [7]}]}',
        b'{"object": "page", "entry": [{"changes": [{"value": {}}]}]}',
        b'{"object": "page", "entry": [{"changes": [{"field": "feed", "value": []}]}]}',
        b'{"object": "page", "entry": [{"changes": [{"field": "ratings", "value": "odd"}]}]}',
        b'{"object": "page", "entry": [{"messaging": [{"message": {"text": "no mid"}}]}]}',
        b'{"object": "page", "entry": [{"messaging": [{"message": {"mid": "m"}}]}]}',
        b'{"object": "page", "entry": [{"messaging": [{"message_edit": {"mid": "m"}}]}]}',
        b'{"object": "page", "entry": [{"messaging": [{"sender": {"id": 5}, "postback": {}}]}]}',
        b'{"object": "page", "entry": [{"changes": [{"field": "feed", "value": {"item": "comment",'
        b' "verb": "add"}}]}]}',
        b'{"object": "page", "entry": [{"changes": [{"field": "feed", "value": {"item": "comment",'
        b' "verb": "hide"}}]}]}',
        b'{"object": "page", "entry": [{"changes": [{"field": "feed", "value": {"item": "comment",'
        b' "verb": "remove", "comment_id": 7}}]}]}',
        b'{"object": "page", "entry": [{"changes": [{"field": "feed", "value": {"item": "comment",'
        b' "verb": "add", "comment_id": 7, "created_time": "yesterday"}}]}]}',
        b'{"object": "page", "entry": [{"time": 1e300, "changes": [{"field": "feed", "value":'
        b' {"item": "comment", "verb": "add", "comment_id": 7}}]}]}',
    ],
)
def test_what_cannot_be_read_is_malformed(wrong: bytes) -> None:
    with pytest.raises(MalformedPayload):
        FacebookConnector(page_account()).parse(wrong)


def test_a_body_about_something_else_is_unsupported() -> None:
    with pytest.raises(UnsupportedEvent):
        FacebookConnector(page_account()).parse(b'{"object": "instagram", "entry": []}')


def test_free_text_is_named_for_masking() -> None:
    connector = FacebookConnector(page_account())
    assert isinstance(connector, ReceivesWebhooks)
    words = json.loads(body(messaging(message_edit={"mid": "m_1", "text": "4111 …"})))
    edited = words["entry"][0]["messaging"][0]["message_edit"]
    assert {"text"} == set(edited) & connector.text_fields


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
    connector, signed = FacebookConnector(page_account()), b'{"object":"page","entry":[]}'
    header = sign_hex("app secret", signed)
    connector.verify({"x-hub-signature-256": header}, signed)
    with pytest.raises(BadSignature):
        connector.verify({"x-hub-signature-256": header}, signed + b" ")
    with pytest.raises(BadSignature):
        connector.verify({}, signed)
