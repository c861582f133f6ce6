"""How the hub itself looks."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


class PartView(BaseModel):
    name: str
    state: str
    detail: str


class SystemView(BaseModel):
    parts: list[PartView]
    sandbox: bool
    unreadable: int


class UnreadableLine(BaseModel):
    id: int
    account_id: int
    received_at: datetime
    error: str | None
    size: int


class UnreadablePage(BaseModel):
    items: list[UnreadableLine]
    next_cursor: str | None
