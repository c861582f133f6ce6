"""One event of a body that cannot be read does not hold back the others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from channels.registry import connector_for
from hub.ports import (
    Account,
    ChannelKind,
    InboundMessage,
    MalformedPayload,
    ReceivesWebhooks,
    Unreadable,
)

PAGE, OURS = "104000000000001", "1460000000000000001"


def messenger(*mids: str | None) -> Any:
    return {
        "object": "page",
        "entry": [
            {
                "id": PAGE,
                "time": 1763723956000,
                "messaging": [
                    {
                        "sender": {"id": "7"},
                        "recipient": {"id": PAGE},
                        "timestamp": 1763723956000 + number,
                        "message": {"text": "Hello"} | ({"mid": mid} if mid else {}),
                    }
                    for number, mid in enumerate(mids)
                ],
            }
        ],
    }


def posts(*ids: str | None) -> Any:
    author = {"id_str": "77", "name": "Rosa Delgado", "screen_name": "rosa"}
    return {
        "for_user_id": OURS,
        "tweet_create_events": [
            {"text": "@city hello", "user": author, "created_at": "Fri Nov 21 11:19:16 +0000 2025"}
            | ({"id_str": number} if number else {})
            for number in ids
        ],
    }


BODIES = {ChannelKind.FACEBOOK: messenger, ChannelKind.X: posts}
NUMBERS = ("1990000000000000001", "1990000000000000002")


def parse(kind: ChannelKind, *ids: str | None) -> tuple[Any, ...]:
    account = Account(1, kind, "City", PAGE if kind is ChannelKind.FACEBOOK else OURS)
    connector = connector_for(account)
    assert isinstance(connector, ReceivesWebhooks)
    return connector.parse(json.dumps(BODIES[kind](*ids)).encode())


@pytest.mark.parametrize("kind", BODIES)
def test_the_good_ones_are_read(kind: ChannelKind) -> None:
    first, second, third = parse(kind, NUMBERS[0], None, NUMBERS[1])
    assert isinstance(first, InboundMessage)
    assert isinstance(second, Unreadable)
    assert isinstance(third, InboundMessage)


@pytest.mark.parametrize("kind", BODIES)
def test_nothing_but_bad_ones_is_a_bad_body(kind: ChannelKind) -> None:
    with pytest.raises(MalformedPayload):
        parse(kind, None, None)
