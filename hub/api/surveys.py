"""`/tickets/{id}/survey`: what the customer said of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from hub.api.access import Reader, TheHub
from hub.api.changing import TicketId, visible_ticket
from hub.surveys.answering import survey_of, survey_view

router = APIRouter(tags=["surveys"])


class SurveyView(BaseModel):
    score: int | None
    """1 (very dissatisfied) to 5 (very satisfied); null while there is no answer."""
    comment: str | None
    asked_at: datetime
    answered_at: datetime | None


@router.get("/tickets/{ticket_id}/survey", response_model=SurveyView)
async def read_survey(hub: TheHub, principal: Reader, ticket_id: TicketId) -> dict[str, Any]:
    """How satisfied the customer was, once they have been asked."""
    await visible_ticket(hub, principal, ticket_id)
    async with hub.database.read() as session:
        return survey_view(await survey_of(session, ticket_id))
