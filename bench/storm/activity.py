"""X's webhooks in both envelopes, after its documentation; people and words are invented.

The words of some posts are those of recorded mentions. What both envelopes tell of one post is
one inquiry, and so is an edited post, whose versions have ids of their own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.storm.expected import Expected, Fate, Webhook, edited_words, mark

PLATFORM = "x"
_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)

Body = dict[str, Any]


def recorded_words(exchanges: Body) -> list[str]:
    """The texts of a recorded answer to a mentions request."""
    (exchange,) = exchanges["exchanges"]
    return [post["text"] for post in exchange["response"]["json"]["data"]]


class Activity:
    """Makes rounds of X's bodies, each with ids and words of its own."""

    def __init__(self, words: list[str], user_id: str, handle: str, began: datetime) -> None:
        self._words = words
        self._user_id = user_id
        self._handle = handle
        self._at = began
        self._sequence = 0
        self._marks = 0
        self._people = 0
        self._events = 0

    def round(self) -> tuple[list[Webhook], list[Expected]]:
        """Bodies of one round, in the order in which X would send them first."""
        webhooks: list[Webhook] = []
        expected: list[Expected] = []
        for name, bodies, wanted in self._all():
            expected.append(wanted)
            for number, body in enumerate(bodies, 1):
                raw = json.dumps(body, ensure_ascii=False).encode()
                webhooks.append(Webhook(PLATFORM, f"{name}/{number}", raw))
        return webhooks, expected

    def _all(self) -> Iterator[tuple[str, list[Body], Expected]]:
        for text in self._words:
            post = self._post(text)
            bodies = [self._activity("post.mention.create", post)]
            yield "recorded mention", bodies, self._inquiry("recorded mention", post)
        for kind in ("post.mention.create", "post.reply.create", "post.quote.create"):
            post = self._post("both envelopes")
            if kind == "post.reply.create":
                post["referenced_tweets"] = [{"type": "replied_to", "id": self._id()}]
            if kind == "post.quote.create":
                post["referenced_tweets"] = [{"type": "quoted", "id": self._id()}]
            bodies = [self._activity(kind, post), self._legacy_post(post)]
            yield kind, bodies, self._inquiry(kind, post)
        yield self._long()
        yield self._edited()
        yield self._deleted()
        yield from self._messages()
        yield self._own()

    def _long(self) -> tuple[str, list[Body], Expected]:
        post = self._post("a long one, cut short")
        whole = f"{'a long one, from end to end ' * 20}{post['mark']}"
        longer = {**post, "note_tweet": {"text": whole}}
        bodies = [self._activity("post.mention.create", longer), self._legacy_post(post, whole)]
        return "long post", bodies, self._inquiry("long post", post)

    def _edited(self) -> tuple[str, list[Body], Expected]:
        """An edit is a post of its own that names the versions before it."""
        first = self._post("before the edit")
        second = {**first, "id": self._id()}
        second["text"] = f"@{self._handle} after it: {edited_words(first['mark'])}"
        second["edit_history_tweet_ids"] = [first["id"], second["id"]]
        bodies = [self._activity("post.mention.create", post) for post in (first, second)]
        wanted = Expected("edited post", first["id"], Fate.INQUIRY, first["mark"], edited=True)
        return "edited post", bodies, wanted

    def _deleted(self) -> tuple[str, list[Body], Expected]:
        post = self._post("soon regretted")
        gone = {
            "for_user_id": self._user_id,
            "tweet_delete_events": [
                {
                    "status": {"id": post["id"], "user_id": post["author_id"]},
                    "timestamp_ms": str(int((self._at + timedelta(minutes=2)).timestamp() * 1000)),
                }
            ],
        }
        wanted = Expected("deleted post", post["id"], Fate.INQUIRY, post["mark"], deleted=True)
        return "deleted post", [self._activity("post.mention.create", post), gone], wanted

    def _messages(self) -> Iterator[tuple[str, list[Body], Expected]]:
        for way in ("both", "activity", "legacy"):
            self._next()
            message = self._mark()
            sender, number = self._person(), self._id()
            event = {
                "type": "message_create",
                "id": number,
                "created_timestamp": str(int(self._at.timestamp() * 1000)),
                "message_create": {
                    "target": {"recipient_id": self._user_id},
                    "sender_id": sender,
                    "message_data": {"text": f"a direct message {message}", "entities": {}},
                },
            }
            people = {sender: {"id": sender, "name": "Alex Invented", "screen_name": f"a{sender}"}}
            payload = {"direct_message_events": [event], "users": people}
            new = {"data": self._data("dm.received", payload)}
            old = {"for_user_id": self._user_id, **payload}
            ways: dict[str, list[Body]] = {"both": [new, old], "activity": [new], "legacy": [old]}
            wanted = Expected(f"direct message, {way}", number, Fate.INQUIRY, message)
            yield wanted.what, ways[way], wanted

    def _own(self) -> tuple[str, list[Body], Expected]:
        """What the account itself posts is no inquiry."""
        post = self._post("a word of the city's own")
        post["author_id"] = self._user_id
        bodies = [self._activity("post.mention.create", post)]
        return "own post", bodies, Expected("own post", post["id"], Fate.ANSWER, post["mark"])

    def _inquiry(self, what: str, post: Body) -> Expected:
        return Expected(what, post["id"], Fate.INQUIRY, post["mark"])

    def _post(self, text: str) -> Body:
        """A post in v2's shape; `mark` is for us and does no harm."""
        self._next()
        words, number = self._mark(), self._id()
        return {
            "id": number,
            "text": f"@{self._handle} {text} {words}",
            "author_id": self._person(),
            "conversation_id": number,
            "created_at": self._at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "edit_history_tweet_ids": [number],
            "entities": {
                "mentions": [
                    {
                        "start": 0,
                        "end": len(self._handle) + 1,
                        "username": self._handle,
                        "id": self._user_id,
                    }
                ]
            },
            "mark": words,
        }

    def _activity(self, kind: str, post: Body) -> Body:
        author = post["author_id"]
        people = [{"id": author, "name": f"Sam Invented {author[-3:]}", "username": f"u{author}"}]
        payload = {key: value for key, value in post.items() if key != "mark"}
        return {"data": {**self._data(kind, payload), "includes": {"users": people}}}

    def _data(self, kind: str, payload: Body) -> Body:
        self._events += 1
        sign = -1 if self._events % 2 else 1  # X's may be negative
        return {
            "event_uuid": str(sign * (7_000_000_000_000 + self._events)),
            "filter": {"user_id": self._user_id},
            "event_type": kind,
            "tag": "storm",
            "payload": payload,
        }

    def _legacy_post(self, post: Body, whole: str | None = None) -> Body:
        author = post["author_id"]
        status: Body = {
            "id": int(post["id"]),
            "id_str": post["id"],
            "text": post["text"],
            "timestamp_ms": str(int(self._at.timestamp() * 1000)),
            "user": {
                "id": int(author),
                "id_str": author,
                "name": f"Sam Invented {author[-3:]}",
                "screen_name": f"u{author}",
            },
            "entities": {"user_mentions": [{"id_str": self._user_id, "screen_name": self._handle}]},
        }
        for reference in post.get("referenced_tweets", ()):
            key = {"replied_to": "in_reply_to_status_id_str", "quoted": "quoted_status_id_str"}
            status[key[reference["type"]]] = reference["id"]
        if whole is not None:
            status["truncated"] = True
            status["extended_tweet"] = {"full_text": whole, "entities": status["entities"]}
        return {"for_user_id": self._user_id, "tweet_create_events": [status]}

    def _next(self) -> None:
        self._at += timedelta(seconds=1)

    def _id(self) -> str:
        """A snowflake, above every earlier one."""
        self._sequence += 1
        milliseconds = (self._at - _EPOCH) // timedelta(milliseconds=1)
        return str((milliseconds << 22) + self._sequence % (1 << 22))

    def _person(self) -> str:
        self._people += 1
        return str(1_470_000_000_000_000_000 + self._people)

    def _mark(self) -> str:
        self._marks += 1
        return mark("x", self._marks)
