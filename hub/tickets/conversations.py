"""A conversation as its customer reads it: implements `hub.ports.Conversations`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import or_, select

from hub.db.database import Database
from hub.delivery.models import Delivery, DeliveryState
from hub.events.feed import EventFeed, Frame
from hub.ports import Choice, Line
from hub.tickets.models import AuthorKind, Direction, Message, Ticket

_NEWEST = 200
_BY = {
    AuthorKind.CUSTOMER.value: "you",
    AuthorKind.BOT.value: "bot",
    AuthorKind.AGENT.value: "agent",
    AuthorKind.STAFF.value: "agent",
    AuthorKind.SYSTEM.value: "agent",
}


class TicketConversations:
    def __init__(self, database: Database, feed: EventFeed) -> None:
        self._database = database
        self._feed = feed

    async def lines(self, account_id: int, conversation: str) -> Sequence[Line]:
        async with self._database.read() as session:
            found = await session.scalars(
                select(Message)
                .join(Ticket, Ticket.id == Message.ticket_id)
                .outerjoin(Delivery, Delivery.message_id == Message.id)
                .where(
                    Ticket.account_id == account_id,
                    Ticket.conversation == conversation,
                    Message.direction != Direction.NOTE.value,
                    or_(Delivery.id.is_(None), Delivery.state == DeliveryState.SENT.value),
                )
                .order_by(Message.id.desc())
                .limit(_NEWEST)
            )
            return [_line(message) for message in reversed(found.all())]

    async def tickets(self, account_id: int, conversation: str) -> Sequence[int]:
        async with self._database.read() as session:
            found = await session.scalars(
                select(Ticket.id).where(
                    Ticket.account_id == account_id, Ticket.conversation == conversation
                )
            )
            return found.all()

    def follow(self, changed: Callable[[int], None]) -> Callable[[], None]:
        def listen(frames: Sequence[Frame]) -> None:
            for frame in frames:
                if frame.kind.startswith("message.") and frame.ticket_id is not None:
                    changed(frame.ticket_id)

        self._feed.subscribe(listen)
        return lambda: self._feed.unsubscribe(listen)


def _line(message: Message) -> Line:
    return Line(
        message.id,
        _BY[message.author_kind],
        message.author_name,
        message.body,
        message.sent_at,
        tuple(Choice(choice["title"], choice["value"]) for choice in message.choices),
    )
