"""What the account itself wrote lately: how a reply of unknown outcome is found again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from channels.payload import Payload, read_as
from channels.x.client import XClient
from channels.x.payloads import DirectMessage, Post
from channels.x.translate import written_at
from hub.ports import MalformedPayload, TemporarilyUnavailable

_PAGES = 5


@dataclass(frozen=True, slots=True)
class Sent:
    """A post or message of ours; `text` is as X gives it back."""

    id: str
    text: str
    at: datetime
    in_reply_to: str | None = None


class _Meta(Payload):
    next_token: str | None = None


class _Posts(Payload):
    data: tuple[Post, ...] | None = None
    meta: _Meta | None = None


class _Messages(Payload):
    data: tuple[DirectMessage, ...] | None = None


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
                    text=post.note_tweet.text if post.note_tweet else post.text,
                    at=written_at(post.created_at, post.id),
                    in_reply_to=post.referenced("replied_to"),
                )
                for post in listed.data or ()
            ]
        except MalformedPayload as error:
            raise TemporarilyUnavailable(f"X's answer cannot be read: {error}") from error
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
        sent = [
            Sent(id=message.id, text=message.text, at=written_at(message.created_at, message.id))
            for message in read_as(_Messages, answer).data or ()
            if message.sender_id == client.account.external_id
        ]
    except MalformedPayload as error:
        raise TemporarilyUnavailable(f"X's answer cannot be read: {error}") from error
    return tuple(message for message in sent if since is None or message.at >= since)
