"""The page's feed: comments and posts of visitors, their recommendations, mentions of the page
elsewhere, and what becomes of them.

What the page wrote itself is Ignored, added and edited. A comment carries no mark of ours and
no app's id, and its webhook may come before the call that wrote it has answered: read as a
reply of staff's, our own answer would stand there twice. (Messenger's echoes do carry both:
see `messenger`.)
"""

from __future__ import annotations

from datetime import datetime

from channels.facebook import ratings
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
    MessageDeleted,
    MessageEdited,
    MessageHidden,
    MessageReaction,
    Visibility,
)

POST = "post:"
NOBODY = "comment:"
"""What the address of an author begins with whom Facebook does not name."""
FIELDS = frozenset({"feed", "mention", ratings.FIELD})

_POSTS = frozenset(
    {
        "post", "status", "photo", "picture", "video", "share", "link", "note", "album",
        "photo-album", "event",
    }
)  # fmt: skip
_REACTIONS = frozenset({"reaction", "like"})
_EDITED = frozenset({"edit", "edited", "update", "updated"})
_REMOVED = frozenset({"remove", "removed", "delete", "deleted"})
_HIDDEN = {"hide": True, "hidden": True, "unhide": False, "unhidden": False}


def feed_item(account: Account, entry: Entry, field: str, value: FeedValue) -> InboundItem:
    """A comment, a visitor's post, a recommendation or a mention, or what happened to one; all
    else Ignored."""
    value = ratings.as_feed(account, entry, field, value)
    item, verb = value.item or "", value.verb or ""
    if item in _REACTIONS:
        return _reaction(account, entry, value, item, verb)
    # Whatever else Facebook calls it: somebody's words on the page are an inquiry.
    says = bool(item and value.message) and (verb == "add" or verb in _EDITED)
    gone = item == ratings.ITEM and (verb in _REMOVED or verb in _HIDDEN)
    if item not in _POSTS and item != "comment" and not says and not gone:
        return Ignored(f"a feed event not for us: {item[:40] or 'without an item'}")
    number = value.comment_id if item == "comment" else value.post_id
    if verb == "add" or verb in _EDITED:
        if number is None:
            raise MalformedPayload(f"a {item} without its id")
        return _written(account, entry, field, value, item, verb, number)
    if verb in _REMOVED or verb in _HIDDEN:
        if number is None:
            raise MalformedPayload(f"a {item} without its id")
        # Whoever did it: for these, `from` may be the author, or the page that moderates.
        at = _happened_at(entry, value)
        if verb in _REMOVED:
            return MessageDeleted(number, at)
        return MessageHidden(number, _HIDDEN[verb], at)
    return Ignored(f"a feed event not for us: {item}, {verb[:40] or 'without a verb'}")


def _written(
    account: Account,
    entry: Entry,
    field: str,
    value: FeedValue,
    item: str,
    verb: str,
    number: str,
) -> InboundItem:
    author = value.author_id
    if _is_page(account, entry, author):
        return Ignored(f"a {item} of the page itself")
    attachments = _attachments(value)
    if verb in _EDITED and value.message is None and not attachments:
        return Ignored(f"an edit that changes no words: {item}")
    post = value.post_id or value.parent_id or number
    context = {"kind": "mention" if field == "mention" else item}
    link = None if item in ("photo", "video") else value.link
    if link and link not in (value.message or ""):
        context["link"] = link
    if item == ratings.ITEM:
        context |= ratings.context_of(value)
    message = InboundMessage(
        external_id=number,
        # One citizen, one ticket: many people may write below one post.
        conversation=f"{POST}{post}:{author or number}",
        author=Author(
            kind="facebook",
            # Facebook names nobody where the person did not allow it; the comment can be
            # answered all the same.
            address=author or f"{NOBODY}{number}",
            display_name=value.author_name,
        ),
        body=value.message or (None if attachments else link) or _placeholder(attachments, item),
        sent_at=_written_at(entry, value),
        visibility=Visibility.PUBLIC,
        in_reply_to=value.parent_id if item == "comment" and value.parent_id != post else None,
        attachments=attachments,
        permalink=_permalink(value, post),
        # There it may be the page's own: a bot must not answer itself.
        skip_bot=field == ratings.FIELD and author is None,
        context=context,
    )
    return message if verb == "add" else MessageEdited(message, _happened_at(entry, value))


def _reaction(
    account: Account, entry: Entry, value: FeedValue, item: str, verb: str
) -> InboundItem:
    """On a comment or, where none is named, on a post."""
    if _is_page(account, entry, value.author_id):
        return Ignored("a reaction of the page itself")
    number = value.comment_id or value.post_id or value.parent_id
    if value.author_id is None or number is None:
        return Ignored("a reaction of nobody named, or to nothing")
    if verb in _REMOVED:
        return MessageReaction(number, value.author_id, None, _happened_at(entry, value))
    if verb != "add" and verb not in _EDITED:
        return Ignored(f"a feed event not for us: {item}, {verb[:40] or 'without a verb'}")
    kind = (value.reaction_type or "like").lower()
    at = _written_at(entry, value) if verb == "add" else _happened_at(entry, value)
    return MessageReaction(number, value.author_id, kind, at)


def _is_page(account: Account, entry: Entry, author: str | None) -> bool:
    return author is not None and author in (account.external_id, entry.id)


def _written_at(entry: Entry, value: FeedValue) -> datetime:
    moment = instant(value.created_time) or instant(entry.time)
    if moment is None:
        raise MalformedPayload("neither the event nor its entry says when it happened")
    return moment


def _happened_at(entry: Entry, value: FeedValue) -> datetime:
    """When something was changed: `created_time` may be when it was written."""
    moments = [moment for each in (value.created_time, entry.time) if (moment := instant(each))]
    if not moments:
        raise MalformedPayload("neither the event nor its entry says when it happened")
    return max(moments)


def _attachments(value: FeedValue) -> tuple[Attachment, ...]:
    linked = value.link if value.item == "photo" else None
    pictures = dict.fromkeys(url for url in (value.photo, *(value.photos or ()), linked) if url)
    found = [Attachment(url=url, media_type="image") for url in pictures]
    video = value.video or (value.link if value.item == "video" else None)
    if video:
        found.append(Attachment(url=video, media_type="video"))
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
