"""What a supervisor does with schedules: each one transaction with its audit entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.audit.models import AuditEntry
from hub.directory import Directory
from hub.errors import Conflict, FieldError, Invalid, NotFound
from hub.reports.query import check
from hub.reports.schedules.calendar import Frequency, Timing, next_due, period_of
from hub.reports.schedules.job import promise_report, query_of
from hub.reports.schedules.models import ReportSchedule
from hub.team.access import Actor

MAX_SCHEDULES = 100
_DAYS = {Frequency.DAILY: (0, 0), Frequency.WEEKLY: (0, 6), Frequency.MONTHLY: (1, 28)}
_TIMING = {"frequency", "day", "hour", "active"}


async def add_schedule(
    session: AsyncSession,
    values: Mapping[str, Any],
    directory: Directory,
    zone: ZoneInfo,
    actor: Actor,
    now: datetime,
) -> ReportSchedule:
    """`values` are the columns of a schedule, `day` perhaps None for the first. Raises Invalid,
    or Conflict where there are too many."""
    if (await session.scalar(select(func.count(ReportSchedule.id))) or 0) >= MAX_SCHEDULES:
        raise Conflict(f"there are {MAX_SCHEDULES} schedules already: remove one first")
    schedule = ReportSchedule(**values, created_by=actor.name[:120], created_at=now)
    await _check(session, schedule, directory, zone, now)
    schedule.next_at = next_due(timing_of(schedule, zone), now)
    session.add(schedule)
    await session.flush()
    _audit(session, actor, "report schedule added", schedule, now, dict(values))
    return schedule


async def change_schedule(
    session: AsyncSession,
    schedule_id: int,
    changes: Mapping[str, Any],
    directory: Directory,
    zone: ZoneInfo,
    actor: Actor,
    now: datetime,
) -> ReportSchedule:
    """Where its timing changes, or it is switched on again, it is next due after now: what it
    missed while it was off is not made up for. Raises NotFound or Invalid."""
    schedule = await get_schedule(session, schedule_id, lock=True)
    news = {name: value for name, value in changes.items() if getattr(schedule, name) != value}
    if not news:
        return schedule
    if "frequency" in news:
        news.setdefault("day", None)
    for name, value in news.items():
        setattr(schedule, name, value)
    await _check(session, schedule, directory, zone, now)
    if _TIMING & news.keys():
        schedule.next_at = next_due(timing_of(schedule, zone), now)
    _audit(session, actor, "report schedule changed", schedule, now, news)
    return schedule


async def remove_schedule(
    session: AsyncSession, schedule_id: int, actor: Actor, now: datetime
) -> None:
    """What it has promised is not sent any more. Raises NotFound."""
    schedule = await get_schedule(session, schedule_id, lock=True)
    _audit(session, actor, "report schedule removed", schedule, now, {})
    await session.delete(schedule)


async def send_now(
    session: AsyncSession, schedule_id: int, zone: ZoneInfo, actor: Actor, now: datetime
) -> ReportSchedule:
    """Send the report about the period that has just ended, also where it is switched off; the
    schedule goes on as before. Raises NotFound."""
    schedule = await get_schedule(session, schedule_id)
    period = period_of(Frequency(schedule.frequency), now, zone)
    promise_report(session, schedule.id, period, now, asked=now.isoformat())
    _audit(session, actor, "report sent by hand", schedule, now, {})
    return schedule


async def get_schedule(
    session: AsyncSession, schedule_id: int, *, lock: bool = False
) -> ReportSchedule:
    """Raises NotFound."""
    schedule = await session.get(ReportSchedule, schedule_id, with_for_update=lock)
    if schedule is None:
        raise NotFound(f"there is no report schedule {schedule_id}")
    return schedule


def timing_of(schedule: ReportSchedule, zone: ZoneInfo) -> Timing:
    return Timing(Frequency(schedule.frequency), schedule.day, schedule.hour, zone)


async def _check(
    session: AsyncSession,
    schedule: ReportSchedule,
    directory: Directory,
    zone: ZoneInfo,
    now: datetime,
) -> None:
    """What one field alone does not show. A day that is not said is the first. Raises Invalid."""
    frequency = Frequency(schedule.frequency)
    first, last = _DAYS[frequency]
    day: int | None = schedule.day
    if day is None:
        schedule.day = day = first
    if not first <= day <= last:
        known = "there is none" if first == last else f"must be {first} to {last}"
        raise Invalid.field("day", f"{known} where the report is {frequency}")
    today = now.astimezone(zone).date().isoformat()
    try:
        await check(session, directory, query_of(schedule, today, today))
    except Invalid as error:
        errors = tuple(FieldError(f"filters.{one.field}", one.message) for one in error.errors)
        raise Invalid(error.detail, errors) from None


def _audit(
    session: AsyncSession,
    actor: Actor,
    action: str,
    schedule: ReportSchedule,
    now: datetime,
    said: Mapping[str, Any],
) -> None:
    detail = {"schedule_id": schedule.id, "name": schedule.name, **said}
    session.add(AuditEntry(at=now, actor=str(actor)[:160], action=action, detail=detail))
