"""What people do to a ticket: reply, note, assign, transfer, snooze, resolve, reopen, retry."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from hub.delivery.models import Delivery, DeliveryState
from hub.delivery.outbox import cancel_bot_deliveries, enqueue
from hub.errors import Conflict, Invalid, NotFound
from hub.ports import Visibility
from hub.ports.messages import clean_text
from hub.tickets.change import Change
from hub.tickets.models import (
    AuthorKind,
    Direction,
    Message,
    Priority,
    Status,
    TicketTag,
)
from hub.tickets.text import preview_of

MAX_TAG = 40
_SETTABLE = (Status.OPEN, Status.PENDING_CUSTOMER, Status.SNOOZED, Status.RESOLVED)


async def take_over(change: Change) -> None:
    """Raise the fence: from here on a person speaks."""
    change.ticket.takeover += 1
    if change.ticket.status == Status.BOT:
        move(change, Status.OPEN)
    await cancel_bot_deliveries(change)


def move(change: Change, status: Status) -> None:
    """Change the status, and the clocks with it; nothing else."""
    if change.ticket.status != status:
        change.ticket.status = status.value
        change.directory.clockwork.status_changed(change.row, change.clocks, change.now)


def _message(change: Change, direction: Direction, body: str, key: str | None) -> Message:
    ticket = change.ticket
    kind = AuthorKind.AGENT if change.actor.kind in ("agent", "token") else AuthorKind.SYSTEM
    return Message(
        ticket_id=ticket.id,
        account_id=ticket.account_id,
        external_id=None,
        direction=direction.value,
        author_kind=kind.value,
        author_id=change.actor.id if change.actor.kind == "agent" else None,
        author_name=change.actor.name,
        body=clean_text(body),
        visibility=ticket.visibility,
        sent_at=change.now,
        created_at=change.now,
        attachments=[],
        articles=[],
        choices=[],
        emergency=False,
        key=key,
    )


async def _repeated(
    change: Change, direction: Direction, body: str, key: str | None
) -> Message | None:
    """The message this actor wrote with `key` before, if it was this one. Raises Conflict."""
    if key is None:
        return None
    earlier = await change.session.scalar(
        select(Message).where(Message.ticket_id == change.ticket.id, Message.key == key)
    )
    if earlier is None:
        return None
    wanted = _message(change, direction, body, key)
    same = ("direction", "author_kind", "author_id", "author_name", "body")
    if any(getattr(earlier, name) != getattr(wanted, name) for name in same):
        raise Conflict("this Idempotency-Key was used for another message")
    return earlier


async def reply(
    change: Change, body: str, *, visibility: Visibility | None = None, key: str | None = None
) -> tuple[Message, Delivery | None]:
    """A person's answer, put on its way to the channel.

    It counts for the SLA when the channel has accepted it, not now. The same `key` again
    gives the first message again. Raises Conflict where the channel takes no reply, or the
    key is another message's.
    """
    ticket = change.ticket
    earlier = await _repeated(change, Direction.OUTBOUND, body, key)
    if earlier is not None:
        delivery = await change.session.scalar(
            select(Delivery).where(Delivery.message_id == earlier.id)
        )
        return earlier, delivery
    if visibility is Visibility.PUBLIC and ticket.visibility == Visibility.PRIVATE:
        raise Invalid.field("visibility", "a private conversation is not answered in public")
    if not ticket.can_reply:
        raise Conflict("this channel takes no reply to this message from here")
    await take_over(change)
    message = _message(change, Direction.OUTBOUND, body, key)
    if visibility is not None:
        message.visibility = visibility.value
    newest = await change.session.scalar(
        select(Message.external_id)
        .where(Message.ticket_id == ticket.id, Message.direction == Direction.INBOUND.value)
        .order_by(Message.id.desc())
        .limit(1)
    )
    message.in_reply_to = newest
    change.session.add(message)
    await change.session.flush()
    delivery = await enqueue(change, message, by_bot=False)
    if ticket.assignee_id is None and change.actor.kind == "agent":
        ticket.assignee_id = change.actor.id
    if ticket.status in (Status.SNOOZED, Status.RESOLVED):
        reopen(change)
    ticket.preview = preview_of(message.body)
    ticket.last_message_at = change.now
    ticket.last_author = AuthorKind.AGENT.value
    ticket.asked_back = 0
    change.audit("reply", message_id=message.id)
    change.tell_message("message.created", message, delivery)
    return message, delivery


async def note(change: Change, body: str, *, key: str | None = None) -> Message:
    """A private note: never sent, never a response."""
    earlier = await _repeated(change, Direction.NOTE, body, key)
    if earlier is not None:
        return earlier
    message = _message(change, Direction.NOTE, body, key)
    message.visibility = Visibility.PRIVATE.value
    change.session.add(message)
    await change.session.flush()
    change.audit("note", message_id=message.id)
    change.tell_message("message.created", message)
    return message


async def assign(change: Change, agent_id: int | None) -> None:
    """Give the ticket to an agent, or back to its unit. Raises Invalid."""
    ticket = change.ticket
    if agent_id is not None and agent_id not in change.directory.agents:
        raise Invalid.field("agent_id", "there is no such agent")
    if agent_id == ticket.assignee_id:
        return
    change.audit("assign", agent_id=agent_id, before=ticket.assignee_id)
    ticket.assignee_id = agent_id
    if agent_id is not None:
        await take_over(change)


async def transfer(change: Change, unit: str) -> None:
    """Move the ticket to another unit. Raises Invalid."""
    ticket = change.ticket
    if unit not in change.directory.units:
        raise Invalid.field("unit", f"there is no unit {unit!r}")
    if unit == ticket.unit:
        return
    change.audit("transfer", unit=unit, before=ticket.unit)
    ticket.unit = unit
    assignee = change.directory.agents.get(ticket.assignee_id or 0)
    if assignee is not None and unit not in assignee.units:
        ticket.assignee_id = None
    change.directory.clockwork.reclassified(change.row, change.clocks, change.now)


def reopen(change: Change) -> None:
    """Back to open, from whatever rest it was in."""
    change.ticket.resolved_at = change.ticket.resolution_reason = None
    change.ticket.snoozed_until = None
    move(change, Status.OPEN)


async def set_status(
    change: Change,
    status: Status,
    *,
    until: datetime | None = None,
    reason: str | None = None,
) -> None:
    """Open, wait for the customer, snooze `until`, or resolve for a `reason`. Raises Invalid."""
    ticket = change.ticket
    if status not in _SETTABLE:
        raise Invalid.field("status", f"must be one of {', '.join(_SETTABLE)}")
    if status == Status.SNOOZED and (until is None or until <= change.now):
        raise Invalid.field("until", "snoozing needs a time in the future")
    if status == ticket.status and until == ticket.snoozed_until:
        return
    before = ticket.status
    if change.actor.kind in ("agent", "token"):
        await take_over(change)
    # Not by way of `open`: what the bot alone resolves goes from the bot's hands to resolved.
    ticket.resolved_at = ticket.resolution_reason = ticket.snoozed_until = None
    match status:
        case Status.PENDING_CUSTOMER:
            ticket.waiting_since = None
        case Status.SNOOZED:
            ticket.snoozed_until = until
        case Status.RESOLVED:
            ticket.resolved_at = change.now
            ticket.resolution_reason = (reason or "answered")[:40]
            ticket.waiting_since = None
    move(change, status)
    change.audit("status", status=status.value, before=before, reason=reason)


def set_priority(change: Change, priority: Priority) -> None:
    if priority == change.ticket.priority:
        return
    change.audit("priority", priority=priority.value, before=change.ticket.priority)
    change.ticket.priority = priority.value
    change.directory.clockwork.reclassified(change.row, change.clocks, change.now)


def set_topic(change: Change, topic: str | None) -> None:
    if topic == change.ticket.topic:
        return
    change.audit("topic", topic=topic, before=change.ticket.topic)
    change.ticket.topic = topic
    change.directory.clockwork.reclassified(change.row, change.clocks, change.now)


def set_subject(change: Change, subject: str) -> None:
    change.audit("subject", before=change.ticket.subject)
    change.ticket.subject = clean_text(" ".join(subject.split()), 200)


async def set_tags(change: Change, tags: list[str]) -> None:
    """Replace the tags: lower case, each once. Raises Invalid."""
    wanted = sorted({clean_text(" ".join(tag.split())).lower() for tag in tags} - {""})
    if any(len(tag) > MAX_TAG for tag in wanted):
        raise Invalid.field("tags", f"a tag has at most {MAX_TAG} characters")
    ticket = change.ticket
    if wanted == ticket.tags:
        return
    change.audit("tags", tags=wanted, before=ticket.tags)
    ticket.tags = wanted
    await change.session.execute(delete(TicketTag).where(TicketTag.ticket_id == ticket.id))
    change.session.add_all(TicketTag(tag=tag, ticket_id=ticket.id) for tag in wanted)


async def retry(change: Change, message_id: int) -> tuple[Message, Delivery]:
    """Send a reply again that was not delivered. Raises NotFound or Conflict."""
    message = await change.session.get(Message, message_id)
    delivery = await change.session.scalar(
        select(Delivery).where(Delivery.message_id == message_id).with_for_update()
    )
    if message is None or delivery is None or message.ticket_id != change.ticket.id:
        raise NotFound(f"message {message_id} is not one that is delivered")
    if delivery.state not in (DeliveryState.FAILED, DeliveryState.UNKNOWN):
        raise Conflict(f"this message is {delivery.state}")
    delivery.check_first = delivery.state == DeliveryState.UNKNOWN
    delivery.state = DeliveryState.PENDING.value
    delivery.attempts = 0
    delivery.error = None
    delivery.next_at = change.now
    change.audit("retry", message_id=message_id)
    change.tell_message("message.updated", message, delivery)
    return message, delivery
