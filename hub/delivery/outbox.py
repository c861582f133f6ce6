"""Putting a message on its way: the row that the delivery worker claims."""

from __future__ import annotations

from sqlalchemy import select, update

from hub.delivery.models import Delivery, DeliveryState
from hub.tickets.change import Change
from hub.tickets.models import Message


async def enqueue(change: Change, message: Message, *, by_bot: bool) -> Delivery:
    """Promise `message`, already flushed, to its platform."""
    delivery = Delivery(
        message_id=message.id,
        ticket_id=message.ticket_id,
        account_id=message.account_id,
        state=DeliveryState.PENDING.value,
        by_bot=by_bot,
        fence=change.ticket.takeover,
        next_at=change.now,
        created_at=change.now,
        attempts=0,
        sent_parts=[],
        check_first=False,
    )
    change.session.add(delivery)
    await change.session.flush()
    return delivery


async def cancel_bot_deliveries(change: Change) -> None:
    """A person took over: what the bot said and nobody has claimed yet is not sent."""
    unclaimed = await change.session.scalars(
        select(Delivery).where(
            Delivery.ticket_id == change.ticket.id,
            Delivery.by_bot,
            Delivery.state == DeliveryState.PENDING.value,
        )
    )
    for delivery in unclaimed:
        # Only while still unclaimed: a worker on another process may be faster.
        cancelled = await change.session.scalar(
            update(Delivery)
            .where(Delivery.id == delivery.id, Delivery.state == DeliveryState.PENDING.value)
            .values(state=DeliveryState.CANCELLED.value, error="a person took over")
            .returning(Delivery.message_id)
        )
        if cancelled is not None:
            message = await change.session.get_one(Message, cancelled)
            await change.session.refresh(delivery)
            change.tell_message("message.updated", message, delivery)
