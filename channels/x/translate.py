"""From X's posts and direct messages to the hub's messages, for webhooks and polls alike.

Both ways in must give one event the same `external_id`: that is what the hub dedups by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from channels.payload import instant
from channels.x.payloads import DirectMessage, Includes, Media, MediaKeys, Person, Post
from channels.x.text import unescape
from hub.ports import (
    Account,
    Attachment,
    Author,
    Ignored,
    InboundItem,
    InboundMessage,
    MalformedPayload,
    Visibility,
)

POST = "post:"
DM = "dm:"

_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
_SEQUENCE_BITS = 22
_HANDLE = re.compile(r"@?(\w{1,20})\Z", re.ASCII)
_LEGACY_TIME = "%a %b %d %H:%M:%S %z %Y"


def snowflake(moment: datetime) -> int:
    """The least id a post of that moment can have."""
    elapsed = (moment - _EPOCH) // timedelta(milliseconds=1)
    return max(elapsed, 0) << _SEQUENCE_BITS


def snowflake_time(number: str) -> datetime:
    """When an id was given out. Raises MalformedPayload for one beyond all time."""
    try:
        return _EPOCH + timedelta(milliseconds=int(number) >> _SEQUENCE_BITS)
    except OverflowError:
        raise MalformedPayload("an id is too large to be X's") from None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What came along with a post: who and what it refers to, by id."""

    people: dict[str, Person] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)

    @classmethod
    def of(cls, includes: Includes | None) -> Surroundings:
        if includes is None:
            return cls()
        return cls(
            people={person.id: person for person in includes.users or ()},
            media={media.media_key: media for media in includes.media or ()},
            posts={post.id: post for post in includes.tweets or ()},
        )


def post_item(
    account: Account, post: Post, around: Surroundings, *, addressed: bool = False
) -> InboundItem:
    """A post somebody wrote to or about the account.

    `addressed` says that X itself called it a mention or a quote; else the post's entities
    decide whether our API access may answer it (X's rule of 23 February 2026).
    """
    if post.author_id is not None and post.author_id == account.external_id:
        return Ignored("a post of the account itself: ours or staff's cannot be told apart")
    if post.referenced("retweeted"):
        return Ignored("a repost says nothing of its own")
    # An edit is a new id at the end of a chain: the first id names the inquiry, so that an
    # edited post is received once, whichever of its versions comes first.
    first = min(post.edit_history_tweet_ids or (post.id,), key=int)
    answered, quoted = post.referenced("replied_to"), post.referenced("quoted")
    person = around.people.get(post.author_id or "")
    handle = person.username if person else None
    # Names that end in "id" are kept as they are: a long id can look like a card number.
    context: dict[str, str] = {}
    if first != post.id:
        context["edited_post_id"] = post.id
    if quoted:
        context["quoted_post_id"] = quoted
        if quoted in around.posts:
            context["quoted_text"] = unescape(_full_text(around.posts[quoted]))
    attachments = _attachments(post.attachments, around)
    return InboundMessage(
        external_id=POST + first,
        # One citizen, one ticket: several people may talk in one thread of X.
        conversation=f"{POST}{post.conversation_id or first}:{post.author_id or first}",
        author=Author(
            kind="x",
            # X may leave the author out; the post can be answered all the same.
            address=post.author_id or POST + first,
            display_name=person.name if person else None,
            handle=handle,
        ),
        body=unescape(_full_text(post)) or _placeholder(attachments),
        sent_at=written_at(post.created_at, post.id),
        visibility=Visibility.PUBLIC,
        in_reply_to=POST + answered if answered else None,
        attachments=attachments,
        permalink=f"https://x.com/{handle or 'i'}/status/{post.id}",
        can_reply=addressed or _addresses(account, post, around),
        context=context,
    )


def dm_item(account: Account, message: DirectMessage, around: Surroundings) -> InboundItem:
    """A direct message to the account, or one that staff wrote in another app."""
    if message.event_type != "MessageCreate":
        return Ignored(f"a direct message event without a message: {message.event_type}")
    sender = message.sender_id
    if sender is None:
        raise MalformedPayload("a direct message without its sender")
    by_staff = sender == account.external_id
    customer = sender
    if by_staff:
        ours = account.secrets.get("app_id")
        recipient = message.recipient_id or _other_party(message, sender)
        if not (ours and message.source_app_id and recipient) or message.source_app_id == ours:
            return Ignored("a direct message of the account itself: ours or staff's")
        customer = recipient
    person = around.people.get(sender)
    attachments = _attachments(message.attachments, around)
    return InboundMessage(
        external_id=DM + message.id,
        conversation=DM + customer,
        author=Author(
            kind="x",
            address=sender,
            display_name=person.name if person else None,
            handle=person.username if person else None,
        ),
        body=unescape(message.text) or _placeholder(attachments),
        sent_at=written_at(message.created_at, message.id),
        visibility=Visibility.PRIVATE,
        by_staff=by_staff,
        attachments=attachments,
        context={"customer_id": customer} if by_staff else {},
    )


def _other_party(message: DirectMessage, one: str) -> str | None:
    ids = (message.dm_conversation_id or "").split("-")
    return next((i for i in ids if i != one), None) if len(ids) == 2 and one in ids else None


def _full_text(post: Post) -> str:
    return post.note_tweet.text if post.note_tweet else post.text


def written_at(given: str | None, number: str) -> datetime:
    """The platform's time: as stated, in milliseconds, ISO or v1.1 form, or as the id holds it."""
    if not given:
        return snowflake_time(number)
    try:
        return datetime.strptime(given, _LEGACY_TIME).astimezone(UTC)
    except ValueError:
        return instant(given) or snowflake_time(number)


def _addresses(account: Account, post: Post, around: Surroundings) -> bool:
    """Did the author name the account, or quote a post of it?"""
    handle = _own_handle(account, around)
    for mention in (post.entities.mentions if post.entities else None) or ():
        if mention.id is not None and mention.id == account.external_id:
            return True
        if mention.id is None and handle and (mention.username or "").lower() == handle:
            return True
    quoted = around.posts.get(post.referenced("quoted") or "")
    if quoted is not None and quoted.author_id == account.external_id:
        return True
    # Entities may be left out altogether; then the text itself says it.
    return bool(
        post.entities is None
        and handle
        and re.search(rf"(?<!\w)@{handle}(?!\w)", _full_text(post), re.IGNORECASE | re.ASCII)
    )


def _own_handle(account: Account, around: Surroundings) -> str | None:
    """Our handle in lower case, if anything says it."""
    own = around.people.get(account.external_id)
    if own is not None and own.username:
        return own.username.lower() if _HANDLE.match(own.username) else None
    found = _HANDLE.match(account.name)
    return found[1].lower() if found else None


def _attachments(keys: MediaKeys | None, around: Surroundings) -> tuple[Attachment, ...]:
    found = (around.media.get(key) for key in (keys.media_keys if keys else None) or ())
    return tuple(a for media in found if media and (a := _attachment(media)))


def _attachment(media: Media) -> Attachment | None:
    if media.type in ("video", "animated_gif"):
        playable = [v for v in media.variants or () if v.url]
        best = max(playable, key=lambda variant: variant.bit_rate or 0, default=None)
        if best is not None and best.url:
            return Attachment(url=best.url, media_type="video")
    url = media.url or media.preview_image_url
    return Attachment(url=url, media_type="image") if url else None


def _placeholder(attachments: tuple[Attachment, ...]) -> str:
    return f"[{attachments[0].media_type}]" if attachments else "[no text]"
