"""X's shapes, as far as we read them: API v2, which the X Activity API uses for posts too.

X says `tweet` in some places and `post` in others for the same field (its newest specification
renames them), so both are read. What only adorns a message (names, pictures, entities) is left
out where it cannot be read; what decides who wrote what, and where, must be as it should.

The older v1.1 shapes are turned into these by `channels.x.legacy`.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    OnErrorOmit,
    StringConstraints,
    model_validator,
)
from pydantic_core import core_schema

from channels.payload import LooseText, Payload

NumericId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,24}$")]
"""A snowflake: a string with us, because it exceeds 2^53; ordered as a number."""


class _OrNone:
    """Makes what cannot be read None, without a call into Python."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


def _stamp(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


T = TypeVar("T")
Adornment = Annotated[T | None, _OrNone()]
"""Something we can do without: None where it cannot be read."""
Several = Annotated[tuple[OnErrorOmit[T], ...] | None, _OrNone()]
"""A list we can do without: only the entries that can be read."""
Words = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Stamp = Annotated[str | None, BeforeValidator(_stamp)]
"""A moment as X gives it: ISO 8601, v1.1's own form, or milliseconds as text or number."""


class Reference(Payload):
    """`type` is replied_to, quoted or retweeted."""

    type: str
    id: NumericId


class MentionEntity(Payload):
    id: Adornment[NumericId] = None
    username: LooseText = None


class Entities(Payload):
    mentions: Several[MentionEntity] = None


class LongText(Payload):
    text: str
    entities: Adornment[Entities] = None
    """Of all of it; the post's own are those of its first 280 characters."""


class MediaKeys(Payload):
    media_keys: Several[str] = None


class Post(Payload):
    id: NumericId
    text: Words = ""
    author_id: NumericId | None = None
    conversation_id: NumericId | None = None
    created_at: Stamp = None
    in_reply_to_user_id: NumericId | None = None
    referenced_tweets: tuple[Reference, ...] | None = Field(
        None, validation_alias=AliasChoices("referenced_tweets", "referenced_posts")
    )
    note_tweet: Adornment[LongText] = Field(
        None, validation_alias=AliasChoices("note_tweet", "note_post")
    )
    entities: Adornment[Entities] = None
    attachments: Adornment[MediaKeys] = None
    edit_history_tweet_ids: tuple[NumericId, ...] | None = Field(
        None, validation_alias=AliasChoices("edit_history_tweet_ids", "edit_history_post_ids")
    )

    def referenced(self, kind: str) -> str | None:
        """The id of the post this one answers, quotes or repeats."""
        return next((r.id for r in self.referenced_tweets or () if r.type == kind), None)

    @property
    def full_text(self) -> str:
        """All of it, where it is longer than 280 characters, too."""
        return self.note_tweet.text if self.note_tweet else self.text

    @property
    def first_id(self) -> str:
        """The id of its first version: an edit is a new id at the end of a chain."""
        return min((*(self.edit_history_tweet_ids or ()), self.id), key=int)


def unwrapped(value: Any) -> Any:
    """A user of an X Activity event, which may come as `{"data": {…}}`."""
    if isinstance(value, dict) and isinstance(value.get("data"), dict) and "id" not in value:
        return value["data"]
    return value


class Person(Payload):
    id: NumericId
    username: LooseText = None
    name: LooseText = None

    @model_validator(mode="before")
    @classmethod
    def _unwrapped(cls, value: Any) -> Any:
        return unwrapped(value)


class Variant(Payload):
    url: LooseText = None
    bit_rate: Adornment[int] = None
    content_type: LooseText = None


class Media(Payload):
    media_key: str
    type: LooseText = None
    url: LooseText = None
    preview_image_url: LooseText = None
    variants: Several[Variant] = None


class DirectMessage(Payload):
    """A DM event: `event_type` is MessageCreate for a message."""

    id: NumericId
    event_type: str = "MessageCreate"
    text: Words = ""
    sender_id: NumericId | None = None
    recipient_id: NumericId | None = None
    """Only v1.1 names it; v2 says it in `dm_conversation_id`, `<id>-<id>` between two."""
    dm_conversation_id: LooseText = None
    created_at: Stamp = None
    attachments: Adornment[MediaKeys] = None
    source_app_id: Adornment[NumericId] = None


class Includes(Payload):
    """What an answer expands beside its data."""

    users: Several[Person] = None
    media: Several[Media] = None
    tweets: Several[Post] = Field(None, validation_alias=AliasChoices("tweets", "posts"))
