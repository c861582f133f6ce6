"""Answers on X: one post or a numbered thread of them, or a direct message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from channels.x import prices
from channels.x.client import XClient
from channels.x.failures import is_duplicate
from channels.x.ids import DM, POST
from channels.x.lookup import Sent, recent_messages, recent_posts
from channels.x.text import POST_LIMIT, comparable, split, tidy, weight
from hub.ports import (
    AuthFailed,
    Author,
    Receipt,
    Rejected,
    Reply,
    SavePart,
    TemporarilyUnavailable,
    Visibility,
)

MESSAGE_LIMIT = 10_000
"""Characters in a direct message."""
CLOCK_SKEW = timedelta(minutes=2)
"""How far X's clock may be behind ours when we look up what we sent."""
_REMEMBERED = 1000


class Replies:
    """Sends, and finds what was sent."""

    def __init__(self, client: XClient) -> None:
        self._client = client
        self._found: dict[str, tuple[str, ...]] = {}
        """By a reply's key: parts a look-up found on X that the hub does not know of."""

    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        """A public reply as one post or a numbered thread, a private one as a message."""
        if not self._client.user_context:
            raise AuthFailed("writing on X needs a user's access token")
        if reply.visibility is Visibility.PRIVATE:
            sent = await self._send_message(reply, save_part)
        else:
            sent = await self._send_posts(reply, save_part)
        self._found.pop(reply.key, None)
        return self._receipt(reply, sent, datetime.now(UTC))

    async def find_sent(self, reply: Reply) -> Receipt | None:
        """Look through what the account wrote lately for `reply`.

        Where X has only the first parts of it, they are kept in mind, and `send` goes on
        from them instead of writing them twice.
        """
        since = reply.written_at - CLOCK_SKEW if reply.written_at else None
        if reply.visibility is Visibility.PRIVATE:
            text = comparable(_message_text(reply))
            for message in await recent_messages(self._client, _person(reply), since):
                if comparable(message.text) == text:
                    return self._receipt(reply, (DM + message.id,), message.at)
            return None
        parts = _parts(reply)
        posts = await recent_posts(self._client, _target(reply), since)
        found = _on_platform(parts, reply.sent_parts, _target(reply), posts)
        if len(found) == len(parts):
            newest = next((p.at for p in posts if POST + p.id == found[-1]), datetime.now(UTC))
            return self._receipt(reply, found, newest)
        if len(found) > len(reply.sent_parts):
            if len(self._found) >= _REMEMBERED:
                self._found.pop(next(iter(self._found)))
            self._found[reply.key] = found
        return None

    def _receipt(self, reply: Reply, sent: tuple[str, ...], at: datetime) -> Receipt:
        """Its cost is that of all parts: a reply has one receipt, however often it was tried."""
        looked_up = self._client.bill.taken()
        if reply.visibility is Visibility.PUBLIC:
            return Receipt(sent, at, cost=looked_up + prices.of_posts(_parts(reply)))
        cost = looked_up + prices.MESSAGE
        if reply.conversation.startswith(DM):
            return Receipt(sent, at, cost=cost)
        customer = _person(reply)
        return Receipt(
            sent,
            at,
            conversation=DM + customer,
            recipient=Author(kind="x", address=customer, handle=reply.recipient_handle),
            cost=cost,
        )

    async def _send_posts(self, reply: Reply, save_part: SavePart) -> tuple[str, ...]:
        target = _target(reply)
        parts = _parts(reply)
        sent = list(reply.sent_parts)
        for known in self._found.get(reply.key, ())[len(sent) :]:
            await save_part(known)
            sent.append(known)
        for part in parts[len(sent) :]:
            answered = sent[-1].removeprefix(POST) if sent else target
            number = await self._post(reply, part, answered)
            sent.append(POST + number)
            await save_part(sent[-1])
        return tuple(sent)

    async def _post(self, reply: Reply, part: str, answered: str) -> str:
        """Write one post; returns its id."""
        try:
            return await self._create(part, answered)
        except Rejected as refusal:
            if not is_duplicate(refusal.reason):
                raise
            # Either an earlier attempt of ours went through after all…
            since = reply.written_at - CLOCK_SKEW if reply.written_at else None
            for post in await recent_posts(self._client, answered, since):
                if _is_part(post, part, answered):
                    return post.id
            # …or somebody else got the same answer lately: with the name it is another text.
            named = f"@{reply.recipient_handle} {part}"
            if not reply.recipient_handle or weight(named) > POST_LIMIT:
                raise
            return await self._create(named, answered)

    async def _create(self, text: str, answered: str) -> str:
        answer = await self._client.call(
            self._client.api.create_tweet,
            writes=True,
            text=text,
            in_reply_to_tweet_id=answered,
        )
        return _new_id(answer, "id")

    async def _send_message(self, reply: Reply, save_part: SavePart) -> tuple[str, ...]:
        if reply.sent_parts:
            return reply.sent_parts
        text, person = _message_text(reply), _person(reply)
        answer = await self._client.call(
            self._client.api.create_direct_message,
            writes=True,
            participant_id=person,
            text=text,
        )
        sent = DM + _new_id(answer, "dm_event_id")
        await save_part(sent)
        return (sent,)


def _parts(reply: Reply) -> tuple[str, ...]:
    parts = split(reply.body)
    if not parts:
        raise Rejected("The reply is empty.")
    return parts


def _message_text(reply: Reply) -> str:
    text = tidy(reply.body)
    if not text:
        raise Rejected("The reply is empty.")
    if len(text) > MESSAGE_LIMIT:
        raise Rejected(
            f"A direct message on X takes {MESSAGE_LIMIT:,} characters; this has {len(text):,}."
        )
    return text


def _person(reply: Reply) -> str:
    """The id of the user that a direct message goes to."""
    if not (reply.recipient.isascii() and reply.recipient.isdecimal()):
        raise Rejected("X did not say who wrote the post: a direct message is not possible.")
    return reply.recipient


def _target(reply: Reply) -> str:
    """The id of the post that `reply` answers."""
    answered = reply.in_reply_to or ""
    number = answered.removeprefix(POST)
    if number == answered or not (number.isascii() and number.isdecimal()):
        raise Rejected("There is no post to reply to: a public answer on X needs one.")
    return number


def _new_id(answer: Mapping[str, object], key: str) -> str:
    data = answer.get("data")
    number = data.get(key) if isinstance(data, dict) else None
    if not number:
        raise TemporarilyUnavailable("X took it but named no id", outcome_unknown=True)
    return str(number)


def _is_part(post: Sent, part: str, answered: str) -> bool:
    return post.in_reply_to == answered and comparable(post.text) == comparable(part)


def _on_platform(
    parts: Sequence[str], known: Sequence[str], target: str, posts: Sequence[Sent]
) -> tuple[str, ...]:
    """The external ids of the first parts that X has, each in reply to the one before."""
    found = list(known)
    for part in parts[len(found) :]:
        answered = found[-1].removeprefix(POST) if found else target
        match = next((post for post in posts if _is_part(post, part, answered)), None)
        if match is None:
            break
        found.append(POST + match.id)
    return tuple(found)
