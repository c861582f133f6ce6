"""The Page's posts and comments and its Messenger conversations: what is kept."""

from __future__ import annotations

import json
import secrets
import sqlite3
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from channels.sandbox.personas import BY_FACEBOOK_ID
from channels.sandbox.world import World, moment

WELCOME = (
    "Storm season is here. If your power goes out, tell us where you are and what you see, "
    "and stay away from any wire that is down.",
    "Questions about a bill, a pick-up or a service? Ask them here, or send us a message.",
)

OFFERED = "quick_replies"
"""Where a message's `extra` keeps the buttons under it; the echo does not repeat them."""
EDITS = "num_edit"
UNSENT = "unsent"
KEPT = frozenset({OFFERED, EDITS, UNSENT})
"""What a message's `extra` keeps for the sandbox; the rest is part of its webhook."""


@dataclass(frozen=True, slots=True)
class PagePost:
    id: str
    from_id: str
    message: str
    created_at: datetime
    deleted: bool = False
    """Kept for the citizens' page: Facebook itself shows it no more."""


@dataclass(frozen=True, slots=True)
class Comment:
    id: str
    post_id: str
    parent_id: str
    """The post's id, or a comment's where this is a reply to one."""
    from_id: str
    message: str
    created_at: datetime
    hidden: bool = False
    deleted: bool = False
    private_reply: str | None = None
    """The message by which the Page answered it in private."""


@dataclass(frozen=True, slots=True)
class Message:
    """In a Messenger conversation between the Page and one person."""

    mid: str
    person_id: str
    from_page: bool
    text: str
    created_at: datetime
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def unsent(self) -> bool:
        return bool(self.extra.get(UNSENT))


def _comment(row: sqlite3.Row) -> Comment:
    return Comment(
        id=row["id"],
        post_id=row["post_id"],
        parent_id=row["parent_id"],
        from_id=row["from_id"],
        message=row["message"],
        created_at=moment(row["created_at"]),
        hidden=bool(row["hidden"]),
        deleted=bool(row["deleted"]),
        private_reply=row["private_reply"],
    )


def _message(row: sqlite3.Row) -> Message:
    return Message(
        mid=row["mid"],
        person_id=row["person_id"],
        from_page=bool(row["from_page"]),
        text=row["text"],
        created_at=moment(row["created_at"]),
        extra=json.loads(row["extra"]),
    )


def _post(row: sqlite3.Row) -> PagePost:
    deleted = bool(row["deleted"])
    return PagePost(row["id"], row["from_id"], row["message"], moment(row["created_at"]), deleted)


_POSTS = (
    "SELECT p.*, m.value AS deleted FROM page_posts p "
    "LEFT JOIN facebook_marks m ON m.object_id = p.id AND m.mark = 'deleted' "
)


class Pages:
    """Facebook's data: one Page, and the personas who write to it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._database = world.database
        self.page_id = world.config.facebook_page_id
        self.open()

    def open(self) -> None:
        """Let the Page say its first words, where it has not."""
        if self.posts(1):
            return
        at = self._world.clock()
        for age, message in zip((9, 2), WELCOME, strict=True):
            self.add_post(self.page_id, message, at - timedelta(days=age))

    def name_of(self, person_id: str) -> str | None:
        if person_id == self.page_id:
            return self._world.config.facebook_page_name
        persona = BY_FACEBOOK_ID.get(person_id)
        return persona.name if persona else None

    def add_post(self, from_id: str, message: str, at: datetime | None = None) -> PagePost:
        post = PagePost(
            f"{self.page_id}_{self._world.new_id()}", from_id, message, at or self._world.clock()
        )
        self._database.write(
            "INSERT INTO page_posts VALUES (?, ?, ?, ?)",
            (post.id, from_id, message, post.created_at.timestamp()),
        )
        return post

    def posts(self, limit: int, *, deleted: bool = False) -> list[PagePost]:
        """Newest first; the `deleted` with them where asked for."""
        rows = self._database.all(
            f"{_POSTS} WHERE ? OR m.value IS NULL ORDER BY created_at DESC LIMIT ?",
            (deleted, limit),
        )
        return [_post(row) for row in rows]

    def post(self, post_id: str) -> PagePost | None:
        """One that was not deleted."""
        row = self._database.one(f"{_POSTS} WHERE p.id = ? AND m.value IS NULL", (post_id,))
        return _post(row) if row else None

    def edit_post(self, post_id: str, message: str) -> None:
        self._database.write("UPDATE page_posts SET message = ? WHERE id = ?", (message, post_id))
        self._note_edit(post_id)

    def add_comment(self, parent: PagePost | Comment, from_id: str, message: str) -> Comment:
        """A comment, or a reply. Facebook has two levels: an answer to a reply joins it."""
        if isinstance(parent, PagePost):
            post_id = parent_id = parent.id
        else:
            post_id = parent.post_id
            parent_id = parent.id if parent.parent_id == post_id else parent.parent_id
        comment = Comment(
            id=f"{post_id.partition('_')[2]}_{self._world.new_id()}",
            post_id=post_id,
            parent_id=parent_id,
            from_id=from_id,
            message=message,
            created_at=self._world.clock(),
        )
        self._database.write(
            "INSERT INTO comments (id, post_id, parent_id, from_id, message, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (
                comment.id,
                post_id,
                parent_id,
                from_id,
                message,
                comment.created_at.timestamp(),
            ),
        )
        return comment

    def comment(self, comment_id: str) -> Comment | None:
        """One that was not deleted."""
        row = self._database.one(
            "SELECT * FROM comments WHERE id = ? AND deleted = 0", (comment_id,)
        )
        return _comment(row) if row else None

    def comments(
        self, parent_id: str, *, newest_first: bool = False, stream: bool = False
    ) -> list[Comment]:
        """Those below a post or a comment; `stream` takes replies at every depth with them."""
        order = "DESC" if newest_first else "ASC"
        rows = self._database.all(
            f"SELECT * FROM comments WHERE (parent_id = ? OR (? AND post_id = ?)) "  # noqa: S608
            f"AND deleted = 0 ORDER BY number {order}",
            (parent_id, stream, parent_id),
        )
        return [_comment(row) for row in rows]

    def threads(self, limit: int, from_id: str | None = None) -> list[list[Comment]]:
        """The latest top-level comments with their replies, oldest first within each."""
        rows = self._database.all(
            "SELECT CASE WHEN parent_id = post_id THEN id ELSE parent_id END AS top, "
            "MAX(number) AS newest FROM comments GROUP BY top "
            "HAVING ? IS NULL OR SUM(from_id = ?) > 0 ORDER BY newest DESC LIMIT ?",
            (from_id, from_id, limit),
        )
        return [
            [
                _comment(found)
                for found in self._database.all(
                    "SELECT * FROM comments WHERE id = ? OR parent_id = ? ORDER BY number",
                    (row["top"], row["top"]),
                )
            ]
            for row in rows
        ]

    def edit_comment(self, comment_id: str, message: str) -> None:
        self._database.write("UPDATE comments SET message = ? WHERE id = ?", (message, comment_id))
        self._note_edit(comment_id)

    def _note_edit(self, object_id: str) -> None:
        self._database.write(
            "INSERT OR REPLACE INTO facebook_marks VALUES (?, 'edited', '1')", (object_id,)
        )

    def hide_comment(self, comment_id: str, hidden: bool) -> None:
        self._database.write("UPDATE comments SET hidden = ? WHERE id = ?", (hidden, comment_id))

    def delete_comment(self, comment_id: str) -> None:
        self._database.write("UPDATE comments SET deleted = 1 WHERE id = ?", (comment_id,))

    def note_private_reply(self, comment_id: str, mid: str) -> None:
        self._database.write(
            "UPDATE comments SET private_reply = ? WHERE id = ?", (mid, comment_id)
        )

    def add_message(
        self,
        person_id: str,
        text: str,
        *,
        from_page: bool,
        at: datetime | None = None,
        extra: dict[str, Any] | None = None,
    ) -> Message:
        message = Message(
            mid="m_" + secrets.token_urlsafe(48),
            person_id=person_id,
            from_page=from_page,
            text=text,
            created_at=at or self._world.clock(),
            extra=extra or {},
        )
        self._database.write(
            "INSERT INTO messages (mid, person_id, from_page, text, created_at, extra) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (
                message.mid,
                person_id,
                from_page,
                text,
                message.created_at.timestamp(),
                json.dumps(message.extra),
            ),
        )
        return message

    def change_message(self, message: Message, text: str, **extra: Any) -> Message:
        """Put `text` in its place, and add to its `extra`."""
        changed = replace(message, text=text, extra=message.extra | extra)
        self._database.write(
            "UPDATE messages SET text = ?, extra = ? WHERE mid = ?",
            (text, json.dumps(changed.extra), message.mid),
        )
        return changed

    def message(self, mid: str) -> Message | None:
        row = self._database.one("SELECT * FROM messages WHERE mid = ?", (mid,))
        return _message(row) if row else None

    def messages(self, person_id: str, limit: int = 500) -> list[Message]:
        """Newest first."""
        rows = self._database.all(
            "SELECT * FROM messages WHERE person_id = ? ORDER BY number DESC LIMIT ?",
            (person_id, limit),
        )
        return [_message(row) for row in rows]

    def people(self) -> list[str]:
        """Who has a conversation with the Page, the latest first."""
        rows = self._database.all(
            "SELECT person_id, MAX(number) AS n FROM messages GROUP BY person_id ORDER BY n DESC"
        )
        return [row["person_id"] for row in rows]

    def last_heard_from(self, person_id: str) -> datetime | None:
        """When the person last wrote: the reply window runs from here."""
        row = self._database.one(
            "SELECT MAX(created_at) AS at FROM messages WHERE person_id = ? AND from_page = 0",
            (person_id,),
        )
        return moment(row["at"]) if row and row["at"] is not None else None
