"""Following the event log: one reader a process, any number of subscribers.

The feed reads on from its cursor whenever the doorbell rings, and at every tick all the same.
An event's frame is built once, from the JSON stored with it; each subscriber gets the frames
it may see.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import func, select

from hub.db.base import encode_json
from hub.db.database import Database
from hub.events.models import Counter, Event
from hub.events.record import SEQUENCE
from hub.tickets.view import timestamp

TICK = 1.0
REST = 0.01
"""Seconds between two reads: under load one then brings what several commits wrote."""
_PAGE = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as it goes to a console: `text` is its JSON."""

    seq: int
    kind: str
    ticket_id: int | None
    unit: str | None
    assignee_id: int | None
    text: str


_COLUMNS = (
    Event.seq, Event.kind, Event.at, Event.ticket_id, Event.unit, Event.assignee_id, Event.data,
)  # fmt: skip


def frame_of(
    seq: int,
    kind: str,
    at: datetime,
    ticket_id: int | None,
    unit: str | None,
    assignee_id: int | None,
    data: str,
) -> Frame:
    head = encode_json({"seq": seq, "kind": kind, "at": timestamp(at), "ticket_id": ticket_id})
    return Frame(seq, kind, ticket_id, unit, assignee_id, f'{head[:-1]},"data":{data}}}')


async def read_since(database: Database, since: int, limit: int = _PAGE) -> list[Frame]:
    """The events after number `since`, in order."""
    async with database.read() as session:
        # Plain rows: every event comes by here, and an ORM object costs more than its frame.
        events = await session.execute(
            select(*_COLUMNS).where(Event.seq > since).order_by(Event.seq).limit(limit)
        )
        return [frame_of(*event) for event in events]


async def last_number(database: Database) -> int:
    """The newest event's number, 0 before the first."""
    async with database.read() as session:
        return await session.scalar(select(Counter.value).where(Counter.name == SEQUENCE)) or 0


async def oldest_number(database: Database) -> int | None:
    """The oldest event still kept, None if there is none."""
    async with database.read() as session:
        return await session.scalar(select(func.min(Event.seq)))


Listener = Callable[[Sequence[Frame]], None]


class EventFeed:
    """`start` before `subscribe`; listeners are called in order and must not wait."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: set[Listener] = set()
        self._rung = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.cursor = 0

    def ring(self) -> None:
        self._rung.set()

    async def start(self) -> None:
        self.cursor = await last_number(self._database)
        self._task = asyncio.create_task(self._follow(), name="event-feed")

    def subscribe(self, listener: Listener) -> None:
        self._listeners.add(listener)

    def unsubscribe(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    async def aclose(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._rung.wait()
            self._rung.clear()
            try:
                await self._catch_up()
            except Exception as error:  # the database is away: the next tick tries again
                log.warning("feed.read_failed", error=str(error))
                await asyncio.sleep(TICK)
            await asyncio.sleep(REST)

    async def _catch_up(self) -> None:
        while frames := await read_since(self._database, self.cursor):
            self.cursor = frames[-1].seq
            for listener in list(self._listeners):
                try:
                    listener(frames)
                except Exception:  # its own mistake: the others must not miss these
                    log.exception("feed.listener_failed")
            if len(frames) < _PAGE:
                return
