"""X's encrypted chats: a citizen who writes there is heard, though not what they write."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.x.connector import XConnector
from channels.x.ids import snowflake_time
from hub.ports import Ignored, InboundItem, InboundMessage, MalformedPayload, Visibility
from tests.channels.x.conftest import CITY, city_account
from tests.channels.x.test_webhook import FIXTURES, ROSA, message

MESSAGE = "1991822034526527499"


def changed(**fields: Any) -> bytes:
    """The recorded body with other fields in its payload; `...` takes one away."""
    body = json.loads((FIXTURES / "chat-received.json").read_text())
    payload = body["data"]["payload"] | fields
    body["data"]["payload"] = {name: each for name, each in payload.items() if each is not ...}
    return json.dumps(body).encode()


def one(**fields: Any) -> InboundItem:
    (item,) = XConnector(city_account()).parse(changed(**fields))
    return item


def found(**fields: Any) -> InboundMessage:
    item = one(**fields)
    assert isinstance(item, InboundMessage)
    return item


def test_an_encrypted_message_is_heard() -> None:
    read = message("chat-received")
    assert read.external_id == f"chat:{MESSAGE}"
    assert read.conversation == f"chat:{CITY}:{ROSA}:{ROSA}"
    assert (read.author.kind, read.author.address) == ("x", ROSA)
    assert read.body == "[an encrypted message that X does not pass on: open it on X]"
    assert read.sent_at == datetime(2025, 11, 21, 11, 19, 16, 123000, tzinfo=UTC)
    assert read.visibility is Visibility.PRIVATE
    assert read.permalink == "https://x.com/messages"
    assert read.skip_bot
    assert not read.can_reply
    assert not read.by_staff


def test_it_goes_to_the_account_that_was_written_to() -> None:
    connector, body = XConnector(city_account()), changed()
    assert connector.recipients(body) == frozenset({CITY})
    assert connector.parse_for(body, CITY) == connector.parse(body)
    assert connector.parse_for(body, "7") == ()


def test_nothing_of_the_ciphertext_is_kept() -> None:
    assert "Y2lwaGVydGV4dA" not in repr(found())


@pytest.mark.parametrize("conversation", [..., None, "", True, []])
def test_without_its_conversation_the_sender_names_it(conversation: object) -> None:
    assert found(conversation_id=conversation).conversation == f"chat:{ROSA}"


def test_ids_are_opaque() -> None:
    read = found(id="0b7c1e58-5f0e-4a53-9c0e-8f3f5a3b2d11", conversation_id="g1730000000000000099")
    assert read.external_id == "chat:0b7c1e58-5f0e-4a53-9c0e-8f3f5a3b2d11"
    assert read.conversation == f"chat:g1730000000000000099:{read.author.address}"


@pytest.mark.parametrize("moment", [..., None, ""])
def test_without_a_time_the_id_has_it(moment: object) -> None:
    assert found(created_at_msec=moment).sent_at == snowflake_time(MESSAGE)
    with pytest.raises(MalformedPayload, match="without its time"):
        one(id="0b7c1e58", created_at_msec=moment)


def test_our_own_is_ignored() -> None:
    assert one(sender_id=CITY) == Ignored("an encrypted message of the account itself")
    body = changed(sender_id=CITY).replace(b"chat.received", b"chat.sent")
    assert XConnector(city_account()).parse(body) == (one(sender_id=CITY),)


@pytest.mark.parametrize(
    "fields",
    [
        {"sender_id": ...},
        {"sender_id": None},
        {"sender_id": "somebody"},
        {"id": ...},
        {"id": ""},
        {"created_at_msec": "yesterday"},
    ],
)
def test_what_cannot_be_read_is_malformed(fields: dict[str, Any]) -> None:
    with pytest.raises(MalformedPayload):
        one(**fields)


@pytest.mark.parametrize("payload", [None, "odd", [7]])
def test_no_payload_at_all(payload: object) -> None:
    body = json.dumps({"data": {"event_type": "chat.received", "payload": payload}}).encode()
    with pytest.raises(MalformedPayload):
        XConnector(city_account()).parse(body)


def test_the_sender_has_a_name_where_x_tells_it() -> None:
    body = json.loads(changed())
    user = {"id": ROSA, "name": "Rosa Quintero", "username": "rosa_elmwood"}
    body["data"]["includes"] = {"users": [user]}
    (item,) = XConnector(city_account()).parse(json.dumps(body).encode())
    assert isinstance(item, InboundMessage)
    assert (item.author.display_name, item.author.handle) == ("Rosa Quintero", "rosa_elmwood")
