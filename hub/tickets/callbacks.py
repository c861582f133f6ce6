"""Promises to call somebody back: each with a time, done or put off by a person."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select

from hub.errors import Conflict, Invalid, NotFound
from hub.tickets.actions import refuse_merged, reopen
from hub.tickets.change import Change
from hub.tickets.models import Callback, Status
from hub.tickets.replies import log_reply, note


class Outcome(StrEnum):
    REACHED = "reached"
    NO_ANSWER = "no_answer"
    CANCELLED = "cancelled"


async def promise_call(
    change: Change, due_at: datetime, *, phone: str | None = None, text: str = ""
) -> Callback:
    """Somebody will be called at `due_at`. A resolved ticket is open again. Raises Invalid."""
    if due_at <= change.now:
        raise Invalid.field("due_at", "a call is promised for a time in the future")
    refuse_merged(change)
    callback = Callback(
        ticket_id=change.ticket.id,
        due_at=due_at,
        phone=phone,
        note=text,
        created_by=change.actor.name[:120],
        created_at=change.now,
    )
    change.session.add(callback)
    await change.session.flush()
    if change.ticket.status in (Status.RESOLVED, Status.SNOOZED):
        reopen(change)
    await refresh_due(change)
    change.audit("call promised", callback_id=callback.id, due_at=due_at.isoformat())
    return callback


async def end_call(
    change: Change,
    callback_id: int,
    outcome: Outcome,
    *,
    body: str | None = None,
    retry_at: datetime | None = None,
) -> Callback:
    """The call was made, or will not be. `body` says what was said: to somebody who was reached
    it is an answer, else a note. `retry_at` promises another. Raises NotFound, Conflict or Invalid.
    """
    callback = await change.session.get(Callback, callback_id, with_for_update=True)
    if callback is None or callback.ticket_id != change.ticket.id:
        raise NotFound(f"there is no call-back {callback_id}")
    if callback.done_at is not None:
        raise Conflict(f"this call-back is done: {callback.outcome}")
    if retry_at is not None and retry_at <= change.now:
        raise Invalid.field("retry_at", "a call is promised for a time in the future")
    callback.done_at = change.now
    callback.done_by = change.actor.name[:120]
    callback.outcome = outcome.value
    if outcome is Outcome.REACHED:
        await log_reply(change, body or "Called back.")
    elif body:
        await note(change, body)
    await change.session.flush()
    change.audit("call ended", callback_id=callback.id, outcome=outcome.value)
    if retry_at is not None:
        await promise_call(change, retry_at, phone=callback.phone, text=callback.note)
    await refresh_due(change)
    return callback


async def refresh_due(change: Change) -> None:
    """The ticket shows the next call that is due, and the queue is sorted by it."""
    change.ticket.callback_due_at = await change.session.scalar(
        select(func.min(Callback.due_at)).where(
            Callback.ticket_id == change.ticket.id, Callback.done_at.is_(None)
        )
    )
    change.directory.clockwork.breached(change, change.now)
