"""Reading tickets, and keeping the facts that reports count: the keeper's and `rebuild`'s work.

Whoever writes facts first takes the cursor's row, and only while it stands where it stood when
the tickets were read: of two that computed the same ticket, the one that saw less gives way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, delete, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.database import Database
from hub.directory import Directory
from hub.events.feed import last_number
from hub.events.models import Counter, Event
from hub.now import Now, system_now
from hub.reports.loading import compute, neighbours
from hub.reports.models import ReportDay, TicketFact
from hub.sla.entries import Rules
from hub.tickets.models import Ticket

CURSOR = "report-cursor"
"""The counter of the last event whose ticket's facts are kept."""
FILL = "report-fill"
"""The last ticket computed while all are; the counter is gone when they are done."""
BATCH = 200
"""Tickets computed at a time: their facts are written in some 20 ms."""

_REBUILT = 500
"""The same for a rebuild, which has more to do."""
_FACTS = cast(Table, TicketFact.__table__)

Progress = Callable[[int, int], None]
"""Told how many of how many tickets are done."""


class Overtaken(Exception):
    """Others have written facts since the tickets were read: read them again."""


async def read_cursor(session: AsyncSession) -> int | None:
    """The last event whose ticket's facts are kept; None before the first of all facts."""
    return await session.scalar(select(Counter.value).where(Counter.name == CURSOR))


async def store(
    session: AsyncSession,
    ids: Collection[int],
    facts: Sequence[Mapping[str, Any]],
    seen: int,
    cursor: int,
) -> None:
    """Write the facts of tickets `ids` that were read at cursor `seen`, and move it to `cursor`.
    Those of them that have none count no more.

    Raises Overtaken.
    """
    moved = await session.scalar(
        update(Counter)
        .where(Counter.name == CURSOR, Counter.value == seen)
        .values(value=cursor)
        .returning(Counter.value)
        .execution_options(synchronize_session=False)
    )
    if moved is None:
        raise Overtaken
    if not ids:
        return
    before = await session.scalars(
        select(TicketFact.day).where(TicketFact.ticket_id.in_(ids)).distinct()
    )
    days = {*before, *(fact["day"] for fact in facts)}
    await session.execute(delete(TicketFact).where(TicketFact.ticket_id.in_(ids)))
    if facts:
        await session.execute(insert(_FACTS), list(facts))
    await touch(session, days)


async def touch(session: AsyncSession, days: Iterable[int]) -> None:
    """The sheets of these days are out of date."""
    rows = [{"day": day, "revision": 1, "rolled": 0, "sheet": None} for day in sorted(set(days))]
    if rows:
        upsert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
        await session.execute(
            upsert(ReportDay)
            .values(rows)
            .on_conflict_do_update(
                index_elements=["day"], set_={"revision": ReportDay.revision + 1}
            )
        )


async def begin(database: Database) -> int:
    """The cursor; made, with the promise to compute every ticket, where there is none."""
    async with database.read() as session:
        cursor = await read_cursor(session)
    if cursor is not None:
        return cursor
    newest = await last_number(database)
    upsert = (sqlite if database.is_sqlite else postgresql).insert
    async with database.write() as session:
        for name, value in ((CURSOR, newest), (FILL, 0)):
            await session.execute(
                upsert(Counter).values(name=name, value=value).on_conflict_do_nothing()
            )
    return newest


async def refill(database: Database, newest: int) -> None:
    """Events are missing: compute every ticket anew, and follow the log from `newest` on."""
    upsert = (sqlite if database.is_sqlite else postgresql).insert
    async with database.write() as session:
        for name, value in ((CURSOR, newest), (FILL, 0)):
            await session.execute(
                upsert(Counter)
                .values(name=name, value=value)
                .on_conflict_do_update(index_elements=["name"], set_={"value": value})
            )


async def recompute(
    database: Database,
    ids: Sequence[int],
    rules: Rules,
    zone: ZoneInfo,
    now: datetime,
    *,
    seen: int,
    cursor: int | None = None,
    follow: bool = True,
) -> int:
    """Compute and write the facts of these tickets, and of those they may follow; gives how
    many. Raises Overtaken."""
    async with database.read() as session:
        wanted = {*ids, *(await neighbours(session, ids) if follow and ids else ())}
        facts = await compute(session, wanted, rules, zone, now) if wanted else []
    async with database.write() as session:
        await store(session, wanted, facts, seen, seen if cursor is None else cursor)
    return len(wanted)


async def rebuild(
    database: Database,
    directory: Directory,
    timezone: str,
    *,
    now: Now = system_now,
    progress: Progress | None = None,
) -> int:
    """Compute the facts of every ticket anew, and every day's sheet; gives how many tickets.

    For what was written without events, and after an upgrade. A hub may run meanwhile.
    """
    from hub.reports.sheets import roll  # numpy's: a hub at rest does without

    zone, rules = ZoneInfo(timezone), directory.clockwork.rules
    await begin(database)
    async with database.read() as session:
        total = await session.scalar(select(func.count()).select_from(Ticket)) or 0
    done, last = 0, 0
    while True:
        async with database.read() as session:
            ids = await _next_ids(session, last, _REBUILT)
        if not ids:
            break
        while True:
            seen = await begin(database)
            try:
                await recompute(database, ids, rules, zone, now(), seen=seen, follow=False)
            except Overtaken:
                continue
            break
        last = ids[-1]
        done += len(ids)
        if progress is not None:
            progress(done, max(total, done))
    async with database.write() as session:
        await session.execute(delete(Counter).where(Counter.name == FILL))
        gone = ~exists(select(Ticket.id).where(Ticket.id == TicketFact.ticket_id))
        days = await session.scalars(delete(TicketFact).where(gone).returning(TicketFact.day))
        await touch(session, days.all())
    while await roll(database, limit=20):
        pass
    return done


async def _next_ids(session: AsyncSession, after: int, limit: int) -> list[int]:
    found = await session.scalars(
        select(Ticket.id).where(Ticket.id > after).order_by(Ticket.id).limit(limit)
    )
    return list(found)


async def fill(
    database: Database, rules: Rules, zone: ZoneInfo, now: datetime, *, seen: int, reached: int
) -> int:
    """Compute the next tickets of all; gives how many there were. Raises Overtaken."""
    async with database.read() as session:
        ids = await _next_ids(session, reached, BATCH)
        facts = await compute(session, ids, rules, zone, now)
    async with database.write() as session:
        await store(session, ids, facts, seen, seen)
        place = Counter.name == FILL
        if ids:
            await session.execute(update(Counter).where(place).values(value=ids[-1]))
        else:
            await session.execute(delete(Counter).where(place))
    return len(ids)


async def as_of(session: AsyncSession, now: datetime) -> datetime:
    """How far facts have come: what happened after it may not be in them."""
    rows = await session.execute(
        select(Counter.name, Counter.value).where(Counter.name.in_((CURSOR, FILL)))
    )
    counters = {row.name: row.value for row in rows}
    cursor, reached = counters.get(CURSOR), counters.get(FILL)
    if cursor is None:
        reached = 0
    found = [now]
    if reached is not None:
        found.append(
            await session.scalar(
                select(Ticket.created_at).where(Ticket.id > reached).order_by(Ticket.id).limit(1)
            )
            or now
        )
    if cursor is not None:
        unread = select(Event.at).where(Event.seq > cursor).order_by(Event.seq).limit(1)
        found.append(await session.scalar(unread) or now)
    due = select(func.min(TicketFact.next_due)).where(TicketFact.next_due < now)
    found.append(await session.scalar(due) or now)
    return min(found)
