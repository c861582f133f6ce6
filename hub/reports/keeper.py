"""Keeping the facts of tickets up to date: the worker's loop that follows the event log.

Each look takes the tickets that events since the cursor speak of, computes their facts, and
writes them with the new cursor in one short transaction; then it makes the sheets of days that
are out of date. Nobody who writes waits for it, nothing is written while nothing happens, and
what a killed process had not committed is done again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from hub.accounts.leases import claim, free
from hub.db.database import Database
from hub.directory import DirectoryCache
from hub.events.models import Counter, Event
from hub.events.record import SEQUENCE
from hub.jobs.lease import LEASE
from hub.now import Now
from hub.reports.facts import BATCH, CURSOR, FILL, Overtaken, begin, fill, recompute, refill
from hub.reports.models import ReportDay, TicketFact

KEEPING = "report-keeper"
"""The lease: of all workers one computes facts at a time."""
AT_ONCE = 10.0
"""Seconds of work under one lease, which is longer."""
REST = 5.0
"""Seconds between two sheets of the same day: today's is out of date with every message."""
_EVENTS = 1_000
_PASSING = ("ticket.typing",)
"""Kinds of events that change nothing."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the facts stand."""

    cursor: int | None
    newest: int
    oldest: int | None
    """The first event still kept after the cursor."""
    filled: int | None
    """The last ticket computed, while all are."""
    due: list[int]
    """Tickets of which a clock has come to be overdue."""
    stale: list[int]
    """Days without a good sheet."""


class Keeper:
    """`clock` gives seconds for its own pauses."""

    def __init__(
        self,
        database: Database,
        directory: DirectoryCache,
        now: Now,
        timezone: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._directory = directory
        self._now = now
        self._zone = ZoneInfo(timezone)
        self._clock = clock
        self._rolled: dict[int, float] = {}

    async def run(self) -> int:
        """Do what there is to do, for some seconds; gives how many tickets were computed."""
        place = await self._look()
        if not (self._has_facts_to_compute(place) or self._ready(place.stale)):
            return 0
        now = self._now()
        if not await claim(self._database, KEEPING, now, now + LEASE):
            return 0
        try:
            return await self._work()
        finally:
            await free(self._database, KEEPING)

    async def _work(self) -> int:
        done, until = 0, self._clock() + AT_ONCE
        while self._clock() < until:
            place = await self._look()
            if not self._has_facts_to_compute(place):
                break
            try:
                done += await self._compute(place)
            except Overtaken:  # by a rebuild; what it wrote is as good
                continue
        for day in self._ready((await self._look()).stale):
            if self._clock() >= until:
                break
            await self._roll(day)
        return done

    def _has_facts_to_compute(self, place: _Place) -> bool:
        behind = place.cursor is None or place.cursor < place.newest
        return behind or place.filled is not None or bool(place.due)

    async def _look(self) -> _Place:
        now = self._now()
        async with self._database.read() as session:
            counters = {
                row.name: row.value
                for row in await session.execute(
                    select(Counter.name, Counter.value).where(
                        Counter.name.in_((CURSOR, FILL, SEQUENCE))
                    )
                )
            }
            cursor = counters.get(CURSOR)
            newest = counters.get(SEQUENCE, 0)
            oldest = None
            if cursor is not None and cursor < newest:
                oldest = await session.scalar(select(func.min(Event.seq)).where(Event.seq > cursor))
            due = await session.scalars(
                select(TicketFact.ticket_id)
                .where(TicketFact.next_due < now)
                .order_by(TicketFact.next_due)
                .limit(BATCH)
            )
            stale = await session.scalars(
                select(ReportDay.day)
                .where(ReportDay.rolled != ReportDay.revision)
                .order_by(ReportDay.day)
            )
            return _Place(cursor, newest, oldest, counters.get(FILL), list(due), list(stale))

    async def _compute(self, place: _Place) -> int:
        """One batch: what events speak of, else what came due, else the next of all tickets."""
        if place.cursor is None:
            await begin(self._database)
            return 0
        if place.cursor < place.newest:
            if place.oldest != place.cursor + 1:
                # Events were removed before they were read here: any ticket may have changed.
                await refill(self._database, place.newest)
                return 0
            return await self._follow(place.cursor)
        rules = (await self._directory.get()).clockwork.rules
        now = self._now()
        if place.due:
            return await recompute(
                self._database, place.due, rules, self._zone, now, seen=place.cursor
            )
        assert place.filled is not None
        return await fill(
            self._database, rules, self._zone, now, seen=place.cursor, reached=place.filled
        )

    async def _follow(self, cursor: int) -> int:
        ids, reached = await self._touched(cursor)
        rules = (await self._directory.get()).clockwork.rules
        return await recompute(
            self._database, ids, rules, self._zone, self._now(), seen=cursor, cursor=reached
        )

    async def _touched(self, cursor: int) -> tuple[list[int], int]:
        """The tickets that the next events speak of, and the last of these events."""
        async with self._database.read() as session:
            events = await session.execute(
                select(Event.seq, Event.ticket_id, Event.kind)
                .where(Event.seq > cursor)
                .order_by(Event.seq)
                .limit(_EVENTS)
            )
            ids: set[int] = set()
            for seq, ticket_id, kind in events:
                if ticket_id is not None and kind not in _PASSING:
                    if ticket_id not in ids and len(ids) >= BATCH:
                        break
                    ids.add(ticket_id)
                cursor = seq
        return sorted(ids), cursor

    def _ready(self, stale: list[int]) -> list[int]:
        """The days whose sheet may be made anew."""
        now = self._clock()
        self._rolled = {day: at for day, at in self._rolled.items() if now - at < REST}
        return [day for day in stale if day not in self._rolled]

    async def _roll(self, day: int) -> None:
        from hub.reports.sheets import roll  # numpy's: a hub at rest does without

        await roll(self._database, days=[day])
        self._rolled[day] = self._clock()
