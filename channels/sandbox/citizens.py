"""What a citizen can do: each is kept, and told to the hub, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from channels.sandbox.facebook import events as facebook_events
from channels.sandbox.facebook.marks import PAGE_INBOX, Marks
from channels.sandbox.facebook.pages import Comment, Message, PagePost, Pages
from channels.sandbox.georeport.api import GeoReport
from channels.sandbox.georeport.filed import FiledReports
from channels.sandbox.georeport.render import Refused
from channels.sandbox.georeport.reports import Report
from channels.sandbox.outbox import Outbox, Platform
from channels.sandbox.personas import BY_KEY, Persona
from channels.sandbox.world import World
from channels.sandbox.x import events as x_events
from channels.sandbox.x.posts import (
    EDIT_WINDOW,
    EDITS,
    LARGEST_ID,
    DirectMessage,
    Post,
    Posts,
)

LONGEST_TEXT = 25_000
"""X's longest post; nothing a person writes by hand here is longer."""


class CannotDo(ValueError):
    """What was asked makes no sense: the message says why, `status` how to answer."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def persona_named(key: object) -> Persona:
    """Raises CannotDo for somebody who does not live here."""
    found = BY_KEY.get(key) if isinstance(key, str) else None
    if found is None:
        raise CannotDo(f"persona must be one of {', '.join(BY_KEY)}", 404 if key else 400)
    return found


def checked_text(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise CannotDo("text must not be empty")
    if len(text) > LONGEST_TEXT:
        raise CannotDo(f"text has more than {LONGEST_TEXT} characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise CannotDo("text holds half a character (a lone surrogate)") from None
    return text


class Citizens:
    """Acts for the personas."""

    def __init__(
        self,
        world: World,
        posts: Posts,
        pages: Pages,
        outbox: Outbox,
        filed: FiledReports,
        neighbor: GeoReport,
    ) -> None:
        self._world = world
        self._posts = posts
        self._pages = pages
        self._outbox = outbox
        self._filed = filed
        self._neighbor = neighbor
        self._x_events = x_events.Events(posts)
        self._facebook_events = facebook_events.Events(world, pages)
        self._marks = Marks(world, pages)

    def post_on_x(
        self,
        persona: Persona,
        text: str,
        *,
        in_reply_to: object = None,
        quote_of: object = None,
        mention: bool = True,
    ) -> Post:
        """A post. A new one gets the city's handle in front, unless it is there already."""
        parent = self._post(in_reply_to)
        quoted = self._post(quote_of)
        city = self._posts.city
        if parent is not None:
            text = self._posts.addressed(persona.x_id, text, parent)
        elif mention and quoted is None and city not in self._posts.mentioned(text):
            text = f"@{city.username} {text}"
        with self._world.database.transaction():
            post = self._posts.add(persona.x_id, text, in_reply_to=parent, quoted=quoted)
            self._tell_x(post)
        self._world.changed.ring()
        return post

    def _tell_x(self, post: Post) -> None:
        for kind, body in self._x_events.of_post(post):
            self._outbox.put(Platform.X, kind, f"post:{post.id}", body)

    def edit_on_x(self, number: object, text: str) -> Post:
        """The author changes a post: a new id in its chain, told as the mention it still is."""
        post = self._post(number)
        if post is None:
            raise CannotDo("which post?")
        versions = self._posts.versions(post.id)
        first = self._posts.get(versions[0]) or post
        newest = self._posts.get(versions[-1]) or post
        if post.author_id == self._posts.city.id:
            raise CannotDo("that post is the city's own")
        if len(versions) > EDITS or self._world.clock() > first.created_at + EDIT_WINDOW:
            raise CannotDo(f"X allows {EDITS} edits, within an hour", 409)
        if post.in_reply_to is not None:
            raise CannotDo("X does not let a reply to somebody else be edited", 409)
        city = self._posts.city
        named = post.quoted is None and city in self._posts.mentioned(newest.text)
        if named and city not in self._posts.mentioned(text):
            text = f"@{city.username} {text}"
        with self._world.database.transaction():
            version = self._posts.edit(newest, text)
            self._tell_x(version)
        self._world.changed.ring()
        return version

    def _post(self, number: object) -> Post | None:
        if number in (None, ""):
            return None
        known = int(str(number)) if str(number).isascii() and str(number).isdigit() else -1
        found = self._posts.get(known) if 0 <= known <= LARGEST_ID else None
        if found is None:
            raise CannotDo(f"there is no post {number}", 404)
        return found

    def delete_on_x(self, number: object) -> Post:
        """The author takes a post back, with all its versions. X tells nobody."""
        post = self._post(number)
        if post is None:
            raise CannotDo("which post?")
        self._posts.mark(post.id, deleted=True)
        self._world.changed.ring()
        return post

    def message_on_x(self, persona: Persona, text: str) -> DirectMessage:
        with self._world.database.transaction():
            message = self._posts.add_message(persona.x_id, self._posts.city.id, text)
            kind, body = self._x_events.of_message(message)
            self._outbox.put(Platform.X, kind, f"dm:{message.id}", body)
        self._world.changed.ring()
        return message

    def revoke_on_x(self) -> None:
        """The city's account takes the app's permission back."""
        with self._world.database.transaction():
            kind, body = self._x_events.of_revocation("29000001", self._world.clock())
            self._outbox.put(Platform.X, kind, "access", body)
        self._world.changed.ring()

    def post_on_page(self, persona: Persona, text: str) -> PagePost:
        """A visitor's post on the Page."""
        with self._world.database.transaction():
            post = self._pages.add_post(persona.facebook_id, text)
            body = self._facebook_events.of_post(post)
            self._outbox.put(Platform.FACEBOOK, "feed", f"page-post:{post.id}", body)
        return post

    def comment(self, persona: Persona, text: str, under: object = None) -> Comment:
        """Below a post or a comment; below the Page's newest post where none is named."""
        parent: PagePost | Comment | None
        if under in (None, ""):
            own = [p for p in self._pages.posts(100) if p.from_id == self._pages.page_id]
            parent = own[0] if own else None
        else:
            parent = self._pages.post(str(under)) or self._pages.comment(str(under))
        if parent is None:
            raise CannotDo(f"there is no post or comment {under}", 404)
        with self._world.database.transaction():
            comment = self._pages.add_comment(parent, persona.facebook_id, text)
            self._tell(comment, "add")
        return comment

    def edit_comment(self, comment_id: object, text: str) -> Comment:
        comment = self._comment(comment_id)
        with self._world.database.transaction():
            self._pages.edit_comment(comment.id, text)
            edited = self._comment(comment_id)
            self._tell(edited, "edited")
        return edited

    def remove_comment(self, comment_id: object) -> Comment:
        comment = self._comment(comment_id)
        with self._world.database.transaction():
            self._pages.delete_comment(comment.id)
            self._tell(comment, "remove")
        return comment

    def _comment(self, comment_id: object) -> Comment:
        found = self._pages.comment(str(comment_id))
        if found is None:
            raise CannotDo(f"there is no comment {comment_id}", 404)
        return found

    def _tell(self, comment: Comment, verb: str) -> None:
        body = self._facebook_events.of_comment(comment, verb)
        self._outbox.put(Platform.FACEBOOK, "feed", f"comment:{comment.id}", body)

    def message_page(
        self,
        persona: Persona,
        text: str,
        *,
        payload: str | None = None,
        at: datetime | None = None,
        by_staff: bool = False,
    ) -> Message:
        """A Messenger message. `payload` is the button's whose title `text` is. `by_staff` is
        an answer that a colleague writes in Facebook's own inbox: an echo without our app id,
        which the hub gets as a bystander where the inbox has the conversation."""
        extra: dict[str, Any] = {"quick_reply": {"payload": payload}} if payload else {}
        if by_staff and self._marks.elsewhere(persona.facebook_id):
            extra["app_id"] = int(PAGE_INBOX)
        with self._world.database.transaction():
            message = self._pages.add_message(
                persona.facebook_id, text, from_page=by_staff, at=at, extra=extra
            )
            body = self._facebook_events.of_message(message)
            kind = "message_echo" if by_staff else "message"
            self._outbox.put(Platform.FACEBOOK, kind, f"message:{message.mid}", body)
        return message

    def report(
        self,
        service_code: str,
        description: str,
        fields: Mapping[str, str],
        *,
        persona: Persona | None = None,
        at_hub: bool = False,
        requested_at: datetime | None = None,
    ) -> Report:
        """A service request, filed at the hub or at the city next door (to be pulled)."""
        if persona is not None:
            known = {"address_string": persona.address} if "lat" not in fields else {}
            fields = known | dict(fields)
        if at_hub:
            if persona is None:
                raise CannotDo("a report to the hub needs a persona")
            known = {
                "first_name": persona.first_name,
                "last_name": persona.last_name,
                "email": persona.email,
            }
            return self._filed.file(service_code, description, known | dict(fields), persona.key)
        try:
            return self._neighbor.add(
                {**fields, "service_code": service_code, "description": description},
                persona=persona.key if persona else None,
                requested_at=requested_at,
            )
        except Refused as problem:
            raise CannotDo(problem.description, problem.code) from problem
