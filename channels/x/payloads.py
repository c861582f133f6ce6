"""X's shapes, as far as we read them: API v2, which the X Activity API uses for posts too.

The older v1.1 shapes are turned into these by `channels.x.legacy`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from channels.payload import LooseText, Payload

NumericId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,24}$")]
"""A snowflake: a string with us, because it exceeds 2^53; ordered as a number."""


class Reference(Payload):
    """`type` is replied_to, quoted or retweeted."""

    type: str
    id: NumericId


class LongText(Payload):
    text: str


class MentionEntity(Payload):
    id: NumericId | None = None
    username: LooseText = None


class Entities(Payload):
    mentions: tuple[MentionEntity, ...] | None = None


class MediaKeys(Payload):
    media_keys: tuple[str, ...] | None = None


class Post(Payload):
    id: NumericId
    text: str = ""
    author_id: NumericId | None = None
    conversation_id: NumericId | None = None
    created_at: LooseText = None
    in_reply_to_user_id: NumericId | None = None
    referenced_tweets: tuple[Reference, ...] | None = None
    note_tweet: LongText | None = None
    entities: Entities | None = None
    attachments: MediaKeys | None = None
    edit_history_tweet_ids: tuple[NumericId, ...] | None = None

    def referenced(self, kind: str) -> str | None:
        """The id of the post this one answers, quotes or repeats."""
        return next((r.id for r in self.referenced_tweets or () if r.type == kind), None)


class Person(Payload):
    id: NumericId
    username: LooseText = None
    name: LooseText = None


class Variant(Payload):
    url: LooseText = None
    bit_rate: int | None = None


class Media(Payload):
    media_key: str
    type: LooseText = None
    url: LooseText = None
    preview_image_url: LooseText = None
    variants: tuple[Variant, ...] | None = None


class DirectMessage(Payload):
    """A DM event: `event_type` is MessageCreate for a message."""

    id: NumericId
    event_type: str = "MessageCreate"
    text: str = ""
    sender_id: NumericId | None = None
    recipient_id: NumericId | None = None
    """Only v1.1 names it; v2 says it in `dm_conversation_id`, `<id>-<id>` between two."""
    dm_conversation_id: LooseText = None
    created_at: LooseText = None
    attachments: MediaKeys | None = None
    source_app_id: NumericId | None = None


class Includes(Payload):
    """What an answer expands beside its data."""

    users: tuple[Person, ...] | None = None
    media: tuple[Media, ...] | None = None
    tweets: tuple[Post, ...] | None = None
