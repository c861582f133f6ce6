"""Posts and direct messages on the pretended X: what is kept and how it is found."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from channels.sandbox.personas import PERSONAS
from channels.sandbox.world import World, moment
from channels.sandbox.x import text as wording

EDIT_WINDOW = timedelta(hours=1)
EDITS = 5
"""How often a post may be edited in that time, as X has it."""
DUPLICATE_WINDOW = timedelta(minutes=15)
"""How long the same words by the same account are refused; X does not publish its own."""

LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class User:
    id: int
    username: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Post:
    id: int
    author_id: int
    text: str
    created_at: datetime
    conversation_id: int
    in_reply_to: int | None
    quoted: int | None
    hidden: bool
    deleted: bool


@dataclass(frozen=True, slots=True)
class DirectMessage:
    id: int
    sender_id: int
    recipient_id: int
    text: str
    created_at: datetime

    @property
    def conversation(self) -> str:
        first, second = sorted((self.sender_id, self.recipient_id))
        return f"{first}-{second}"


def _post(row: sqlite3.Row) -> Post:
    return Post(
        id=row["id"],
        author_id=row["author_id"],
        text=row["text"],
        created_at=moment(row["created_at"]),
        conversation_id=row["conversation_id"],
        in_reply_to=row["in_reply_to"],
        quoted=row["quoted"],
        hidden=bool(row["hidden"]),
        deleted=bool(row["deleted"]),
    )


def _message(row: sqlite3.Row) -> DirectMessage:
    return DirectMessage(
        id=row["id"],
        sender_id=row["sender_id"],
        recipient_id=row["recipient_id"],
        text=row["text"],
        created_at=moment(row["created_at"]),
    )


class Posts:
    """X's data. The city's account and the personas are all the users there are."""

    def __init__(self, world: World) -> None:
        config = world.config
        self._world = world
        self._database = world.database
        self.city = User(
            id=int(config.x_user_id),
            username=config.x_handle,
            name=config.x_name,
            description="An automated demonstration account of a city that does not exist.",
        )
        self.users = {self.city.id: self.city} | {
            p.x_id: User(p.x_id, p.x_handle, p.name, p.about) for p in PERSONAS
        }
        self._by_handle = {user.username.lower(): user for user in self.users.values()}

    def user_named(self, handle: str) -> User | None:
        return self._by_handle.get(handle.lower())

    def mentioned(self, text: str) -> list[User]:
        """The users that exist among the handles of `text`, each once, in order."""
        found = [self.user_named(entity.text) for entity in wording.mentions(text)]
        return list(dict.fromkeys(user for user in found if user is not None))

    def addressed(
        self, author_id: int, text: str, parent: Post, leave_out: frozenset[int] = frozenset()
    ) -> str:
        """The text of a reply as X stores it, with the handles of those replied to in front."""
        present = {user.id for user in self.mentioned(text)}
        words = wording.without_leading_mentions(parent.text)
        leading = parent.text[: len(parent.text) - len(words)]
        addressees = [self.users[parent.author_id], *self.mentioned(leading)]
        missing = [
            user
            for user in dict.fromkeys(addressees)
            if user.id not in present and user.id != author_id and user.id not in leave_out
        ]
        return "".join(f"@{user.username} " for user in missing) + text

    def add(
        self,
        author_id: int,
        text: str,
        *,
        in_reply_to: Post | None = None,
        quoted: Post | None = None,
    ) -> Post:
        """Store a post."""
        number = self._world.new_id()
        post = Post(
            id=number,
            author_id=author_id,
            text=text,
            created_at=self._world.clock(),
            conversation_id=in_reply_to.conversation_id if in_reply_to else number,
            in_reply_to=in_reply_to.id if in_reply_to else None,
            quoted=quoted.id if quoted else None,
            hidden=False,
            deleted=False,
        )
        with self._database.transaction():
            self._database.write(
                "INSERT INTO posts (id, author_id, text, created_at, conversation_id, "
                "in_reply_to, quoted) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    post.id,
                    post.author_id,
                    post.text,
                    post.created_at.timestamp(),
                    post.conversation_id,
                    post.in_reply_to,
                    post.quoted,
                ),
            )
            for user in self.mentioned(text):
                self._database.write(
                    "INSERT INTO post_mentions (post_id, user_id) VALUES (?, ?)", (post.id, user.id)
                )
        return post

    def edit(self, post: Post, text: str) -> Post:
        """A new version of `post`: another id, in the same place."""
        with self._database.transaction():
            version = self.add(post.author_id, text, quoted=self._named(post.quoted))
            self._database.write(
                "UPDATE posts SET conversation_id = ?, in_reply_to = ? WHERE id = ?",
                (post.conversation_id, post.in_reply_to, version.id),
            )
            self._database.write(
                "INSERT INTO post_edits (id, replaces, first_id) VALUES (?, ?, ?)",
                (version.id, post.id, self.versions(post.id)[0]),
            )
        return replace(version, conversation_id=post.conversation_id, in_reply_to=post.in_reply_to)

    def _named(self, number: int | None) -> Post | None:
        return self.get(number) if number is not None else None

    def versions(self, post_id: int) -> tuple[int, ...]:
        """The ids of a post's versions, oldest first, by any of them."""
        row = self._database.one("SELECT first_id FROM post_edits WHERE id = ?", (post_id,))
        first = row["first_id"] if row else post_id
        later = self._database.all(
            "SELECT id FROM post_edits WHERE first_id = ? ORDER BY id", (first,)
        )
        return (first, *(row["id"] for row in later))

    def said_lately(self, author_id: int, text: str) -> bool:
        """Did `author_id` post exactly this, handles included, a short while ago?"""
        since = (self._world.clock() - DUPLICATE_WINDOW).timestamp()
        return bool(
            self._database.one(
                "SELECT 1 FROM posts WHERE author_id = ? AND created_at > ? AND deleted = 0 "
                "AND TRIM(text) = ?",
                (author_id, since, text.strip()),
            )
        )

    def get(self, post_id: int) -> Post | None:
        """A post that was not deleted."""
        if post_id > LARGEST_ID:
            return None
        row = self._database.one("SELECT * FROM posts WHERE id = ? AND deleted = 0", (post_id,))
        return _post(row) if row else None

    def mark(self, post_id: int, *, hidden: bool | None = None, deleted: bool = False) -> None:
        if hidden is not None:
            self._database.write("UPDATE posts SET hidden = ? WHERE id = ?", (hidden, post_id))
        if deleted:  # one version, and with it all
            with self._database.transaction():
                for version in self.versions(post_id):
                    self._database.write("UPDATE posts SET deleted = 1 WHERE id = ?", (version,))

    def find(
        self,
        where: str = "1",
        values: Sequence[object] = (),
        *,
        since_id: int = 0,
        until_id: int = LARGEST_ID,
        since: float = 0.0,
        until: float = 1e12,
        limit: int = 10,
    ) -> list[Post]:
        """Posts by a condition of ours, newest first, each in its newest version. Both ids are
        exclusive, as X's are."""
        rows = self._database.all(
            f"SELECT * FROM posts WHERE deleted = 0 AND id > ? AND id < ? AND created_at >= ? "  # noqa: S608
            f"AND created_at < ? AND id NOT IN (SELECT replaces FROM post_edits) "
            f"AND ({where}) ORDER BY id DESC LIMIT ?",
            (since_id, until_id, since, until, *values, limit),
        )
        return [_post(row) for row in rows]

    def conversations(self, persona_id: int | None, limit: int) -> list[list[Post]]:
        """The latest conversations, oldest post first, each post in its newest version; deleted
        posts are marked, not left out."""
        where = "WHERE conversation_id IN (SELECT conversation_id FROM posts WHERE author_id = ?)"
        rows = self._database.all(
            f"SELECT conversation_id, MAX(id) AS newest FROM posts "  # noqa: S608
            f"{where if persona_id is not None else ''} "
            "GROUP BY conversation_id ORDER BY newest DESC LIMIT ?",
            (limit,) if persona_id is None else (persona_id, limit),
        )
        return [
            [
                _post(row)
                for row in self._database.all(
                    "SELECT p.* FROM posts p LEFT JOIN post_edits e ON e.id = p.id "
                    "WHERE conversation_id = ? "
                    "AND p.id NOT IN (SELECT replaces FROM post_edits) "
                    "ORDER BY COALESCE(e.first_id, p.id)",
                    (found["conversation_id"],),
                )
            ]
            for found in rows
        ]

    def may_be_answered(self, post: Post) -> bool:
        """X's rule since 23 February 2026 for self-serve apps: only who named us, or quoted us."""
        if post.author_id == self.city.id or self.city in self.mentioned(post.text):
            return True
        quoted = self.get(post.quoted) if post.quoted else None
        return quoted is not None and quoted.author_id == self.city.id

    def add_message(self, sender_id: int, recipient_id: int, text: str) -> DirectMessage:
        message = DirectMessage(
            self._world.new_id(), sender_id, recipient_id, text, self._world.clock()
        )
        self._database.write(
            "INSERT INTO direct_messages VALUES (?, ?, ?, ?, ?)",
            (message.id, sender_id, recipient_id, text, message.created_at.timestamp()),
        )
        return message

    def messages(
        self,
        user_id: int,
        *,
        other_id: int | None = None,
        until_id: int = LARGEST_ID,
        since: float = 0.0,
        limit: int = 100,
    ) -> list[DirectMessage]:
        """Of one user, or between two, newest first."""
        rows = self._database.all(
            "SELECT * FROM direct_messages WHERE ? IN (sender_id, recipient_id) "
            "AND (? IS NULL OR ? IN (sender_id, recipient_id)) AND id < ? AND created_at >= ? "
            "ORDER BY id DESC LIMIT ?",
            (user_id, other_id, other_id, until_id, since, limit),
        )
        return [_message(row) for row in rows]
