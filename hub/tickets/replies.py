"""What people say on a ticket: a reply, a reply given elsewhere, a note; and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from hub.delivery.models import Delivery, DeliveryState
from hub.delivery.outbox import enqueue
from hub.errors import Conflict, Invalid, NotFound
from hub.ports import Visibility
from hub.ports.messages import clean_text
from hub.surveys.link import SURVEY_KEY
from hub.tickets.actions import refuse_merged, reopen, take_over
from hub.tickets.change import Change
from hub.tickets.models import AuthorKind, Direction, Message, Status
from hub.tickets.text import preview_of


@dataclass(frozen=True, slots=True)
class Target:
    """Where a reply goes: the conversation, and the customer's message it answers."""

    account_id: int
    conversation: str
    visibility: Visibility
    in_reply_to: str | None
    opens: bool = False
    """A private answer to a public message."""


async def reply(
    change: Change,
    body: str,
    *,
    visibility: Visibility | None = None,
    to_message_id: int | None = None,
    key: str | None = None,
) -> tuple[Message, Delivery | None]:
    """A person's answer, put on its way to the channel.

    It answers the message named, else the customer's newest, and goes where that came from; a
    private answer to a public message opens a private conversation, where the channel has that.
    It counts for the SLA when the channel has accepted it, not now. The same `key` again
    gives the first message again. Raises Conflict where the channel takes no reply, or the
    key is another message's.
    """
    earlier = await _repeated(change, Direction.OUTBOUND, body, key)
    if earlier is not None:
        delivery = await change.session.scalar(
            select(Delivery).where(Delivery.message_id == earlier.id)
        )
        return earlier, delivery
    refuse_merged(change)
    target = await _target(change, visibility, to_message_id)
    _refuse_where_silent(change, target)
    await take_over(change)
    message = _message(change, Direction.OUTBOUND, body, key)
    message.account_id = target.account_id
    message.conversation = target.conversation
    message.visibility = target.visibility.value
    message.in_reply_to = target.in_reply_to
    change.session.add(message)
    await change.session.flush()
    delivery = await enqueue(change, message, by_bot=False)
    _answered(change, message)
    change.audit("reply", message_id=message.id)
    change.tell_message("message.created", message, delivery)
    return message, delivery


async def log_reply(
    change: Change, body: str, *, permalink: str | None = None, key: str | None = None
) -> Message:
    """An answer that was given elsewhere: on the platform itself, by phone. It counts now."""
    earlier = await _repeated(change, Direction.OUTBOUND, body, key)
    if earlier is not None:
        return earlier
    refuse_merged(change)
    await take_over(change)
    message = _message(change, Direction.OUTBOUND, body, key)
    message.logged = True
    message.permalink = permalink
    change.session.add(message)
    await change.session.flush()
    _answered(change, message)
    change.ticket.waiting_since = None
    if change.actor.kind in ("agent", "token"):
        change.directory.clockwork.answered(change, change.now)
    change.audit("logged reply", message_id=message.id, permalink=permalink)
    change.tell_message("message.created", message)
    return message


async def note(
    change: Change, body: str, *, to: str | None = None, key: str | None = None
) -> Message:
    """A private note: never sent, never a response. `to`: the name of whom it is for."""
    earlier = await _repeated(change, Direction.NOTE, body, key, to)
    if earlier is not None:
        return earlier
    message = _message(change, Direction.NOTE, body, key, to)
    message.visibility = Visibility.PRIVATE.value
    change.session.add(message)
    await change.session.flush()
    change.audit("note", message_id=message.id)
    change.tell_message("message.created", message)
    return message


async def retry(change: Change, message_id: int) -> tuple[Message, Delivery]:
    """Send a reply again that was not delivered. Raises NotFound or Conflict."""
    message, delivery = await _delivered(change, message_id)
    if delivery.state not in (DeliveryState.FAILED, DeliveryState.UNKNOWN):
        raise Conflict(f"this message is {delivery.state}")
    # An earlier attempt may have arrived, whatever the last one met.
    delivery.check_first |= delivery.state == DeliveryState.UNKNOWN
    delivery.state = DeliveryState.PENDING.value
    delivery.attempts = 0
    delivery.error = None
    delivery.next_at = change.now
    change.audit("retry", message_id=message_id)
    change.tell_message("message.updated", message, delivery)
    return message, delivery


async def settle(change: Change, message_id: int, *, sent: bool) -> tuple[Message, Delivery]:
    """A person looked: a reply of unknown outcome did arrive, or did not.

    Raises NotFound or Conflict.
    """
    message, delivery = await _delivered(change, message_id)
    if delivery.state != DeliveryState.UNKNOWN:
        raise Conflict(f"this message is {delivery.state}")
    delivery.state = (DeliveryState.SENT if sent else DeliveryState.FAILED).value
    delivery.error = None if sent else "a person looked: it did not arrive"
    if sent:
        delivery.accepted_at = change.now
        count_answer(change, message, change.now)
    change.audit("settled", message_id=message_id, sent=sent)
    change.tell_message("message.updated", message, delivery)
    return message, delivery


def count_answer(change: Change, message: Message, at: datetime) -> None:
    """A message of ours reached the customer `at`: only now does a person's count for the SLA."""
    ticket = change.ticket
    if message.key == SURVEY_KEY:
        return  # a question of ours answers nothing
    if message.author_kind == AuthorKind.AGENT:
        change.directory.clockwork.answered(change, at)
    # What the customer wrote after this reply was written is still unanswered, and whom the
    # bot has told that a person follows waits for that person.
    answers = message.author_kind != AuthorKind.BOT or ticket.status == Status.BOT
    if answers and ticket.waiting_since is not None and ticket.waiting_since <= message.created_at:
        ticket.waiting_since = None


async def _target(change: Change, wanted: Visibility | None, to_message_id: int | None) -> Target:
    """Raises Invalid, NotFound or Conflict."""
    answered = await _answered_message(change, wanted, to_message_id)
    ticket = change.ticket
    if answered is None:
        return Target(
            ticket.account_id,
            ticket.conversation,
            wanted or Visibility(ticket.visibility),
            None,
        )
    visibility = wanted or Visibility(answered.visibility)
    if visibility is Visibility.PUBLIC and answered.visibility == Visibility.PRIVATE:
        raise Invalid.field("visibility", "a private conversation is not answered in public")
    conversation = answered.conversation or ticket.conversation
    if visibility is Visibility.PRIVATE and answered.visibility == Visibility.PUBLIC:
        # A private conversation that was opened from here, where the customer has said nothing.
        opened = await change.session.scalar(_opened(ticket.id, answered.account_id, conversation))
        conversation = opened or conversation
    opens = visibility is Visibility.PRIVATE and answered.visibility == Visibility.PUBLIC
    return Target(answered.account_id, conversation, visibility, answered.external_id, opens)


async def _answered_message(
    change: Change, wanted: Visibility | None, to_message_id: int | None
) -> Message | None:
    newest = _inbound(change.ticket.id)
    if to_message_id is not None:
        named = await change.session.scalar(newest.where(Message.id == to_message_id))
        if named is None:
            raise NotFound(f"message {to_message_id} is not a customer's on this ticket")
        return named
    if wanted is Visibility.PRIVATE:
        private = await change.session.scalar(
            newest.where(Message.visibility == Visibility.PRIVATE.value)
        )
        if private is not None:
            return private
    return await change.session.scalar(newest)


def _opened(ticket_id: int, account_id: int, public: str) -> Select[str | None]:
    return (
        select(Message.conversation)
        .where(
            Message.ticket_id == ticket_id,
            Message.account_id == account_id,
            Message.direction == Direction.OUTBOUND.value,
            Message.visibility == Visibility.PRIVATE.value,
            Message.conversation != public,
        )
        .order_by(Message.id.desc())
        .limit(1)
    )


def _inbound(ticket_id: int) -> Select[Message]:
    return (
        select(Message)
        .where(Message.ticket_id == ticket_id, Message.direction == Direction.INBOUND.value)
        .order_by(Message.id.desc())
        .limit(1)
    )


def _refuse_where_silent(change: Change, target: Target) -> None:
    """Raises Conflict where nothing can be sent."""
    ticket = change.ticket
    abilities = change.directory.account(target.account_id).capabilities
    may = ticket.can_reply or (target.opens and abilities.private_replies)
    if not abilities.can_reply or not may:
        raise Conflict("this channel takes no reply to this message from here")
    if ticket.held_by and target.visibility is Visibility.PRIVATE and abilities.controls_threads:
        raise Conflict(f"{ticket.held_by} has this conversation: take it over first")


def _answered(change: Change, message: Message) -> None:
    """What a person's answer does to the ticket, before any channel accepts it."""
    ticket = change.ticket
    if ticket.assignee_id is None and change.actor.kind == "agent":
        ticket.assignee_id = change.actor.id
    if ticket.status in (Status.SNOOZED, Status.RESOLVED):
        reopen(change)
    ticket.preview = preview_of(message.body)
    ticket.last_message_at = change.now
    ticket.last_author = AuthorKind.AGENT.value
    ticket.asked_back = 0


def _message(
    change: Change, direction: Direction, body: str, key: str | None, to: str | None = None
) -> Message:
    ticket = change.ticket
    kind = AuthorKind.AGENT if change.actor.kind in ("agent", "token") else AuthorKind.SYSTEM
    return Message(
        ticket_id=ticket.id,
        account_id=ticket.account_id,
        external_id=None,
        conversation=ticket.conversation,
        direction=direction.value,
        author_kind=kind.value,
        author_id=change.actor.id if change.actor.kind == "agent" else None,
        author_name=change.actor.name if to is None else f"{change.actor.name}, to {to}",
        body=clean_text(body),
        visibility=ticket.visibility,
        sent_at=change.now,
        created_at=change.now,
        attachments=[],
        articles=[],
        choices=[],
        emergency=False,
        logged=False,
        hidden=False,
        key=key,
    )


async def _repeated(
    change: Change, direction: Direction, body: str, key: str | None, to: str | None = None
) -> Message | None:
    """The message this actor wrote with `key` before, if it was this one. Raises Conflict."""
    if key is None:
        return None
    earlier = await change.session.scalar(
        select(Message).where(Message.ticket_id == change.ticket.id, Message.key == key)
    )
    if earlier is None:
        return None
    wanted = _message(change, direction, body, key, to)
    same = ("direction", "author_kind", "author_id", "author_name", "body")
    if any(getattr(earlier, name) != getattr(wanted, name) for name in same):
        raise Conflict("this Idempotency-Key was used for another message")
    return earlier


async def _delivered(change: Change, message_id: int) -> tuple[Message, Delivery]:
    message = await change.session.get(Message, message_id)
    delivery = await change.session.scalar(
        select(Delivery).where(Delivery.message_id == message_id).with_for_update()
    )
    if message is None or delivery is None or message.ticket_id != change.ticket.id:
        raise NotFound(f"message {message_id} is not one that is delivered")
    return message, delivery
