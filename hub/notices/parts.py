"""Telling supervisors that a part of the hub went down or came back, once for all workers.

What was told last of a part is a row of `counters`, moved on by one conditional statement in the
transaction that writes the notice: whichever worker sees a change first tells it, and a restart
neither tells it again nor forgets that it is to be taken back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.database import Database
from hub.events.models import Counter
from hub.notices.models import Audience, Notice, Severity
from hub.notices.notices import tell
from hub.now import Now
from hub.ports import PartHealth, PartState

KIND = "channel"

_STANDING = {PartState.UP: 0, PartState.DEGRADED: 1, PartState.DOWN: 2}
"""As it is counted; a part that is starting has not been told of yet."""
_SEVERITY = {
    PartState.UP: Severity.INFO,
    PartState.DEGRADED: Severity.WARNING,
    PartState.DOWN: Severity.CRITICAL,
}
_WORDS = {
    PartState.UP: "is well again",
    PartState.DEGRADED: "is in trouble",
    PartState.DOWN: "is down",
}
_REMEMBERED = 200
"""Newest such notices that are looked at when a worker begins."""


def remembered() -> Select[int]:
    """The numbers of the notices that say how parts fared: kept, however old they are."""
    newest = select(Notice.id).where(Notice.kind == KIND)
    return newest.order_by(Notice.id.desc()).limit(_REMEMBERED)


class PartNotices:
    """`look` at every health check; it does nothing while nothing changes."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now
        self._seen: dict[str, PartState] | None = None
        """How each part fared when this worker looked last; well ones need not be listed."""

    async def look(self, parts: Sequence[PartHealth]) -> None:
        """`parts`: all of them, of which those that are well may be missing."""
        listed = {part.name: part for part in parts}
        if self._seen is None:
            self._seen = await self._told_before()
        for name in self._seen.keys() - listed.keys():
            listed[name] = PartHealth(name, PartState.UP)
        for name, part in listed.items():
            if part.state in _STANDING and part.state is not self._seen.get(name, PartState.UP):
                await self._tell(part)
                self._seen[name] = part.state

    async def _told_before(self) -> dict[str, PartState]:
        """What supervisors were told last, by whichever worker."""
        async with self._database.read() as session:
            details = await session.scalars(remembered().with_only_columns(Notice.detail))
            told: dict[str, PartState] = {}
            for detail in details:
                told.setdefault(detail["part"], PartState(detail["state"]))
            return told

    async def _tell(self, part: PartHealth) -> None:
        async with self._database.write() as session:
            if not await self._first(session, part):
                return
            text = f"{part.name} {_WORDS[part.state]}. {part.detail}".strip()
            await tell(
                session,
                self._now(),
                KIND,
                text,
                audience=Audience.SUPERVISORS,
                severity=_SEVERITY[part.state],
                detail={"part": part.name, "state": part.state.value, "detail": part.detail},
            )

    async def _first(self, session: AsyncSession, part: PartHealth) -> bool:
        """Whether nobody has told this yet. The row stays locked until it is told."""
        name = "part:" + hashlib.sha256(part.name.encode()).hexdigest()[:14]
        standing = _STANDING[part.state]
        insert = (sqlite if self._database.is_sqlite else postgresql).insert(Counter)
        moved = await session.scalar(
            insert.values(name=name, value=standing)
            .on_conflict_do_update(
                index_elements=["name"],
                set_={"value": standing},
                where=Counter.value != standing,
            )
            .returning(Counter.name)
        )
        return moved is not None
