"""A conversation as its customer reads it: implements `hub.ports.Conversations`."""

from __future__ import annotations

import json
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, func, or_, select, text, union

from hub.db.database import Database
from hub.delivery.models import Delivery, DeliveryState
from hub.directory import DirectoryCache
from hub.events.feed import EventFeed, Frame
from hub.now import Now
from hub.people.models import ContactPoint
from hub.ports import Attachment, Choice, Line, Office, Standing, Stir
from hub.ports.messages import FILE_SCHEME
from hub.sla.policy import Facts
from hub.tickets.models import AuthorKind, Conversation, Direction, Message, Status, Ticket
from hub.tickets.typing import Typing

_BY = {
    AuthorKind.CUSTOMER.value: "you",
    AuthorKind.BOT.value: "bot",
    AuthorKind.AGENT.value: "agent",
    AuthorKind.STAFF.value: "agent",
    AuthorKind.SYSTEM.value: "agent",
}
_COUNTED_FOR = 2.0
"""Seconds that one reading of a unit's queue serves everybody who waits in it."""
_Queue = list[tuple[datetime, int]]


class TicketConversations:
    def __init__(
        self, database: Database, feed: EventFeed, directory: DirectoryCache, now: Now
    ) -> None:
        self._database = database
        self._feed = feed
        self._directory = directory
        self._now = now
        self._queues: dict[str, tuple[float, _Queue]] = {}
        self._typing = Typing(database, now)

    async def lines(self, account_id: int, conversation: str, newest: int = 200) -> Sequence[Line]:
        async with self._database.read() as session:
            found = await session.scalars(
                select(Message)
                .join(Ticket, Ticket.id == Message.ticket_id)
                .outerjoin(Delivery, Delivery.message_id == Message.id)
                .where(
                    Message.ticket_id.in_(_tickets(account_id, conversation)),
                    # A merged ticket has other people's messages too.
                    or_(
                        and_(
                            Message.account_id == account_id, Message.conversation == conversation
                        ),
                        and_(
                            Message.conversation.is_(None),
                            Ticket.account_id == account_id,
                            Ticket.conversation == conversation,
                        ),
                    ),
                    Message.direction != Direction.NOTE.value,
                    Message.deleted_at.is_(None),
                    Message.logged.is_(False),  # given elsewhere, in words for us
                    or_(Delivery.id.is_(None), Delivery.state == DeliveryState.SENT.value),
                )
                .order_by(Message.id.desc())
                .limit(newest)
            )
            return [_line(message) for message in reversed(found.all())]

    async def tickets(self, account_id: int, conversation: str) -> Sequence[int]:
        async with self._database.read() as session:
            found = await session.execute(_tickets(account_id, conversation))
            return [ticket_id for (ticket_id,) in found]

    async def standing(self, account_id: int, conversation: str) -> Standing:
        async with self._database.read() as session:
            ticket = await session.scalar(_current(account_id, conversation))
        if ticket is None:
            return Standing()
        if ticket.status == Status.RESOLVED:
            return Standing("resolved")
        if ticket.status == Status.BOT:
            return Standing("bot")
        if ticket.assignee_id is not None:
            agent = (await self._directory.get()).agents.get(ticket.assignee_id)
            return Standing("with_agent", agent=agent.name if agent else None)
        if ticket.waiting_since is None:  # answered by somebody who did not take it
            return Standing("with_agent")
        queue = await self._queue(ticket.unit)
        ahead = bisect_left(queue, (ticket.waiting_since, ticket.id))
        return Standing("waiting", position=ahead + 1, unit=ticket.unit)

    async def _queue(self, unit: str) -> _Queue:
        """Since when the unit's tickets wait that nobody has, the longest first."""
        read_at, queue = self._queues.get(unit, (-_COUNTED_FOR, []))
        if time.monotonic() - read_at < _COUNTED_FOR:
            return queue
        async with self._database.read() as session:
            found = await session.execute(
                select(Ticket.waiting_since, Ticket.id).where(
                    # Word for word as in the index.
                    text("status in ('open','pending_customer')"),
                    Ticket.unit == unit,
                    Ticket.assignee_id.is_(None),
                    Ticket.waiting_since.is_not(None),
                )
            )
            queue = sorted((since, ticket_id) for since, ticket_id in found if since is not None)
        self._queues[unit] = (time.monotonic(), queue)
        return queue

    async def office(self, account_id: int) -> Office:
        directory = await self._directory.get()
        account = directory.account(account_id)
        facts = Facts(channel=account.kind, unit=account.unit, visibility="private")
        hours = directory.clockwork.rules.terms(facts).hours
        now = self._now()
        if hours.is_open(now):
            return Office(True)
        # A moment later: what is due at closing time is due then, and not when it opens again.
        return Office(False, hours.due(now + timedelta(microseconds=1), timedelta()))

    async def typing(self, account_id: int, conversation: str, name: str) -> None:
        async with self._database.read() as session:
            ticket = await session.scalar(_current(account_id, conversation))
        # Only where a person may be waiting for the words.
        if ticket is not None and ticket.status not in (Status.BOT, Status.RESOLVED):
            await self._typing.tell(ticket, by="customer", name=name)

    def follow(self, heard: Callable[[Sequence[Stir]], None]) -> Callable[[], None]:
        def listen(frames: Sequence[Frame]) -> None:
            stirs = [stir for frame in frames if (stir := _stir(frame)) is not None]
            if stirs:
                heard(stirs)

        self._feed.subscribe(listen)
        return lambda: self._feed.unsubscribe(listen)


def _tickets(account_id: int, conversation: str) -> Select[int]:
    """The tickets that the conversation's messages may lie in: the one it leads to now, and
    those of its own that its customer has. Found through indexes, of which tickets have none
    on the conversation."""
    of_it = (
        select(
            Conversation.ticket_id,
            func.coalesce(Conversation.contact_point_id, Ticket.contact_point_id).label("point"),
        )
        .join(Ticket, Ticket.id == Conversation.ticket_id)
        .where(Conversation.account_id == account_id, Conversation.key == conversation)
        .cte("of_it")
    )
    earlier = (
        select(Ticket.id)
        .join(ContactPoint, ContactPoint.contact_id == Ticket.contact_id)
        .join(of_it, ContactPoint.id == of_it.c.point)
        .where(Ticket.account_id == account_id, Ticket.conversation == conversation)
    )
    both = union(select(of_it.c.ticket_id.label("id")), earlier).subquery("both")
    return select(both.c.id)


def _current(account_id: int, conversation: str) -> Select[Ticket]:
    return (
        select(Ticket)
        .join(Conversation, Conversation.ticket_id == Ticket.id)
        .where(Conversation.account_id == account_id, Conversation.key == conversation)
    )


def _stir(frame: Frame) -> Stir | None:
    """None for what no customer need hear of: their own typing, among others."""
    if frame.ticket_id is None:
        return None
    if frame.kind == "ticket.typing":
        data = json.loads(frame.text)["data"]
        if data["by"] != "agent":
            return None
        return Stir(frame.ticket_id, frame.unit, typist=data["name"])
    conversation = None
    if frame.kind == "message.created":
        conversation = json.loads(frame.text)["data"].get("conversation")
    said = frame.kind.startswith("message.")
    return Stir(frame.ticket_id, frame.unit, said=said, conversation=conversation)


def _line(message: Message) -> Line:
    return Line(
        message.id,
        _BY[message.author_kind],
        message.author_name,
        message.body,
        message.sent_at,
        tuple(Choice(choice["title"], choice["value"]) for choice in message.choices),
        tuple(
            Attachment(file["url"], file["media_type"], file["name"])
            for file in message.attachments
            if file["url"].startswith(FILE_SCHEME)
        ),
        message.external_id,
    )
