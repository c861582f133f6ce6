"""Reading X without webhooks: mentions and direct messages, each on from where it was.

X can show a post minutes after it was written, so every poll overlaps the one before; the
hub dedups. A gap too long for one poll is read on in the next, from a saved page.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.payload import Payload, PayloadT, read_as
from channels.x.client import XClient
from channels.x.payloads import DirectMessage, Includes, Post
from channels.x.translate import Surroundings, dm_item, post_item, snowflake, snowflake_time
from hub.ports import (
    Account,
    AuthFailed,
    Ignored,
    InboundItem,
    InboundMessage,
    MalformedPayload,
    PollBatch,
    Rejected,
    TemporarilyUnavailable,
)

log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=5)
"""How long X may take to show a post, as far as we allow for."""
LOOK_BACK = timedelta(hours=24)
"""How far back an account is read when it is connected: nobody wants an answer to a post of
last year, least of all from a bot."""
DM_EVERY = timedelta(seconds=60)
"""X allows 15 reads in 15 minutes."""
DM_PAUSE = timedelta(minutes=15)
"""After X refused to show direct messages."""
MAX_PAGES = 8
"""Of 100 each: X shows no more than 800 mentions."""

POST_FIELDS = [
    "attachments",
    "author_id",
    "conversation_id",
    "created_at",
    "edit_history_tweet_ids",
    "entities",
    "in_reply_to_user_id",
    "note_tweet",
    "referenced_tweets",
]
_USER_FIELDS = ["name", "username"]
_MEDIA_FIELDS = ["preview_image_url", "type", "url", "variants"]
_DM_FIELDS = [
    "attachments",
    "created_at",
    "dm_conversation_id",
    "event_type",
    "id",
    "sender_id",
    "text",
]


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a list has been read: ids as strings."""

    since: str | None = None
    """Everything up to this id has been received."""
    page: str | None = None
    """Set in the middle of a long gap: the next page to read."""
    newest: str | None = None
    """With `page`: what `since` becomes once the gap is read."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """What is saved between polls, as JSON."""

    mentions: Mark = field(default_factory=Mark)
    messages: Mark = field(default_factory=Mark)
    messages_after: float = 0.0
    """Unix time before which direct messages are not asked for."""

    @classmethod
    def load(cls, saved: str | None) -> Cursor:
        """Read a saved cursor; one that cannot be read starts anew, within LOOK_BACK."""
        if not saved:
            return cls()
        try:
            value = json.loads(saved)
            return cls(
                mentions=Mark(**value["mentions"]),
                messages=Mark(**value["messages"]),
                messages_after=float(value["messages_after"]),
            )
        except (ValueError, TypeError, KeyError):
            log.warning("the saved cursor cannot be read; starting anew")
            return cls()

    def save(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


Fetch = Callable[[str | None, str | None], Awaitable[dict[str, Any]]]
"""Reads one page, given the id to start after and the page's token."""
Translate = Callable[[dict[str, Any], Surroundings], InboundItem]


class _Page(Payload):
    data: tuple[dict[str, Any], ...] | None = None
    meta: dict[str, Any] | None = None


async def poll(client: XClient, saved: str | None, now: datetime) -> PollBatch:
    """Mentions, and direct messages where their minute has passed."""
    account, cursor = client.account, Cursor.load(saved)
    items, mentions = await _read(_mentions(client), _post_reader(account), cursor.mentions, now)
    cursor = replace(cursor, mentions=mentions)
    if client.user_context and now.timestamp() >= cursor.messages_after:
        cursor, found = await _poll_messages(client, cursor, now)
        items = [*items, *found]
    items.sort(key=_moment)
    return PollBatch(items=tuple(items), cursor=cursor.save(), more=mentions.page is not None)


async def _poll_messages(
    client: XClient, cursor: Cursor, now: datetime
) -> tuple[Cursor, list[InboundItem]]:
    """Direct messages must not hold up mentions: what fails here is tried again later."""
    again = now + DM_EVERY
    try:
        items, mark = await _read(
            _messages(client), _message_reader(client.account), cursor.messages, now
        )
        return replace(cursor, messages=mark, messages_after=again.timestamp()), items
    except AuthFailed:
        raise
    except TemporarilyUnavailable as error:
        again = max(again, now + timedelta(seconds=error.retry_after or 0))
        log.warning("direct messages of account %s: %s", client.account.id, error)
    except Rejected as error:
        again = now + DM_PAUSE
        log.warning("X does not show account %s its messages: %s", client.account.id, error)
    return replace(cursor, messages_after=again.timestamp()), []


async def _read(
    fetch: Fetch, translate: Translate, mark: Mark, now: datetime
) -> tuple[list[InboundItem], Mark]:
    """Read newest first, page by page, until known ground. Returns the items oldest first."""
    start = _overlapping(mark.since, now)
    page, newest = mark.page, mark.newest
    found: dict[str, InboundItem] = {}
    for _ in range(MAX_PAGES):
        answer = await fetch(start, page)
        listed = _shape(_Page, answer)
        around = Surroundings.of(_shape(Includes, answer.get("includes") or {}))
        known = False
        for entry in listed.data or ():
            number = str(entry.get("id", ""))
            if not (number.isascii() and number.isdecimal()):
                found[f"unreadable {len(found)}"] = Ignored("unreadable: an entry without an id")
                continue
            newest = max(newest or number, number, key=int)
            if start is not None and int(number) <= int(start):
                known = True
                continue
            item = _translated(translate, entry, around)
            if mark.since is None and _sent(item, number) < now - LOOK_BACK:
                known = True
                item = Ignored("from before the account was connected")
            found[number] = item
        token = (listed.meta or {}).get("next_token")
        page = token if isinstance(token, str) and not known else None
        if not page:
            break
    ordered = sorted(found, key=lambda number: int(number) if number.isdecimal() else 0)
    items = [found[number] for number in ordered]
    if page:
        return items, Mark(since=mark.since, page=page, newest=newest)
    since = max((i for i in (mark.since, newest) if i is not None), key=int, default=None)
    return items, Mark(since=since)


def _overlapping(since: str | None, now: datetime) -> str | None:
    """Where to read from: what is older than OVERLAP has been seen for good."""
    if since is None:
        return None
    return str(min(int(since), snowflake(now - OVERLAP)))


def _translated(translate: Translate, entry: dict[str, Any], around: Surroundings) -> InboundItem:
    try:
        return translate(entry, around)
    except MalformedPayload as error:
        # It would come again with every poll and stop all others.
        log.error("an entry of X's cannot be read: %s", error)
        return Ignored(f"unreadable: {error}")


def _sent(item: InboundItem, number: str) -> datetime:
    return item.sent_at if isinstance(item, InboundMessage) else snowflake_time(number)


def _moment(item: InboundItem) -> datetime:
    return item.sent_at if isinstance(item, InboundMessage) else datetime.min.replace(tzinfo=UTC)


def _shape(shape: type[PayloadT], value: object) -> PayloadT:
    try:
        return read_as(shape, value)
    except MalformedPayload as error:
        raise TemporarilyUnavailable(f"X's answer cannot be read: {error}") from error


def _mentions(client: XClient) -> Fetch:
    async def fetch(since: str | None, page: str | None) -> dict[str, Any]:
        return await client.call(
            client.api.get_users_mentions,
            client.account.external_id,
            writes=False,
            since_id=since,
            pagination_token=page,
            max_results=100,
            expansions=[
                "author_id",
                "attachments.media_keys",
                "referenced_tweets.id",
                "referenced_tweets.id.author_id",
            ],
            tweet_fields=POST_FIELDS,
            user_fields=_USER_FIELDS,
            media_fields=_MEDIA_FIELDS,
        )

    return fetch


def _messages(client: XClient) -> Fetch:
    async def fetch(since: str | None, page: str | None) -> dict[str, Any]:
        # There is no since_id here and every event read is paid for: ask for few at first.
        return await client.call(
            client.api.get_direct_message_events,
            writes=False,
            event_types="MessageCreate",
            pagination_token=page,
            max_results=10 if since is not None and page is None else 100,
            expansions=["sender_id", "attachments.media_keys"],
            dm_event_fields=_DM_FIELDS,
            user_fields=_USER_FIELDS,
            media_fields=_MEDIA_FIELDS,
        )

    return fetch


def _post_reader(account: Account) -> Translate:
    # Being in the list of mentions is being a mention.
    return lambda entry, around: post_item(account, read_as(Post, entry), around, addressed=True)


def _message_reader(account: Account) -> Translate:
    return lambda entry, around: dm_item(account, read_as(DirectMessage, entry), around)
