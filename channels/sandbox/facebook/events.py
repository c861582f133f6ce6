"""What Facebook tells a webhook of a Page: comments in `changes`, Messenger in `messaging`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from channels.sandbox.facebook.pages import OFFERED, Comment, Message, PagePost, Pages
from channels.sandbox.world import World

Json = dict[str, Any]


class Events:
    """Builds the bodies."""

    def __init__(self, world: World, pages: Pages) -> None:
        self._world = world
        self._pages = pages

    def _entry(self, more: Json, time: int) -> bytes:
        entry = {"id": self._pages.page_id, "time": time, **more}
        body = {"object": "page", "entry": [entry]}
        return json.dumps(body, separators=(",", ":")).encode()

    def _feed(self, value: Json) -> bytes:
        at = int(self._world.clock().timestamp())
        return self._entry({"changes": [{"field": "feed", "value": value}]}, at)

    def _from(self, person_id: str) -> Json:
        return {"id": person_id, "name": self._pages.name_of(person_id)}

    def of_post(self, post: PagePost) -> bytes:
        """A visitor's post on the Page, or the Page's own."""
        own = post.from_id == self._pages.page_id
        return self._feed(
            {
                "item": "status" if own else "post",
                "verb": "add",
                "from": self._from(post.from_id),
                "post_id": post.id,
                "published": 1,
                "created_time": int(post.created_at.timestamp()),
                "message": post.message,
            }
        )

    def of_comment(self, comment: Comment, verb: str = "add") -> bytes:
        """`verb` is add, edited, remove, hide or unhide."""
        value: Json = {
            "item": "comment",
            "verb": verb,
            "from": self._from(comment.from_id),
            "comment_id": comment.id,
            "post_id": comment.post_id,
            "parent_id": comment.parent_id,
            "created_time": int(comment.created_at.timestamp()),
        }
        post = self._pages.post(comment.post_id)
        if verb in ("add", "edited"):
            value["message"] = comment.message
            value["post"] = {
                "id": comment.post_id,
                "type": "status",
                "status_type": "mobile_status_update",
                "is_published": True,
                "updated_time": (post.created_at if post else comment.created_at).strftime(
                    "%Y-%m-%dT%H:%M:%S+0000"
                ),
                "permalink_url": f"https://www.facebook.com/{comment.post_id}",
                "promotion_status": "ineligible",
            }
        return self._feed(value)

    def of_message(self, message: Message) -> bytes:
        """A person's message, or the echo of one of the Page's."""
        more = {name: value for name, value in message.extra.items() if name != OFFERED}
        content: Json = {"mid": message.mid, "text": message.text} | more
        page, person = {"id": self._pages.page_id}, {"id": message.person_id}
        if message.from_page:
            content["is_echo"] = True
        return self._messaging(
            {
                "sender": page if message.from_page else person,
                "recipient": person if message.from_page else page,
                "timestamp": _milliseconds(message.created_at),
                "message": content,
            }
        )

    def _messaging(self, event: Json) -> bytes:
        return self._entry({"messaging": [event]}, event["timestamp"])


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
