"""Bodies of the older Account Activity API: lists by kind beside `for_user_id`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from pydantic import OnErrorOmit

from channels.payload import Payload, each, read_as, some
from channels.x.direct_messages import read_item
from channels.x.event import Event, revocation, v1_messages
from channels.x.ids import POST, written_at
from channels.x.legacy import (
    LegacyDelete,
    LegacyDmEvent,
    LegacyRead,
    LegacyStatus,
    LegacyUser,
    LegacyUserEvent,
)
from channels.x.payloads import Adornment, NumericId
from channels.x.posts import post_item
from hub.ports import Account, Ignored, InboundItem, MessageDeleted

_IGNORED = {
    "direct_message_indicate_typing_events": "somebody is typing",
    "favorite_events": "a like",
    "follow_events": "a follow",
    "unfollow_events": "an unfollow",
    "block_events": "a block",
    "unblock_events": "an unblock",
    "mute_events": "a mute",
    "unmute_events": "an unmute",
}


class LegacyBody(Payload):
    """What a body may hold that is for us."""

    for_user_id: NumericId | None = None
    tweet_create_events: tuple[Any, ...] | None = None
    tweet_delete_events: tuple[Any, ...] | None = None
    direct_message_events: tuple[Any, ...] | None = None
    direct_message_mark_read_events: tuple[Any, ...] | None = None
    user_event: LegacyUserEvent | None = None
    users: Adornment[dict[str, OnErrorOmit[LegacyUser]]] = None


def is_one(value: Mapping[str, Any]) -> bool:
    return any(key in value for key in (*LegacyBody.model_fields, *_IGNORED))


def events(value: Mapping[str, Any]) -> tuple[Event, ...]:
    """One event with all that the body holds, and one for an end of access.

    Raises MalformedPayload.
    """
    body = read_as(LegacyBody, value)
    found: list[Event] = []
    revoke = body.user_event.revoke if body.user_event else None
    if revoke is not None:
        user = (revoke.source.user_id if revoke.source else None) or body.for_user_id
        found.append(
            Event(
                user,
                lambda account: (revocation(account, user, revoke.date_time),),
                about_access=True,
            )
        )
    if revoke is None or body.for_user_id is not None:
        found.append(Event(body.for_user_id, partial(_items, body, value, revoke is not None)))
    return tuple(found)


def _items(
    body: LegacyBody, value: Mapping[str, Any], more: bool, account: Account
) -> Sequence[InboundItem]:
    def written(value: Any) -> InboundItem:
        post, around = read_as(LegacyStatus, value).post()
        return post_item(account, post, around)

    def deleted(value: Any) -> InboundItem:
        gone = read_as(LegacyDelete, value)
        return MessageDeleted(POST + gone.status.id, written_at(gone.timestamp_ms, gone.status.id))

    def message(value: Any) -> InboundItem:
        return v1_messages(account, (read_as(LegacyDmEvent, value),), body.users)[0]

    def seen(value: Any) -> InboundItem:
        return read_item(account, read_as(LegacyRead, value))

    items: list[InboundItem] = [
        *each(body.tweet_create_events or (), written),
        *each(body.tweet_delete_events or (), deleted),
        *each(body.direct_message_events or (), message),
        *each(body.direct_message_mark_read_events or (), seen),
    ]
    some(items)
    items += [Ignored(why) for key, why in _IGNORED.items() if key in value]
    if not items and not more:
        items.append(Ignored("an event not asked for: " + ", ".join(sorted(value))[:120]))
    return items
