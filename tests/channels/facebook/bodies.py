"""Webhook bodies in Facebook's shapes, about invented people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from channels.facebook.connector import FacebookConnector
from hub.ports import InboundItem, InboundMessage
from tests.channels.facebook.conftest import PAGE, page_account

FIXTURES = Path(__file__).parent / "fixtures"
AMIR = "7100000000000021"
POST = f"{PAGE}_330"
MS = 1763723956123
"""21 November 2025, 11:19:16.123 UTC; without its last three digits the feed's seconds."""
S = MS // 1000


def body(*entries: dict[str, Any]) -> bytes:
    return json.dumps({"object": "page", "entry": entries}).encode()


def feed(*, field: Any = "feed", time: Any = S + 1, **value: Any) -> dict[str, Any]:
    """An entry with one change: a comment of Amir's where nothing else is said."""
    usual = {
        "item": "comment",
        "verb": "add",
        "comment_id": "330_9001",
        "post_id": POST,
        "parent_id": POST,
        "from": {"id": AMIR, "name": "Amir Haddad"},
        "created_time": S,
    }
    changed = {name: each for name, each in {**usual, **value}.items() if each is not ...}
    return {"id": PAGE, "time": time, "changes": [{"field": field, "value": changed}]}


def messaging(*, where: Any = "messaging", by_page: Any = False, **event: Any) -> dict[str, Any]:
    """An entry with one event between Amir and the page."""
    person, page = {"id": AMIR}, {"id": PAGE}
    usual = {
        "sender": page if by_page else person,
        "recipient": person if by_page else page,
        "timestamp": MS,
    }
    told = {name: each for name, each in {**usual, **event}.items() if each is not ...}
    return {"id": PAGE, "time": MS + 876, where: [told]}


def parse(*entries: dict[str, Any], **secrets: str) -> tuple[InboundItem, ...]:
    return FacebookConnector(page_account(**secrets)).parse(body(*entries))


def one(entry: dict[str, Any], **secrets: str) -> InboundItem:
    (item,) = parse(entry, **secrets)
    return item


def message(entry: dict[str, Any], **secrets: str) -> InboundMessage:
    item = one(entry, **secrets)
    assert isinstance(item, InboundMessage), item
    return item


def recorded(name: str, **secrets: str) -> InboundItem:
    """The one item of a body in fixtures/."""
    connector = FacebookConnector(page_account(**secrets))
    (item,) = connector.parse((FIXTURES / f"{name}.json").read_bytes())
    return item
