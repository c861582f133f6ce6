"""New rules for the tickets that are open: in the background, with progress, in small steps.

What happens to a ticket meanwhile brings its clocks up to date by itself (`Clockwork.catch_up`);
this is for those to which nothing happens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.database import Database
from hub.directory import DirectoryCache
from hub.events.record import PendingEvent, record
from hub.now import Now
from hub.sla.models import RulesVersion
from hub.team.access import SYSTEM
from hub.tickets.change import changing
from hub.tickets.models import Status, Ticket
from hub.tickets.view import timestamp

RECOMPUTE = "recompute-clocks"
_AT_ONCE = 10
"""Tickets a transaction: on SQLite nobody else writes meanwhile."""

log = structlog.get_logger(__name__)


class RecomputeClocks:
    """The job `recompute-clocks` of one version of the rules."""

    def __init__(self, database: Database, directory: DirectoryCache, now: Now) -> None:
        self._database = database
        self._directory = directory
        self._now = now

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        while await self._step(payload["version"]):
            pass

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        """Each ticket still gets the new rules when something next happens to it."""
        log.error("clocks.not_recomputed", version=payload["version"])

    async def _step(self, number: int) -> bool:
        """Some more tickets; False after the last, or where newer rules take over."""
        self._directory.forget()
        directory = await self._directory.get()
        now = self._now()
        async with self._database.write() as session:
            version = await session.get_one(RulesVersion, number, with_for_update=True)
            newer = directory.clockwork.version > number
            tickets = [] if newer else await _next_open(session, version.reached)
            for ticket_id in tickets:
                async with changing(session, ticket_id, directory, SYSTEM, now) as change:
                    directory.clockwork.catch_up(change)
                    directory.clockwork.breached(change, now)
            version.done += len(tickets)
            version.reached = tickets[-1] if tickets else version.reached
            if not tickets:
                version.finished_at = now
            record(session, PendingEvent("sla.changed", now, progress(version)))
            return bool(tickets)


async def _next_open(session: AsyncSession, after: int) -> Sequence[int]:
    found = await session.scalars(
        select(Ticket.id)
        .where(Ticket.id > after, Ticket.status != Status.RESOLVED.value)
        .order_by(Ticket.id)
        .limit(_AT_ONCE)
    )
    return found.all()


def progress(version: RulesVersion) -> dict[str, Any]:
    """How far the recomputation has come, as the API and the event say it."""
    return {
        "version": version.id,
        # Tickets that were opened meanwhile are done, too.
        "total": max(version.total, version.done),
        "done": version.done,
        "finished_at": timestamp(version.finished_at),
    }
