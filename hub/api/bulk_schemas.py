"""What requests about many tickets may say, and how their outcome looks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from hub.api.schemas import Asked, Instant, Request, RowId, Slug, Text
from hub.ports.messages import clean_text
from hub.tickets.bulk.bulk import MOST
from hub.tickets.bulk.wanted import Unsaid, Wanted
from hub.tickets.models import Priority, Status
from hub.tickets.queue import QueueFilter, View

Word = Annotated[Asked, Field(max_length=60)]
Tags = Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=20)]


class TicketFilter(Request):
    """As the list of tickets takes it."""

    view: View | None = None
    unit: Word | None = None
    channel: Word | None = None
    status: Status | None = None
    priority: Priority | None = None
    assignee: RowId | None = None
    tag: Word | None = None
    q: Annotated[Asked, Field(max_length=200)] | None = None
    incident_id: RowId | None = None

    def to_queue(self) -> QueueFilter:
        # What is empty asks for nothing, and would otherwise find everything.
        return QueueFilter(
            self.view,
            self.unit or None,
            self.status.value if self.status else None,
            self.channel or None,
            self.priority.value if self.priority else None,
            self.assignee,
            self.tag or None,
            (self.q or "").strip() or None,
            self.incident_id,
        )


class TicketChange(Request):
    """Only the fields that are given are changed; `agent_id: null` puts it back to the unit."""

    unit: Slug | None = None
    agent_id: RowId | None = None
    priority: Priority | None = None
    status: Literal["open", "pending_customer", "snoozed", "resolved"] | None = None
    reason: Annotated[str, Field(max_length=40), AfterValidator(clean_text)] | None = None
    until: Instant | None = None
    add_tags: Tags = Field(default_factory=list)
    remove_tags: Tags = Field(default_factory=list)
    note: Text | None = None

    def to_wanted(self) -> Wanted:
        return Wanted(
            unit=self.unit,
            agent_id=self.agent_id if "agent_id" in self.model_fields_set else Unsaid.UNSAID,
            priority=self.priority,
            add_tags=tuple(clean_text(tag) for tag in self.add_tags),
            remove_tags=tuple(clean_text(tag) for tag in self.remove_tags),
            note=self.note,
            status=Status(self.status) if self.status else None,
            reason=self.reason or None,
            until=self.until,
        )


class BulkRequest(Request):
    """Either numbers or a filter."""

    ids: Annotated[list[RowId], Field(min_length=1, max_length=MOST)] | None = None
    filter: TicketFilter | None = None
    change: TicketChange


class CountRequest(Request):
    filter: TicketFilter


class MatchedView(BaseModel):
    matched: int


class RefusalView(BaseModel):
    ticket_id: int
    reason: str


class BulkView(BaseModel):
    id: int
    matched: int
    changed: list[int]
    """Those that were so already are neither here nor refused."""
    refused: list[RefusalView]
    undo_until: datetime


class UndoView(BaseModel):
    restored: list[int]
    refused: list[RefusalView]
