"""Everything that was said, as conversations: for the page, the tests and the curious.

    {"id": "x:1460…", "channel": "x", "title": "…", "about": null, "persona": "marcus",
     "reply_to": "1460…", "updated_at": "2026-11-22T15:04:05.123Z", "status": null,
     "messages": [{"id": "1460…", "from": "citizen" | "city", "name": "…", "handle": null,
                   "text": "…", "at": "…", "deleted": false, "hidden": false,
                   "edited": false, "choices": [], "reactions": ["like"], "kind": null,
                   "delivery": {"state": "waiting", "attempts": 2, "detail": "…",
                                "next_try_at": "…"} | null}]}

`channel` is x, x_dm, facebook, messenger or open311; a report has its `request_id` as well.
`kind` is comments, posts or messages on Facebook, as in the control API's paths; a Messenger
conversation says `held_by` "inbox" where Facebook's own has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from channels.sandbox.facebook.marks import Marks
from channels.sandbox.facebook.pages import EDITS, OFFERED, Comment, Message, PagePost, Pages
from channels.sandbox.georeport.reports import Report, Reports
from channels.sandbox.georeport.services import BY_CODE, CITY
from channels.sandbox.outbox import Outbox, State
from channels.sandbox.personas import BY_FACEBOOK_ID, BY_KEY, BY_X_ID, PERSONAS, Persona
from channels.sandbox.world import World
from channels.sandbox.x.posts import Post, Posts
from channels.sandbox.x.shapes import iso
from channels.sandbox.x.text import without_leading_mentions

Json = dict[str, Any]

PER_CHANNEL = 30
"""Conversations shown of each channel where nobody asks for more."""


class Threads:
    """Reads; never writes."""

    def __init__(
        self, world: World, posts: Posts, pages: Pages, reports: Reports, outbox: Outbox
    ) -> None:
        self._world = world
        self._posts = posts
        self._pages = pages
        self._reports = reports
        self._outbox = outbox
        self._marks = Marks(world, pages)

    def all(
        self,
        persona: Persona | None = None,
        channel: str | None = None,
        limit: int = PER_CHANNEL,
    ) -> list[Json]:
        """The latest of each channel, newest first."""
        found: list[Json] = []
        if channel in (None, "x"):
            author = persona.x_id if persona else None
            found += [self._on_x(c) for c in self._posts.conversations(author, limit)]
        if channel in (None, "x_dm"):
            found += filter(None, map(self._in_messages, [persona] if persona else PERSONAS))
        if channel in (None, "facebook"):
            author_id = persona.facebook_id if persona else None
            found += [self._on_page(t) for t in self._pages.threads(limit, author_id)]
            found += [
                self._visitor_post(post)
                for post in self._pages.posts(limit, deleted=True)
                if post.from_id != self._pages.page_id
                and (persona is None or post.from_id == persona.facebook_id)
            ]
        if channel in (None, "messenger"):
            people = self._pages.people()
            found += [
                self._in_messenger(person)
                for person in people
                if persona is None or person == persona.facebook_id
            ]
        if channel in (None, "open311"):
            key = persona.key if persona else None
            found += [self._report(r) for r in self._reports.latest(limit, key)]
        found.sort(key=lambda thread: thread["updated_at"], reverse=True)
        return found

    def _on_x(self, posts: list[Post]) -> Json:
        present = [post for post in posts if not post.deleted]
        authors = [BY_X_ID[post.author_id] for post in posts if post.author_id in BY_X_ID]
        return _thread(
            f"x:{posts[0].conversation_id}",
            "Post on X",
            authors[0] if authors else None,
            [
                _said(
                    str(post.id),
                    post.text if post.in_reply_to is None else without_leading_mentions(post.text),
                    post.created_at,
                    **self._x_author(post.author_id),
                    deleted=post.deleted,
                    hidden=post.hidden,
                    edited=self._posts.versions(post.id)[0] != post.id,
                    delivery=self._delivery(f"post:{post.id}"),
                )
                for post in posts
            ],
            reply_to=str(present[-1].id) if present else None,
        )

    def _x_author(self, author_id: int) -> Json:
        user = self._posts.users[author_id]
        side = "city" if author_id == self._posts.city.id else "citizen"
        return {"side": side, "name": user.name, "handle": f"@{user.username}"}

    def _in_messages(self, persona: Persona) -> Json | None:
        messages = self._posts.messages(self._posts.city.id, other_id=persona.x_id, limit=200)
        if not messages:
            return None
        return _thread(
            f"x_dm:{persona.key}",
            "Direct messages on X",
            persona,
            [
                _said(
                    str(message.id),
                    message.text,
                    message.created_at,
                    **self._x_author(message.sender_id),
                    delivery=self._delivery(f"dm:{message.id}")
                    if message.sender_id == persona.x_id
                    else None,
                )
                for message in reversed(messages)
            ],
        )

    def _on_page(self, comments: list[Comment]) -> Json:
        top = comments[0]
        post = self._pages.post(top.post_id)
        authors = [c.from_id for c in comments if c.from_id in BY_FACEBOOK_ID]
        private = any(comment.private_reply for comment in comments)
        return _thread(
            f"facebook:{top.id}",
            "Comment on the Page",
            BY_FACEBOOK_ID[authors[0]] if authors else None,
            [self._comment(comment) for comment in comments],
            about=post.message if post else None,
            reply_to=top.id,
            status="answered in a private message, too" if private else None,
        )

    def _comment(self, comment: Comment) -> Json:
        own = comment.from_id == self._pages.page_id
        return _said(
            comment.id,
            comment.message,
            comment.created_at,
            side="city" if own else "citizen",
            name=self._pages.name_of(comment.from_id),
            deleted=comment.deleted,
            hidden=comment.hidden,
            edited=self._marks.get(comment.id, "edited") is not None,
            reactions=self._reactions(comment.id),
            kind="comments",
            delivery=None if own else self._delivery(f"comment:{comment.id}"),
        )

    def _visitor_post(self, post: PagePost) -> Json:
        first = _said(
            post.id,
            post.message,
            post.created_at,
            name=self._pages.name_of(post.from_id),
            deleted=post.deleted,
            hidden=self._marks.is_hidden(post.id),
            edited=self._marks.get(post.id, "edited") is not None,
            reactions=self._reactions(post.id),
            kind="posts",
            delivery=self._delivery(f"page-post:{post.id}"),
        )
        comments = self._pages.comments(post.id, stream=True)
        return _thread(
            f"facebook:{post.id}",
            "Post on the Page",
            BY_FACEBOOK_ID[post.from_id],
            [first, *map(self._comment, comments)],
            reply_to=None if post.deleted else post.id,
            status="answered in a private message, too"
            if self._marks.get(post.id, "private_reply")
            else None,
        )

    def _reactions(self, object_id: str) -> list[str]:
        return list(self._marks.reactions(object_id).values())

    def _in_messenger(self, person_id: str) -> Json:
        messages = list(reversed(self._pages.messages(person_id, 200)))
        persona = BY_FACEBOOK_ID[person_id]
        inbox = self._marks.elsewhere(person_id)
        thread = _thread(
            f"messenger:{persona.key}",
            "Messenger",
            persona,
            [self._message(message, message is messages[-1]) for message in messages],
            status="in the hands of Facebook's own inbox" if inbox else None,
        )
        return thread | {"held_by": "inbox" if inbox else None}

    def _message(self, message: Message, is_last: bool) -> Json:
        offered = message.extra.get(OFFERED, []) if is_last else []  # gone after an answer
        author = self._pages.page_id if message.from_page else message.person_id
        return _said(
            message.mid,
            message.text,
            message.created_at,
            side="city" if message.from_page else "citizen",
            name=self._pages.name_of(author),
            choices=[
                {"title": str(choice.get("title", "")), "payload": str(choice.get("payload", ""))}
                for choice in offered
                if isinstance(choice, dict) and choice.get("content_type", "text") == "text"
            ],
            deleted=message.unsent,
            edited=EDITS in message.extra,
            reactions=self._reactions(message.mid),
            kind="messages",
            delivery=None if message.from_page else self._delivery(f"message:{message.mid}"),
        )

    def _report(self, report: Report) -> Json:
        service = BY_CODE.get(report.service_code)
        persona = BY_KEY.get(report.persona or "")
        messages = [
            _said(
                f"report:{report.number}",
                report.description,
                report.requested_at,
                name=persona.name if persona else "A citizen",
                delivery=self._delivery(f"report:{report.number}"),
            )
        ]
        if notice := report.fields.get("service_notice"):
            key = f"notice:{report.number}"
            messages.append(_said(key, notice, report.requested_at, side="city", name="The city"))
        for update in self._reports.updates("u.report = ?", (report.number,)):
            text = update.description or f"The report is {update.status}."
            key = f"update:{update.number}"
            messages.append(_said(key, text, update.updated_at, side="city", name="The city"))
        what = service.name if service else report.service_code.replace("-", " ").capitalize()
        thread = _thread(
            f"open311:{report.number}",
            "DigiTally report" if report.at_hub else f"Report to the {CITY}",
            persona,
            messages,
            about=" · ".join(filter(None, (what, report.fields.get("address_string")))),
            status=f"{report.status}, number {report.id}" if report.id else None,
        )
        return thread | {"request_id": report.id, "updated_at": iso(report.updated_at)}

    def _delivery(self, subject: str) -> Json | None:
        """How far the webhooks about something have come: as far as the slowest."""
        found = self._outbox.about(subject)
        if not found:
            return None
        order = (State.FAILED, State.WAITING, State.DELIVERED)
        slowest = min(found, key=lambda delivery: order.index(delivery.state))
        return {
            "state": slowest.state,
            "attempts": slowest.attempts,
            "detail": slowest.detail,
            "next_try_at": iso(slowest.due) if slowest.state is State.WAITING else None,
        }


def _thread(
    key: str,
    title: str,
    persona: Persona | None,
    messages: list[Json],
    *,
    about: str | None = None,
    reply_to: str | None = None,
    status: str | None = None,
) -> Json:
    return {
        "id": key,
        "channel": key.partition(":")[0],
        "title": title,
        "about": about,
        "persona": persona.key if persona else None,
        "reply_to": reply_to,
        "updated_at": messages[-1]["at"],
        "status": status,
        "messages": messages,
    }


def _said(
    key: str,
    text: str,
    at: datetime,
    *,
    side: str = "citizen",
    name: str | None = None,
    handle: str | None = None,
    deleted: bool = False,
    hidden: bool = False,
    edited: bool = False,
    choices: Sequence[Json] = (),
    reactions: Sequence[str] = (),
    kind: str | None = None,
    delivery: Json | None = None,
) -> Json:
    return {
        "id": key,
        "from": side,
        "name": name,
        "handle": handle,
        "text": text,
        "at": iso(at),
        "deleted": deleted,
        "hidden": hidden,
        "edited": edited,
        "choices": list(choices),
        "reactions": list(reactions),
        "kind": kind,
        "delivery": delivery,
    }
