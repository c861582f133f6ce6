"""What X tells a webhook: the X Activity API's envelope around posts and messages."""

from __future__ import annotations

import json
import random
from datetime import datetime

from channels.sandbox.x import text as wording
from channels.sandbox.x.posts import DirectMessage, Post, Posts
from channels.sandbox.x.shapes import TWEET_FIELDS, USER_FIELDS, Json, Shapes, Wanted

PUBLIC = Wanted(
    tweet=TWEET_FIELDS,
    user=USER_FIELDS,
    expansions=frozenset(
        {"author_id", "in_reply_to_user_id", "entities.mentions.username", "referenced_tweets.id"}
    ),
)


def envelope(event_type: str, user_id: int, payload: Json, includes: Json | None) -> bytes:
    """One event as X posts it."""
    data: Json = {
        "event_uuid": _uuid(),
        "filter": {"user_id": str(user_id)},
        "event_type": event_type,
        "tag": "switchboard",
        "payload": payload,
    }
    if includes:
        data["includes"] = includes
    return _body(data)


class Events:
    """Builds the events of the city's account."""

    def __init__(self, posts: Posts) -> None:
        self._posts = posts
        self._shapes = Shapes(posts)

    def of_post(self, post: Post) -> list[tuple[str, bytes]]:
        """Event types and bodies, none for the city's own posts.

        A reply that names the account is two events about the same post, as on X.
        """
        city = self._posts.city
        if post.author_id == city.id:
            return []
        parent = self._posts.get(post.in_reply_to) if post.in_reply_to else None
        quoted = self._posts.get(post.quoted) if post.quoted else None
        kinds = [
            kind
            for kind, applies in (
                ("post.mention.create", city in self._posts.mentioned(post.text)),
                ("post.reply.create", parent is not None and parent.author_id == city.id),
                ("post.quote.create", quoted is not None and quoted.author_id == city.id),
            )
            if applies
        ]
        payload = self._shapes.tweet(post, TWEET_FIELDS)
        includes = self._shapes.tweet_includes([post], PUBLIC)
        return [(kind, envelope(kind, city.id, payload, includes)) for kind in kinds]

    def of_message(self, message: DirectMessage) -> tuple[str, bytes]:
        """`dm.received` or `dm.sent`, with a payload in the shape of API v1.1."""
        city = self._posts.city
        kind = "dm.sent" if message.sender_id == city.id else "dm.received"
        milliseconds = str(int(message.created_at.timestamp() * 1000))
        text = wording.escaped(message.text)
        payload: Json = {
            "direct_message_events": [
                {
                    "type": "message_create",
                    "id": str(message.id),
                    "created_timestamp": milliseconds,
                    "message_create": {
                        "target": {"recipient_id": str(message.recipient_id)},
                        "sender_id": str(message.sender_id),
                        "message_data": {
                            "text": text,
                            "entities": {
                                "hashtags": [],
                                "symbols": [],
                                "user_mentions": [],
                                "urls": [],
                            },
                        },
                    },
                }
            ],
            # The message is v1.1's, its people are v2's.
            "users": {
                str(number): {"data": self._shapes.user(self._posts.users[number], USER_FIELDS)}
                for number in (message.sender_id, message.recipient_id)
            },
        }
        return kind, envelope(kind, city.id, payload, None)

    def of_revocation(self, app_id: str, at: datetime) -> tuple[str, bytes]:
        """The city took the app's permission back: the filter is empty, there is no tag."""
        data: Json = {
            "event_uuid": _uuid(),
            "filter": {},
            "event_type": "oauth.revoke",
            "payload": {
                "date_time": at.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
                "user_id": str(self._posts.city.id),
                "app_id": app_id,
            },
        }
        return "oauth.revoke", _body(data)


def _uuid() -> str:
    """Any signed 64-bit number."""
    return str(random.randint(-(2**63), 2**63 - 1))


def _body(data: Json) -> bytes:
    return json.dumps({"data": data}, separators=(",", ":")).encode()
