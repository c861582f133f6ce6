"""What a customer answers: a score with one tap, then perhaps a comment, for two weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.audit.models import AuditEntry
from hub.db.database import Database
from hub.errors import HubError, Invalid, NotFound
from hub.events.record import PendingEvent, record
from hub.intake.redaction import mask_numbers
from hub.now import Now
from hub.ports.messages import clean_text
from hub.surveys.link import is_token
from hub.surveys.models import Survey
from hub.team.tokens import hash_secret
from hub.tickets.models import Ticket
from hub.tickets.view import timestamp

SCORES = (1, 2, 3, 4, 5)
MAX_COMMENT = 2_000
CUSTOMER = "customer"
"""Who answers, in the audit trail."""


class Expired(HubError):
    """The two weeks are over."""

    status = 410
    title = "Expired"


@dataclass(frozen=True, slots=True)
class Answers:
    """A survey as its customer sees it."""

    language: str
    """`es` where they wrote in Spanish, else `en`."""
    score: int | None
    comment: str | None
    expires_at: datetime


class SurveyDesk:
    """Where surveys are answered. All raise NotFound for an unknown link and Expired."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now

    async def read(self, token: str) -> Answers:
        async with self._database.read() as session:
            return _answers(await self._find(session, token))

    async def rate(self, token: str, score: int) -> Answers:
        """Say it, or change it. Raises Invalid for what is no score."""
        if score not in SCORES:
            raise Invalid.field("score", "must be a number from 1 to 5")
        async with self._database.write() as session:
            survey = await self._find(session, token, lock=True)
            if survey.score != score:  # the same tap twice is one answer
                survey.score = score
                survey.answered_at = self._now()
                await self._tell(session, survey, "survey answered", {"score": score})
            return _answers(survey)

    async def comment(self, token: str, text: str) -> Answers:
        """Add words to the score, change them, or with nothing take them back. Card and
        social-security numbers are masked. Raises Invalid where it is too long, or there is no
        score yet."""
        text = clean_text(text).strip()
        if len(text) > MAX_COMMENT:
            raise Invalid.field("comment", f"may have {MAX_COMMENT} characters")
        async with self._database.write() as session:
            survey = await self._find(session, token, lock=True)
            if survey.score is None:
                raise Invalid.field("score", "is asked for first")
            wanted = mask_numbers(text) or None
            if survey.comment != wanted:
                survey.comment = wanted
                survey.answered_at = self._now()
                await self._tell(session, survey, "survey comment", {"taken_back": wanted is None})
            return _answers(survey)

    async def _find(self, session: AsyncSession, token: str, *, lock: bool = False) -> Survey:
        missing = NotFound("there is no survey at this address")
        if not is_token(token):
            raise missing
        query = select(Survey).where(Survey.token_hash == hash_secret(token))
        survey = await session.scalar(query.with_for_update() if lock else query)
        if survey is None:
            raise missing
        if survey.expires_at <= self._now():
            raise Expired("this survey is closed")
        return survey

    async def _tell(
        self, session: AsyncSession, survey: Survey, action: str, detail: dict[str, object]
    ) -> None:
        ticket = await session.get_one(Ticket, survey.ticket_id)
        now = self._now()
        session.add(
            AuditEntry(at=now, actor=CUSTOMER, action=action, ticket_id=ticket.id, detail=detail)
        )
        data = {"ticket_id": ticket.id, **survey_view(survey)}
        event = PendingEvent(
            "survey.answered", now, data, ticket.id, ticket.unit, ticket.assignee_id
        )
        record(session, event)


def survey_view(survey: Survey) -> dict[str, object]:
    """A survey as people of ours see it, JSON-ready."""
    return {
        "score": survey.score,
        "comment": survey.comment,
        "asked_at": timestamp(survey.asked_at),
        "answered_at": timestamp(survey.answered_at),
    }


async def survey_of(session: AsyncSession, ticket_id: int) -> Survey:
    """The ticket's survey. Raises NotFound where its customer has not been asked."""
    survey = await session.scalar(select(Survey).where(Survey.ticket_id == ticket_id))
    if survey is None:
        raise NotFound("the customer has not been asked about this ticket")
    return survey


def _answers(survey: Survey) -> Answers:
    return Answers(survey.language, survey.score, survey.comment, survey.expires_at)
