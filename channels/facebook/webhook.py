"""Facebook's webhooks: the challenge, the signature, and a batch of entries. All pure."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping

from channels.facebook.feed import FIELDS, feed_item
from channels.facebook.messenger import messaging_item
from channels.facebook.payloads import Body, Change, Entry, FeedValue, MessagingEvent
from channels.payload import read_as, read_object
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
TEXT_FIELDS = frozenset({"message", "text", "title", "story"})

_MESSENGER_FIELDS = frozenset({"messages", "messaging_postbacks", "message_echoes"})


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
    value = read_object(body)
    if "object" in value and value["object"] != "page":
        raise UnsupportedEvent("the body is not about a page")
    items: list[InboundItem] = []
    for entry in read_as(Body, value).entry:
        items.extend(_items(account, entry))
    return tuple(items)


def _items(account: Account, entry: Entry) -> Iterator[InboundItem]:
    for event in entry.messaging or ():
        yield messaging_item(account, entry, read_as(MessagingEvent, event))
    for change in entry.changes or ():
        yield _change(account, entry, change)
    for _ in entry.standby or ():
        yield Ignored("standby: another app owns the conversation")
    if not (entry.messaging or entry.changes or entry.standby):
        yield Ignored("an entry without events")


def _change(account: Account, entry: Entry, change: Change) -> InboundItem:
    if change.value is None:
        return Ignored(f"a change without a value: {change.field[:40]}")
    if change.field in FIELDS:
        return feed_item(account, entry, change.field, read_as(FeedValue, change.value))
    if change.field in _MESSENGER_FIELDS:
        # The dashboard's test button sends Messenger's events in the feed's envelope.
        return messaging_item(account, entry, read_as(MessagingEvent, change.value))
    return Ignored(f"a change not subscribed to: {change.field[:40]}")
