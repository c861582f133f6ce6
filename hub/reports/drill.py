"""The tickets behind a figure: the same conditions, on the same facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.base import from_micros, to_micros
from hub.errors import Invalid
from hub.reports.figures import ReportQuery
from hub.reports.models import TicketFact
from hub.reports.outcome import METRICS, Outcome
from hub.reports.query import conditions, in_group
from hub.surveys.models import Survey
from hub.tickets.models import Ticket

_DECIDED = (Outcome.WITHIN, Outcome.LATE, Outcome.OVERDUE, Outcome.UNANSWERED)
_SATISFIED = 4


def _figures() -> dict[str, ColumnElement[bool] | None]:
    found: dict[str, ColumnElement[bool] | None] = {
        "created": None,
        "resolved": TicketFact.resolved_day.is_not(None),
        "open": TicketFact.resolved_day.is_(None),
        "surveys_asked": TicketFact.survey_asked == 1,
        "surveys_answered": TicketFact.survey_score.is_not(None),
        "surveys_satisfied": TicketFact.survey_score >= _SATISFIED,
    }
    for name in ("with_bot", "contained", "reopened", "first_contact"):
        found[name] = getattr(TicketFact, name) == 1
    for metric in METRICS:
        column = getattr(TicketFact, f"{metric}_outcome")
        found[f"{metric}.decided"] = column.in_([int(outcome) for outcome in _DECIDED])
        for outcome in Outcome:
            if outcome is not Outcome.NONE:
                found[f"{metric}.{outcome.field}"] = column == int(outcome)
    return found


FIGURES = _figures()
"""The condition of each figure that opens tickets, by its name."""


@dataclass(frozen=True, slots=True)
class Behind:
    ticket: Ticket
    seconds_business: float | None
    """Of the figure's metric, where it has one that was met."""
    seconds_calendar: float | None


@dataclass(frozen=True, slots=True)
class BehindPage:
    items: Sequence[Behind]
    total: int
    next_cursor: str | None


async def tickets_behind(
    session: AsyncSession,
    query: ReportQuery,
    figure: str,
    group: str | None,
    *,
    cursor: str | None,
    limit: int,
) -> BehindPage:
    """A figure's tickets, newest first. Raises Invalid."""
    if figure not in FIGURES:
        raise Invalid.field("figure", f"{figure!r} opens no tickets")
    wanted = conditions(query)
    if group is not None:
        wanted.append(in_group(query.by, group))
    condition = FIGURES[figure]
    if condition is not None:
        wanted.append(condition)
    total = await session.scalar(select(func.count()).select_from(TicketFact).where(*wanted))
    metric = figure.partition(".")[0]
    timed = metric if metric in METRICS else METRICS[0]
    page = (
        select(
            Ticket,
            getattr(TicketFact, f"{timed}_business"),
            getattr(TicketFact, f"{timed}_calendar"),
        )
        .join(TicketFact, TicketFact.ticket_id == Ticket.id)
        .where(*wanted)
        .order_by(TicketFact.ticket_id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        (last,) = _decode(cursor, 1)
        page = page.where(TicketFact.ticket_id < last)
    known = metric in METRICS
    items = [
        Behind(ticket, business if known else None, calendar if known else None)
        for ticket, business, calendar in await session.execute(page)
    ]
    more = len(items) > limit
    items = items[:limit]
    return BehindPage(items, total or 0, str(items[-1].ticket.id) if more else None)


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    ticket_id: int
    score: int
    comment: str | None
    answered_at: datetime
    unit: str
    channel: str
    agent_id: int | None
    topic: str | None


async def survey_answers(
    session: AsyncSession, query: ReportQuery, *, cursor: str | None, limit: int
) -> tuple[Sequence[SurveyAnswer], str | None]:
    """What customers said of the query's tickets, newest first, and the next page's cursor.

    Raises Invalid.
    """
    answered_at = TicketFact.survey_answered_at
    page = (
        select(
            TicketFact.ticket_id, TicketFact.survey_score, Survey.comment, answered_at,
            TicketFact.unit, TicketFact.channel, TicketFact.agent_id, TicketFact.topic,
        )
        .join(Survey, Survey.ticket_id == TicketFact.ticket_id)
        .where(*conditions(query), answered_at.is_not(None), TicketFact.survey_score.is_not(None))
        .order_by(answered_at.desc(), TicketFact.ticket_id.desc())
        .limit(limit + 1)
    )  # fmt: skip
    if cursor is not None:
        micros, last = _decode(cursor, 2)
        at = from_micros(micros)
        page = page.where(
            or_(answered_at < at, and_(answered_at == at, TicketFact.ticket_id < last))
        )
    found = [SurveyAnswer(*cast(Any, row)) for row in await session.execute(page)]
    shown = found[:limit]
    if len(found) <= limit:
        return shown, None
    return shown, f"{to_micros(shown[-1].answered_at)}-{shown[-1].ticket_id}"


def _decode(cursor: str, parts: int) -> list[int]:
    numbers = cursor.split("-")
    if len(numbers) != parts or not all(
        number.isascii() and number.isdecimal() and len(number) < 18 for number in numbers
    ):
        raise _not_ours()
    return [int(number) for number in numbers]


def _not_ours() -> Invalid:
    return Invalid.field("cursor", "is not one this list has given out")
