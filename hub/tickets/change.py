"""One change to one ticket: locked, changed, audited and told, in the caller's transaction.

Every function that changes a ticket outside intake works on a `Change`; leaving the block
raises the version and records the event, so nobody can forget either.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, MutableMapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.audit.models import AuditEntry
from hub.db.base import Base
from hub.delivery.models import Delivery
from hub.directory import Directory
from hub.errors import NotFound
from hub.events.record import PendingEvent, record
from hub.jobs.promise import promise
from hub.sla.models import Breach, ClockRow, TimelineRow
from hub.sla.promises import RECOUNT, promise_breach
from hub.sla.summary import breach_of, is_missed, rests_with_bot
from hub.team.access import Actor
from hub.tickets.models import Message, Ticket
from hub.tickets.view import message_view, ticket_view


class Columns(MutableMapping[str, Any]):
    """An ORM row as the mapping that intake's plain rows are."""

    def __init__(self, row: Base) -> None:
        self._row = row

    def __getitem__(self, name: str) -> Any:
        return getattr(self._row, name)

    def __setitem__(self, name: str, value: Any) -> None:
        setattr(self._row, name, value)

    def __delitem__(self, name: str) -> None:
        raise TypeError("a row keeps its columns")

    def __iter__(self) -> Any:
        return iter(self._row.as_row())

    def __len__(self) -> int:
        return len(self._row.as_row())


class Change:
    def __init__(
        self,
        session: AsyncSession,
        ticket: Ticket,
        clocks: Sequence[ClockRow],
        directory: Directory,
        actor: Actor,
        now: datetime,
    ) -> None:
        self.session = session
        self.ticket = ticket
        self.directory = directory
        self.actor = actor
        self.now = now
        self.row = Columns(ticket)
        self.clocks: list[MutableMapping[str, Any]] = [Columns(clock) for clock in clocks]
        """Oldest first; a plain dict is a new one, stored with the change."""
        self.entries: list[dict[str, Any]] = []
        """New rows of the timeline, stored with the change."""
        self.stale = False

    def audit(self, action: str, **detail: Any) -> None:
        self.session.add(
            AuditEntry(
                at=self.now,
                actor=str(self.actor),
                action=action,
                ticket_id=self.ticket.id,
                detail=detail,
            )
        )

    def tell(self, kind: str, data: dict[str, Any]) -> None:
        """Record an event for whoever may see the ticket."""
        ticket = self.ticket
        record(
            self.session,
            PendingEvent(kind, self.now, data, ticket.id, ticket.unit, ticket.assignee_id),
        )

    def tell_message(self, kind: str, message: Message, delivery: Delivery | None = None) -> None:
        row = delivery.as_row() if delivery is not None else None
        self.tell(kind, message_view(message.as_row(), row))


@asynccontextmanager
async def changing(
    session: AsyncSession, ticket_id: int, directory: Directory, actor: Actor, now: datetime
) -> AsyncIterator[Change]:
    """Lock a ticket and its clocks for a change. Raises NotFound."""
    # What the session read before the lock may have been changed by others since.
    anew = {"populate_existing": True}
    ticket = await session.scalar(
        select(Ticket).where(Ticket.id == ticket_id).with_for_update().execution_options(**anew)
    )
    if ticket is None:
        raise NotFound(f"there is no ticket {ticket_id}")
    clocks = await session.scalars(
        select(ClockRow)
        .where(ClockRow.ticket_id == ticket_id)
        .order_by(ClockRow.id)
        .execution_options(**anew)
    )
    unit, assignee = ticket.unit, ticket.assignee_id
    change = Change(session, ticket, clocks.all(), directory, actor, now)
    yield change
    await _store_clocks(change)
    ticket.version += 1
    ticket.updated_at = now
    if (ticket.unit, ticket.assignee_id) != (unit, assignee):
        # Told to those who could see it: whoever still can ignores it for what follows.
        left = PendingEvent("ticket.left", now, {"id": ticket.id}, ticket.id, unit, assignee)
        record(session, left)
    change.tell("ticket.updated", ticket_view(ticket.as_row()))


async def _store_clocks(change: Change) -> None:
    """Store new clocks and entries, and every breach that is not recorded yet: a late reply may
    be accepted before the sweep notices that it is late."""
    session, ticket = change.session, change.ticket
    new = [ClockRow(**clock) for clock in change.clocks if isinstance(clock, dict)]
    if new:
        session.add_all(new)
        await session.flush()
    for entry in change.entries:
        session.add(TimelineRow(**{**entry, "ticket_id": ticket.id}))
    if change.stale:
        payload = {"ticket_id": ticket.id}
        promise(session, RECOUNT, payload, f"clocks:{ticket.id}", change.now)
    stored = [clock for clock in change.clocks if not isinstance(clock, dict)]
    missed = [clock for clock in (*stored, *map(Columns, new)) if is_missed(clock)]
    if not missed or rests_with_bot(change.row):
        return
    ids = [clock["id"] for clock in missed]
    recorded = set(await session.scalars(select(Breach.clock_id).where(Breach.clock_id.in_(ids))))
    for clock in missed:
        if clock["id"] not in recorded:
            change.audit("breach", metric=clock["metric"])
            session.add(Breach(**breach_of(clock, ticket.unit, change.now)))
            promise_breach(session, clock, change.directory.clockwork, change.now)
