"""Reading what customers write: the window that is watched, and what was usual before it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.base import from_micros
from hub.incidents.baseline import WEEKS, Baseline, Sampled, build
from hub.incidents.matching import Seen
from hub.incidents.spikes import WINDOWS, Inquiry, features_of
from hub.incidents.words import Said
from hub.tickets.models import Direction, Message, Ticket

_SPAN = timedelta(minutes=max(WINDOWS))
_MOST = 3_000
"""Messages of a window: the newest are enough to notice what goes on."""
_SAMPLE = 3_000
_AT_ONCE = 250
_HOUR = 3_600_000_000


class Window:
    """The inquiries of the last two hours. What was read before is not read again."""

    def __init__(self) -> None:
        self._read: dict[int, tuple[Said, frozenset[str]]] = {}
        self._after: int | None = None
        """Messages up to this number are too old."""

    async def newest(self, session: AsyncSession) -> int:
        """The number of the newest message there is."""
        return int(await session.scalar(select(func.max(Message.id))) or 0)

    async def read(self, session: AsyncSession, now: datetime) -> list[Inquiry]:
        """Those of no incident yet, at most some thousand."""
        since = now - _SPAN
        after = max(self._after or 0, await self.newest(session) - _MOST)
        found = await session.execute(
            select(
                Message.id,
                Message.sent_at,
                Message.created_at,
                Ticket.contact_id,
                Ticket.topic,
                Ticket.unit,
                Ticket.incident_id,
            )
            .join(Ticket, Ticket.id == Message.ticket_id)
            .where(
                Message.id > after,
                Message.direction == Direction.INBOUND.value,
                Message.deleted_at.is_(None),
            )
            .order_by(Message.id)
        )
        fresh = []
        for row in found:
            if row.created_at <= since:
                after = row.id
            elif row.incident_id is None and since < row.sent_at <= now:
                fresh.append(row)
        self._after = after
        await self._read_texts(session, [row.id for row in fresh if row.id not in self._read])
        kept = {row.id for row in fresh}
        self._read = {key: value for key, value in self._read.items() if key in kept}
        return [
            Inquiry(
                row.id,
                row.contact_id,
                row.sent_at,
                Seen(said, () if row.topic is None else (row.topic,), row.unit),
                features,
            )
            for row in fresh
            for said, features in (self._read[row.id],)
        ]

    async def _read_texts(self, session: AsyncSession, ids: Sequence[int]) -> None:
        for start in range(0, len(ids), _AT_ONCE):
            part = ids[start : start + _AT_ONCE]
            bodies = await session.execute(
                select(Message.id, Message.body).where(Message.id.in_(part))
            )
            texts = [(number, body) for number, body in bodies]
            self._read.update(await asyncio.to_thread(_cut, texts))


def _cut(bodies: Iterable[tuple[int, str]]) -> dict[int, tuple[Said, frozenset[str]]]:
    cut = {}
    for number, body in bodies:
        said = Said(body)
        cut[number] = (said, features_of(said))
    return cut


async def read_baseline(session: AsyncSession, now: datetime, timezone: ZoneInfo) -> Baseline:
    """What was usual in the weeks before the window."""
    end = now - _SPAN
    start = end - timedelta(weeks=WEEKS)
    between = (Ticket.created_at >= start, Ticket.created_at < end)
    hour = type_coerce(Ticket.created_at, BigInteger) // _HOUR
    counts = await session.execute(
        select(hour, Ticket.topic, func.count()).where(*between).group_by(hour, Ticket.topic)
    )
    counted = [(from_micros(at * _HOUR), topic, number) for at, topic, number in counts]
    sample = await _sample(session, now, between, timezone)
    return await asyncio.to_thread(build, counted, sample, end, timezone)


async def _sample(
    session: AsyncSession, now: datetime, between: Sequence[ColumnElement[bool]], timezone: ZoneInfo
) -> list[Sampled]:
    """What a few thousand of the tickets began with; storms that are known are left out."""
    first, last = (
        await session.execute(select(func.min(Ticket.id), func.max(Ticket.id)).where(*between))
    ).one()
    if first is None:
        return []
    ids = range(first, last + 1)
    # The same choice all hour long, and for every process.
    chosen = random.Random(int(now.timestamp()) // 3600)
    wanted = sorted(chosen.sample(ids, _SAMPLE)) if len(ids) > _SAMPLE else list(ids)
    sampled: list[Sampled] = []
    for start in range(0, len(wanted), _AT_ONCE):
        opening = (
            select(func.min(Message.id))
            .join(Ticket, Ticket.id == Message.ticket_id)
            .where(
                Message.ticket_id.in_(wanted[start : start + _AT_ONCE]),
                Message.direction == Direction.INBOUND.value,
                Ticket.incident_id.is_(None),
                *between,
            )
            .group_by(Message.ticket_id)
        )
        texts = await session.execute(
            select(Message.sent_at, Message.body).where(Message.id.in_(opening))
        )
        sampled += await asyncio.to_thread(_features, [(at, body) for at, body in texts], timezone)
    return sampled


def _features(texts: Iterable[tuple[datetime, str]], timezone: ZoneInfo) -> list[Sampled]:
    return [
        Sampled(at.astimezone(timezone).weekday(), features_of(Said(body))) for at, body in texts
    ]
