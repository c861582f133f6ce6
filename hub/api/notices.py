"""`/notices`: what people are told beside their tickets, and whispering to one of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from hub.api.access import Reader, Supervisor, TheHub
from hub.api.changing import Key, TicketId, change_of
from hub.api.idempotency import IdempotentRoute
from hub.api.message_schemas import MessageView, NoteRequest
from hub.api.schemas import Request
from hub.notices.notices import notice_view
from hub.notices.reading import acknowledge, read_notices, see_until
from hub.tickets.view import message_view
from hub.tickets.whispering import whisper

router = APIRouter(tags=["notices"], route_class=IdempotentRoute)


class SeenRequest(Request):
    until: Annotated[int, Field(ge=0, lt=2**53)]
    """The newest notice they have seen."""


class UnseenView(BaseModel):
    unseen: int


class NoticeView(BaseModel):
    id: int
    at: datetime
    kind: Literal[
        "sla_warning",
        "sla_breach",
        "emergency",
        "incident",
        "channel",
        "whisper",
        "report",
        "bot",
        "review",
    ]
    severity: Literal["info", "warning", "critical"]
    audience: Literal["agent", "unit", "supervisors"]
    agent_id: int | None
    unit: str | None
    ticket_id: int | None
    incident_id: int | None
    text: str
    author: str | None
    detail: dict[str, Any]
    acknowledged_at: datetime | None
    acknowledged_by: str | None


class NoticePage(BaseModel):
    items: list[NoticeView]
    next_cursor: str | None
    unseen: int


@router.get("/notices", response_model=NoticePage)
async def list_notices(
    hub: TheHub,
    principal: Reader,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """What is for them, newest first: addressed to them, to their units; a supervisor's is all."""
    async with hub.database.read() as session:
        page = await read_notices(session, principal, cursor=cursor, limit=limit)
    return {
        "items": [notice_view(notice.as_row()) for notice in page.notices],
        "next_cursor": page.next_cursor,
        "unseen": page.unseen,
    }


@router.post("/notices/seen", response_model=UnseenView)
async def see_notices(hub: TheHub, principal: Reader, wanted: SeenRequest) -> dict[str, Any]:
    """They have looked at every notice up to that one."""
    async with hub.database.write() as session:
        return {"unseen": await see_until(session, principal, wanted.until)}


@router.post("/notices/{notice_id}/acknowledge", response_model=NoticeView)
async def acknowledge_notice(
    hub: TheHub, principal: Reader, notice_id: Annotated[int, Path(ge=1, lt=2**53)]
) -> Any:
    """Take note of it, so that others need not; again changes nothing."""
    async with hub.database.write() as session:
        notice = await acknowledge(session, principal, notice_id, hub.now())
        return notice_view(notice.as_row())


@router.post("/tickets/{ticket_id}/whisper", response_model=MessageView, status_code=201)
async def whisper_note(
    hub: TheHub, principal: Supervisor, ticket_id: TicketId, wanted: NoteRequest, key: Key = None
) -> Any:
    """A note to the agent who has the ticket, who is told at once; it is never sent."""
    async with change_of(hub, principal, ticket_id) as change:
        message = await whisper(change, wanted.body, key=key)
        return message_view(message.as_row())
