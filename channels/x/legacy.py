"""The v1.1 shapes of the older Account Activity API, turned into those of v2.

Direct messages still have this shape in the X Activity API, but for their users.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from channels.payload import LooseText, Payload
from channels.x.payloads import (
    Adornment,
    DirectMessage,
    Entities,
    Media,
    MediaKeys,
    MentionEntity,
    NumericId,
    Person,
    Post,
    Reference,
    Several,
    Stamp,
    Variant,
    Words,
    unwrapped,
)
from channels.x.surroundings import Surroundings


class _Identified(Payload):
    """v1.1 gives an id as a number that JavaScript rounds, and beside it as `id_str`."""

    id: NumericId

    @model_validator(mode="before")
    @classmethod
    def _exact_id(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("id_str"):
            return {**value, "id": value["id_str"]}
        return value


class LegacyUser(_Identified):
    """Of v1.1 (`screen_name`), or of v2 (`username`) inside of `{"data": …}`."""

    name: LooseText = None
    screen_name: LooseText = None
    username: LooseText = None

    @model_validator(mode="before")
    @classmethod
    def _unwrapped(cls, value: Any) -> Any:
        return unwrapped(value)

    def person(self) -> Person:
        return Person(id=self.id, username=self.screen_name or self.username, name=self.name)


class LegacyMention(Payload):
    id_str: Adornment[NumericId] = None
    screen_name: LooseText = None


class LegacyVariant(Payload):
    url: LooseText = None
    bitrate: Adornment[int] = None
    content_type: LooseText = None


class LegacyVideo(Payload):
    variants: Several[LegacyVariant] = None


class LegacyMedia(_Identified):
    type: LooseText = None
    media_url_https: LooseText = None
    video_info: Adornment[LegacyVideo] = None

    def media(self) -> Media:
        variants = (self.video_info.variants if self.video_info else None) or ()
        return Media(
            media_key=self.id,
            type=self.type,
            url=self.media_url_https,
            variants=tuple(
                Variant(url=v.url, bit_rate=v.bitrate, content_type=v.content_type)
                for v in variants
            ),
        )


class LegacyEntities(Payload):
    user_mentions: Several[LegacyMention] = None
    media: Several[LegacyMedia] = None


class LegacyExtended(Payload):
    """What a status of more than 140 characters holds in full."""

    full_text: str
    entities: Adornment[LegacyEntities] = None
    extended_entities: Adornment[LegacyEntities] = None


class LegacyQuoted(_Identified):
    """A quoted status, without what it quotes in turn: nobody can nest these for ever."""

    text: Words = ""
    full_text: LooseText = None
    extended_tweet: Adornment[LegacyExtended] = None
    user: Adornment[LegacyUser] = None

    def post(self) -> Post:
        author = self.user.id if self.user else None
        longer = self.extended_tweet.full_text if self.extended_tweet else self.full_text
        return Post(id=self.id, text=longer or self.text, author_id=author)


class LegacyEdits(Payload):
    """Beside a status that may be edited; its first version is one of the chain."""

    initial_tweet_id: NumericId | None = None
    edit_tweet_ids: tuple[NumericId, ...] | None = None


class LegacyStatus(_Identified):
    text: Words = ""
    full_text: LooseText = None
    extended_tweet: Adornment[LegacyExtended] = None
    user: LegacyUser
    created_at: Stamp = None
    timestamp_ms: Stamp = None
    conversation_id_str: NumericId | None = None
    in_reply_to_status_id: NumericId | None = None
    in_reply_to_user_id: NumericId | None = None
    quoted_status_id: NumericId | None = None
    quoted_status: Adornment[LegacyQuoted] = None
    retweeted_status: dict[str, Any] | None = None
    entities: Adornment[LegacyEntities] = None
    extended_entities: Adornment[LegacyEntities] = None
    edit_history: LegacyEdits | None = None

    @model_validator(mode="before")
    @classmethod
    def _exact_references(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        names = ("in_reply_to_status_id", "in_reply_to_user_id", "quoted_status_id")
        return {**value, **{n: value[s] for n in names if value.get(s := f"{n}_str")}}

    def post(self) -> tuple[Post, Surroundings]:
        """The same post in v2's words, with what it refers to."""
        longer = self.extended_tweet
        entities = (longer.entities if longer else None) or self.entities
        media = self._media()
        references = [
            Reference(type=kind, id=number)
            for kind, number in (
                ("replied_to", self.in_reply_to_status_id),
                ("quoted", self.quoted_status_id),
                ("retweeted", self.id if self.retweeted_status is not None else None),
            )
            if number
        ]
        around = Surroundings(
            people={self.user.id: self.user.person()},
            media={each.id: each.media() for each in media},
        )
        if self.quoted_status is not None:
            quoted = self.quoted_status.post()
            around.posts[quoted.id] = quoted
        mentions = (entities.user_mentions if entities else None) or ()
        post = Post(
            id=self.id,
            text=longer.full_text if longer else self.full_text or self.text,
            author_id=self.user.id,
            # v1.1 knows no conversation: a reply is threaded by the post it answers.
            conversation_id=self.conversation_id_str,
            created_at=self.timestamp_ms or self.created_at,
            in_reply_to_user_id=self.in_reply_to_user_id,
            referenced_tweets=tuple(references),
            edit_history_tweet_ids=self._versions(),
            entities=Entities(
                mentions=tuple(MentionEntity(id=m.id_str, username=m.screen_name) for m in mentions)
            )
            if entities is not None
            else None,
            attachments=MediaKeys(media_keys=tuple(each.id for each in media)),
        )
        return post, around

    def _versions(self) -> tuple[str, ...] | None:
        if self.edit_history is None:
            return None
        first = self.edit_history.initial_tweet_id
        return (*((first,) if first else ()), *(self.edit_history.edit_tweet_ids or ()))

    def _media(self) -> tuple[LegacyMedia, ...]:
        longer = self.extended_tweet
        for place in (
            longer.extended_entities if longer else None,
            self.extended_entities,
            self.entities,
        ):
            if place is not None and place.media:
                return place.media
        return ()


class LegacyAttachment(Payload):
    media: Adornment[LegacyMedia] = None


class LegacyMessageData(Payload):
    text: Words = ""
    attachment: Adornment[LegacyAttachment] = None


class LegacyTarget(Payload):
    recipient_id: NumericId | None = None


class LegacyMessageCreate(Payload):
    sender_id: NumericId
    target: LegacyTarget = Field(default_factory=LegacyTarget)
    source_app_id: Adornment[NumericId] = None
    message_data: LegacyMessageData = Field(default_factory=LegacyMessageData)


class LegacyDmEvent(Payload):
    """One of `direct_message_events`; `created_timestamp` is in milliseconds."""

    id: NumericId
    type: str = "message_create"
    created_timestamp: Stamp = None
    message_create: LegacyMessageCreate | None = None

    def message(self) -> tuple[DirectMessage, dict[str, Media]]:
        """The same event in v2's words, with its picture."""
        if self.message_create is None:
            return DirectMessage(id=self.id, event_type=self.type), {}
        created = self.message_create
        attached = created.message_data.attachment
        media = attached.media.media() if attached and attached.media else None
        return DirectMessage(
            id=self.id,
            text=created.message_data.text,
            sender_id=created.sender_id,
            recipient_id=created.target.recipient_id,
            created_at=self.created_timestamp,
            attachments=MediaKeys(media_keys=(media.media_key,)) if media else None,
            source_app_id=created.source_app_id,
        ), ({media.media_key: media} if media else {})


class LegacyDeletedStatus(_Identified):
    user_id: NumericId | None = None


class LegacyDelete(Payload):
    """One of `tweet_delete_events`."""

    status: LegacyDeletedStatus
    timestamp_ms: Stamp = None


class LegacyRead(Payload):
    """One of `direct_message_mark_read_events`: `sender_id` read up to `last_read_event_id`."""

    sender_id: NumericId
    created_timestamp: Stamp = None
    last_read_event_id: NumericId | None = None


class LegacyRevoker(Payload):
    user_id: NumericId | None = None


class LegacyRevoke(Payload):
    date_time: Stamp = None
    source: Adornment[LegacyRevoker] = None


class LegacyUserEvent(Payload):
    revoke: LegacyRevoke | None = None
