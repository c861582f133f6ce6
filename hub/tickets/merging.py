"""Joining two tickets about one matter, and taking that back.

The one that is merged is resolved and keeps its own messages; what its customer writes next goes to
the other. Nobody is answered in a conversation that is not theirs.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update

from hub.audit.models import AuditEntry
from hub.delivery.models import Delivery
from hub.errors import Conflict, Invalid
from hub.sla.entries import MERGED
from hub.tickets.actions import reopen, set_status
from hub.tickets.callbacks import refresh_due
from hub.tickets.change import Change
from hub.tickets.models import Callback, Conversation, Dialogue, Direction, Message, Status
from hub.tickets.replies import note
from hub.tickets.text import preview_of

MERGE = "merge"
"""The audit entry that remembers which conversations were brought."""


async def merge(source: Change, target: Change) -> None:
    """`source` is joined to `target`, both locked. Raises Invalid or Conflict."""
    one, other = source.ticket, target.ticket
    if one.id == other.id:
        raise Invalid.field("into", "a ticket is not merged into itself")
    if one.merged_into_id is not None:
        raise Conflict(f"ticket {one.id} is merged into {one.merged_into_id} already")
    if other.merged_into_id is not None:
        raise Conflict(f"ticket {other.id} is itself merged into {other.merged_into_id}")
    if other.status == Status.RESOLVED:
        raise Conflict(f"ticket {other.id} is resolved: reopen it, or merge the other way")
    moved = await source.session.execute(
        update(Conversation)
        .where(Conversation.ticket_id == one.id)
        .values(
            ticket_id=other.id,
            contact_point_id=func.coalesce(Conversation.contact_point_id, one.contact_point_id),
        )
        .returning(Conversation.account_id, Conversation.key)
    )
    conversations = [list(row) for row in moved]
    calls = await _move_calls(source, target, None)
    waits = one.waiting_since
    if one.status != Status.RESOLVED:
        await set_status(source, Status.RESOLVED, reason=MERGED)
    if waits is not None:
        # Whoever waits is answered there from now on, and has waited since then.
        target.directory.clockwork.heard(target, waits)
        other.waiting_since = min(other.waiting_since or waits, waits)
    one.merged_into_id = other.id
    source.audit(MERGE, into=other.id, conversations=conversations, calls=calls)
    target.audit("merged", ticket_id=one.id)
    await note(source, f"Merged into ticket #{other.id}.")
    await note(target, f"Ticket #{one.id} ({one.contact_name}) was merged into this: {one.subject}")


async def unmerge(source: Change, target: Change) -> None:
    """`source` is a ticket of its own again, open, with what it brought. Raises Conflict."""
    one, other = source.ticket, target.ticket
    if one.merged_into_id != other.id:
        raise Conflict(f"ticket {one.id} is not merged")
    if other.merged_into_id is not None:
        raise Conflict(f"ticket {other.id} is itself merged: take that back first")
    brought = await source.session.scalar(
        select(AuditEntry.detail)
        .where(AuditEntry.ticket_id == one.id, AuditEntry.action == MERGE)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    for account_id, key in (brought or {}).get("conversations", ()):
        await _take_back(source, target, account_id, key)
    dialogue = await target.session.get(Dialogue, other.id)
    if dialogue is not None:  # it may hold what the customer who leaves has told
        await target.session.delete(dialogue)
    one.merged_into_id = None
    reopen(source)
    await _move_calls(target, source, (brought or {}).get("calls", []))
    unanswered = await _recount(source)
    if unanswered is not None:
        source.directory.clockwork.heard(source, unanswered)
    await _recount(target)
    source.audit("unmerge", was_in=other.id)
    target.audit("unmerged", ticket_id=one.id)
    await note(source, f"No longer merged into ticket #{other.id}.")
    await note(target, f"Ticket #{one.id} is no longer merged into this.")


async def _take_back(source: Change, target: Change, account_id: int, key: str) -> None:
    """A conversation, and what was said in it while the tickets were one."""
    session, one, other = source.session, source.ticket, target.ticket
    conversation = await session.get(Conversation, (account_id, key))
    if conversation is None or conversation.ticket_id != other.id:
        return
    conversation.ticket_id = one.id
    said = await session.scalars(
        select(Message)
        .where(
            Message.ticket_id == other.id,
            Message.account_id == account_id,
            Message.conversation == key,
        )
        .order_by(Message.id)
    )
    for message in said.all():
        message.ticket_id = one.id
        delivery = await session.scalar(select(Delivery).where(Delivery.message_id == message.id))
        if delivery is not None:
            delivery.ticket_id = one.id
        source.tell_message("message.updated", message, delivery)


async def _move_calls(source: Change, target: Change, ids: list[int] | None) -> list[int]:
    """Promised calls still to be made, or those `ids` of them, go to `target`; gives their ids."""
    wanted = [Callback.ticket_id == source.ticket.id, Callback.done_at.is_(None)]
    if ids is not None:
        wanted.append(Callback.id.in_(ids))
    moved = await source.session.scalars(
        update(Callback).where(*wanted).values(ticket_id=target.ticket.id).returning(Callback.id)
    )
    found = list(moved)
    for change in (source, target):
        await refresh_due(change)
    return found


async def _recount(change: Change) -> datetime | None:
    """What a ticket shows of its messages, as they are now; gives when the oldest unanswered one
    was written, and the customer waits since then."""
    ticket = change.ticket
    await change.session.flush()
    said = await change.session.scalars(
        select(Message)
        .where(Message.ticket_id == ticket.id, Message.direction != Direction.NOTE.value)
        .order_by(Message.id)
    )
    waiting: datetime | None = None
    newest: Message | None = None
    for message in said:
        newest = message
        answered = message.direction == Direction.OUTBOUND
        waiting = None if answered else waiting or message.sent_at
    ticket.waiting_since = waiting
    if newest is not None:
        ticket.preview = preview_of(newest.body)
        ticket.last_message_at = newest.sent_at
        ticket.last_author = newest.author_kind
    return waiting
