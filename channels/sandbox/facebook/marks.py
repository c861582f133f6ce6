"""What is noted about posts, messages and people beside their own rows: hidden, answered in
private, who has the conversation, and who reacted how."""

from __future__ import annotations

from channels.sandbox.facebook.pages import Pages
from channels.sandbox.world import World

PAGE_INBOX = "263902037430900"
"""The app id of Facebook's own inbox."""


class Marks:
    """The notes, by the id of what they are about."""

    def __init__(self, world: World, pages: Pages) -> None:
        self._database = world.database
        self._ours = world.config.facebook_app_id
        self._pages = pages

    def get(self, object_id: str, mark: str) -> str | None:
        row = self._database.one(
            "SELECT value FROM facebook_marks WHERE object_id = ? AND mark = ?", (object_id, mark)
        )
        return str(row["value"]) if row else None

    def set(self, object_id: str, mark: str, value: str = "1") -> None:
        self._database.write(
            "INSERT OR REPLACE INTO facebook_marks VALUES (?, ?, ?)", (object_id, mark, value)
        )

    def clear(self, object_id: str, mark: str) -> None:
        self._database.write(
            "DELETE FROM facebook_marks WHERE object_id = ? AND mark = ?", (object_id, mark)
        )

    def is_hidden(self, post_id: str) -> bool:
        return self.get(post_id, "hidden") is not None

    def hide(self, object_id: str, hidden: bool) -> None:
        """A post or a comment."""
        if self._pages.comment(object_id) is not None:
            self._pages.hide_comment(object_id, hidden)
        elif hidden:
            self.set(object_id, "hidden")
        else:
            self.clear(object_id, "hidden")

    def owner(self, person_id: str) -> str | None:
        """The app that has the conversation; None where it is idle, and anybody may answer."""
        return self.get(person_id, "owner")

    def give(self, person_id: str, app_id: str) -> None:
        self.set(person_id, "owner", app_id)

    def elsewhere(self, person_id: str) -> bool:
        """Whether another app than the hub's has the conversation: the hub stands by."""
        return self.owner(person_id) not in (None, self._ours)

    def react(self, object_id: str, person_id: str, reaction: str | None) -> str | None:
        """Put a reaction in the place of the person's last one, or take that away; gives it."""
        before = self.reactions(object_id).get(person_id)
        if reaction is None:
            self._database.write(
                "DELETE FROM facebook_reactions WHERE object_id = ? AND person_id = ?",
                (object_id, person_id),
            )
        else:
            self._database.write(
                "INSERT OR REPLACE INTO facebook_reactions VALUES (?, ?, ?)",
                (object_id, person_id, reaction),
            )
        return before

    def reactions(self, object_id: str) -> dict[str, str]:
        """By person."""
        rows = self._database.all(
            "SELECT person_id, reaction FROM facebook_reactions WHERE object_id = ? "
            "ORDER BY person_id",
            (object_id,),
        )
        return {row["person_id"]: row["reaction"] for row in rows}
