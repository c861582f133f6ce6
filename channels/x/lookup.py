"""Looking up what the account itself wrote lately, and what is still there of what others did.

The first is how a reply of unknown outcome is found again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from channels.payload import LooseText, Payload, read_as
from channels.x import prices
from channels.x.client import XClient
from channels.x.ids import POST, written_at
from channels.x.payloads import Adornment, DirectMessage, NumericId, Post, Several
from hub.ports import MalformedPayload, TemporarilyUnavailable

_PAGES = 5
_AT_ONCE = 100
_NOT_FOUND = "/resource-not-found"
"""The end of the problem type for what is gone; what is protected or withheld has another."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A post or message of ours; `text` is as X gives it back."""

    id: str
    text: str
    at: datetime
    in_reply_to: str | None = None


class _Meta(Payload):
    next_token: LooseText = None


class _Posts(Payload):
    data: tuple[Post, ...] | None = None
    meta: Adornment[_Meta] = None


class _Messages(Payload):
    data: tuple[DirectMessage, ...] | None = None


class _Found(Payload):
    id: NumericId


class _Problem(Payload):
    """One of the `errors` beside what was found."""

    type: LooseText = None
    resource_type: LooseText = None
    value: Adornment[NumericId] = None
    resource_id: Adornment[NumericId] = None


class _LookedUp(Payload):
    data: Several[_Found] = None
    errors: Several[_Problem] = None


async def recent_posts(client: XClient, after_id: str, since: datetime | None) -> tuple[Sent, ...]:
    """Our posts newer than the post `after_id` and the moment `since`, newest first.

    An answer is always newer than what it answers, so nothing older is paid for.
    """
    found: list[Sent] = []
    page: str | None = None
    for _ in range(_PAGES):
        answer = await client.call(
            client.api.get_users_tweets,
            client.account.external_id,
            writes=False,
            since_id=after_id,
            pagination_token=page,
            max_results=100,
            tweet_fields=["created_at", "note_tweet", "referenced_tweets"],
        )
        try:
            listed = read_as(_Posts, answer)
            sent = [
                Sent(
                    id=post.id,
                    text=post.full_text,
                    at=written_at(post.created_at, post.id),
                    in_reply_to=post.referenced("replied_to"),
                )
                for post in listed.data or ()
            ]
        except MalformedPayload as error:
            raise TemporarilyUnavailable(f"X's answer cannot be read: {error}") from error
        client.bill.read((post.id for post in sent), prices.OWN_READ, datetime.now(UTC))
        fresh = [post for post in sent if since is None or post.at >= since]
        found.extend(fresh)
        page = listed.meta.next_token if listed.meta else None
        if not page or len(fresh) < len(sent):
            break
    return tuple(found)


async def recent_messages(
    client: XClient, participant: str, since: datetime | None
) -> tuple[Sent, ...]:
    """Our newest messages to `participant`, newest first."""
    answer = await client.call(
        client.api.get_direct_message_events,
        writes=False,
        participant_id=participant,
        event_types="MessageCreate",
        max_results=20,
        dm_event_fields=["created_at", "event_type", "id", "sender_id", "text"],
    )
    try:
        listed = read_as(_Messages, answer).data or ()
        client.bill.read((m.id for m in listed), prices.MESSAGE_READ, datetime.now(UTC))
        sent = [
            Sent(id=message.id, text=message.text, at=written_at(message.created_at, message.id))
            for message in listed
            if message.sender_id == client.account.external_id
        ]
    except MalformedPayload as error:
        raise TemporarilyUnavailable(f"X's answer cannot be read: {error}") from error
    return tuple(message for message in sent if since is None or message.at >= since)


async def gone(client: XClient, external_ids: Collection[str]) -> frozenset[str]:
    """Those of `external_ids` that are posts X says it cannot find. Deleting any version of an
    edited post deletes all. What X merely does not show us is not gone."""
    named = {
        number: each
        for each in external_ids
        if each.startswith(POST) and (number := each.removeprefix(POST)).isascii()
        if number.isdecimal() and len(number) < 20
    }
    numbers, found = list(named), set[str]()
    for start in range(0, len(numbers), _AT_ONCE):
        asked = numbers[start : start + _AT_ONCE]
        answer = await client.call(client.api.get_tweets, asked, writes=False)
        try:
            looked_up = read_as(_LookedUp, answer)
        except MalformedPayload as error:
            raise TemporarilyUnavailable(f"X's answer cannot be read: {error}") from error
        there = {post.id for post in looked_up.data or ()}
        client.bill.read(there, prices.POST_READ, datetime.now(UTC))
        missing = {
            problem.resource_id or problem.value
            for problem in looked_up.errors or ()
            if problem.type is not None
            and problem.type.endswith(_NOT_FOUND)
            and problem.resource_type in (None, "tweet", "post")
        }
        found |= {named[number] for number in missing & set(asked) - there if number is not None}
    return frozenset(found)
