"""The page's feed: comments and posts of visitors, and mentions of the page elsewhere."""

from __future__ import annotations

from datetime import datetime

from channels.facebook.payloads import Entry, FeedValue
from channels.payload import instant
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
FIELDS = frozenset({"feed", "mention"})

_POSTS = frozenset({"post", "status", "photo", "video", "share", "link", "note", "album", "event"})
_VERBS_IGNORED = {
    "edit": "an edited text",
    "edited": "an edited text",
    "remove": "a deleted text",
    "delete": "a deleted text",
    "hide": "a hidden text",
    "hidden": "a hidden text",
    "unhide": "a text shown again",
    "unhidden": "a text shown again",
    "block": "a blocked person",
    "follow": "a follow",
    "mute": "a muted text",
    "update": "an update without new text",
}


def feed_item(account: Account, entry: Entry, field: str, value: FeedValue) -> InboundItem:
    """A comment, a visitor's post or a mention as a message; all else Ignored."""
    item, verb = value.item or "", value.verb or ""
    if item not in _POSTS and item != "comment":
        return Ignored(f"a feed event not for us: {item[:40] or 'without an item'}")
    if verb != "add":
        return Ignored(
            f"{_VERBS_IGNORED.get(verb, f'a feed event not for us: {verb[:40]}')}: {item}"
        )
    number = value.comment_id if item == "comment" else value.post_id
    if number is None:
        raise MalformedPayload(f"a {item} without its id")
    author = value.author_id
    if author is not None and author in (account.external_id, entry.id):
        return Ignored(f"a {item} of the page itself")
    post = value.post_id or value.parent_id or number
    attachments = _attachments(value)
    context = {"kind": "mention" if field == "mention" else item}
    return InboundMessage(
        external_id=number,
        # One citizen, one ticket: many people may write below one post.
        conversation=f"{POST}{post}:{author or number}",
        author=Author(
            kind="facebook",
            # Facebook names nobody where the person did not allow it; the comment can be
            # answered all the same.
            address=author or f"comment:{number}",
            display_name=value.author_name,
        ),
        body=value.message or _placeholder(attachments, item),
        sent_at=_written_at(entry, value),
        visibility=Visibility.PUBLIC,
        in_reply_to=value.parent_id if item == "comment" and value.parent_id != post else None,
        attachments=attachments,
        permalink=_permalink(value, post),
        context=context,
    )


def _written_at(entry: Entry, value: FeedValue) -> datetime:
    moment = instant(value.created_time) or instant(entry.time)
    if moment is None:
        raise MalformedPayload("neither the event nor its entry says when it happened")
    return moment


def _attachments(value: FeedValue) -> tuple[Attachment, ...]:
    pictures = dict.fromkeys(url for url in (value.photo, *(value.photos or ())) if url)
    found = [Attachment(url=url, media_type="image") for url in pictures]
    if value.video:
        found.append(Attachment(url=value.video, media_type="video"))
    return tuple(found)


def _placeholder(attachments: tuple[Attachment, ...], item: str) -> str:
    return f"[{attachments[0].media_type}]" if attachments else f"[{item} without text]"


def _permalink(value: FeedValue, post: str) -> str:
    base = (value.post.permalink_url if value.post else None) or f"https://www.facebook.com/{post}"
    if value.permalink_url:
        return value.permalink_url
    if value.comment_id is None:
        return base
    joint = "&" if "?" in base else "?"
    return f"{base}{joint}comment_id={value.comment_id.rpartition('_')[2]}"
