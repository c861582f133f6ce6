"""Bodies as they should not be, and are: what is read all the same, and what is refused."""

import json
from typing import Any

import pytest

from channels.x.connector import XConnector
from hub.ports import InboundItem, InboundMessage, MalformedPayload
from tests.channels.x.conftest import CITY, city_account
from tests.channels.x.test_webhook import FIXTURES, ROSA, message


def read(body: dict[str, Any]) -> tuple[InboundItem, ...]:
    return XConnector(city_account()).parse(json.dumps(body).encode())


def fixture(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return found


def only(body: dict[str, Any]) -> InboundMessage:
    (item,) = read(body)
    assert isinstance(item, InboundMessage)
    return item


def test_people_may_come_wrapped() -> None:
    found = message("dm-received-wrapped-users")
    assert (found.author.display_name, found.author.handle) == ("Rosa Quintero", "rosa_elmwood")
    body = fixture("post-mention")
    includes = body["data"]["includes"]
    includes["users"] = [{"data": user} for user in includes["users"]]
    assert only(body) == message("post-mention")


def test_ids_may_be_numbers() -> None:
    body = fixture("post-mention")
    payload = body["data"]["payload"]
    for name in ("id", "author_id", "conversation_id"):
        payload[name] = int(payload[name])
    body["data"]["filter"]["user_id"] = int(CITY)
    assert only(body) == message("post-mention")
    body = fixture("dm-received")
    event = body["data"]["payload"]["direct_message_events"][0]
    event["id"] = int(event["id"])
    event["created_timestamp"] = int(event["created_timestamp"])
    event["message_create"]["sender_id"] = int(event["message_create"]["sender_id"])
    assert only(body) == message("dm-received")


@pytest.mark.parametrize("name", ["post-mention", "post-quote", "post-reply", "post-long"])
def test_optional_parts_of_a_post_may_be_null_or_gone(name: str) -> None:
    whole = message(name)
    for part in ("entities", "attachments", "note_tweet", "edit_history_tweet_ids", "created_at",
                 "in_reply_to_user_id", "includes", "tag", "lang"):  # fmt: skip
        for null in (True, False):
            body = fixture(name)
            for place in (body["data"], body["data"]["payload"]):
                if part in place:
                    if null:
                        place[part] = None
                    else:
                        del place[part]
            found = only(body)
            assert (found.external_id, found.conversation) == (
                whole.external_id,
                whole.conversation,
            )


def test_a_long_post_may_name_the_account_beyond_its_first_280_characters() -> None:
    body = fixture("post-reply")
    body["data"]["payload"] |= {
        "text": "A long story…",
        "entities": {"urls": []},
        "note_tweet": {"text": "A long story @city", "entities": {"mentions": [{"id": CITY}]}},
    }
    assert only(body).can_reply
    body["data"]["payload"]["note_tweet"]["entities"] = {"mentions": [{"id": "7"}]}
    assert not only(body).can_reply


def test_a_playlist_is_no_file_of_a_video() -> None:
    playlist = {"content_type": "application/x-mpegURL", "url": "https://v.example/1.m3u8"}
    film = {"content_type": "video/mp4", "bit_rate": 0, "url": "https://v.example/1.mp4"}
    media = {"media_key": "13_1", "type": "video", "preview_image_url": "https://v.example/1.jpg"}
    for variants, url in (
        ([playlist, film], film["url"]),
        ([playlist], media["preview_image_url"]),
    ):
        body = fixture("post-mention")
        body["data"]["payload"]["attachments"] = {"media_keys": ["13_1"]}
        body["data"]["includes"]["media"] = [media | {"variants": variants}]
        assert [file.url for file in only(body).attachments] == [url]


def test_adornments_that_cannot_be_read_are_left_out() -> None:
    body = fixture("post-mention")
    payload, includes = body["data"]["payload"], body["data"]["includes"]
    payload["entities"] = {"mentions": [None, 5, {"id": "x"}, {"id": CITY}], "urls": "none"}
    payload["note_tweet"] = []
    payload["attachments"] = {"media_keys": [None, 7, *payload["attachments"]["media_keys"]]}
    includes["users"] = [None, {"id": "nobody"}, *includes["users"]]
    includes["media"] = [{}, *includes["media"]]
    assert only(body) == message("post-mention")
    body["data"]["includes"] = [1, 2]
    found = only(body)
    assert found.author.handle is None
    assert found.attachments == ()


def test_extra_fields_are_passed_over() -> None:
    body = fixture("post-mention")
    body["errors"] = []
    body["data"]["next_years_field"] = {"a": [1]}
    body["data"]["payload"] |= {"edit_controls": {"edits_remaining": 5}, "paid_partnership": False}
    assert only(body) == message("post-mention")


def test_an_event_without_its_wrapper() -> None:
    assert only(fixture("post-mention")["data"]) == message("post-mention")


def test_a_payload_may_be_a_list_or_an_answer_of_its_own() -> None:
    body = fixture("post-mention")
    post, includes = body["data"]["payload"], body["data"]["includes"]
    second = post | {"id": "1991820034526527489", "edit_history_tweet_ids": None}
    body["data"]["payload"] = [post, second]
    assert [item.external_id for item in read(body) if isinstance(item, InboundMessage)] == [
        "post:1991820034526527488",
        "post:1991820034526527489",
    ]
    del body["data"]["includes"]
    body["data"]["payload"] = {"data": post, "includes": includes}
    assert only(body) == message("post-mention")


def test_older_shapes_without_their_adornments() -> None:
    body = fixture("legacy-mention")
    status = body["tweet_create_events"][0]
    for name in ("entities", "extended_entities", "timestamp_ms", "quoted_status"):
        status[name] = None
    assert only(body).external_id == message("legacy-mention").external_id
    body = fixture("legacy-dm")
    body["users"] = {ROSA: None, CITY: {"id": "x"}}
    created = body["direct_message_events"][0]["message_create"]
    created["message_data"] |= {"text": None, "attachment": None}
    found = only(body)
    assert (found.body, found.author.handle) == ("[no text]", None)


@pytest.mark.parametrize(
    ("name", "value"),
    [("id", None), ("id", 1.5), ("id", True), ("id", "-5"), ("author_id", "rosa"),
     ("author_id", {}), ("conversation_id", "thread"), ("conversation_id", []),
     ("text", ["a"]), ("referenced_tweets", "none"),
     ("referenced_tweets", [{"type": "quoted"}]), ("created_at", "yesterday"),
     ("edit_history_tweet_ids", "all"), ("edit_history_tweet_ids", ["one"])],
)  # fmt: skip
def test_what_decides_must_be_right(name: str, value: object) -> None:
    body = fixture("post-mention")
    body["data"]["payload"][name] = value
    with pytest.raises(MalformedPayload) as raised:
        read(body)
    assert "street light" not in str(raised.value)
