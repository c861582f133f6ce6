"""What the page has that no webhook told: nobody was there to take it, or Facebook gave up.

Facebook tries a webhook for some hours and then drops it. So the page's feed and its
conversations are read now and then, from a little before the newest that is known. What is
found has the ids and the conversations that the webhook would have given it, and comes out of
the same code. Edits and deletions are not found this way, nor what the page itself wrote.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field

from channels.facebook.feed import feed_item
from channels.facebook.messenger import messaging_item
from channels.facebook.payloads import Entry, FeedValue, LooseParty, MessagingEvent, Moment
from channels.payload import Ident, LooseText, Payload, PayloadT, instant, read_as
from hub.ports import (
    InboundMessage,
    MalformedPayload,
    PollBatch,
    TemporarilyUnavailable,
    Unreadable,
)

if TYPE_CHECKING:
    from channels.facebook.client import GraphClient

OVERLAP = timedelta(minutes=15)
"""Read again each time: webhooks come in disorder, and Facebook's lists a little late."""

_PAGES = 40
"""Of one list, at most."""
_COMMENTS = "id,message,from,created_time,parent{id},permalink_url,attachment"
_MESSAGES = (
    "id,message,from,created_time,attachments{mime_type,name,image_data,video_data,file_url}"
)


def _record(value: object) -> object:
    return value if isinstance(value, dict) else None


class _Cursors(Payload):
    after: LooseText = None


class _Paging(Payload):
    cursors: _Cursors | None = None
    next: LooseText = None


class _Page(Payload):
    data: tuple[dict[str, Any], ...] | None = None
    paging: _Paging | None = None

    @property
    def after(self) -> str | None:
        """Where the next page begins, if there is one."""
        if self.paging is None or not self.paging.next or self.paging.cursors is None:
            return None
        return self.paging.cursors.after


LoosePage = Annotated[_Page | None, BeforeValidator(_record)]


class _Post(Payload):
    id: Ident
    message: LooseText = None
    author: LooseParty = Field(default=None, alias="from")
    created_time: Moment = None
    comments: LoosePage = None


class _Conversation(Payload):
    id: Ident
    updated_time: Moment = None
    messages: LoosePage = None


class CatchingUp:
    """Reads on from a cursor: the newest time known, and a sum of what came with it."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        self._entry = Entry.model_validate({"id": client.account.external_id})
        self._cursor: str | None = None
        self._given: set[str] = set()
        """What was given out with `_cursor`: where that comes back, all this is stored."""

    async def poll(self, cursor: str | None, now: datetime) -> PollBatch:
        """At first only the last minutes: what was said before is not ours to answer."""
        known = _time((cursor or "").partition(" ")[0]) or now
        since = known - OVERLAP
        stored = self._given if cursor is not None and cursor == self._cursor else set[str]()
        items: dict[str, InboundMessage] = {}
        unreadable: list[Unreadable] = []
        async for row, item in self._read(since):
            if isinstance(item, InboundMessage):
                if item.sent_at >= since:
                    items[item.external_id] = item
            elif item is not None:
                unreadable.append(Unreadable(json.dumps(row).encode(), item))
        fresh = [item for number, item in items.items() if number not in stored]
        if fresh or cursor is None:
            newest = max([known, *(item.sent_at for item in fresh)])
            ids = " ".join(sorted(item.external_id for item in fresh))
            digest = hashlib.sha256(f"{cursor} {ids}".encode()).hexdigest()[:12]
            cursor = f"{newest.astimezone(UTC).isoformat()} {digest}"
        self._cursor, self._given = cursor, set(items)
        fresh.sort(key=lambda item: item.sent_at)
        return PollBatch(tuple(fresh), cursor, unreadable=tuple(unreadable))

    async def _read(
        self, since: datetime
    ) -> AsyncIterator[tuple[Mapping[str, Any], InboundMessage | str | None]]:
        """Each row with what it says: a message, why it cannot be read, or nothing for us."""
        async for row in self._posts(since):
            yield row, self._said(row, "feed")
        async for row in self._messages(since):
            yield row, self._said(row, "messenger")

    async def _posts(self, since: datetime) -> AsyncIterator[dict[str, Any]]:
        """Posts, and the comments below them, as a webhook would tell them.

        The page's newest hundred posts: comments on older ones are few, and told.
        """
        fields = (
            "id,message,from,created_time,comments.filter(stream)"
            f".order(reverse_chronological).limit(50){{{_COMMENTS}}}"
        )
        page = _as(_Page, await self._client.list("me", "feed", fields=fields, limit="100"))
        for found in page.data or ():
            post = _as(_Post, found)
            yield {**found, "comments": None, "item": "post", "post_id": post.id}
            query = {"filter": "stream", "order": "reverse_chronological", "fields": _COMMENTS}
            async for row in self._newer(post.id, "comments", post.comments, since, query):
                parent = row.get("parent")
                yield {
                    **row,
                    "item": "comment",
                    "comment_id": row.get("id"),
                    "post_id": post.id,
                    "parent_id": parent.get("id") if isinstance(parent, dict) else post.id,
                    "photo": _picture(row.get("attachment")),
                }

    async def _messages(self, since: datetime) -> AsyncIterator[dict[str, Any]]:
        query = {
            "platform": "messenger",
            "fields": f"id,updated_time,messages.limit(50){{{_MESSAGES}}}",
        }
        async for found in self._newer("me", "conversations", None, since, query):
            talk = _as(_Conversation, found)
            async for row in self._newer(
                talk.id, "messages", talk.messages, since, {"fields": _MESSAGES}
            ):
                yield row

    async def _newer(
        self,
        object_id: str,
        edge: str,
        page: _Page | None,
        since: datetime,
        query: Mapping[str, str],
    ) -> AsyncIterator[dict[str, Any]]:
        """The rows of an edge, newest first, until they are older than `since`.

        `page` is its first page, where the caller got that already.
        """
        if page is None and object_id != "me":
            return  # an empty list is left out
        for _ in range(_PAGES):
            if page is None:
                page = _as(_Page, await self._client.list(object_id, edge, limit="50", **query))
            for row in page.data or ():
                at = _time(row.get("updated_time") or row.get("created_time"))
                if at is not None and at < since:
                    return
                yield row
            after = page.after
            if after is None:
                return
            page = _as(
                _Page,
                await self._client.list(object_id, edge, limit="50", after=after, **query),
            )

    def _said(self, row: Mapping[str, Any], where: str) -> InboundMessage | str | None:
        account = self._client.account
        try:
            if where == "feed":
                value = read_as(FeedValue, {**row, "verb": "add"})
                item = feed_item(account, self._entry, "feed", value)
            else:
                event = read_as(MessagingEvent, _event(row, account.external_id))
                item = messaging_item(account, self._entry, event)
        except MalformedPayload as error:
            return str(error)
        if not isinstance(item, InboundMessage):
            return None
        author = row.get("from")
        name = author.get("name") if isinstance(author, dict) else None
        if item.author.display_name is None and isinstance(name, str):
            return replace(item, author=replace(item.author, display_name=name))
        return item


def _event(row: Mapping[str, Any], page: str) -> dict[str, Any]:
    """A listed message as its webhook's event."""
    attached = row.get("attachments")
    listed = attached.get("data") if isinstance(attached, dict) else None
    return {
        "sender": row.get("from"),
        "recipient": {"id": page},
        "timestamp": row.get("created_time"),
        "message": {
            "mid": row.get("id"),
            "text": row.get("message"),
            "attachments": list(_attached(listed if isinstance(listed, list) else ())),
        },
    }


def _attached(listed: Iterable[object]) -> Iterable[dict[str, Any]]:
    for each in listed:
        if not isinstance(each, dict):
            continue
        for kind in ("image", "video"):
            data = each.get(f"{kind}_data")
            if isinstance(data, dict):
                yield {"type": kind, "payload": {"url": data.get("url")}}
                break
        else:
            mime = str(each.get("mime_type") or "")
            yield {
                "type": "audio" if mime.startswith("audio/") else "file",
                "payload": {"url": each.get("file_url"), "title": each.get("name")},
            }


def _picture(attachment: object) -> str | None:
    """The picture of a comment: `attachment.media.image.src`."""
    for name in ("media", "image"):
        attachment = attachment.get(name) if isinstance(attachment, dict) else None
    source = attachment.get("src") if isinstance(attachment, dict) else None
    return source if isinstance(source, str) else None


def _time(value: object) -> datetime | None:
    try:
        return instant(value)
    except MalformedPayload:
        return None


def _as(shape: type[PayloadT], value: object) -> PayloadT:
    try:
        return read_as(shape, value)
    except MalformedPayload as error:
        raise TemporarilyUnavailable(f"Facebook's answer cannot be read: {error}") from error
