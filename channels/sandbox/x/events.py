"""What X tells a webhook: the X Activity API's envelope around posts and messages."""

from __future__ import annotations

import json
import random

from channels.sandbox.x import text as wording
from channels.sandbox.x.posts import DirectMessage, Post, Posts, User
from channels.sandbox.x.shapes import TWEET_FIELDS, USER_FIELDS, Json, Shapes, Wanted

PUBLIC = Wanted(
    tweet=TWEET_FIELDS,
    user=USER_FIELDS,
    expansions=frozenset(
        {"author_id", "in_reply_to_user_id", "entities.mentions.username", "referenced_tweets.id"}
    ),
)


def envelope(event_type: str, user_id: int, payload: Json, includes: Json | None) -> bytes:
    """One event as X posts it. `event_uuid` is any signed 64-bit number."""
    data: Json = {
        "event_uuid": str(random.randint(-(2**63), 2**63 - 1)),
        "filter": {"user_id": str(user_id)},
        "event_type": event_type,
        "tag": "switchboard",
        "payload": payload,
    }
    if includes:
        data["includes"] = includes
    return json.dumps({"data": data}, separators=(",", ":")).encode()


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
            "for_user_id": str(city.id),
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
            "users": {
                str(number): _old_user(self._posts.users[number])
                for number in (message.sender_id, message.recipient_id)
            },
        }
        return kind, envelope(kind, city.id, payload, None)


def _old_user(user: User) -> Json:
    return {
        "id": str(user.id),
        "created_timestamp": "1640995200000",
        "name": user.name,
        "screen_name": user.username,
        "description": user.description,
        "protected": False,
        "verified": False,
        "followers_count": 0,
        "friends_count": 0,
        "statuses_count": 0,
    }
