"""What it means for the ticket that the platform took a reply, or refused it."""

from __future__ import annotations

from sqlalchemy import exists, func, select

from hub.delivery.models import Delivery, DeliveryState
from hub.ports import Receipt
from hub.tickets.actions import take_over
from hub.tickets.change import Change
from hub.tickets.models import AuthorKind, Direction, Message, Status


async def accepted(change: Change, delivery_id: int, receipt: Receipt) -> None:
    """The channel accepted it: only now does a person's reply count for the SLA."""
    delivery = await change.session.get_one(Delivery, delivery_id)
    message = await change.session.get_one(Message, delivery.message_id)
    delivery.state = DeliveryState.SENT.value
    delivery.error = None
    delivery.accepted_at = receipt.accepted_at
    delivery.sent_parts = list(receipt.external_ids)
    if receipt.external_ids and message.external_id is None:
        last = receipt.external_ids[-1]
        # The platform's webhook of this very reply may have been faster than its answer.
        taken = exists().where(
            Message.account_id == message.account_id, Message.external_id == last
        )
        if not await change.session.scalar(select(taken)):
            message.external_id = last
    ticket = change.ticket
    if message.author_kind == AuthorKind.AGENT:
        change.directory.clockwork.answered(change.row, change.clocks, receipt.accepted_at)
    # What the customer wrote after this reply was written is still unanswered, and whom the
    # bot has told that a person follows waits for that person.
    answers = not delivery.by_bot or ticket.status == Status.BOT
    if answers and ticket.waiting_since is not None and ticket.waiting_since <= message.created_at:
        ticket.waiting_since = None
    change.tell_message("message.updated", message, delivery)


async def refused(change: Change, delivery_id: int, reason: str, state: DeliveryState) -> None:
    """It was not delivered, or nobody knows: the agent sees it and can try again."""
    delivery = await change.session.get_one(Delivery, delivery_id)
    message = await change.session.get_one(Message, delivery.message_id)
    delivery.state = state.value
    delivery.error = reason[:500]
    change.audit("not delivered", message_id=message.id, reason=reason, state=state.value)
    change.tell_message("message.updated", message, delivery)
    if delivery.by_bot and change.ticket.status == Status.BOT:
        # The customer has heard nothing: it must not rest as answered by the bot.
        await take_over(change)
        asked = select(func.max(Message.sent_at)).where(
            Message.ticket_id == message.ticket_id, Message.direction == Direction.INBOUND.value
        )
        ticket = change.ticket
        ticket.waiting_since = ticket.waiting_since or await change.session.scalar(asked)
        ticket.handoff = {
            "reason": "not-delivered",
            "summary": f"The assistant's answer was not delivered: {reason}"[:500],
            "guesses": [],
        }
        change.audit("hand off", reason="not-delivered")
