"""Shapes of service times: rules as they are edited, previews, a ticket's timeline."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from hub.api.schemas import Asked, Instant, Request, RowId

Key = Annotated[Asked, Field(min_length=1, max_length=40)]
Name = Annotated[Asked, Field(max_length=200)]
Seconds = Annotated[float, Field(allow_inf_nan=False, ge=-1e12, le=1e12)]


class ActionModel(Request):
    kind: Annotated[Asked, Field(max_length=20)]
    """`notify`, `raise_priority`, `reassign`, `move`."""
    target: Annotated[Asked, Field(max_length=255)] | None = None


class CalendarModel(Request):
    key: Key
    """What the policies of this document name it by."""
    id: RowId | None = None
    """None for a new one."""
    name: Name
    definition: dict[str, Any]
    """`timezone`, `weekly_hours`, `holidays`, `exceptions`, `holiday_calendar`, `always_open`."""


class PolicyModel(Request):
    id: RowId | None = None
    calendar: Key
    name: Name
    conditions: Annotated[dict[str, Any], Field(default_factory=dict)]
    first_response: Seconds | None = None
    next_response: Seconds | None = None
    resolution: Seconds | None = None
    warn_before: Seconds | None = None
    warn_share: Annotated[float, Field(allow_inf_nan=False)] | None = None
    calendar_time: bool = False
    on_warning: Annotated[list[ActionModel], Field(max_length=20, default_factory=list)]
    on_breach: Annotated[list[ActionModel], Field(max_length=20, default_factory=list)]


class DraftRequest(Request):
    """The policies' order is that of the list: the first that matches governs."""

    calendars: Annotated[list[CalendarModel], Field(max_length=100)]
    policies: Annotated[list[PolicyModel], Field(max_length=500)]


class SaveRequest(DraftRequest):
    base_version: Annotated[int, Field(ge=0, lt=2**53)]
    """The version that was edited: another one saved meanwhile is a conflict."""
    comment: Annotated[Asked, Field(max_length=200)] = ""


class RestoreRequest(Request):
    base_version: Annotated[int, Field(ge=0, lt=2**53)]


class FactsModel(Request):
    channel: Annotated[Asked, Field(max_length=20)]
    unit: Annotated[Asked, Field(max_length=40)]
    priority: Annotated[Asked, Field(max_length=10)] = "normal"
    topic: Annotated[Asked, Field(max_length=60)] | None = None
    visibility: Annotated[Asked, Field(max_length=10)] = "public"
    emergency: bool = False


class PreviewRequest(DraftRequest):
    at: Instant
    facts: FactsModel


class Recompute(BaseModel):
    """How far the open tickets follow a version."""

    version: int
    total: int
    done: int
    finished_at: datetime | None


class Choices(BaseModel):
    units: list[dict[str, str]]
    channels: list[str]
    topics: list[str]
    priorities: list[str]
    visibilities: list[str]
    agents: list[dict[str, str]]


class VersionView(BaseModel):
    version: int
    at: datetime
    actor: str
    comment: str
    calendars: list[CalendarModel]
    policies: list[PolicyModel]


class RulesView(VersionView):
    recompute: Recompute | None
    choices: Choices


class VersionSummary(BaseModel):
    version: int
    at: datetime
    actor: str
    comment: str
    calendars: int
    policies: int
    recompute: Recompute


class VersionPage(BaseModel):
    items: list[VersionSummary]


class Problems(BaseModel):
    errors: list[dict[str, str]]


class MetricView(BaseModel):
    metric: str
    target: float
    due_at: datetime
    warn_at: datetime | None


class PreviewView(BaseModel):
    policy: dict[str, Any] | None
    """`index` in the draft, and `name`."""
    calendar: dict[str, Any] | None
    metrics: list[MetricView]
    sentence: str


class HolidayPage(BaseModel):
    items: list[dict[str, date | str]]


class TimelineEntry(BaseModel):
    at: datetime
    kind: str
    words: str
    detail: dict[str, Any] | None


class ClockView(BaseModel):
    id: int
    metric: str
    policy: str | None
    target: float | None
    calendar_time: bool
    started_at: datetime
    due_at: datetime | None
    met_at: datetime | None
    used: float
    """Seconds, in the policy's own time."""
    breached_at: datetime | None
    warn_at: datetime | None
    warned_at: datetime | None
    ended: str | None
    standing: str


class BreachView(BaseModel):
    metric: str
    due_at: datetime
    noticed_at: datetime


class EscalationView(BaseModel):
    clock_id: int
    moment: str
    at: datetime
    done: list[dict[str, Any]]


class TimelineView(BaseModel):
    entries: list[TimelineEntry]
    clocks: list[ClockView]
    breaches: list[BreachView]
    escalations: list[EscalationView]
