"""Who is asked how satisfied they were, and when: a job promised with the resolution.

Asked once a ticket, and a customer at most once in HUB_SURVEY_PAUSE_DAYS, a few minutes after the
resolution and only if it still stands. Where a channel allows it: in a private conversation, and
never beyond the window in which anybody may write.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.base import to_micros
from hub.directory import Directory
from hub.jobs.promise import promise
from hub.ports import Visibility
from hub.surveys.models import Survey
from hub.tickets.change import Change
from hub.tickets.models import Direction, Message, Status, Ticket

KIND = "survey"
SOON = timedelta(minutes=5)
"""After the resolution: "thank you, but…" comes within it."""
ANSWERABLE = timedelta(days=14)
_MARGIN = timedelta(minutes=15)
"""Before a channel's window closes: the delivery may have to be tried again."""
NOT_DEALT_WITH = frozenset({"answered_by_bot", "duplicate", "merged", "no_reply_needed", "spam"})
"""Reasons of a resolution that nobody is asked about. What the bot answered closes in silence,
a day after: whoever was content would be reminded of it for nothing."""


def promise_survey(change: Change) -> None:
    """The ticket has just been resolved: its customer is asked in a while, if that fits then."""
    ticket = change.ticket
    able = change.directory.account(ticket.account_id).capabilities
    if not able.surveys or ticket.resolution_reason in NOT_DEALT_WITH:
        return
    assert ticket.resolved_at is not None
    payload = {"ticket_id": ticket.id, "resolved_at": to_micros(ticket.resolved_at)}
    # One lane a customer: two of their tickets are not asked about at the same time.
    promise(change.session, KIND, payload, f"survey:{ticket.contact_id}", change.now + SOON)


async def answered_message(
    session: AsyncSession,
    directory: Directory,
    ticket: Ticket,
    resolved_at: int,
    now: datetime,
    rest: timedelta,
) -> Message | None:
    """The customer's newest message, which the question follows; None where none is to be asked.

    `resolved_at`: of the resolution it is about, microseconds. `rest`: for how long a customer who
    has been asked is left alone.
    """
    closed = ticket.resolved_at if ticket.status == Status.RESOLVED else None
    if closed is None or to_micros(closed) != resolved_at:
        return None  # reopened since, and perhaps resolved again: that has a job of its own
    if ticket.resolution_reason in NOT_DEALT_WITH or ticket.merged_into_id is not None:
        return None
    newest = await session.scalar(
        select(Message)
        .where(
            Message.ticket_id == ticket.id,
            Message.direction == Direction.INBOUND.value,
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    if newest is None or not _may_be_asked(directory, ticket, newest, now):
        return None
    asked = exists().where(
        or_(
            Survey.ticket_id == ticket.id,
            and_(Survey.contact_id == ticket.contact_id, Survey.asked_at > now - rest),
        )
    )
    return None if await session.scalar(select(asked)) else newest


def _may_be_asked(directory: Directory, ticket: Ticket, newest: Message, now: datetime) -> bool:
    """Whether the conversation they wrote in last takes a question now."""
    account = directory.accounts.get(newest.account_id)
    if account is None or not account.enabled or account.stopped:
        return False
    able = account.capabilities
    if not able.surveys or newest.visibility != Visibility.PRIVATE:
        return False
    if not ticket.can_reply or ticket.held_by is not None:
        return False
    return able.reply_window is None or now < newest.sent_at + able.reply_window - _MARGIN
