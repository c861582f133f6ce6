"""How reports look: `hub.reports.figures`, field by field."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from hub.api.ticket_schemas import TicketView
from hub.reports.figures import Dimension


class _Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class QueryView(_Shown):
    start: date
    end: date
    by: Dimension
    unit: str | None
    channel: str | None
    topic: str | None
    agent_id: int | None


class TimesView(_Shown):
    """Seconds; null without any decided one, and where it lies among those not answered."""

    median: float | None
    median_open: bool
    p90: float | None
    p90_open: bool


class MetricView(_Shown):
    within: int
    late: int
    overdue: int
    unanswered: int
    pending: int
    answered_by_bot: int
    no_reply_needed: int
    decided: int
    """within, late, overdue and unanswered together."""
    share_within: float | None
    """0 to 1."""
    business: TimesView
    calendar: TimesView


class RowView(_Shown):
    key: str
    label: str
    created: int
    resolved: int
    open: int
    first_response: MetricView
    next_response: MetricView
    resolution: MetricView
    with_bot: int
    contained: int
    reopened: int
    first_contact: int
    surveys_asked: int
    surveys_answered: int
    surveys_satisfied: int
    survey_score: float | None


class VolumeView(_Shown):
    day: date
    created: int
    resolved: int
    backlog: int


class TrendView(_Shown):
    topic: str
    created: int
    before: int


class ReportView(_Shown):
    query: QueryView
    as_of: datetime
    totals: RowView
    before: RowView
    rows: list[RowView]
    volume: list[VolumeView]
    topics: list[TrendView]


class BehindView(BaseModel):
    ticket: TicketView
    seconds_business: float | None
    """Of the figure's metric, where the ticket has a time."""
    seconds_calendar: float | None


class BehindPage(BaseModel):
    items: list[BehindView]
    total: int
    """Equals the figure."""
    next_cursor: str | None


class SurveyView(_Shown):
    ticket_id: int
    score: int
    comment: str | None
    answered_at: datetime
    unit: str
    channel: str
    agent_id: int | None
    topic: str | None


class SurveyPage(_Shown):
    items: list[SurveyView]
    next_cursor: str | None
