"""Finding schedules that are due: each once, whichever worker looks first.

`next_at` is moved on by a conditional update, in one transaction with the promise of the job that
sends. What was missed while the hub was off is sent once, late: the report about the period that
ended last.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select, update

from hub.db.database import Database
from hub.now import Now
from hub.reports.schedules.actions import timing_of
from hub.reports.schedules.calendar import last_due, next_due, period_of
from hub.reports.schedules.job import promise_report
from hub.reports.schedules.models import ReportSchedule

log = structlog.get_logger(__name__)


class DueReports:
    def __init__(self, database: Database, timezone: str, now: Now) -> None:
        self._database = database
        self._zone = ZoneInfo(timezone)
        self._now = now

    async def run(self) -> int:
        """Promise the reports that are due; gives their number."""
        now = self._now()
        async with self._database.read() as session:
            due = list(
                await session.scalars(
                    select(ReportSchedule)
                    .where(ReportSchedule.active, ReportSchedule.next_at <= now)
                    .order_by(ReportSchedule.id)
                )
            )
        return sum([await self._claim(schedule) for schedule in due])

    async def _claim(self, schedule: ReportSchedule) -> bool:
        now, timing = self._now(), timing_of(schedule, self._zone)
        # Not before what was promised: the city's zone may be another since.
        due = max(last_due(timing, now), schedule.next_at)
        async with self._database.write() as session:
            claimed = await session.scalar(
                update(ReportSchedule)
                .where(
                    ReportSchedule.id == schedule.id,
                    ReportSchedule.active,
                    ReportSchedule.next_at == schedule.next_at,
                )
                .values(next_at=next_due(timing, now))
                .returning(ReportSchedule.id)
                .execution_options(synchronize_session=False)
            )
            if claimed is None:
                return False
            period = period_of(timing.frequency, due, self._zone)
            promise_report(session, schedule.id, period, now)
        log.info("report.due", schedule=schedule.id, start=period.start.isoformat())
        return True
