"""Computing a ticket's clocks anew from its timeline, when something older came to light.

A message that a poll brings late, a reply that staff wrote an hour ago: the clocks went on in the
order in which things became known, and here they are brought to the order in which they happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.database import Database
from hub.directory import DirectoryCache
from hub.jobs.queue import done_with
from hub.now import Now
from hub.sla.clockwork import Clockwork
from hub.sla.entries import Rules, RulesChanged, in_order
from hub.sla.history import CREATED, entries_of, first_rules, row_of, versions_in
from hub.sla.models import RulesVersion, TimelineRow
from hub.sla.rules_document import read_document
from hub.sla.ticket_clocks import advance, open_clocks
from hub.team.access import SYSTEM
from hub.tickets.change import Change, changing

log = structlog.get_logger(__name__)


class RecountClocks:
    """The job `recount-clocks`."""

    def __init__(self, database: Database, directory: DirectoryCache, now: Now) -> None:
        self._database = database
        self._directory = directory
        self._now = now

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        # Whoever promised this may have known newer rules than this process does.
        self._directory.forget()
        directory = await self._directory.get()
        now = self._now()
        async with (
            self._database.write() as session,
            changing(session, payload["ticket_id"], directory, SYSTEM, now) as change,
        ):
            await recount(change)
            await done_with(session, now)

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        """The clocks stay as they were known."""
        log.error("clocks.not_recounted", ticket_id=payload["ticket_id"])


async def recount(change: Change) -> None:
    """Write the clocks that follow from the timeline. A ticket from before timelines were kept
    stays as it is."""
    rows = await timeline_rows(change.session, change.ticket.id)
    if not any(row["kind"] == CREATED for row in rows):
        return
    clockwork = change.directory.clockwork
    rows += _newer_rules(rows, clockwork, change)
    rules = await rules_of(change.session, rows, clockwork)
    created, entries = in_order(entries_of(rows, rules))
    state = open_clocks(created, first_rules(rows, rules))
    since = created.at
    for entry in entries:
        before = state.status
        state = advance(state, entry)
        if state.status is not before:
            since = entry.at
    at = max([created.at, *(entry.at for entry in entries)])
    clockwork.rewrite(change, state, at, since)
    clockwork.breached(change, change.now)
    change.stale = False


async def timeline_rows(session: AsyncSession, ticket_id: int) -> list[dict[str, Any]]:
    """A ticket's timeline as it was written."""
    found = await session.scalars(
        select(TimelineRow).where(TimelineRow.ticket_id == ticket_id).order_by(TimelineRow.id)
    )
    return [row.as_row() for row in found]


async def rules_of(
    session: AsyncSession, rows: list[dict[str, Any]], clockwork: Clockwork
) -> dict[int, Rules]:
    """The rules that a timeline names, by version."""
    known = clockwork.known_rules()
    missing = versions_in(rows) - set(known)
    if missing:
        found = await session.scalars(select(RulesVersion).where(RulesVersion.id.in_(missing)))
        known |= {version.id: read_document(version.definition) for version in found}
    return known


def _newer_rules(
    rows: list[dict[str, Any]], clockwork: Clockwork, change: Change
) -> list[dict[str, Any]]:
    """Entries for the rules that came into force since the timeline's last ones; stored, too."""
    newest = max(versions_in(rows), default=0)
    last = max(row["at"] for row in rows)
    new = []
    for version in clockwork.versions_after(newest):
        last = max(last, version.at)
        entry = row_of(RulesChanged(at=last, rules=version.rules), version.number)
        change.entries.append(entry)
        new.append(entry)
    return new
