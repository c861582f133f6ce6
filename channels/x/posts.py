"""From X's posts to the hub's messages, for webhooks and polls alike.

Both ways in must give one event the same `external_id`: that is what the hub dedups by.
"""

from __future__ import annotations

import re

from channels.x.ids import POST, snowflake_time, written_at
from channels.x.payloads import Post
from channels.x.surroundings import Surroundings, placeholder
from channels.x.text import unescape
from hub.ports import (
    Account,
    Author,
    Ignored,
    InboundItem,
    InboundMessage,
    MessageEdited,
    Visibility,
)

_HANDLE = re.compile(r"@?(\w{1,20})\Z", re.ASCII)


def post_item(
    account: Account, post: Post, around: Surroundings, *, addressed: bool = False
) -> InboundItem:
    """A post somebody wrote to or about the account, or a later version of one.

    `addressed` says that X itself called it a mention or a quote; else the post's entities
    decide whether our API access may answer it (X's rule of 23 February 2026).
    """
    if post.author_id is not None and post.author_id == account.external_id:
        return Ignored("a post of the account itself: ours or staff's cannot be told apart")
    if post.referenced("retweeted"):
        return Ignored("a repost says nothing of its own")
    message = _message(account, post, around, addressed=addressed)
    if post.id == post.first_id:
        return message
    # The version's id holds when it was made; `created_at` may be that of the first.
    return MessageEdited(message, at=snowflake_time(post.id))


def _message(
    account: Account, post: Post, around: Surroundings, *, addressed: bool
) -> InboundMessage:
    # An edit is a new id at the end of a chain: the first id names the inquiry, so that an
    # edited post is received once, whichever of its versions comes first.
    first = post.first_id
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
            context["quoted_text"] = unescape(around.posts[quoted].full_text)
    attachments = around.attachments(post.attachments)
    thread = post.conversation_id or answered or first
    return InboundMessage(
        external_id=POST + first,
        # One citizen, one ticket: several people may talk in one thread of X.
        conversation=f"{POST}{thread}:{post.author_id or first}",
        author=Author(
            kind="x",
            # X may leave the author out; the post can be answered all the same.
            address=post.author_id or POST + first,
            display_name=person.name if person else None,
            handle=handle,
        ),
        body=unescape(post.full_text) or placeholder(attachments),
        sent_at=written_at(post.created_at, post.id) if first == post.id else snowflake_time(first),
        visibility=Visibility.PUBLIC,
        in_reply_to=POST + answered if answered else None,
        # The older API does not name the conversation: the post it answers may be known.
        continues=POST + answered if answered and post.conversation_id is None else None,
        attachments=attachments,
        permalink=f"https://x.com/{handle or 'i'}/status/{post.id}",
        can_reply=addressed or _addresses(account, post, around),
        context=context,
    )


def _addresses(account: Account, post: Post, around: Surroundings) -> bool:
    """Did the author name the account, or quote a post of it?"""
    handle = _own_handle(account, around)
    longer = post.note_tweet.entities if post.note_tweet else None
    found = [entities for entities in (post.entities, longer) if entities is not None]
    for mention in (each for entities in found for each in entities.mentions or ()):
        if mention.id is not None and mention.id == account.external_id:
            return True
        if mention.id is None and handle and (mention.username or "").lower() == handle:
            return True
    quoted = around.posts.get(post.referenced("quoted") or "")
    if quoted is not None and quoted.author_id == account.external_id:
        return True
    # Entities may be left out altogether; then the text itself says it.
    return bool(
        not found
        and handle
        and re.search(rf"(?<!\w)@{handle}(?!\w)", post.full_text, re.IGNORECASE | re.ASCII)
    )


def _own_handle(account: Account, around: Surroundings) -> str | None:
    """Our handle in lower case, if anything says it."""
    own = around.people.get(account.external_id)
    if own is not None and own.username:
        return own.username.lower() if _HANDLE.match(own.username) else None
    found = _HANDLE.match(account.name)
    return found[1].lower() if found else None
