"""What goes out: where an answer belongs, in how many parts, and whether it may still go.

Facebook's rules (facts: Facebook, rules of the platform): anybody may answer on Messenger
within 24 hours of the person's last message; a person, never the bot, up to seven days with
the tag HUMAN_AGENT; a comment or a visitor's post can be answered in private once, within
seven days, and no more can be said there before that person answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.facebook.feed import POST
from channels.facebook.messenger import OUR_METADATA
from channels.facebook.parties import person_in
from channels.facebook.text import COMMENT_LIMIT, MESSAGE_LIMIT, split
from hub.ports import Rejected, Reply, Visibility

WINDOW = timedelta(hours=24)
"""From a person's last message: in it anybody may answer, the bot only in it."""
HUMAN_WINDOW = timedelta(days=7)
"""How long a person may still answer, with the human-agent tag."""
PRIVATE_REPLY_WINDOW = timedelta(days=7)

_QUICK_REPLIES = 13
_TITLE = 20


@dataclass(frozen=True, slots=True)
class Post:
    """One call: an object, its edge, and the form that is posted there."""

    object_id: str
    edge: str
    fields: Mapping[str, str]


def is_private_reply(reply: Reply) -> bool:
    """In private, to what was said in public."""
    return reply.visibility is Visibility.PRIVATE and person_in(reply.conversation) is None


def parts_of(reply: Reply) -> tuple[str, ...]:
    """What is sent, message by message. Raises Rejected where it cannot be."""
    public = reply.visibility is Visibility.PUBLIC
    parts = split(reply.body, COMMENT_LIMIT if public else MESSAGE_LIMIT)
    if not parts:
        raise Rejected("The reply is empty.")
    if len(parts) > 1 and is_private_reply(reply):
        raise Rejected(
            f"A private answer to a comment takes {MESSAGE_LIMIT:,} characters: Facebook allows "
            "one message until the person writes back."
        )
    return parts


def target_of(reply: Reply) -> str:
    """The comment, or the visitor's post, that `reply` answers. Raises Rejected."""
    if reply.in_reply_to and reply.conversation.startswith(POST):
        return reply.in_reply_to
    raise Rejected("There is no comment to reply to: a public answer on Facebook needs one.")


def recipient_of(reply: Reply) -> str:
    """The person of a private conversation."""
    return person_in(reply.conversation) or reply.recipient


def call_for(reply: Reply, part: str, *, is_last: bool, now: datetime) -> Post:
    """How to send one part. Raises Rejected where Facebook's rules do not allow it now."""
    if reply.visibility is Visibility.PUBLIC:
        return Post(target_of(reply), "comments", {"message": part})
    message: dict[str, object] = {
        "text": part,
        # Comes back with the echo, by which we know it for our own.
        "metadata": f"{OUR_METADATA}{reply.key}"[:1000],
    }
    if reply.choices and is_last:
        message["quick_replies"] = [
            {"content_type": "text", "title": _title(choice.title), "payload": choice.value}
            for choice in reply.choices[:_QUICK_REPLIES]
        ]
    age = now - reply.last_inbound_at if reply.last_inbound_at else timedelta(0)
    to = _privately(reply, age) if is_private_reply(reply) else _in_window(reply, age)
    return Post("me", "messages", {**to, "message": json.dumps(message)})


def _privately(reply: Reply, age: timedelta) -> dict[str, str]:
    target = target_of(reply)
    if age > PRIVATE_REPLY_WINDOW:
        raise Rejected("Facebook allows a private reply to a comment for seven days only.")
    # The conversation of a visitor's post begins with that post.
    is_post = reply.conversation.startswith(f"{POST}{target}:")
    return {"recipient": json.dumps({"post_id" if is_post else "comment_id": target})}


def _in_window(reply: Reply, age: timedelta) -> dict[str, str]:
    fields = {"recipient": json.dumps({"id": recipient_of(reply)})}
    if age <= WINDOW:
        return fields | {"messaging_type": "RESPONSE"}
    if reply.by_bot:
        raise Rejected("The bot may answer on Messenger only within 24 hours.")
    if age > HUMAN_WINDOW:
        raise Rejected("Facebook allows an answer on Messenger for seven days only.")
    return fields | {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}


def _title(title: str) -> str:
    return title if len(title) <= _TITLE else title[: _TITLE - 1].rstrip() + "…"
