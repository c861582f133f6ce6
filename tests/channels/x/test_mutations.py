"""Every fixture with every part of it replaced: it reads, or it is refused by name."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from channels.x.connector import XConnector
from hub.ports import InboundMessage, MalformedPayload, MessageEdited, UnsupportedEvent
from tests.channels.x.conftest import CITY, city_account
from tests.channels.x.test_webhook import FIXTURES

GONE = object()
VALUES: tuple[Any, ...] = (
    GONE, None, True, -1, 0, 10**30, 1.5e300, "", "x", "9" * 24, "\x00\ud800", [], [None], [[]],
    {}, {"data": {}}, {"id": "1"},
)  # fmt: skip


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    """The way to every part of a JSON value."""
    if isinstance(value, dict):
        inner = list(value.items())
    else:
        inner = list(enumerate(value)) if isinstance(value, list) else []
    for key, part in inner:
        yield (key,)
        yield from ((key, *rest) for rest in places(part))


def replaced(body: Any, place: tuple[Any, ...], value: Any) -> bytes:
    changed = copy.deepcopy(body)
    around = changed
    for key in place[:-1]:
        around = around[key]
    if value is GONE:
        del around[place[-1]]
    else:
        around[place[-1]] = value
    return json.dumps(changed).encode()


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.json")), ids=lambda path: path.stem)
def test_a_part_replaced(path: Path) -> None:
    connector, body = XConnector(city_account()), json.loads(path.read_text())
    read = 0
    for place in places(body):
        for value in VALUES:
            raw = replaced(body, place, value)
            try:
                items = connector.parse(raw)
                for recipient in (*connector.recipients(raw), CITY):
                    connector.parse_for(raw, recipient)
            except (MalformedPayload, UnsupportedEvent):
                continue
            read += 1
            assert connector.parse(raw) == items
            for item in items:
                message = item.message if isinstance(item, MessageEdited) else item
                if isinstance(message, InboundMessage):
                    "".join((message.external_id, message.conversation, message.body)).encode()
                    json.dumps(dict(message.context), ensure_ascii=False).encode()
    assert read
