"""How the live report looks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from hub.api.ticket_schemas import TicketView
from hub.incidents.models import IncidentState
from hub.notices.models import Audience, Severity
from hub.team.models import Presence


class Group(BaseModel):
    open: int
    """In people's hands: open, or waiting for the customer."""
    waiting: int
    """Of these, those whose customer waits for an answer."""
    due_soon: int
    """A target falls due within the hour."""
    breached: int
    """A clock that still runs is past its target."""
    unassigned: int
    oldest_waiting_at: datetime | None
    next_due_at: datetime | None
    median_first_response_seconds: float | None
    """Of today, late ones included; calls and walk-ins left out."""


class UnitGroup(Group):
    unit: str


class ChannelGroup(Group):
    channel: str


class Totals(Group):
    waiting_bot: int
    resolved_today: int


class AgentLoad(BaseModel):
    id: int
    name: str
    presence: Presence
    open: int
    capacity: int
    waiting: int
    overdue: int


class BotShare(BaseModel):
    answered_today: int
    handed_over_today: int


class TrendPoint(BaseModel):
    at: datetime
    """Where the quarter of an hour begins; the last is under way."""
    arrived: int
    answered: int
    """First and next responses by people, when the channel accepted them."""
    resolved: int
    breached: int
    waiting: int
    """Customers who waited for a person at its end, or wait now."""


class Trends(BaseModel):
    minutes: int
    points: list[TrendPoint]


class FeedNotice(BaseModel):
    id: int
    at: datetime
    kind: str
    severity: Severity
    audience: Audience
    agent_id: int | None
    unit: str | None
    ticket_id: int | None
    incident_id: int | None
    text: str
    author: str | None
    detail: dict[str, Any]
    acknowledged_at: datetime | None
    acknowledged_by: str | None


class IncidentLine(BaseModel):
    id: int
    state: IncidentState
    title: str
    tickets: int
    waiting: int
    """Of its tickets, those whose customer waits."""
    created_at: datetime
    opened_at: datetime | None


class LiveReport(BaseModel):
    at: datetime
    unit: str | None
    """The unit it is about; null for all."""
    totals: Totals
    by_unit: list[UnitGroup]
    by_channel: list[ChannelGroup]
    agents: list[AgentLoad]
    bot: BotShare
    trends: Trends
    at_risk: list[TicketView]
    """Overdue longest, then due next: ten at most."""
    notices: list[FeedNotice]
    """The newest twenty, and critical ones that nobody has acknowledged."""
    incidents: list[IncidentLine]
