"""What it means for the ticket that the platform took a reply, or refused it."""

from __future__ import annotations

from sqlalchemy import exists, func, select, update

from hub.delivery.models import Delivery, DeliveryState
from hub.people.models import ContactPoint
from hub.ports import Author, Receipt, Visibility
from hub.tickets.actions import take_over
from hub.tickets.change import Change
from hub.tickets.models import (
    Conversation,
    Direction,
    Message,
    Status,
    Ticket,
)
from hub.tickets.replies import count_answer


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
    if receipt.conversation is not None and receipt.conversation != message.conversation:
        await _join(change, message, receipt)
    count_answer(change, message, receipt.accepted_at)
    change.tell_message("message.updated", message, delivery)


async def _join(change: Change, message: Message, receipt: Receipt) -> None:
    """The reply opened a conversation: what the customer writes there comes to this ticket."""
    key = receipt.conversation
    assert key is not None
    point = await _point(change, receipt.recipient)
    opened = await change.session.get(Conversation, (message.account_id, key))
    if opened is None:
        opened = Conversation(account_id=message.account_id, key=key, ticket_id=change.ticket.id)
        change.session.add(opened)
    elif opened.ticket_id != change.ticket.id:
        other = await change.session.get_one(Ticket, opened.ticket_id)
        if other.status != Status.RESOLVED:
            # Somebody is answering there: two tickets of one person, for people to merge.
            change.audit("conversation elsewhere", conversation=key, ticket_id=other.id)
            return
        opened.ticket_id = change.ticket.id
    opened.contact_point_id = point
    change.audit("conversation opened", conversation=key)
    public, message.conversation = message.conversation, key
    # What was written meanwhile goes there as well.
    await change.session.execute(
        update(Message)
        .where(
            Message.ticket_id == change.ticket.id,
            Message.direction == Direction.OUTBOUND.value,
            Message.visibility == Visibility.PRIVATE.value,
            Message.conversation == public,
            Message.id > message.id,
        )
        .values(conversation=key)
    )


async def _point(change: Change, author: Author | None) -> int | None:
    """The contact point of whom the conversation is with; None where it is the ticket's own."""
    if author is None:
        return None
    known = await change.session.scalar(
        select(ContactPoint).where(
            ContactPoint.kind == author.kind, ContactPoint.address == author.address
        )
    )
    if known is None:
        known = ContactPoint(
            contact_id=change.ticket.contact_id,
            kind=author.kind,
            address=author.address,
            handle=author.handle,
            display_name=author.display_name,
        )
        change.session.add(known)
        await change.session.flush()
    return known.id


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
            "article": None,
        }
        change.audit("hand off", reason="not-delivered")
