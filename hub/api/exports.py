"""`/reports/export` and `/report-schedules`: reports as files, downloaded or sent by mail."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response
from sqlalchemy import select

from hub.api.access import Supervisor, TheHub
from hub.api.export_schemas import (
    ReportSchedulePage,
    ReportSchedulePatch,
    ReportScheduleRequest,
    ReportScheduleView,
)
from hub.api.idempotency import IdempotentRoute
from hub.api.reports import report_query
from hub.errors import Conflict
from hub.mail.sender import Mailer
from hub.reports.exports import csv_file
from hub.reports.exports.exporter import Exporter, Format
from hub.reports.figures import ReportQuery
from hub.reports.report import read_report
from hub.reports.schedules import actions
from hub.reports.schedules.models import ReportSchedule

router = APIRouter(tags=["reports"], route_class=IdempotentRoute)

ScheduleId = Annotated[int, Path(ge=1, lt=2**53)]
MEDIA_TYPES = {
    csv_file.MEDIA_TYPE.partition(";")[0],
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted(MEDIA_TYPES)
        },
    }
}


@router.get("/reports/export", response_class=Response, responses=_FILE)
async def export_report(
    hub: TheHub,
    principal: Supervisor,
    query: Annotated[ReportQuery, Depends(report_query)],
    format: Format,
) -> Response:
    """The report as a file: `csv` has the groups, `xlsx` everything with up to 10,000 tickets,
    `pdf` is for print."""
    exporter = Exporter(hub.database, hub.directory, hub.now, hub.settings, read_report)
    (file,) = await exporter.make(await exporter.read(query, [format]), [format])
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(file.content, headers=headers, media_type=file.media_type)


@router.get("/report-schedules", response_model=ReportSchedulePage)
async def list_schedules(hub: TheHub, principal: Supervisor) -> dict[str, Any]:
    """Every schedule, and whether there is a mail server to send by."""
    async with hub.database.read() as session:
        found = await session.scalars(select(ReportSchedule).order_by(ReportSchedule.id))
        mailer = Mailer.of(hub.settings)
        return {
            "items": [_view(one) for one in found],
            "mail": {"configured": mailer.configured, "from": mailer.sender},
        }


@router.post("/report-schedules", response_model=ReportScheduleView, status_code=201)
async def add_schedule(
    hub: TheHub, principal: Supervisor, wanted: ReportScheduleRequest
) -> dict[str, Any]:
    """Send a report again and again, about the period that has just ended."""
    directory = await hub.directory.get()
    async with hub.database.write() as session:
        schedule = await actions.add_schedule(
            session,
            wanted.model_dump(mode="json"),
            directory,
            ZoneInfo(hub.settings.timezone),
            principal.actor,
            hub.now(),
        )
        return _view(schedule)


@router.patch("/report-schedules/{schedule_id}", response_model=ReportScheduleView)
async def change_schedule(
    hub: TheHub, principal: Supervisor, schedule_id: ScheduleId, wanted: ReportSchedulePatch
) -> dict[str, Any]:
    """Change what is named."""
    directory = await hub.directory.get()
    changes = wanted.model_dump(mode="json", exclude_none=True)
    if wanted.filters is not None:
        changes["filters"] = wanted.filters.model_dump(mode="json")
    async with hub.database.write() as session:
        schedule = await actions.change_schedule(
            session,
            schedule_id,
            changes,
            directory,
            ZoneInfo(hub.settings.timezone),
            principal.actor,
            hub.now(),
        )
        return _view(schedule)


@router.delete("/report-schedules/{schedule_id}", status_code=204)
async def remove_schedule(hub: TheHub, principal: Supervisor, schedule_id: ScheduleId) -> Response:
    """End it; what waits to be sent is not sent."""
    async with hub.database.write() as session:
        await actions.remove_schedule(session, schedule_id, principal.actor, hub.now())
    return Response(status_code=204)


@router.post(
    "/report-schedules/{schedule_id}/send", response_model=ReportScheduleView, status_code=202
)
async def send_schedule(
    hub: TheHub, principal: Supervisor, schedule_id: ScheduleId
) -> dict[str, Any]:
    """Send it now as well, about the period that has just ended. 409 without a mail server."""
    if not Mailer.of(hub.settings).configured:
        raise Conflict("no mail server is set up (HUB_SMTP_HOST): nothing can be sent")
    async with hub.database.write() as session:
        zone = ZoneInfo(hub.settings.timezone)
        schedule = await actions.send_now(session, schedule_id, zone, principal.actor, hub.now())
        return _view(schedule)


def _view(schedule: ReportSchedule) -> dict[str, Any]:
    row = schedule.as_row()
    return {**row, "next_at": row["next_at"] if row["active"] else None}
