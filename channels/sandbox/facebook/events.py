"""What Facebook tells a webhook of a Page: comments in `changes`, Messenger in `messaging`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from channels.sandbox.facebook.marks import Marks
from channels.sandbox.facebook.pages import EDITS, KEPT, Comment, Message, PagePost, Pages
from channels.sandbox.world import World

Json = dict[str, Any]


class Events:
    """Builds the bodies."""

    def __init__(self, world: World, pages: Pages) -> None:
        self._world = world
        self._pages = pages
        self._marks = Marks(world, pages)

    def _entry(self, more: Json, time: int) -> bytes:
        entry = {"id": self._pages.page_id, "time": time, **more}
        body = {"object": "page", "entry": [entry]}
        return json.dumps(body, separators=(",", ":")).encode()

    def _feed(self, value: Json) -> bytes:
        at = int(self._world.clock().timestamp())
        return self._entry({"changes": [{"field": "feed", "value": value}]}, at)

    def _from(self, person_id: str) -> Json:
        return {"id": person_id, "name": self._pages.name_of(person_id)}

    def of_post(self, post: PagePost, verb: str = "add") -> bytes:
        """A visitor's post on the Page, or the Page's own. `verb` as for a comment."""
        own = post.from_id == self._pages.page_id
        value: Json = {
            "item": "status" if own else "post",
            "verb": verb,
            "from": self._from(post.from_id),
            "post_id": post.id,
            "published": 1,
            "created_time": int(post.created_at.timestamp()),
        }
        if verb in ("add", "edited"):
            value["message"] = post.message
        return self._feed(value)

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

    def of_reaction(
        self, target: PagePost | Comment, person_id: str, verb: str, reaction: str
    ) -> bytes:
        """`verb` is add, edit or remove."""
        value: Json = {
            "item": "reaction",
            "verb": verb,
            "reaction_type": reaction,
            "from": self._from(person_id),
            "created_time": int(self._world.clock().timestamp()),
        }
        if isinstance(target, Comment):
            value |= {"comment_id": target.id, "post_id": target.post_id}
            value["parent_id"] = target.parent_id
        else:
            value |= {"post_id": target.id, "parent_id": target.id}
        return self._feed(value)

    def of_message(self, message: Message) -> bytes:
        """A person's message, or the echo of one of the Page's."""
        more = {name: value for name, value in message.extra.items() if name not in KEPT}
        content: Json = {"mid": message.mid, "text": message.text} | more
        if message.from_page:
            content["is_echo"] = True
        return self._messaging(message, _milliseconds(message.created_at), message=content)

    def of_edit(self, message: Message) -> bytes:
        edit = {"mid": message.mid, "text": message.text, "num_edit": message.extra.get(EDITS, 1)}
        return self._messaging(message, self._now(), message_edit=edit)

    def of_unsending(self, message: Message) -> bytes:
        gone: Json = {"mid": message.mid, "is_deleted": True}
        if message.from_page:
            gone["is_echo"] = True
        return self._messaging(message, self._now(), message=gone)

    def of_message_reaction(self, mid: str, person_id: str, reaction: str | None) -> bytes:
        told: Json = {"mid": mid, "action": "react" if reaction else "unreact"}
        if reaction:
            told |= {"emoji": reaction, "reaction": "other"}
        return self._from_person(person_id, {"reaction": told})

    def of_receipt(self, person_id: str, until: datetime, *, read: bool) -> bytes:
        told = {"watermark": _milliseconds(until)}
        return self._from_person(person_id, {"read" if read else "delivery": told})

    def of_control(self, kind: str, person_id: str, before: str | None, after: str) -> bytes:
        """`kind` is pass_thread_control or take_thread_control. Apps' ids come as strings."""
        told = {"previous_owner_app_id": before, "new_owner_app_id": after, "metadata": ""}
        return self._from_person(person_id, {kind: told}, "messaging")

    def of_policy(self, action: str, reason: str) -> bytes:
        at = self._now()
        told = {"action": action} | ({"reason": reason} if reason else {})
        event = {"recipient": {"id": self._pages.page_id}, "timestamp": at}
        return self._entry({"messaging": [event | {"policy-enforcement": told}]}, at)

    def _from_person(self, person_id: str, told: Json, where: str | None = None) -> bytes:
        at = self._now()
        event = {"sender": {"id": person_id}, "recipient": {"id": self._pages.page_id}}
        where = where or self._where(person_id)
        return self._entry({where: [{**event, "timestamp": at, **told}]}, at)

    def _messaging(self, about: Message, at: int, **told: Any) -> bytes:
        page, person = {"id": self._pages.page_id}, {"id": about.person_id}
        sides = (page, person) if about.from_page else (person, page)
        event = {"sender": sides[0], "recipient": sides[1], "timestamp": at, **told}
        return self._entry({self._where(about.person_id): [event]}, at)

    def _where(self, person_id: str) -> str:
        """The hub stands by while another app has the conversation."""
        return "standby" if self._marks.elsewhere(person_id) else "messaging"

    def _now(self) -> int:
        return _milliseconds(self._world.clock())


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
