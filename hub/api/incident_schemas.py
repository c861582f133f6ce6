"""What requests about incidents may say, and how incidents look."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from hub.api.schemas import Line, Request, RowId, Slug, Text
from hub.api.ticket_schemas import TicketView
from hub.incidents.incidents import MAX_TERM, MAX_TERMS
from hub.incidents.models import IncidentState
from hub.ports.messages import clean_text

MOST_AT_ONCE = 500
MAX_ANSWER = 4_000

Term = Annotated[str, Field(min_length=1, max_length=MAX_TERM)]
Terms = Annotated[list[Term], Field(max_length=MAX_TERMS)]
AnswerText = Annotated[str, Field(max_length=MAX_ANSWER), AfterValidator(clean_text)]
TicketIds = Annotated[list[RowId], Field(max_length=MOST_AT_ONCE)]
Version = Annotated[int, Field(ge=1, lt=2**31)]


class IncidentFields(Request):
    """Only what is given is changed."""

    title: Line | None = None
    topic: Slug | None = None
    terms: Terms | None = None
    unit: Slug | None = None
    answer: AnswerText | None = None
    answer_es: AnswerText | None = None
    auto_answer: bool | None = None

    def values(self) -> dict[str, Any]:
        """What is given; null is a value only of what can be without one."""
        given = self.model_dump(include=set(IncidentFields.model_fields), exclude_unset=True)
        return {
            name: value
            for name, value in given.items()
            if value is not None or name in ("topic", "unit")
        }


class NewIncidentRequest(IncidentFields):
    title: Line
    ticket_ids: TicketIds = Field(default_factory=list)


class IncidentPatch(IncidentFields):
    version: Version


class OpenRequest(IncidentFields):
    version: Version | None = None


class VersionRequest(Request):
    version: Version | None = None


class AnswerRequest(Request):
    body: Text
    resolve: bool = False
    version: Version | None = None


class CloseRequest(Request):
    body: Text | None = None
    """The last word to every open ticket."""
    resolve: bool = False
    version: Version | None = None


class TicketsRequest(Request):
    ids: Annotated[list[RowId], Field(min_length=1, max_length=MOST_AT_ONCE)]


class IncidentAnswerView(BaseModel):
    id: int
    at: datetime
    author: str
    body: str
    resolve: bool
    total: int
    """Tickets it goes to; those resolved before their turn came are taken off."""
    done: int
    refused: int
    """Left open for people: their channel takes no reply, or an emergency still waits."""


class IncidentView(BaseModel):
    id: int
    state: IncidentState
    title: str
    topic: str | None
    terms: list[str]
    unit: str | None
    detected: bool
    evidence: dict[str, Any]
    created_at: datetime
    opened_at: datetime | None
    opened_by: str | None
    closed_at: datetime | None
    closed_by: str | None
    answer: str
    answer_es: str
    auto_answer: bool
    version: int
    tickets: int
    waiting: int
    """Of these, open ones whose customer has not been answered yet."""
    answers: list[IncidentAnswerView]


class IncidentList(BaseModel):
    items: list[IncidentView]


class IncidentTickets(BaseModel):
    items: list[TicketView]
