"""How the hub itself, its articles and its live report look."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from hub.team.models import Presence


class PartView(BaseModel):
    name: str
    state: str
    detail: str


class SystemView(BaseModel):
    parts: list[PartView]
    sandbox: bool
    unreadable: int


class ArticleLine(BaseModel):
    slug: str
    title: str
    unit: str | None
    confidence: str
    answer: str | None


class ArticlePage(BaseModel):
    items: list[ArticleLine]


class UnreadableLine(BaseModel):
    id: int
    account_id: int
    received_at: datetime
    error: str | None
    size: int


class UnreadablePage(BaseModel):
    items: list[UnreadableLine]
    next_cursor: str | None


class Group(BaseModel):
    open: int
    due_soon: int
    breached: int
    unassigned: int
    oldest_waiting_at: datetime | None
    median_first_response_seconds: float | None


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


class BotShare(BaseModel):
    answered_today: int
    handed_over_today: int


class LiveReport(BaseModel):
    at: datetime
    totals: Totals
    by_unit: list[UnitGroup]
    by_channel: list[ChannelGroup]
    agents: list[AgentLoad]
    bot: BotShare
