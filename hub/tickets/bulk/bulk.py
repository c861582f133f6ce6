"""Changing many tickets: each in a short transaction of its own, so that one that is refused
stops no other, and nobody waits for five hundred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from hub.db.database import Database
from hub.directory import DirectoryCache
from hub.errors import Conflict, HubError, Invalid, NotFound
from hub.now import Now
from hub.search.index import SearchIndex
from hub.team.access import Permission, Principal
from hub.tickets.bulk.wanted import Wanted, earlier, restore, values_of
from hub.tickets.change import changing
from hub.tickets.models import BulkChange
from hub.tickets.queue import QueueFilter, count_found, read_page

MOST = 500
UNDO_WITHIN = timedelta(minutes=15)
_SAVE_EVERY = 25
"""Tickets after which what they were is saved: what a killed process did can be taken back but for
the last of them, whose histories tell of it all the same."""


@dataclass(frozen=True, slots=True)
class Refusal:
    ticket_id: int
    reason: str


@dataclass(slots=True)
class Outcome:
    """What became of the tickets; those that were so already are in neither list."""

    id: int
    matched: int
    undo_until: datetime
    changed: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


class _AsItWas(Exception):
    """Nothing was changed: the ticket's version stays, too."""


class Bulk:
    def __init__(
        self, database: Database, directory: DirectoryCache, search: SearchIndex, now: Now
    ) -> None:
        self._database = database
        self._directory = directory
        self._search = search
        self._now = now

    async def count(self, wanted: QueueFilter, principal: Principal) -> int:
        """How many tickets a filter finds for them."""
        async with self._database.read() as session:
            return await count_found(session, self._search, wanted, principal, self._now())

    async def change_found(
        self, found: QueueFilter, wanted: Wanted, principal: Principal
    ) -> Outcome:
        """Change what a filter finds. Raises Invalid where that is everything, or too many."""
        if found.asks_for_all:
            raise Invalid.field("filter", "leaves nothing out: say which tickets")
        async with self._database.read() as session:
            page = await read_page(
                session, self._search, found, principal, self._now(), cursor=None, limit=MOST
            )
        if page.next_cursor is not None:
            count = await self.count(found, principal)
            raise Invalid.field("filter", f"finds {count} tickets; at most {MOST} at once")
        return await self.change([ticket.id for ticket in page.tickets], wanted, principal)

    async def change(self, ids: Sequence[int], wanted: Wanted, principal: Principal) -> Outcome:
        """Do what is wanted to each ticket, as they might to one. Raises Invalid."""
        ids = list(dict.fromkeys(ids))
        if len(ids) > MOST:
            raise Invalid.field("ids", f"are {len(ids)} tickets; at most {MOST} at once")
        now = self._now()
        wanted.check(await self._directory.get(), now)
        async with self._database.write() as session:
            bulk = BulkChange(
                at=now,
                actor=str(principal.actor)[:160],
                agent_id=principal.agent_id,
                wanted=wanted.as_json(),
                before=[],
            )
            session.add(bulk)
            await session.flush()
            outcome = Outcome(bulk.id, len(ids), now + UNDO_WITHIN)
        before: list[dict[str, Any]] = []
        for ticket_id in ids:
            try:
                before.append(await self._one(outcome.id, ticket_id, wanted, principal))
            except _AsItWas:
                continue
            except HubError as error:
                outcome.refused.append(Refusal(ticket_id, error.detail))
                continue
            outcome.changed.append(ticket_id)
            if len(before) % _SAVE_EVERY == 0:
                await self._save(outcome.id, before)
        await self._save(outcome.id, before)
        return outcome

    async def _one(
        self, bulk_id: int, ticket_id: int, wanted: Wanted, principal: Principal
    ) -> dict[str, Any]:
        """Change one ticket; gives what it was. Raises HubError or _AsItWas."""
        directory = await self._directory.get()
        async with self._database.write() as session:
            async with changing(
                session, ticket_id, directory, principal.actor, self._now()
            ) as change:
                ticket = change.ticket
                if not principal.sees(ticket.unit, ticket.assignee_id):
                    raise NotFound(f"there is no ticket {ticket_id}")
                was = values_of(change)
                await wanted.apply(change, principal)
                before = earlier(was, values_of(change))
                if not before and wanted.note is None:
                    raise _AsItWas
                change.audit("bulk change", bulk_id=bulk_id)
            return {"ticket_id": ticket_id, "version": ticket.version, "before": before}

    async def _save(self, bulk_id: int, before: list[dict[str, Any]]) -> None:
        async with self._database.write() as session:
            await session.execute(
                update(BulkChange).where(BulkChange.id == bulk_id).values(before=before)
            )

    async def undo(self, bulk_id: int, principal: Principal) -> tuple[list[int], list[Refusal]]:
        """Take it back on the tickets that nobody has changed since; gives these, and the others
        with the reason. Notes stay. Raises NotFound, and Conflict where it is too late."""
        before = await self._take(bulk_id, principal)
        restored: list[int] = []
        refused: list[Refusal] = []
        for entry in before:
            try:
                await self._restore(bulk_id, entry, principal)
            except HubError as error:
                refused.append(Refusal(entry["ticket_id"], error.detail))
            else:
                restored.append(entry["ticket_id"])
        return restored, refused

    async def _take(self, bulk_id: int, principal: Principal) -> list[dict[str, Any]]:
        """Mark it as undone, once, and give what was before."""
        now = self._now()
        async with self._database.write() as session:
            bulk = await session.get(BulkChange, bulk_id, with_for_update=True)
            own = bulk is not None and bulk.actor == str(principal.actor)[:160]
            if bulk is None or not (own or principal.may(Permission.SUPERVISE)):
                raise NotFound(f"there is no change {bulk_id}")
            if bulk.undone_at is not None:
                raise Conflict("this change has been taken back already")
            if now > bulk.at + UNDO_WITHIN:
                minutes = UNDO_WITHIN // timedelta(minutes=1)
                raise Conflict(f"a change can be taken back for {minutes} minutes")
            bulk.undone_at = now
            return list(bulk.before)

    async def _restore(self, bulk_id: int, entry: dict[str, Any], principal: Principal) -> None:
        """Raises HubError. Who sees the ticket does not matter: it may have been moved away, and
        what is put back is what they were allowed to change."""
        if not entry["before"]:
            raise Conflict("only a note was added, and notes stay")
        directory = await self._directory.get()
        async with (
            self._database.write() as session,
            changing(
                session, entry["ticket_id"], directory, principal.actor, self._now()
            ) as change,
        ):
            if change.ticket.version != entry["version"]:
                raise Conflict("the ticket has been changed since")
            await restore(change, entry["before"])
            change.audit("bulk change undone", bulk_id=bulk_id)
