"""One webhook address for several accounts of an app: whom a body is for."""

import json
from typing import Any

import pytest

from channels.x.connector import XConnector
from hub.ports import (
    AccountNotice,
    InboundMessage,
    MalformedPayload,
    RoutesWebhooks,
    UnsupportedEvent,
)
from tests.channels.x.conftest import CITY, city_account
from tests.channels.x.test_webhook import FIXTURES

OTHER = "1460000000000000002"


def connector() -> XConnector:
    return XConnector(city_account())


def body(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def test_is_what_the_hub_asks_for() -> None:
    assert isinstance(connector(), RoutesWebhooks)


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.json")), ids=lambda path: path.stem)
def test_every_body_names_its_account(path: Any) -> None:
    assert connector().recipients(path.read_bytes()) == {CITY}
    found = connector().parse_for(path.read_bytes(), CITY)
    assert found == connector().parse(path.read_bytes())
    assert connector().parse_for(path.read_bytes(), OTHER) == ()


def test_a_body_is_read_as_the_account_it_is_for() -> None:
    """Settings may name us wrongly; the end of access is the recipient's, too."""
    raw = body("oauth-revoke-empty-filter").replace(CITY.encode(), OTHER.encode())
    (notice,) = connector().parse_for(raw, OTHER)
    assert isinstance(notice, AccountNotice)


def test_a_list_of_events_goes_to_each() -> None:
    ours = json.loads(body("post-mention"))["data"]
    theirs = json.loads(body("post-mention"))["data"] | {"filter": {"user_id": OTHER}}
    theirs["payload"] = theirs["payload"] | {
        "id": "1991820034526527999",
        "edit_history_tweet_ids": None,
    }
    raw = json.dumps({"data": [ours, theirs]}).encode()
    assert connector().recipients(raw) == {CITY, OTHER}
    for recipient, number in ((CITY, "1991820034526527488"), (OTHER, "1991820034526527999")):
        (item,) = connector().parse_for(raw, recipient)
        assert isinstance(item, InboundMessage)
        assert item.external_id == f"post:{number}"


@pytest.mark.parametrize("filter_", [{}, None, {"keyword": "water"}])
def test_a_body_that_does_not_say_is_for_all(filter_: object) -> None:
    event = json.loads(body("post-mention"))
    event["data"]["filter"] = filter_
    raw = json.dumps(event).encode()
    assert connector().recipients(raw) == frozenset()
    assert len(connector().parse_for(raw, OTHER)) == 1


def test_refuses_like_parse() -> None:
    with pytest.raises(MalformedPayload):
        connector().recipients(b"{")
    with pytest.raises(MalformedPayload):
        connector().parse_for(b'{"data": 7}', CITY)
    with pytest.raises(UnsupportedEvent):
        connector().recipients(b'{"object": "page"}')
