"""Recording an event in the transaction that caused it.

`record` only remembers; `number_and_store` runs as the transaction's last statements: it
takes as many numbers as there are events from the counter row (whose lock is then held until
the commit, so that numbers become visible in order) and inserts the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.base import encode_json
from hub.events.models import Counter, Event

SEQUENCE = "event"


@dataclass(slots=True)
class PendingEvent:
    """An event that has no number yet."""

    kind: str
    at: datetime
    data: Mapping[str, Any]
    ticket_id: int | None = None
    unit: str | None = None
    assignee_id: int | None = None

    def row(self, seq: int) -> dict[str, Any]:
        return {
            "seq": seq,
            "kind": self.kind,
            "at": self.at,
            "ticket_id": self.ticket_id,
            "unit": self.unit,
            "assignee_id": self.assignee_id,
            "data": encode_json(self.data),
        }


def record(session: AsyncSession, event: PendingEvent) -> None:
    """Remember `event` until the transaction's end."""
    session.info.setdefault("events", []).append(event)


async def number_and_store(session: AsyncSession) -> bool:
    """Store what was recorded; True if there was anything."""
    pending: list[PendingEvent] = session.info.pop("events", [])
    if not pending:
        return False
    last = await session.scalar(
        update(Counter)
        .where(Counter.name == SEQUENCE)
        .values(value=Counter.value + len(pending))
        .returning(Counter.value)
        .execution_options(synchronize_session=False)
    )
    if last is None:
        raise RuntimeError("the event counter is missing: run `hub migrate`")
    first = last - len(pending) + 1
    await session.execute(
        insert(Event), [event.row(first + offset) for offset, event in enumerate(pending)]
    )
    return True
