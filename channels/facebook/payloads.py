"""Facebook's webhook shapes, as far as we read them. Ids come as int or string.

What does not matter to a message is read loosely: a platform that changes an extra must not
make an inquiry unreadable.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from channels.payload import Ident, LooseText, Payload

Moment = int | float | str | None


def _list(value: object) -> object:
    """A list, or one thing where a list was expected, or nothing."""
    if value is None or isinstance(value, list | tuple):
        return value
    return (value,)


def _ident(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return value if value != "" else None


def _number(value: object) -> object:
    try:
        return float(value) if isinstance(value, int | float | str) else None
    except (ValueError, OverflowError):
        return None


def _record(value: object) -> object:
    return value if isinstance(value, dict) else None


LooseIdent = Annotated[Ident | None, BeforeValidator(_ident)]
"""An id we can do without."""
LooseNumber = Annotated[float | None, BeforeValidator(_number)]


class Party(Payload):
    """Who wrote, or to whom: a page, a page-scoped person (PSID), or nobody named."""

    id: LooseIdent = None
    name: LooseText = None


LooseParty = Annotated[Party | None, BeforeValidator(_record)]


class PostFacts(Payload):
    permalink_url: LooseText = None


class FeedValue(Payload):
    """`changes[].value` of the fields `feed`, `mention` and `ratings`; times are in seconds."""

    item: LooseText = None
    verb: LooseText = None
    comment_id: Ident | None = None
    post_id: Ident | None = None
    parent_id: LooseIdent = None
    author: LooseParty = Field(default=None, alias="from")
    sender_id: LooseIdent = None
    """The author before Graph 2.11, with `sender_name`."""
    sender_name: LooseText = None
    message: str | None = None
    created_time: Moment = None
    reaction_type: LooseText = None
    open_graph_story_id: LooseIdent = None
    """A recommendation's id, with who gave it, what it says and, in older ones, its stars."""
    reviewer_id: LooseIdent = None
    reviewer_name: LooseText = None
    review_text: LooseText = None
    recommendation_type: LooseText = None
    rating: LooseIdent = None
    photo: LooseText = None
    photos: Annotated[tuple[LooseText, ...] | None, BeforeValidator(_list)] = None
    video: LooseText = None
    link: LooseText = None
    permalink_url: LooseText = None
    post: Annotated[PostFacts | None, BeforeValidator(_record)] = None

    @property
    def author_id(self) -> str | None:
        return (self.author.id if self.author else None) or self.sender_id

    @property
    def author_name(self) -> str | None:
        return (self.author.name if self.author else None) or self.sender_name


class Coordinates(Payload):
    lat: LooseNumber = None
    long: LooseNumber = None


class TemplateElement(Payload):
    title: LooseText = None
    subtitle: LooseText = None


class Products(Payload):
    elements: Annotated[tuple[Any, ...] | None, BeforeValidator(_list)] = None


class AttachmentPayload(Payload):
    url: LooseText = None
    title: LooseText = None
    text: LooseText = None
    """A button template's words."""
    elements: Annotated[tuple[Any, ...] | None, BeforeValidator(_list)] = None
    """A generic template's cards."""
    product: Annotated[Products | None, BeforeValidator(_record)] = None
    """What somebody shares from the page's catalogue, as cards."""
    sticker_id: LooseIdent = None
    coordinates: Annotated[Coordinates | None, BeforeValidator(_record)] = None


class MessageAttachment(Payload):
    """`type` is image, video, audio, file, sticker, location, template, fallback, post…"""

    type: LooseText = None
    url: LooseText = None
    title: LooseText = None
    payload: Annotated[AttachmentPayload | None, BeforeValidator(_record)] = None


class QuickReply(Payload):
    payload: LooseText = None


class RepliedTo(Payload):
    mid: LooseIdent = None


class Message(Payload):
    mid: Ident
    text: str | None = None
    attachments: Annotated[tuple[MessageAttachment, ...] | None, BeforeValidator(_list)] = None
    quick_reply: Annotated[QuickReply | None, BeforeValidator(_record)] = None
    reply_to: Annotated[RepliedTo | None, BeforeValidator(_record)] = None
    is_echo: bool | None = None
    is_deleted: bool | None = None
    is_unsupported: bool | None = None
    app_id: LooseIdent = None
    metadata: LooseText = None


class MessageEdit(Payload):
    """The whole text of a message as it reads now."""

    mid: Ident
    text: str | None = None


class Postback(Payload):
    mid: LooseIdent = None
    title: LooseText = None
    payload: LooseText = None


class Reaction(Payload):
    """`action` is react or unreact; an unreact names no reaction."""

    mid: Ident
    action: LooseText = None
    emoji: LooseText = None
    reaction: LooseText = None


class Watermark(Payload):
    """Of a delivery or a read: everything up to it."""

    watermark: Moment = None


class ThreadControl(Payload):
    """Who had a conversation and who has it now: ids of apps."""

    new_owner_app_id: LooseIdent = None
    previous_owner_app_id: LooseIdent = None


class PolicyEnforcement(Payload):
    action: LooseText = None
    reason: LooseText = None


class MessagingEvent(Payload):
    """One of `entry[].messaging[]` or `standby[]`; `timestamp` is in milliseconds."""

    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True)

    sender: LooseParty = None
    recipient: LooseParty = None
    timestamp: Moment = None
    message: Message | None = None
    message_edit: MessageEdit | None = None
    postback: Postback | None = None
    reaction: Reaction | None = None
    delivery: Watermark | None = None
    read: Watermark | None = None
    pass_thread_control: ThreadControl | None = None
    take_thread_control: ThreadControl | None = None
    policy: PolicyEnforcement | None = Field(default=None, alias="policy-enforcement")
    policy_enforcement: PolicyEnforcement | None = None

    @property
    def others(self) -> frozenset[str]:
        """The keys that say what happened, where it is nothing of the above."""
        return frozenset(self.model_extra or ())


class Change(Payload):
    field: str
    value: Any = None


class Entry(Payload):
    """What happened on the page `id`; `time` is in seconds or milliseconds."""

    id: LooseIdent = None
    time: Moment = None
    messaging: tuple[Any, ...] | None = None
    changes: tuple[Any, ...] | None = None
    standby: tuple[Any, ...] | None = None


class Body(Payload):
    object: str
    entry: tuple[Entry, ...]
