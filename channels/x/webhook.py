"""X's webhooks: the challenge, the signature, and both envelopes they have come in.

The X Activity API sends one event a body: `{"data": {"event_type", "payload", "includes"}}`.
The older Account Activity API sends lists by kind beside `for_user_id`. All of it is pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from channels.payload import LooseText, Payload, read_as, read_object
from channels.signatures import sign_base64, verify_base64
from channels.x.legacy import LegacyDmEvent, LegacyStatus, LegacyUser
from channels.x.payloads import DirectMessage, Includes, NumericId, Post
from channels.x.translate import Surroundings, dm_item, post_item
from hub.ports import (
    Account,
    BadSignature,
    Handshake,
    Ignored,
    InboundItem,
    MalformedPayload,
    UnsupportedEvent,
)

SIGNATURE_HEADER = "x-twitter-webhooks-signature"
TEXT_FIELDS = frozenset({"text", "full_text"})

_MAX_TOKEN = 512
_ADDRESSED = frozenset({"post.mention.create", "post.quote.create"})
_POSTS = _ADDRESSED | {"post.reply.create"}
_MESSAGES = frozenset({"dm.received", "dm.sent"})
_LEGACY_IGNORED = {
    "tweet_delete_events": "a deleted post",
    "direct_message_indicate_typing_events": "somebody is typing",
    "direct_message_mark_read_events": "a direct message was read",
    "favorite_events": "a like",
    "follow_events": "a follow",
    "unfollow_events": "an unfollow",
    "block_events": "a block",
    "unblock_events": "an unblock",
    "mute_events": "a mute",
    "unmute_events": "an unmute",
    "user_event": "the account's permission to this app was revoked",
}


class ActivityFilter(Payload):
    """What the subscription asked for: `user_id` is the account's."""

    user_id: NumericId | None = None


class ActivityEvent(Payload):
    """`data` of an X Activity API body."""

    event_type: str
    filter: ActivityFilter | None = None
    payload: Any = None
    includes: Includes | None = None
    tag: LooseText = None


class LegacyBody(Payload):
    """What an Account Activity body may hold that is for us."""

    for_user_id: NumericId | None = None
    tweet_create_events: tuple[LegacyStatus, ...] | None = None
    direct_message_events: tuple[LegacyDmEvent, ...] | None = None
    users: dict[str, LegacyUser] | None = None


class _DirectMessages(Payload):
    direct_message_events: tuple[LegacyDmEvent, ...]
    users: dict[str, LegacyUser] | None = None


def handshake(account: Account, query: Mapping[str, str]) -> Handshake:
    """Answer a CRC: `{"response_token": "sha256=…"}`. Raises BadSignature.

    X signs challenges and webhooks alike, so whoever may choose the token could have us sign
    a forged webhook. X's tokens are base64; what could be a JSON object is refused.
    """
    token = query.get("crc_token", "")
    secret = account.secrets.get("consumer_secret")
    if not token or not secret:
        raise BadSignature("no crc_token, or no consumer secret to answer it with")
    if len(token) > _MAX_TOKEN or any(c in '{}[]"' or not c.isprintable() for c in token):
        raise BadSignature("that is no challenge of X's")
    return Handshake(
        body=f'{{"response_token":"{sign_base64(secret, token.encode())}"}}',
        media_type="application/json",
    )


def verify(account: Account, headers: Mapping[str, str], body: bytes) -> None:
    """Check `x-twitter-webhooks-signature`. Raises BadSignature."""
    verify_base64(account.secrets.get("consumer_secret"), body, headers.get(SIGNATURE_HEADER))


def parse(account: Account, body: bytes) -> tuple[InboundItem, ...]:
    """Read a body of either API. Raises MalformedPayload or UnsupportedEvent."""
    value = read_object(body)
    if "data" in value:
        event = read_as(ActivityEvent, value["data"])
        return _activity(
            _as_addressed(account, event.filter.user_id if event.filter else None), event
        )
    if "for_user_id" in value or "user_event" in value or _legacy_keys(value):
        return _legacy(account, value)
    raise UnsupportedEvent("neither an X Activity nor an Account Activity body")


def _as_addressed(account: Account, user_id: str | None) -> Account:
    """The account as the body names it: X knows better than our settings who we are."""
    if user_id is None or user_id == account.external_id:
        return account
    return replace(account, external_id=user_id)


def _activity(account: Account, event: ActivityEvent) -> tuple[InboundItem, ...]:
    kind = event.event_type
    if kind in _MESSAGES:
        return _direct_messages(account, event)
    if kind not in _POSTS:
        return (Ignored(f"an event not asked for: {kind[:60]}"),)
    payload, includes = event.payload, event.includes
    if isinstance(payload, dict) and isinstance(payload.get("data"), dict | list):
        # The v2 answer's own envelope, with its includes inside.
        inner = payload.get("includes")
        includes = includes if inner is None else read_as(Includes, inner)
        payload = payload["data"]
    posts = payload if isinstance(payload, list) else [payload]
    around = Surroundings.of(includes)
    return tuple(
        post_item(account, read_as(Post, post), around, addressed=kind in _ADDRESSED)
        for post in posts
    )


def _direct_messages(account: Account, event: ActivityEvent) -> tuple[InboundItem, ...]:
    payload = event.payload
    if not isinstance(payload, dict):
        raise MalformedPayload("a direct message event without its payload")
    if "direct_message_events" in payload:
        read = read_as(_DirectMessages, payload)
        return _legacy_messages(account, read.direct_message_events, read.users)
    return (dm_item(account, read_as(DirectMessage, payload), Surroundings.of(event.includes)),)


def _legacy_keys(value: Mapping[str, Any]) -> bool:
    return any(key in value for key in (*LegacyBody.model_fields, *_LEGACY_IGNORED))


def _legacy(account: Account, value: Mapping[str, Any]) -> tuple[InboundItem, ...]:
    body = read_as(LegacyBody, value)
    account = _as_addressed(account, body.for_user_id)
    items: list[InboundItem] = []
    for status in body.tweet_create_events or ():
        post, around = status.post()
        items.append(post_item(account, post, around))
    items.extend(_legacy_messages(account, body.direct_message_events or (), body.users))
    items.extend(Ignored(why) for key, why in _LEGACY_IGNORED.items() if key in value)
    if not items:
        items.append(Ignored("an event not asked for: " + ", ".join(sorted(value))[:120]))
    return tuple(items)


def _legacy_messages(
    account: Account, events: Sequence[LegacyDmEvent], users: Mapping[str, LegacyUser] | None
) -> tuple[InboundItem, ...]:
    people = {number: user.person() for number, user in (users or {}).items()}
    items: list[InboundItem] = []
    for event in events:
        message, media = event.message()
        items.append(dm_item(account, message, Surroundings(people=people, media=media)))
    return tuple(items)
