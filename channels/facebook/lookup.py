"""What the page itself wrote lately: how a reply of unknown outcome is found again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from channels.facebook.payloads import Party
from channels.payload import Ident, LooseText, Payload, PayloadT, instant, read_as
from hub.ports import MalformedPayload, Receipt, Rejected, Reply, TemporarilyUnavailable

if TYPE_CHECKING:
    from channels.facebook.client import GraphClient

CLOCK_SKEW = timedelta(minutes=2)
"""How far Facebook's clock may be behind ours; it also cuts times to seconds."""

_FIELDS = "id,message,from,created_time"


class _Written(Payload):
    """A comment or a message as Facebook lists it."""

    id: Ident
    message: LooseText = None
    created_time: int | float | str | None = None
    author: Party | None = None


class _List(Payload):
    data: tuple[dict[str, object], ...] | None = None


class _Conversation(Payload):
    messages: _List | None = None


class _Conversations(Payload):
    data: tuple[_Conversation, ...] | None = None


class _Parent(Payload):
    parent: Party | None = None


async def find_comment(client: GraphClient, target: str, reply: Reply) -> Receipt | None:
    """`reply` among the comments below `target`, or below the comment that `target` answers.

    Facebook hangs an answer to an answer below the root comment.
    """
    found = await _find_below(client, target, reply)
    if found is not None:
        return found
    try:
        answer = await client.get(target, fields="parent{id}")
    except Rejected:
        # A visitor's post has no parent, and asking for it is an error.
        return None
    parent = _read(_Parent, answer).parent
    if parent is None or parent.id is None:
        return None
    return await _find_below(client, parent.id, reply)


async def find_message(client: GraphClient, reply: Reply) -> Receipt | None:
    """`reply` among the page's messages to its recipient."""
    answer = await client.list(
        "me",
        "conversations",
        platform="messenger",
        user_id=reply.recipient,
        fields=f"messages{{{_FIELDS}}}",
    )
    listed: list[dict[str, object]] = []
    for conversation in _read(_Conversations, answer).data or ():
        listed.extend((conversation.messages.data if conversation.messages else None) or ())
    return _match(client, listed, reply)


async def _find_below(client: GraphClient, parent: str, reply: Reply) -> Receipt | None:
    answer = await client.list(
        parent, "comments", fields=_FIELDS, order="reverse_chronological", limit="100"
    )
    return _match(client, _read(_List, answer).data or (), reply)


def _match(
    client: GraphClient, listed: Iterable[dict[str, object]], reply: Reply
) -> Receipt | None:
    page = client.account.external_id
    since = reply.written_at - CLOCK_SKEW if reply.written_at else None
    wanted = _comparable(reply.body)
    for each in listed:
        written = _read(_Written, {**each, "author": each.get("from")})
        author = written.author.id if written.author else None
        if author not in (None, page) or _comparable(written.message or "") != wanted:
            continue
        at = _time(written)
        if at is not None and (since is None or at >= since):
            return Receipt((written.id,), at)
    return None


def _comparable(text: str) -> str:
    return " ".join(text.split())


def _time(written: _Written) -> datetime | None:
    try:
        return instant(written.created_time)
    except MalformedPayload:
        return None


def _read(shape: type[PayloadT], value: object) -> PayloadT:
    try:
        return read_as(shape, value)
    except MalformedPayload as error:
        raise TemporarilyUnavailable(f"Facebook's answer cannot be read: {error}") from error
