"""Facebook's webhooks: the challenge, the signature, and a batch of entries. All pure."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from channels.facebook.feed import FIELDS, feed_item
from channels.facebook.messenger import messaging_item
from channels.facebook.payloads import Body, Change, Entry, FeedValue, MessagingEvent
from channels.payload import each, read_as, read_object, some
from channels.signatures import verify_hex
from hub.ports import (
    Account,
    BadSignature,
    Handshake,
    Ignored,
    InboundItem,
    UnsupportedEvent,
)

SIGNATURE_HEADER = "x-hub-signature-256"
TEXT_FIELDS = frozenset({"message", "review_text", "text", "title", "subtitle", "story"})

_MESSENGER_FIELDS = frozenset(
    {
        "messages", "messaging_postbacks", "message_echoes", "message_edits",
        "message_reactions", "message_reads", "message_deliveries", "messaging_handovers",
        "messaging_policy_enforcement", "standby",
    }
)  # fmt: skip


def handshake(account: Account, query: Mapping[str, str]) -> Handshake:
    """Echo `hub.challenge` to whoever knows the verify token. Raises BadSignature."""
    expected = account.secrets.get("verify_token")
    given = query.get("hub.verify_token", "")
    if query.get("hub.mode") != "subscribe" or "hub.challenge" not in query:
        raise BadSignature("that is no challenge of Facebook's")
    if not expected or not hmac.compare_digest(
        given.encode("utf-8", "replace"), expected.encode("utf-8", "replace")
    ):
        raise BadSignature("the verify token is wrong")
    return Handshake(body=query["hub.challenge"], media_type="text/plain")


def verify(account: Account, headers: Mapping[str, str], body: bytes) -> None:
    """Check `x-hub-signature-256`. Raises BadSignature."""
    verify_hex(account.secrets.get("app_secret"), body, headers.get(SIGNATURE_HEADER))


def parse(account: Account, body: bytes) -> tuple[InboundItem, ...]:
    """Read every entry of a body. Raises MalformedPayload or UnsupportedEvent."""
    return _read(account, _entries(body))


def recipients(body: bytes) -> tuple[str, ...]:
    """The pages a body is for, each once. Raises like `parse`."""
    return tuple(dict.fromkeys(entry.id for entry in _entries(body) if entry.id is not None))


def parse_for(account: Account, body: bytes, recipient: str) -> tuple[InboundItem, ...]:
    """The entries about the page `recipient`. Raises like `parse`.

    An entry that does not say which page it is about goes with the first that does.
    """
    entries = _entries(body)
    first = next((entry.id for entry in entries if entry.id is not None), recipient)
    mine = [entry for entry in entries if (entry.id or first) == recipient]
    return _read(replace(account, external_id=recipient), mine)


def _entries(body: bytes) -> tuple[Entry, ...]:
    value = read_object(body)
    if "object" in value and value["object"] != "page":
        raise UnsupportedEvent("the body is not about a page")
    return read_as(Body, value).entry


def _read(account: Account, entries: tuple[Entry, ...] | list[Entry]) -> tuple[InboundItem, ...]:
    return tuple(some([item for entry in entries for item in _items(account, entry)]))


def _items(account: Account, entry: Entry) -> Iterator[InboundItem]:
    def message(event: Any, *, standby: bool = False) -> InboundItem:
        return messaging_item(account, entry, read_as(MessagingEvent, event), standby=standby)

    yield from each(entry.messaging or (), message)
    yield from each(entry.changes or (), partial(_change, account, entry))
    yield from each(entry.standby or (), partial(message, standby=True))
    if not (entry.messaging or entry.changes or entry.standby):
        yield Ignored("an entry without events")


def _change(account: Account, entry: Entry, value: Any) -> InboundItem:
    change = read_as(Change, value)
    if change.field not in FIELDS and change.field not in _MESSENGER_FIELDS:
        return Ignored(f"a change not subscribed to: {change.field[:40]}")
    if change.value is None:
        return Ignored(f"a change without a value: {change.field[:40]}")
    if change.field in FIELDS:
        return feed_item(account, entry, change.field, read_as(FeedValue, change.value))
    # The dashboard's test button sends Messenger's events in the feed's envelope.
    event = read_as(MessagingEvent, change.value)
    return messaging_item(account, entry, event, standby=change.field == "standby")
