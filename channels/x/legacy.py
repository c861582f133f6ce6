"""The v1.1 shapes of the older Account Activity API, turned into those of v2.

Direct messages still have this shape in the X Activity API.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from channels.payload import LooseText, Payload
from channels.x.payloads import (
    DirectMessage,
    Entities,
    Media,
    MediaKeys,
    MentionEntity,
    NumericId,
    Person,
    Post,
    Reference,
    Variant,
)
from channels.x.translate import Surroundings


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
    name: LooseText = None
    screen_name: LooseText = None

    def person(self) -> Person:
        return Person(id=self.id, username=self.screen_name, name=self.name)


class LegacyMention(Payload):
    id_str: NumericId | None = None
    screen_name: LooseText = None


class LegacyVariant(Payload):
    url: LooseText = None
    bitrate: int | None = None


class LegacyVideo(Payload):
    variants: tuple[LegacyVariant, ...] | None = None


class LegacyMedia(_Identified):
    type: LooseText = None
    media_url_https: LooseText = None
    video_info: LegacyVideo | None = None

    def media(self) -> Media:
        variants = (self.video_info.variants if self.video_info else None) or ()
        return Media(
            media_key=self.id,
            type=self.type,
            url=self.media_url_https,
            variants=tuple(Variant(url=v.url, bit_rate=v.bitrate) for v in variants),
        )


class LegacyEntities(Payload):
    user_mentions: tuple[LegacyMention, ...] | None = None
    media: tuple[LegacyMedia, ...] | None = None


class LegacyExtended(Payload):
    """What a status of more than 140 characters holds in full."""

    full_text: str
    entities: LegacyEntities | None = None
    extended_entities: LegacyEntities | None = None


class LegacyQuoted(_Identified):
    """A quoted status, without what it quotes in turn: nobody can nest these for ever."""

    text: str = ""
    full_text: LooseText = None
    user: LegacyUser | None = None

    def post(self) -> Post:
        author = self.user.id if self.user else None
        return Post(id=self.id, text=self.full_text or self.text, author_id=author)


class LegacyStatus(_Identified):
    text: str = ""
    full_text: LooseText = None
    extended_tweet: LegacyExtended | None = None
    user: LegacyUser
    created_at: LooseText = None
    timestamp_ms: LooseText = None
    conversation_id_str: NumericId | None = None
    in_reply_to_status_id_str: NumericId | None = None
    in_reply_to_user_id_str: NumericId | None = None
    quoted_status_id_str: NumericId | None = None
    quoted_status: LegacyQuoted | None = None
    retweeted_status: dict[str, Any] | None = None
    entities: LegacyEntities | None = None
    extended_entities: LegacyEntities | None = None

    def post(self) -> tuple[Post, Surroundings]:
        """The same post in v2's words, with what it refers to."""
        longer = self.extended_tweet
        entities = (longer.entities if longer else None) or self.entities
        media = self._media()
        references = [
            Reference(type=kind, id=number)
            for kind, number in (
                ("replied_to", self.in_reply_to_status_id_str),
                ("quoted", self.quoted_status_id_str),
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
            conversation_id=self.conversation_id_str or self.in_reply_to_status_id_str or self.id,
            created_at=self.timestamp_ms or self.created_at,
            in_reply_to_user_id=self.in_reply_to_user_id_str,
            referenced_tweets=tuple(references),
            entities=Entities(
                mentions=tuple(MentionEntity(id=m.id_str, username=m.screen_name) for m in mentions)
            )
            if entities is not None
            else None,
            attachments=MediaKeys(media_keys=tuple(each.id for each in media)),
        )
        return post, around

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
    media: LegacyMedia | None = None


class LegacyMessageData(Payload):
    text: str = ""
    attachment: LegacyAttachment | None = None


class LegacyTarget(Payload):
    recipient_id: NumericId | None = None


class LegacyMessageCreate(Payload):
    sender_id: NumericId
    target: LegacyTarget = Field(default_factory=LegacyTarget)
    source_app_id: NumericId | None = None
    message_data: LegacyMessageData = Field(default_factory=LegacyMessageData)


class LegacyDmEvent(Payload):
    """One of `direct_message_events`; `created_timestamp` is in milliseconds."""

    id: NumericId
    type: str = "message_create"
    created_timestamp: LooseText = None
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
