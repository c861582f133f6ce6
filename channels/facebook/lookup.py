"""What the page itself wrote lately: how a reply of unknown outcome is found again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from channels.facebook.payloads import LooseParty, Moment, Party
from channels.facebook.text import comparable
from channels.payload import Ident, LooseText, Payload, PayloadT, instant, read_as
from hub.ports import MalformedPayload, Rejected, Reply, TemporarilyUnavailable

if TYPE_CHECKING:
    from channels.facebook.client import GraphClient

CLOCK_SKEW = timedelta(minutes=2)
"""How far Facebook's clock may be behind ours; it also cuts times to seconds."""

_FIELDS = "id,message,from,created_time"


@dataclass(frozen=True, slots=True)
class Found:
    """The first parts of a reply that are there, and when the last of them was written."""

    ids: tuple[str, ...]
    at: datetime | None


class _Written(Payload):
    """A comment or a message as Facebook lists it."""

    id: Ident
    message: LooseText = None
    created_time: Moment = None
    author: LooseParty = None


class _List(Payload):
    data: tuple[dict[str, object], ...] | None = None


class _Conversation(Payload):
    messages: _List | None = None


class _Conversations(Payload):
    data: tuple[_Conversation, ...] | None = None


class _Parent(Payload):
    parent: Party | None = None


class _Recipients(Payload):
    data: tuple[Party, ...] | None = None


class _Sent(Payload):
    to: _Recipients | None = None


async def find_comments(
    client: GraphClient, target: str, reply: Reply, parts: Sequence[str]
) -> Found:
    """`parts` among the comments below `target`, or below the comment that `target` answers.

    Facebook hangs an answer to an answer below the root comment.
    """
    found = await _find_below(client, target, reply, parts)
    if len(found.ids) > len(reply.sent_parts):
        return found
    try:
        answer = await client.get(target, fields="parent{id}")
    except Rejected:
        # A visitor's post has no parent, and asking for it is an error.
        return found
    parent = _read(_Parent, answer).parent
    if parent is None or parent.id is None:
        return found
    return await _find_below(client, parent.id, reply, parts)


async def find_messages(
    client: GraphClient, person: str, reply: Reply, parts: Sequence[str]
) -> Found:
    """`parts` among the page's messages to `person`."""
    answer = await client.list(
        "me",
        "conversations",
        platform="messenger",
        user_id=person,
        fields=f"messages.limit(100){{{_FIELDS}}}",
    )
    listed: list[dict[str, object]] = []
    for conversation in _read(_Conversations, answer).data or ():
        listed.extend((conversation.messages.data if conversation.messages else None) or ())
    return _match(client, listed, reply, parts)


async def recipient_of_message(client: GraphClient, mid: str) -> str | None:
    """To whom the page's message `mid` went; None where Facebook does not tell."""
    try:
        answer = await client.get(mid, fields="to{id}")
    except Rejected:
        return None
    sent = _read(_Sent, answer)
    people = (sent.to.data if sent.to else None) or ()
    return next((each.id for each in people if each.id not in (None, client.account.external_id)),
                None)  # fmt: skip


async def _find_below(
    client: GraphClient, parent: str, reply: Reply, parts: Sequence[str]
) -> Found:
    answer = await client.list(
        parent, "comments", fields=_FIELDS, order="reverse_chronological", limit="100"
    )
    return _match(client, _read(_List, answer).data or (), reply, parts)


def _match(
    client: GraphClient,
    listed: Iterable[dict[str, object]],
    reply: Reply,
    parts: Sequence[str],
) -> Found:
    """Which of the parts not known yet are there; up to the first that is missing."""
    page = client.account.external_id
    since = reply.written_at - CLOCK_SKEW if reply.written_at else None
    theirs: dict[str, tuple[str, datetime]] = {}
    for each in listed:  # the newest first: the first with a text counts
        written = _read(_Written, {**each, "author": each.get("from")})
        author, at = written.author.id if written.author else None, _time(written)
        if author not in (None, page) or at is None or (since is not None and at < since):
            continue
        if written.id not in reply.sent_parts:
            theirs.setdefault(comparable(written.message or ""), (written.id, at))
    ids, newest = list(reply.sent_parts), None
    for part in parts[len(ids) :]:
        match = theirs.get(comparable(part))
        if match is None:
            break
        ids.append(match[0])
        newest = match[1]
    return Found(tuple(ids), newest)


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
