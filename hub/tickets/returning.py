"""Giving a ticket back to the bot: a person looked, and a machine can answer it."""

from __future__ import annotations

from sqlalchemy import func, select

from hub.errors import Conflict
from hub.jobs.promise import promise
from hub.tickets.actions import SILENT_CHANNELS, move, refuse_merged
from hub.tickets.change import Change
from hub.tickets.models import AuthorKind, Dialogue, Direction, Message, Status

RETURNED = "returned to bot"
"""The audit entry of it."""


async def give_to_bot(change: Change) -> None:
    """The bot has the ticket from here on, and answers what nobody has answered yet.

    Raises Conflict where it must not, or could not, speak.
    """
    ticket = change.ticket
    refuse_merged(change)
    if ticket.emergency:
        raise Conflict("an emergency stays with people")
    if ticket.held_by:
        raise Conflict(f"{ticket.held_by} holds this conversation")
    able = change.directory.account(ticket.account_id).capabilities.can_reply
    if not ticket.can_reply or not able or ticket.channel in SILENT_CHANNELS:
        raise Conflict("nothing can be sent on this channel")
    if ticket.status == Status.BOT:
        return
    before = ticket.assignee_id
    # What a slow answer of the bot's was asked before must not be said now.
    ticket.takeover += 1
    ticket.assignee_id = None
    ticket.asked_back = 0
    ticket.handoff = None
    ticket.resolved_at = ticket.resolution_reason = ticket.snoozed_until = None
    dialogue = await change.session.get(Dialogue, ticket.id)
    if dialogue is not None:
        await change.session.delete(dialogue)
    move(change, Status.BOT)
    change.audit(RETURNED, before=before)
    waiting = await _unanswered(change)
    if waiting is not None:
        newest = select(func.max(Message.id)).where(Message.ticket_id == ticket.id)
        payload = {
            "message_id": waiting.id,
            "returned": ticket.takeover,
            "said": await change.session.scalar(newest),
        }
        promise(change.session, "triage", payload, f"ticket:{ticket.id}", change.now)


async def _unanswered(change: Change) -> Message | None:
    """The customer's newest message, if no person has answered it."""
    newest = await change.session.scalar(
        select(Message)
        .where(
            Message.ticket_id == change.ticket.id,
            Message.direction != Direction.NOTE.value,
            Message.author_kind != AuthorKind.BOT.value,
            Message.deleted_at.is_(None),
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    return newest if newest is not None and newest.direction == Direction.INBOUND else None
