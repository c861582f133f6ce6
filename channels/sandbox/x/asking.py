"""Reading a request's query as X does: unknown and ill-formed parameters are refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from starlette.requests import Request

from channels.sandbox.x.posts import Post
from channels.sandbox.x.problems import invalid
from channels.sandbox.x.shapes import (
    DM_DEFAULTS,
    DM_EXPANSIONS,
    DM_FIELDS,
    POST_WORDS,
    TWEET_DEFAULTS,
    TWEET_EXPANSIONS,
    TWEET_FIELDS,
    USER_DEFAULTS,
    USER_FIELDS,
    Wanted,
)

Subject = Literal["user", "tweet", "dm"]

_ALSO = ("media.fields", "place.fields", "poll.fields")


class Asking:
    """One request's query."""

    def __init__(
        self,
        request: Request,
        subject: Subject,
        *,
        paged: bool = False,
        bounded: bool = False,
        more: Iterable[str] = (),
    ) -> None:
        self._query = request.query_params
        self._subject = subject
        known = {"expansions", "user.fields", "tweet.fields", "post.fields", *_ALSO, *more}
        if subject == "dm":
            known |= {"dm_event.fields", "event_types"}
        if paged:
            known |= {"max_results", "pagination_token", "next_token"}
        if bounded:
            known |= {"since_id", "until_id", "start_time", "end_time"}
        for name in self._query:
            if name not in known:
                listed = ",".join(sorted(known))
                raise invalid(
                    name,
                    self._query[name],
                    f"The query parameter [{name}] is not one of [{listed}]",
                )

    def text(self, name: str) -> str:
        value = self._query.get(name, "")
        if not value.strip():
            raise invalid(name, value, f"The `{name}` query parameter can not be empty")
        return value

    def words(self, name: str) -> frozenset[str]:
        return frozenset(filter(None, self._query.get(name, "").split(",")))

    def ids(self, name: str) -> list[int]:
        """One to a hundred ids, each once, as asked."""
        values = self.text(name).split(",")
        if len(values) > 100:
            raise invalid(name, f"{len(values)} ids", f"size must be between 1 and 100 in {name}")
        return list(dict.fromkeys(self._number(name, value) for value in values))

    def _number(self, name: str, value: str) -> int:
        if not value.isascii() or not value.isdigit() or len(value) > 19:
            raise invalid(
                name,
                value,
                f"The `{name}` query parameter value [{value}] is not valid",
            )
        return int(value)

    def size(self, *, low: int, high: int, default: int) -> int:
        value = self._query.get("max_results")
        if value is None:
            return default
        number = self._number("max_results", value)
        if not low <= number <= high:
            raise invalid(
                "max_results",
                value,
                f"The `max_results` query parameter value [{value}] is not between "
                f"{low} and {high}",
            )
        return number

    def token(self) -> str | None:
        return self._query.get("pagination_token") or self._query.get("next_token")

    def within(self, posts: list[Post]) -> list[Post]:
        """Those between the ids and times asked for: `since_id` and `until_id` exclusive."""
        kept = posts
        if (value := self._query.get("since_id")) is not None:
            since_id = self._number("since_id", value)
            kept = [post for post in kept if post.id > since_id]
        if (value := self._query.get("until_id")) is not None:
            until_id = self._number("until_id", value)
            kept = [post for post in kept if post.id < until_id]
        if (start := self._time("start_time")) is not None:
            kept = [post for post in kept if post.created_at >= start]
        if (end := self._time("end_time")) is not None:
            kept = [post for post in kept if post.created_at < end]
        return kept

    def _time(self, name: str) -> datetime | None:
        value = self._query.get(name)
        if value is None:
            return None
        try:
            found = datetime.fromisoformat(value)
            if found.tzinfo is not None:
                return found
        except ValueError:
            pass
        raise invalid(name, value, f"The `{name}` query parameter value [{value}] is not valid")

    def wanted(self) -> Wanted:
        expansions = DM_EXPANSIONS if self._subject == "dm" else TWEET_EXPANSIONS
        if self._subject == "user":
            expansions = frozenset({"pinned_tweet_id"})
        expanded = self._fields("expansions", expansions)
        brought = frozenset(_BRINGS[name] for name in expanded if name in _BRINGS)
        return Wanted(
            tweet=(brought & TWEET_FIELDS)
            | TWEET_DEFAULTS
            | self._fields("tweet.fields", TWEET_FIELDS)
            | self._fields("post.fields", TWEET_FIELDS),
            user=USER_DEFAULTS | self._fields("user.fields", USER_FIELDS),
            dm=(brought & DM_FIELDS) | DM_DEFAULTS | self._fields("dm_event.fields", DM_FIELDS),
            expansions=expanded,
            post_words="post.fields" in self._query,
        )

    def _fields(self, name: str, known: frozenset[str]) -> frozenset[str]:
        words = _EXPANSION_WORDS if name == "expansions" else _FIELD_WORDS
        asked = frozenset(words.get(word, word) for word in self.words(name))
        for word in asked - known - _REAL_BUT_EMPTY:
            raise invalid(
                name,
                self._query[name],
                f"The `{name}` query parameter value [{word}] is not one of "
                f"[{','.join(sorted(known))}]",
            )
        return asked


_FIELD_WORDS = {new: old for old, new in POST_WORDS.items()}
_EXPANSION_WORDS = {
    "edit_history_post_ids": "edit_history_tweet_ids",
    "referenced_posts": "referenced_tweets.id",
}
_BRINGS = {
    "author_id": "author_id",
    "in_reply_to_user_id": "in_reply_to_user_id",
    "referenced_tweets.id": "referenced_tweets",
    "sender_id": "sender_id",
    "participant_ids": "participant_ids",
}
"""The field that an expansion needs: X shows it unasked."""
_REAL_BUT_EMPTY = frozenset(
    {
        "article",
        "article.media_entities",
        "article_title",
        "card_uri",
        "community_id",
        "context_annotations",
        "entities",
        "geo",
        "location",
        "most_recent_tweet_id",
        "pinned_tweet_id",
        "scopes",
        "verified_type",
        "withheld",
        "edit_history_tweet_ids",
        "geo.place_id",
        "attachments.poll_ids",
        "attachments.media_source_tweet",
        "article.cover_media",
    }
)
"""X knows these, and has nothing to say in a world as small as this one."""
