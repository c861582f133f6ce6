"""X API v2 objects as JSON: the fields asked for, and what expansions include."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channels.sandbox.x import text as wording
from channels.sandbox.x.posts import EDIT_WINDOW, EDITS, DirectMessage, Post, Posts, User

Json = dict[str, Any]

TWEET_DEFAULTS = frozenset({"id", "text", "edit_history_tweet_ids"})
TWEET_FIELDS = TWEET_DEFAULTS | {
    "attachments",
    "author_id",
    "conversation_id",
    "created_at",
    "display_text_range",
    "edit_controls",
    "entities",
    "in_reply_to_user_id",
    "lang",
    "note_tweet",
    "possibly_sensitive",
    "public_metrics",
    "referenced_tweets",
    "reply_settings",
    "source",
}
USER_DEFAULTS = frozenset({"id", "name", "username"})
USER_FIELDS = USER_DEFAULTS | {
    "created_at",
    "description",
    "profile_image_url",
    "protected",
    "public_metrics",
    "url",
    "verified",
}
DM_DEFAULTS = frozenset({"id", "text", "event_type"})
DM_FIELDS = DM_DEFAULTS | {
    "attachments",
    "created_at",
    "dm_conversation_id",
    "participant_ids",
    "referenced_tweets",
    "sender_id",
}
POST_WORDS = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "note_tweet": "note_post",
    "referenced_tweets": "referenced_posts",
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
    "tweets": "posts",
}
"""What X's own client, asking with `post.fields`, calls the same things."""
TWEET_EXPANSIONS = frozenset(
    {
        "attachments.media_keys",
        "author_id",
        "entities.mentions.username",
        "in_reply_to_user_id",
        "referenced_tweets.id",
        "referenced_tweets.id.author_id",
    }
)
DM_EXPANSIONS = frozenset(
    {"attachments.media_keys", "participant_ids", "referenced_tweets.id", "sender_id"}
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks to see."""

    tweet: frozenset[str] = TWEET_DEFAULTS
    user: frozenset[str] = USER_DEFAULTS
    dm: frozenset[str] = DM_DEFAULTS
    expansions: frozenset[str] = frozenset()
    post_words: bool = False
    """Asked in the newer words: answer in them."""

    def worded(self, body: Json) -> Json:
        """`body` in the words that were asked in."""
        if not self.post_words:
            return body
        renamed: Json = _renamed(body)
        return renamed


def _renamed(value: Any) -> Any:
    if isinstance(value, list):
        return [_renamed(each) for each in value]
    if isinstance(value, dict):
        return {POST_WORDS.get(key, key): _renamed(each) for key, each in value.items()}
    return value


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def shown(post: Post) -> tuple[str, str | None]:
    """`text` and, where the post is longer than 280, the whole of it for `note_tweet`."""
    text = wording.escaped(post.text)
    words = wording.without_leading_mentions(post.text)
    # No character weighs more than two: most posts need no counting.
    if len(words) <= wording.LIMIT // 2 or wording.weighted_length(words) <= wording.LIMIT:
        return text, None
    return wording.escaped(post.text[: wording.LIMIT - 1]) + "…", text


class Shapes:
    """Turns what `Posts` holds into X's JSON."""

    def __init__(self, posts: Posts) -> None:
        self._posts = posts

    def user(self, user: User, fields: frozenset[str] = USER_DEFAULTS) -> Json:
        whole: Json = {
            "id": str(user.id),
            "name": user.name,
            "username": user.username,
            "created_at": "2022-01-01T00:00:00.000Z",
            "description": user.description,
            "profile_image_url": "https://abs.twimg.com/sticky/default_profile_images/"
            "default_profile_normal.png",
            "protected": False,
            "public_metrics": {
                "followers_count": 0,
                "following_count": 0,
                "tweet_count": 0,
                "listed_count": 0,
            },
            "url": "",
            "verified": False,
        }
        return {name: value for name, value in whole.items() if name in fields | USER_DEFAULTS}

    def tweet(self, post: Post, fields: frozenset[str] = TWEET_DEFAULTS) -> Json:
        text, whole_text = shown(post)
        parent = self._posts.get(post.in_reply_to) if post.in_reply_to else None
        versions = self._posts.versions(post.id)
        first = self._posts.get(versions[0]) or post
        whole: Json = {
            "edit_history_tweet_ids": [str(number) for number in versions],
            "edit_controls": {
                "edits_remaining": max(0, EDITS + 1 - len(versions)),
                "is_edit_eligible": parent is None,
                "editable_until": iso(first.created_at + EDIT_WINDOW),
            },
            "id": str(post.id),
            "text": text,
            "author_id": str(post.author_id),
            "conversation_id": str(post.conversation_id),
            "created_at": iso(post.created_at),
            "display_text_range": [
                len(text) - len(wording.without_leading_mentions(text)),
                len(text),
            ],
            "lang": "en",
            "possibly_sensitive": False,
            "public_metrics": {
                "retweet_count": 0,
                "reply_count": 0,
                "like_count": 0,
                "quote_count": 0,
                "bookmark_count": 0,
                "impression_count": 0,
            },
            "reply_settings": "everyone",
        }
        if parent is not None:
            whole["in_reply_to_user_id"] = str(parent.author_id)
        referenced = [
            {"type": kind, "id": str(number)}
            for kind, number in (("replied_to", post.in_reply_to), ("quoted", post.quoted))
            if number is not None
        ]
        if referenced:
            whole["referenced_tweets"] = referenced
        if entities := self._entities(text):
            whole["entities"] = entities
        if whole_text is not None:
            whole["note_tweet"] = {"text": whole_text}
            if entities := self._entities(whole_text):
                whole["note_tweet"]["entities"] = entities
        return {name: value for name, value in whole.items() if name in fields | TWEET_DEFAULTS}

    def _entities(self, text: str) -> Json:
        """Indices count code points of the text as given."""
        found: Json = {}
        if tags := wording.hashtags(text):
            found["hashtags"] = [{"start": e.start, "end": e.end, "tag": e.text} for e in tags]
        named = [(e, self._posts.user_named(e.text)) for e in wording.mentions(text)]
        if mentions := [
            {"start": e.start, "end": e.end, "username": user.username, "id": str(user.id)}
            for e, user in named
            if user is not None
        ]:
            found["mentions"] = mentions
        if urls := wording.links(text):
            found["urls"] = [
                {
                    "start": e.start,
                    "end": e.end,
                    "url": e.text,
                    "expanded_url": e.text,
                    "display_url": e.text.partition("://")[2],
                }
                for e in urls
            ]
        return found

    def tweet_includes(self, posts: Iterable[Post], wanted: Wanted) -> Json:
        users: dict[int, User] = {}
        tweets: dict[int, Post] = {}
        for post in posts:
            if "author_id" in wanted.expansions:
                users[post.author_id] = self._posts.users[post.author_id]
            if "entities.mentions.username" in wanted.expansions:
                users |= {user.id: user for user in self._posts.mentioned(post.text)}
            parent = self._posts.get(post.in_reply_to) if post.in_reply_to else None
            if parent and "in_reply_to_user_id" in wanted.expansions:
                users[parent.author_id] = self._posts.users[parent.author_id]
            quoted = self._posts.get(post.quoted) if post.quoted else None
            for other in filter(None, (parent, quoted)):
                if wanted.expansions & {"referenced_tweets.id", "referenced_tweets.id.author_id"}:
                    tweets[other.id] = other
                if "referenced_tweets.id.author_id" in wanted.expansions:
                    users[other.author_id] = self._posts.users[other.author_id]
        return self._includes(users, tweets, wanted)

    def message_includes(self, messages: Iterable[DirectMessage], wanted: Wanted) -> Json:
        users: dict[int, User] = {}
        for message in messages:
            if "sender_id" in wanted.expansions:
                users[message.sender_id] = self._posts.users[message.sender_id]
            if "participant_ids" in wanted.expansions:
                for number in (message.sender_id, message.recipient_id):
                    users[number] = self._posts.users[number]
        return self._includes(users, {}, wanted)

    def _includes(self, users: dict[int, User], tweets: dict[int, Post], wanted: Wanted) -> Json:
        found: Json = {}
        if users:
            found["users"] = [self.user(user, wanted.user) for user in users.values()]
        if tweets:
            found["tweets"] = [self.tweet(post, wanted.tweet) for post in tweets.values()]
        return found

    def message(self, message: DirectMessage, fields: frozenset[str] = DM_DEFAULTS) -> Json:
        whole: Json = {
            "event_type": "MessageCreate",
            "id": str(message.id),
            "text": wording.escaped(message.text),
            "created_at": iso(message.created_at),
            "dm_conversation_id": message.conversation,
            "participant_ids": [str(message.sender_id), str(message.recipient_id)],
            "sender_id": str(message.sender_id),
        }
        return {name: value for name, value in whole.items() if name in fields | DM_DEFAULTS}
