"""Reading X without webhooks: mentions and direct messages, each on from where it was.

X can show a post minutes after it was written, so every poll overlaps the one before; the
hub dedups. A gap too long for one poll is read on in the next, from a saved page.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.payload import Payload, PayloadT, read_as
from channels.x import prices
from channels.x.client import XClient
from channels.x.cursor import Cursor, Mark
from channels.x.direct_messages import dm_item
from channels.x.ids import snowflake, snowflake_time
from channels.x.payloads import DirectMessage, Includes, Post
from channels.x.posts import post_item
from channels.x.surroundings import Surroundings
from hub.ports import (
    Account,
    AuthFailed,
    Ignored,
    InboundItem,
    InboundMessage,
    MalformedPayload,
    MessageEdited,
    PollBatch,
    Rejected,
    TemporarilyUnavailable,
    Unreadable,
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
_TOLD = 500
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


Fetch = Callable[[str | None, str | None], Awaitable[dict[str, Any]]]
"""Reads one page, given the id to start after and the page's token."""
Translate = Callable[[dict[str, Any], Surroundings], InboundItem]


class _Page(Payload):
    data: tuple[Any, ...] | None = None
    meta: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _List:
    """One of the lists that are read: how, and at what price an entry."""

    fetch: Fetch
    translate: Translate
    price: int


@dataclass(frozen=True, slots=True)
class _Harvest:
    """What reading a list brought, oldest first, and how far it is read now."""

    items: list[InboundItem]
    unreadable: list[Unreadable]
    mark: Mark


async def poll(client: XClient, saved: str | None, now: datetime) -> PollBatch:
    """Mentions, and direct messages where their minute has passed."""
    cursor = Cursor.load(saved)
    mentions = await _read(client, _mentions(client), cursor.mentions, now)
    cursor = replace(cursor, mentions=mentions.mark)
    items, unreadable, still_told = mentions.items, mentions.unreadable, cursor.told
    if client.user_context and now.timestamp() >= cursor.messages_after:
        cursor, messages = await _poll_messages(client, cursor, now)
        if messages is not None:
            items, unreadable = items + messages.items, unreadable + messages.unreadable
            still_told = ()
    items.sort(key=_moment)
    # An overlapping poll brings them again: each is told once.
    digests = {hashlib.sha256(each.raw).hexdigest()[:32]: each for each in unreadable}
    fresh = tuple(each for digest, each in digests.items() if digest not in cursor.told)
    told = tuple(dict.fromkeys((*still_told, *digests)))[-_TOLD:]
    cursor = replace(cursor, told=told)
    return PollBatch(
        items=tuple(items),
        cursor=cursor.save(),
        more=mentions.mark.page is not None,
        unreadable=fresh,
        cost=client.bill.taken(),
    )


async def _poll_messages(
    client: XClient, cursor: Cursor, now: datetime
) -> tuple[Cursor, _Harvest | None]:
    """Direct messages must not hold up mentions: what fails here is tried again later."""
    again = now + DM_EVERY
    try:
        found = await _read(client, _messages(client), cursor.messages, now)
        return replace(cursor, messages=found.mark, messages_after=again.timestamp()), found
    except AuthFailed:
        raise
    except TemporarilyUnavailable as error:
        again = max(again, now + timedelta(seconds=error.retry_after or 0))
        log.warning("direct messages of account %s: %s", client.account.id, error)
    except Rejected as error:
        again = now + DM_PAUSE
        log.warning("X does not show account %s its messages: %s", client.account.id, error)
    return replace(cursor, messages_after=again.timestamp()), None


async def _read(client: XClient, wanted: _List, mark: Mark, now: datetime) -> _Harvest:
    """Read newest first, page by page, until known ground."""
    start = _overlapping(mark.since, now)
    page, newest = mark.page, mark.newest
    # An id of the far future would make every later gap look as if it had been read.
    latest = snowflake(now + timedelta(days=1))
    found: dict[str, InboundItem] = {}
    unreadable: list[Unreadable] = []
    for _ in range(MAX_PAGES):
        try:
            answer = await wanted.fetch(start, page)
        except Rejected:
            if page is None or page != mark.page:
                raise
            # The saved page is not known any more: asked for for ever, nothing else would come.
            page = None
            continue
        listed = _shape(_Page, answer)
        around = Surroundings.of(_shape(Includes, answer.get("includes") or {}))
        known = False
        for entry in listed.data or ():
            number = _number(entry)
            if number is None:
                unreadable.append(_unreadable(entry, "an entry without an id"))
                continue
            client.bill.read([number], wanted.price, now)
            if int(number) < latest:
                newest = max(newest or number, number, key=int)
            if start is not None and int(number) <= int(start):
                known = True
                continue
            try:
                item = wanted.translate(entry, around)
                too_old = mark.since is None and _sent(item, number) < now - LOOK_BACK
            except MalformedPayload as error:
                # Raised, it would come again with every poll and stop all others.
                log.error("an entry of X's cannot be read: %s", error)
                unreadable.append(_unreadable(entry, str(error)))
                continue
            if too_old:
                known = True
                item = Ignored("from before the account was connected")
            found[number] = item
        token = (listed.meta or {}).get("next_token")
        page = token if isinstance(token, str) and not known else None
        if not page:
            break
    items = [found[number] for number in sorted(found, key=int)]
    if page:
        return _Harvest(items, unreadable, Mark(since=mark.since, page=page, newest=newest))
    since = max((i for i in (mark.since, newest) if i is not None), key=int, default=None)
    return _Harvest(items, unreadable, Mark(since=since))


def _number(entry: object) -> str | None:
    """The entry's id, where it is one that X can have given."""
    number = str(entry.get("id", "")) if isinstance(entry, dict) else ""
    return number if number.isascii() and number.isdecimal() and len(number) < 25 else None


def _unreadable(entry: object, error: str) -> Unreadable:
    return Unreadable(json.dumps(entry, ensure_ascii=False).encode(), error)


def _overlapping(since: str | None, now: datetime) -> str | None:
    """Where to read from: what is older than OVERLAP has been seen for good."""
    if since is None:
        return None
    return str(min(int(since), snowflake(now - OVERLAP)))


def _sent(item: InboundItem, number: str) -> datetime:
    if isinstance(item, MessageEdited):
        return item.message.sent_at
    return item.sent_at if isinstance(item, InboundMessage) else snowflake_time(number)


def _moment(item: InboundItem) -> datetime:
    if isinstance(item, MessageEdited):
        return item.at
    return item.sent_at if isinstance(item, InboundMessage) else datetime.min.replace(tzinfo=UTC)


def _shape(shape: type[PayloadT], value: object) -> PayloadT:
    try:
        return read_as(shape, value)
    except MalformedPayload as error:
        raise TemporarilyUnavailable(f"X's answer cannot be read: {error}") from error


def _mentions(client: XClient) -> _List:
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

    return _List(fetch, _post_reader(client.account), prices.OWN_READ)


def _messages(client: XClient) -> _List:
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

    return _List(fetch, _message_reader(client.account), prices.MESSAGE_READ)


def _post_reader(account: Account) -> Translate:
    # Being in the list of mentions is being a mention.
    return lambda entry, around: post_item(account, read_as(Post, entry), around, addressed=True)


def _message_reader(account: Account) -> Translate:
    return lambda entry, around: dm_item(account, read_as(DirectMessage, entry), around)
