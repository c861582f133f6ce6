"""What people do to a ticket: assign, transfer, snooze, resolve, reopen, classify, tag.

What they say on it is in `hub.tickets.replies`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from hub.delivery.outbox import cancel_bot_deliveries
from hub.errors import Conflict, Invalid
from hub.jobs.promise import promise
from hub.ports import ChannelKind
from hub.ports.messages import clean_text
from hub.sla.entries import COUNTER_CHANNELS
from hub.surveys.asking import promise_survey
from hub.tickets.change import Change
from hub.tickets.models import Priority, Status, TicketTag

MAX_TAG = 40
SILENT_CHANNELS = COUNTER_CHANNELS | {ChannelKind.OPEN311.value}
"""Where nobody reads what a bot says: people at the counter, filed service requests."""
_SETTABLE = (Status.OPEN, Status.PENDING_CUSTOMER, Status.SNOOZED, Status.RESOLVED)


async def take_over(change: Change) -> None:
    """Raise the fence: from here on a person speaks."""
    change.ticket.takeover += 1
    if change.ticket.status == Status.BOT:
        move(change, Status.OPEN)
    await cancel_bot_deliveries(change)


def move(change: Change, status: Status) -> None:
    """Change the status, and the clocks with it; the system it came from is told, if it asks."""
    ticket = change.ticket
    if ticket.status == status:
        return
    ended = Status.RESOLVED in (ticket.status, status)
    ticket.status = status.value
    change.directory.clockwork.status_changed(change, change.now)
    if ended and change.directory.account(ticket.account_id).capabilities.takes_status:
        payload = {"ticket_id": ticket.id, "version": ticket.version}
        promise(change.session, "push-status", payload, f"status:{ticket.id}", change.now)


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
    change.directory.clockwork.reclassified(change, change.now)


def refuse_merged(change: Change) -> None:
    """A merged ticket rests: its customer is answered elsewhere. Raises Conflict."""
    into = change.ticket.merged_into_id
    if into is not None:
        raise Conflict(f"this ticket is merged into {into}: work there, or take the merge back")


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
    survey: bool = True,
) -> None:
    """Open, wait for the customer, snooze `until`, or resolve for a `reason`. Raises Invalid.

    Whose ticket is resolved is asked how satisfied they are, where that fits, but without `survey`.
    """
    ticket = change.ticket
    if status not in _SETTABLE:
        raise Invalid.field("status", f"must be one of {', '.join(_SETTABLE)}")
    if status == Status.SNOOZED and (until is None or until <= change.now):
        raise Invalid.field("until", "snoozing needs a time in the future")
    refuse_merged(change)
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
    if status == Status.RESOLVED and survey:
        promise_survey(change)


def set_priority(change: Change, priority: Priority) -> None:
    if priority == change.ticket.priority:
        return
    change.audit("priority", priority=priority.value, before=change.ticket.priority)
    change.ticket.priority = priority.value
    change.directory.clockwork.reclassified(change, change.now)


def set_topic(change: Change, topic: str | None) -> None:
    if topic == change.ticket.topic:
        return
    change.audit("topic", topic=topic, before=change.ticket.topic)
    change.ticket.topic = topic
    change.directory.clockwork.reclassified(change, change.now)


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
