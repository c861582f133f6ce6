"""A worker's part that sends reports, run by hand, and schedules to send by."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from hub.jobs.queue import JobQueue
from hub.mail.sender import Mailer
from hub.reports.keeper import Keeper
from hub.reports.schedules import actions
from hub.reports.schedules.handlers import due_reports, report_jobs
from hub.reports.schedules.job import KIND
from hub.reports.schedules.models import ReportSchedule
from hub.system import Hub
from tests.fixtures import agent

ANA, BO = "ana@city.example", "bo@city.example"


class Sending:
    """One worker; two of them on one hub are two processes' workers."""

    def __init__(self, hub: Hub, mailer: Mailer) -> None:
        self.due = due_reports(hub)
        self.keeper = Keeper(hub.database, hub.directory, hub.now, hub.settings.timezone)
        self.queue = JobQueue(hub.database, hub.now, report_jobs(hub, mailer), only={KIND})

    async def run(self) -> int:
        """Count, promise what is due, and run every due job; gives their number."""
        while await self.keeper.run():
            pass
        await self.due.run()
        return await self.jobs()

    async def jobs(self) -> int:
        done = 0
        while claimed := await self.queue.claim(8):
            for job in claimed:
                await self.queue.run(job)
            done += len(claimed)
        return done


async def schedule(hub: Hub, **more: Any) -> ReportSchedule:
    """By default daily at seven, to Ana and Bo, as CSV, which is soon made."""
    values: dict[str, Any] = {
        "name": "Morning report",
        "frequency": "daily",
        "day": None,
        "hour": 7,
        "filters": {"by": "unit"},
        "formats": ["csv"],
        "recipients": [ANA, BO],
        "active": True,
        **more,
    }
    sam = await agent(hub, "sam")
    directory = await hub.directory.get()
    zone = ZoneInfo(hub.settings.timezone)
    async with hub.database.write() as session:
        return await actions.add_schedule(session, values, directory, zone, sam, hub.now())


async def found(hub: Hub, schedule_id: int) -> ReportSchedule:
    async with hub.database.read() as session:
        return await session.get_one(ReportSchedule, schedule_id)
