"""Graph API objects as JSON: the fields asked for, a type's usual ones where none are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from channels.sandbox.facebook.fields import Field
from channels.sandbox.facebook.pages import Comment, Message, PagePost, Pages
from channels.sandbox.facebook.problems import bad_parameter
from channels.sandbox.personas import BY_FACEBOOK_ID
from channels.sandbox.world import World

Json = dict[str, Any]
Getter = Callable[[Field], Any]
Item = TypeVar("Item")

DEFAULT_PAGE = 25


def graph_time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S+0000")


def fields_named(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name) for name in names)


class Shapes:
    """Turns what `Pages` holds into the Graph API's JSON."""

    def __init__(self, world: World, pages: Pages) -> None:
        self._config = world.config
        self._pages = pages

    def page(self, fields: Sequence[Field]) -> Json:
        config = self._config
        known: dict[str, Getter] = {
            "name": lambda _: config.facebook_page_name,
            "id": lambda _: config.facebook_page_id,
            "about": lambda _: "A demonstration page of a city that does not exist.",
            "category": lambda _: "Public utility company",
            "link": lambda _: f"https://www.facebook.com/{config.facebook_page_id}",
            "username": lambda _: config.x_handle,
            "access_token": lambda _: config.facebook_page_token,
            "fan_count": lambda _: 0,
            "followers_count": lambda _: 0,
        }
        return _chosen("Page", known, fields or fields_named("name", "id"))

    def person(self, person_id: str, fields: Sequence[Field]) -> Json:
        """A Messenger profile."""
        persona = BY_FACEBOOK_ID[person_id]
        known: dict[str, Getter] = {
            "first_name": lambda _: persona.first_name,
            "last_name": lambda _: persona.last_name,
            "name": lambda _: persona.name,
            "profile_pic": lambda _: "https://platform-lookaside.example/none.jpg",
            "locale": lambda _: "en_US",
            "id": lambda _: person_id,
        }
        usual = fields_named("first_name", "last_name", "profile_pic", "id")
        return _chosen("User", known, fields or usual)

    def post(self, post: PagePost, fields: Sequence[Field]) -> Json:
        known: dict[str, Getter] = {
            "created_time": lambda _: graph_time(post.created_at),
            "updated_time": lambda _: graph_time(post.created_at),
            "message": lambda _: post.message,
            "from": lambda _: self._who(post.from_id),
            "id": lambda _: post.id,
            "permalink_url": lambda _: f"https://www.facebook.com/{post.id}",
            "status_type": lambda _: "mobile_status_update",
            "is_published": lambda _: True,
            "comments": lambda f: self.comments(
                self._pages.comments(
                    post.id,
                    newest_first=f.modifiers.get("order") == "reverse_chronological",
                    stream=f.modifiers.get("filter") == "stream",
                ),
                f.inside,
                _limit(f),
            ),
        }
        return _chosen("Post", known, fields or fields_named("created_time", "message", "id"))

    def comment(self, comment: Comment, fields: Sequence[Field]) -> Json:
        parent = None if comment.parent_id == comment.post_id else comment.parent_id
        link = (
            f"https://www.facebook.com/{self._config.facebook_page_id}/posts/"
            f"{comment.post_id.partition('_')[2]}?comment_id={comment.id.partition('_')[2]}"
        )
        known: dict[str, Getter] = {
            "created_time": lambda _: graph_time(comment.created_at),
            "from": lambda _: self._who(comment.from_id),
            "message": lambda _: comment.message,
            "id": lambda _: comment.id,
            "permalink_url": lambda _: link,
            "is_hidden": lambda _: comment.hidden,
            "is_private": lambda _: False,
            "can_comment": lambda _: True,
            "can_hide": lambda _: comment.from_id != self._pages.page_id,
            "can_remove": lambda _: True,
            "can_reply_privately": lambda _: (
                comment.from_id != self._pages.page_id and comment.private_reply is None
            ),
            "can_like": lambda _: True,
            "like_count": lambda _: 0,
            "user_likes": lambda _: False,
            "comment_count": lambda _: len(self._pages.comments(comment.id)),
            "comments": lambda f: self.comments(
                self._pages.comments(comment.id), f.inside, _limit(f)
            ),
            "object": lambda _: {"id": comment.post_id},
            "attachment": lambda _: None,
            "message_tags": lambda _: None,
            "parent": lambda f: (
                self.comment(found, f.inside)
                if parent and (found := self._pages.comment(parent))
                else None
            ),
        }
        usual = fields_named("created_time", "from", "message", "id")
        return _chosen("Comment", known, fields or usual)

    def comments(
        self,
        found: list[Comment],
        fields: Sequence[Field],
        limit: int,
        after: str | None = None,
        asked: Mapping[str, str] | None = None,
    ) -> Json:
        return listed(
            found,
            lambda c: self.comment(c, fields),
            lambda c: c.id,
            limit,
            after,
            asked,
        )

    def posts(
        self,
        found: list[PagePost],
        fields: Sequence[Field],
        limit: int,
        after: str | None = None,
        asked: Mapping[str, str] | None = None,
    ) -> Json:
        return listed(
            found,
            lambda p: self.post(p, fields),
            lambda p: p.id,
            limit,
            after,
            asked,
        )

    def message(self, message: Message, fields: Sequence[Field]) -> Json:
        person = self._with_address(message.person_id)
        page = self._with_address(self._pages.page_id)
        known: dict[str, Getter] = {
            "id": lambda _: message.mid,
            "created_time": lambda _: graph_time(message.created_at),
            "message": lambda _: message.text,
            "from": lambda _: page if message.from_page else person,
            "to": lambda _: {"data": [person if message.from_page else page]},
            "attachments": lambda _: None,
            "sticker": lambda _: None,
            "tags": lambda _: {"data": []},
        }
        return _chosen("Message", known, fields or fields_named("created_time", "id"))

    def conversation(self, person_id: str, fields: Sequence[Field]) -> Json:
        messages = [each for each in self._pages.messages(person_id) if not each.unsent]
        people = {"data": [self._with_address(person_id), self._with_address(self._pages.page_id)]}
        known: dict[str, Getter] = {
            "id": lambda _: f"t_{person_id}",
            "updated_time": lambda _: graph_time(self._pages.messages(person_id, 1)[0].created_at),
            "link": lambda _: f"/{self._pages.page_id}/inbox/t_{person_id}/",
            "message_count": lambda _: len(messages),
            "snippet": lambda _: messages[0].text if messages else None,
            "unread_count": lambda _: 0,
            "can_reply": lambda _: True,
            "participants": lambda _: people,
            "senders": lambda _: people,
            "messages": lambda f: self.messages(messages, f.inside, _limit(f)),
        }
        return _chosen("Conversation", known, fields or fields_named("id", "link", "updated_time"))

    def messages(
        self,
        found: list[Message],
        fields: Sequence[Field],
        limit: int,
        after: str | None = None,
        asked: Mapping[str, str] | None = None,
    ) -> Json:
        return listed(
            found,
            lambda m: self.message(m, fields),
            lambda m: m.mid,
            limit,
            after,
            asked,
        )

    def _who(self, person_id: str) -> Json:
        return {"name": self._pages.name_of(person_id), "id": person_id}

    def _with_address(self, person_id: str) -> Json:
        return self._who(person_id) | {"email": f"{person_id}@facebook.com"}


def listed(
    found: list[Item],
    shape: Callable[[Item], Json],
    key: Callable[[Item], str],
    limit: int,
    after: str | None,
    asked: Mapping[str, str] | None = None,
) -> Json:
    """A page of an edge, with cursors. An unknown cursor is an error, as at Facebook.

    `asked` is the query: clients take the whole of it from the address of the next page.
    """
    if after is not None:
        keys = [key(item) for item in found]
        if after not in keys:
            raise bad_parameter("Invalid paging cursor")
        found = found[keys.index(after) + 1 :]
    page = found[:limit]
    body: Json = {"data": [shape(item) for item in page]}
    if page:
        body["paging"] = {"cursors": {"before": key(page[0]), "after": key(page[-1])}}
        if len(found) > len(page):
            query = urlencode({**(asked or {}), "after": key(page[-1])})
            body["paging"]["next"] = f"https://graph.facebook.com/?{query}"
    return body


def _limit(field: Field) -> int:
    value = field.modifiers.get("limit", "")
    return min(int(value), 100) if value.isdigit() else DEFAULT_PAGE


def _chosen(node: str, known: dict[str, Getter], fields: Sequence[Field]) -> Json:
    """The values of `fields`, and always the id. Absent ones are left out, as Facebook does."""
    found: Json = {}
    for field in fields:
        getter = known.get(field.name)
        if getter is None:
            raise bad_parameter(
                f"Tried accessing nonexisting field ({field.name}) on node type ({node})"
            )
        value = getter(field)
        if value is not None:
            found[field.name] = value
    return found | {"id": known["id"](Field("id"))}
