"""`/reports/service`, `/reports/tickets`, `/reports/surveys`: figures, and what is behind them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from hub.api.access import Supervisor, TheHub
from hub.api.report_schemas import BehindPage, ReportView, SurveyPage
from hub.api.schemas import Asked
from hub.reports.drill import survey_answers, tickets_behind
from hub.reports.figures import Dimension, ReportQuery
from hub.reports.query import check, period
from hub.reports.report import read_report
from hub.tickets.view import ticket_view

router = APIRouter(prefix="/reports", tags=["reports"])

Word = Annotated[Asked | None, Query(max_length=60)]
Cursor = Annotated[str | None, Query(max_length=60)]
Limit = Annotated[int, Query(ge=1, le=200)]


async def report_query(
    hub: TheHub,
    start: date | None = None,
    end: date | None = None,
    by: Dimension = Dimension.UNIT,
    unit: Word = None,
    channel: Word = None,
    topic: Word = None,
    agent_id: Annotated[int | None, Query(ge=1, lt=2**53)] = None,
) -> ReportQuery:
    """What every report is asked by, checked. Raises Invalid."""
    first, last = period(start, end, hub.now(), hub.settings.timezone)
    query = ReportQuery(first, last, by, unit, channel, topic, agent_id)
    directory = await hub.directory.get()
    async with hub.database.read() as session:
        await check(session, directory, query)
    return query


Wanted = Annotated[ReportQuery, Depends(report_query)]


@router.get("/service", response_model=ReportView)
async def read_service_report(hub: TheHub, principal: Supervisor, query: Wanted) -> Any:
    """Answering and resolution times, volume, the bot, surveys and topics of a period; of the
    last 30 days where none is given."""
    directory = await hub.directory.get()
    async with hub.database.read() as session:
        return await read_report(session, directory, query, hub.now(), hub.settings.timezone)


@router.get("/tickets", response_model=BehindPage)
async def list_tickets_behind(
    hub: TheHub,
    principal: Supervisor,
    query: Wanted,
    figure: Annotated[str, Query(max_length=40)] = "created",
    group: Annotated[Asked | None, Query(max_length=60)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """The tickets behind a figure, in all groups or in one (`group` is its key), newest first."""
    async with hub.database.read() as session:
        page = await tickets_behind(session, query, figure, group, cursor=cursor, limit=limit)
    return {
        "items": [
            {
                "ticket": ticket_view(item.ticket.as_row()),
                "seconds_business": item.seconds_business,
                "seconds_calendar": item.seconds_calendar,
            }
            for item in page.items
        ],
        "total": page.total,
        "next_cursor": page.next_cursor,
    }


@router.get("/surveys", response_model=SurveyPage)
async def list_survey_answers(
    hub: TheHub, principal: Supervisor, query: Wanted, cursor: Cursor = None, limit: Limit = 50
) -> dict[str, Any]:
    """What customers said of the period's tickets, newest first."""
    async with hub.database.read() as session:
        items, next_cursor = await survey_answers(session, query, cursor=cursor, limit=limit)
    return {"items": items, "next_cursor": next_cursor}
