"""Facebook's webhook shapes, as far as we read them. Ids come as int or string."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from channels.payload import Ident, LooseText, Payload


class Party(Payload):
    """Who wrote, or to whom: a page, a page-scoped person (PSID), or nobody named."""

    id: Ident | None = None
    name: LooseText = None


class PostFacts(Payload):
    permalink_url: LooseText = None


class FeedValue(Payload):
    """`changes[].value` of the fields `feed` and `mention`; times are in seconds."""

    item: LooseText = None
    verb: LooseText = None
    comment_id: Ident | None = None
    post_id: Ident | None = None
    parent_id: Ident | None = None
    author: Party | None = Field(default=None, alias="from")
    sender_id: Ident | None = None
    """The author before Graph 2.11, with `sender_name`."""
    sender_name: LooseText = None
    message: str | None = None
    created_time: int | float | str | None = None
    photo: LooseText = None
    photos: tuple[LooseText, ...] | None = None
    video: LooseText = None
    permalink_url: LooseText = None
    post: PostFacts | None = None

    @property
    def author_id(self) -> str | None:
        return (self.author.id if self.author else None) or self.sender_id

    @property
    def author_name(self) -> str | None:
        return (self.author.name if self.author else None) or self.sender_name


class Coordinates(Payload):
    lat: float
    long: float


class AttachmentPayload(Payload):
    url: LooseText = None
    title: LooseText = None
    sticker_id: Ident | None = None
    coordinates: Coordinates | None = None


class MessageAttachment(Payload):
    """`type` is image, video, audio, file, location, template, fallback…"""

    type: LooseText = None
    url: LooseText = None
    title: LooseText = None
    payload: AttachmentPayload | None = None


class QuickReply(Payload):
    payload: LooseText = None


class RepliedTo(Payload):
    mid: Ident | None = None


class Message(Payload):
    mid: Ident
    text: str | None = None
    attachments: tuple[MessageAttachment, ...] | None = None
    quick_reply: QuickReply | None = None
    reply_to: RepliedTo | None = None
    is_echo: bool = False
    is_deleted: bool = False
    is_unsupported: bool = False
    app_id: Ident | None = None
    metadata: LooseText = None


class Postback(Payload):
    mid: Ident | None = None
    title: LooseText = None
    payload: LooseText = None


class MessagingEvent(Payload):
    """One of `entry[].messaging[]`; `timestamp` is in milliseconds."""

    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True)

    sender: Party | None = None
    recipient: Party | None = None
    timestamp: int | float | str | None = None
    message: Message | None = None
    postback: Postback | None = None

    @property
    def kinds(self) -> frozenset[str]:
        """The keys that say what happened, where it is neither message nor postback."""
        return frozenset(self.model_extra or ())


class Change(Payload):
    field: str
    value: dict[str, Any] | None = None


class Entry(Payload):
    """What happened on the page `id`; `time` is in seconds or milliseconds."""

    id: Ident | None = None
    time: int | float | str | None = None
    messaging: tuple[dict[str, Any], ...] | None = None
    changes: tuple[Change, ...] | None = None
    standby: tuple[Any, ...] | None = None


class Body(Payload):
    object: str
    entry: tuple[Entry, ...]
