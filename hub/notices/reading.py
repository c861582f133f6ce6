"""Reading notices: who sees which, pages of them, what is new, and that somebody took note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.errors import Forbidden, Invalid, NotFound
from hub.notices.models import Audience, Notice
from hub.notices.notices import place_of, tell_again
from hub.notices.parts import remembered
from hub.team.access import Permission, Principal
from hub.team.models import Agent

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class NoticePage:
    notices: Sequence[Notice]
    """Newest first."""
    next_cursor: str | None
    unseen: int


def sees(principal: Principal, notice: Notice) -> bool:
    """Whether a notice is for them. The same that the frames of its events go by."""
    return principal.sees(*place_of(notice))


def visible(principal: Principal) -> ColumnElement[bool]:
    """`sees`, as a condition on the notices table."""
    if principal.units is None:
        return true()
    theirs = [
        and_(Notice.audience == Audience.UNIT.value, Notice.unit.in_(sorted(principal.units)))
    ]
    if principal.agent_id is not None:
        own = Notice.agent_id == principal.agent_id
        theirs.append(and_(Notice.audience == Audience.AGENT.value, own))
    return or_(*theirs)


async def read_notices(
    session: AsyncSession, principal: Principal, *, cursor: str | None, limit: int
) -> NoticePage:
    """One page, newest first. Raises Invalid for a cursor that is not ours."""
    query = select(Notice).where(visible(principal))
    if cursor is not None:
        query = query.where(Notice.id < _number(cursor))
    found = (await session.scalars(query.order_by(Notice.id.desc()).limit(limit + 1))).all()
    page = found[:limit]
    more = str(page[-1].id) if len(found) > limit else None
    return NoticePage(page, more, await count_unseen(session, principal))


def _number(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 16):
        raise Invalid.field("cursor", "is not one this list has given out")
    return int(cursor)


async def count_unseen(session: AsyncSession, principal: Principal) -> int:
    """How many came since they looked; a program looks at nothing, so none for a token."""
    if principal.agent_id is None:
        return 0
    seen = select(Agent.notices_seen).where(Agent.id == principal.agent_id).scalar_subquery()
    counted = select(func.count()).select_from(Notice).where(Notice.id > seen, visible(principal))
    return await session.scalar(counted) or 0


async def see_until(session: AsyncSession, principal: Principal, until: int) -> int:
    """They have seen every notice up to that number; gives how many are new all the same.

    It never goes back, nor ahead of the newest there is. Raises Forbidden for a token.
    """
    if principal.agent_id is None:
        raise Forbidden("only people see notices: a token has nothing to remember")
    newest = await session.scalar(select(func.max(Notice.id))) or 0
    reached = min(until, newest)
    await session.execute(
        update(Agent)
        .where(Agent.id == principal.agent_id, Agent.notices_seen < reached)
        .values(notices_seen=reached)
        .execution_options(synchronize_session=False)
    )
    return await count_unseen(session, principal)


async def acknowledge(
    session: AsyncSession, principal: Principal, notice_id: int, now: datetime
) -> Notice:
    """Somebody takes note, so that others need not; the first one stays.

    Supervisors may, and an agent for what is addressed to them. Raises NotFound or Forbidden.
    """
    notice = await session.scalar(select(Notice).where(Notice.id == notice_id).with_for_update())
    if notice is None or not sees(principal, notice):
        raise NotFound(f"there is no notice {notice_id}")
    own = notice.audience == Audience.AGENT and notice.agent_id == principal.agent_id
    if not principal.may(Permission.SUPERVISE) and not (own and principal.agent_id is not None):
        raise Forbidden("a supervisor acknowledges what is for the whole unit")
    if notice.acknowledged_at is None:
        notice.acknowledged_at = now
        notice.acknowledged_by = principal.actor.name[:120]
        await session.flush()
        tell_again(session, now, notice, "notice.updated")
    return notice


async def remove_old(session: AsyncSession, now: datetime) -> None:
    """What was told long ago is no news; the tickets' history keeps what happened."""
    old = and_(Notice.at < now - KEPT, Notice.id.not_in(remembered()))
    await session.execute(delete(Notice).where(old))
