"""Bodies of the X Activity API: `{"data": {"event_type", "filter", "payload", "includes"}}`.

Posts in a payload are those of API v2, direct messages those of v1.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from pydantic import OnErrorOmit

from channels.payload import LooseText, Payload, read_as
from channels.x.chats import Chat, chat_item
from channels.x.direct_messages import dm_item, read_item
from channels.x.event import Event, revocation, v1_messages
from channels.x.ids import POST, written_at
from channels.x.legacy import LegacyDmEvent, LegacyRead, LegacyUser
from channels.x.payloads import Adornment, DirectMessage, Includes, NumericId, Post, Stamp
from channels.x.posts import post_item
from channels.x.surroundings import Surroundings
from hub.ports import Account, Ignored, InboundItem, MalformedPayload, MessageDeleted

_ADDRESSED = frozenset({"post.mention.create", "post.quote.create"})
_POSTS = _ADDRESSED | {"post.reply.create"}
_MESSAGES = frozenset({"dm.received", "dm.sent"})
_REVOKE = "oauth.revoke"
_IGNORED = {
    "post.create": "what an account posts itself is no inquiry",
    "dm.indicate_typing": "somebody is typing",
    "chat.sent": "an encrypted message of the account itself",
}


class ActivityFilter(Payload):
    """What the subscription asked for: `user_id` is the account's."""

    user_id: NumericId | None = None


class ActivityEvent(Payload):
    """`data` of a body. `event_uuid`, which may be negative, says nothing to us."""

    event_type: str
    filter: ActivityFilter | None = None
    payload: Any = None
    includes: Adornment[Includes] = None
    tag: LooseText = None


class _DirectMessages(Payload):
    direct_message_events: tuple[LegacyDmEvent, ...]
    users: Adornment[dict[str, OnErrorOmit[LegacyUser]]] = None


class _Reads(Payload):
    direct_message_mark_read_events: tuple[LegacyRead, ...]


class _Deleted(Payload):
    id: NumericId
    deleted_at: Stamp = None
    timestamp_ms: Stamp = None


class _Revoked(Payload):
    user_id: NumericId | None = None
    date_time: Stamp = None


def is_one(value: Mapping[str, Any]) -> bool:
    return "data" in value or "event_type" in value


def events(value: Mapping[str, Any]) -> tuple[Event, ...]:
    """The events of a body: one, or a list. Raises MalformedPayload."""
    data = value.get("data", value)
    return tuple(_event(each) for each in (data if isinstance(data, list) else [data]))


def _event(data: object) -> Event:
    event = read_as(ActivityEvent, data)
    recipient = event.filter.user_id if event.filter else None
    if event.event_type != _REVOKE:
        return Event(recipient, partial(_items, event))
    # The filter may be empty then; the payload says who it was.
    revoked = read_as(_Revoked, event.payload or {})
    user = revoked.user_id or recipient
    return Event(
        user,
        lambda account: (revocation(account, user, revoked.date_time),),
        about_access=True,
    )


def _items(event: ActivityEvent, account: Account) -> Sequence[InboundItem]:
    kind = event.event_type
    if kind in _POSTS:
        return _posts(event, account)
    if kind in _MESSAGES:
        return _direct_messages(event, account)
    if kind == "chat.received":
        around = Surroundings.of(event.includes)
        return [chat_item(account, read_as(Chat, each), around) for each in _listed(event.payload)]
    if kind == "post.delete":
        return [_deleted(read_as(_Deleted, each)) for each in _listed(event.payload)]
    if kind == "dm.read" and isinstance(event.payload, dict):
        if "direct_message_mark_read_events" in event.payload:
            read = read_as(_Reads, event.payload)
            return [read_item(account, each) for each in read.direct_message_mark_read_events]
        return [Ignored("a direct message was read")]
    return [Ignored(_IGNORED.get(kind) or f"an event not asked for: {kind[:60]}")]


def _posts(event: ActivityEvent, account: Account) -> Sequence[InboundItem]:
    payload, includes = event.payload, event.includes
    if isinstance(payload, dict) and isinstance(payload.get("data"), dict | list):
        # The v2 answer's own envelope, with its includes inside.
        inner = payload.get("includes")
        includes = includes if inner is None else read_as(Includes, inner)
        payload = payload["data"]
    around = Surroundings.of(includes)
    addressed = event.event_type in _ADDRESSED
    return [
        post_item(account, read_as(Post, each), around, addressed=addressed)
        for each in _listed(payload)
    ]


def _direct_messages(event: ActivityEvent, account: Account) -> Sequence[InboundItem]:
    around = Surroundings.of(event.includes)
    items: list[InboundItem] = []
    for payload in _listed(event.payload):
        if not isinstance(payload, dict):
            raise MalformedPayload("a direct message event without its payload")
        if "direct_message_events" in payload:
            read = read_as(_DirectMessages, payload)
            items += v1_messages(account, read.direct_message_events, read.users)
        else:
            items.append(dm_item(account, read_as(DirectMessage, payload), around))
    return items


def _deleted(deleted: _Deleted) -> InboundItem:
    # X sends these for the account's own posts, and without a time: the post's must do.
    at = written_at(deleted.deleted_at or deleted.timestamp_ms, deleted.id)
    return MessageDeleted(POST + deleted.id, at)


def _listed(payload: object) -> Sequence[object]:
    return payload if isinstance(payload, list) else [payload]
