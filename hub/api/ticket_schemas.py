"""What requests about tickets may say, and how tickets look."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from hub.api.schemas import Instant, Line, Phone, Request, RowId, Slug, Text
from hub.ports import Visibility
from hub.ports.messages import clean_text
from hub.tickets.models import Priority, Status


class ControlRequest(Request):
    take: bool


class MergeRequest(Request):
    into: RowId


class AssignRequest(Request):
    """Only the fields that are given are changed; `agent_id: null` puts it back to the unit."""

    agent_id: RowId | None = None
    unit: Slug | None = None


class StatusRequest(Request):
    status: Literal["open", "pending_customer", "snoozed", "resolved"]
    until: Instant | None = None
    reason: Annotated[str, Field(max_length=40), AfterValidator(clean_text)] | None = None


class TicketPatch(Request):
    priority: Priority | None = None
    tags: Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=20)] | None = None
    subject: Line | None = None
    topic: Slug | None = None


class TicketRequest(Request):
    """A call or a walk-in, entered by an agent."""

    channel: Literal["phone", "walk-in"]
    name: Line
    phone: Phone | None = None
    email: Annotated[str, Field(max_length=255)] | None = None
    body: Text
    subject: Line | None = None
    unit: Slug | None = None
    priority: Priority = Priority.NORMAL
    resolved: bool = False
    """The same as the outcome of that name."""
    outcome: Literal["open", "resolved", "call_back"] = "open"
    callback_at: Instant | None = None
    """When the customer was promised a call; needed by that outcome."""


class ClockView(BaseModel):
    due_at: datetime | None
    met_at: datetime | None
    breached: bool


class FormFieldView(BaseModel):
    name: str
    label: str
    value: str


class FormRequestView(BaseModel):
    kind: str
    title: str
    fields: list[FormFieldView]
    complete: bool


class TicketView(BaseModel):
    id: int
    subject: str
    preview: str
    status: Status
    priority: Priority
    channel: str
    visibility: Visibility
    account_id: int
    unit: str
    assignee_id: int | None
    contact_id: int
    contact_name: str
    topic: str | None
    tags: list[str]
    emergency: bool
    created_at: datetime
    updated_at: datetime
    last_message_at: datetime
    last_author: str
    waiting_since: datetime | None
    first_response: ClockView
    resolution: ClockView
    due_at: datetime | None
    due_metric: str | None
    overdue: bool
    """A target was missed, and what it waits for has not happened yet."""
    can_reply: bool
    resolved_at: datetime | None
    resolution_reason: str | None
    snoozed_until: datetime | None
    handoff: dict[str, Any] | None
    location: dict[str, Any] | None
    permalink: str | None
    context: dict[str, Any]
    previous_ticket_id: int | None
    merged_into_id: int | None
    """The ticket that has its conversations now."""
    held_by: str | None
    """Another app of the platform that answers this conversation."""
    incident_id: int | None
    """The incident it is a part of."""
    language: str | None
    """In which the customer writes: `en`, `es`."""
    request: FormRequestView | None
    """What a form of the bot's collected."""
    private_heard_at: datetime | None
    """The customer's newest private message: reply windows run from it."""
    delivered_until: datetime | None
    read_until: datetime | None
    callback_due_at: datetime | None
    version: int


class TicketPage(BaseModel):
    items: list[TicketView]
    next_cursor: str | None
    seq: int
    """The list is at least as new as the event of this number."""


class SimilarTicket(BaseModel):
    ticket: TicketView
    distance_metres: float | None
    seconds_apart: float


class SimilarPage(BaseModel):
    items: list[SimilarTicket]


class CountsView(BaseModel):
    views: dict[str, int]
    units: dict[str, int]


class HistoryEntry(BaseModel):
    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]


class HistoryPage(BaseModel):
    items: list[HistoryEntry]
