"""Saying that somebody is typing: an event that changes nothing, at most one in three seconds."""

from __future__ import annotations

import time
from collections import OrderedDict

from hub.db.database import Database
from hub.events.record import PendingEvent, record
from hub.now import Now
from hub.tickets.models import Ticket

EVERY = 3.0
"""Seconds between two tellings of one person on one ticket."""
_KEPT = 10_000


class Typing:
    """One per process: what it told last is not shared, so two processes may tell twice."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now
        self._told: OrderedDict[tuple[int, str, str], float] = OrderedDict()

    async def tell(self, ticket: Ticket, *, by: str, name: str) -> None:
        """`by` is `agent` or `customer`."""
        key, moment = (ticket.id, by, name), time.monotonic()
        if moment - self._told.get(key, -EVERY) < EVERY:
            return
        self._told[key] = moment
        self._told.move_to_end(key)
        if len(self._told) > _KEPT:
            self._told.popitem(last=False)
        data = {"by": by, "name": name}
        event = PendingEvent(
            "ticket.typing", self._now(), data, ticket.id, ticket.unit, ticket.assignee_id
        )
        async with self._database.write() as session:
            record(session, event)
