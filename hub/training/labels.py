"""Customers' words, labelled by people: only what was labelled is ever learnt.

A label alone trains nothing. It is learnt with the next training: when a supervisor asks for one,
when an article changes, when `ENOUGH` labels have come since the last, or at night.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from hub.articles.models import Article
from hub.audit.models import AuditEntry
from hub.db.base import from_micros, to_micros
from hub.db.database import Database
from hub.errors import Invalid, NotFound
from hub.ports import OUT_OF_SCOPE
from hub.team.access import SYSTEM, Actor
from hub.tickets.models import Message
from hub.training.material import SKIP, withdrawn
from hub.training.models import BotExample, BotModel, ModelState
from hub.training.wishes import want_model

ENOUGH = 20
"""New labels that are worth a training by themselves."""
NIGHT = 3
"""The city's hour in which fewer are."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ExamplePage:
    examples: Sequence[BotExample]
    """Newest first: by the message where they are open, by the label where they have one."""
    next_cursor: str | None
    open: int
    """How many wait for a label."""


async def read_examples(
    session: AsyncSession, *, labelled: bool, cursor: str | None, limit: int
) -> ExamplePage:
    """One page. Raises Invalid for a cursor that is not ours."""
    shown = select(BotExample).join(Message, Message.id == BotExample.message_id)
    shown = shown.where(~withdrawn())
    waiting = shown.where(BotExample.label.is_(None))
    if labelled:
        query = shown.where(BotExample.label.is_not(None))
        query = query.order_by(BotExample.labelled_at.desc(), BotExample.id.desc())
        if cursor is not None:
            at, number = _place(cursor, 2)
            query = query.where(
                tuple_(BotExample.labelled_at, BotExample.id) < (from_micros(at), number)
            )
    else:
        query = waiting.order_by(BotExample.id.desc())
        if cursor is not None:
            query = query.where(BotExample.id < _place(cursor, 1)[0])
    found = (await session.scalars(query.limit(limit + 1))).all()
    page = found[:limit]
    more = _cursor(page[-1], labelled=labelled) if len(found) > limit else None
    count = select(func.count()).select_from(waiting.with_only_columns(BotExample.id).subquery())
    return ExamplePage(page, more, await session.scalar(count) or 0)


def _cursor(last: BotExample, *, labelled: bool) -> str:
    if not labelled:
        return str(last.id)
    assert last.labelled_at is not None
    return f"{to_micros(last.labelled_at)}-{last.id}"


def _place(cursor: str, parts: int) -> list[int]:
    numbers = cursor.split("-")
    good = all(part.isascii() and part.isdecimal() and len(part) < 17 for part in numbers)
    if not good or len(numbers) != parts:
        raise Invalid.field("cursor", "is not one this list has given out")
    return [int(part) for part in numbers]


async def label_example(
    session: AsyncSession, example_id: int, label: str | None, actor: Actor, now: datetime
) -> BotExample:
    """Say what a message is about; None takes a label back. Raises NotFound or Invalid."""
    example = await session.scalar(
        select(BotExample)
        .join(Message, Message.id == BotExample.message_id)
        .where(BotExample.id == example_id, ~withdrawn())
        .with_for_update(of=BotExample)
    )
    if example is None:
        raise NotFound(f"there is no example {example_id}")
    if label is not None and label not in (SKIP, OUT_OF_SCOPE):
        article = await session.get(Article, label)
        if article is None or article.published is None:
            raise Invalid.field("label", f"there is no published article {label!r}")
    if example.label == label:
        return example
    detail = {"example_id": example.id, "label": label, "before": example.label}
    example.label = label
    example.labelled_by = None if label is None else actor.name[:160]
    example.labelled_at = None if label is None else now
    session.add(
        AuditEntry(
            at=now,
            actor=str(actor)[:160],
            action="label example",
            detail=detail,
        )
    )
    await session.flush()
    count = await _new_labels(session)
    if count >= ENOUGH and not await _is_wanted(session):
        await want_model(session, by=str(actor)[:160], why=_why(count), now=now)
    return example


async def want_at_night(session: AsyncSession, zone: ZoneInfo, now: datetime) -> bool:
    """Once a night, learn what was labelled since the last training; gives whether to."""
    if now.astimezone(zone).hour != NIGHT or await _is_wanted(session):
        return False
    count = await _new_labels(session)
    if count == 0:
        return False
    await want_model(session, by=str(SYSTEM), why=_why(count), now=now)
    return True


def _why(count: int) -> str:
    return f"{count} newly labelled message{'s' if count > 1 else ''}"


async def _new_labels(session: AsyncSession) -> int:
    """How many labels no training has seen."""
    began = await session.scalar(select(func.max(BotModel.started_at)))
    query = select(func.count(BotExample.id)).where(
        BotExample.label.is_not(None), BotExample.label != SKIP
    )
    if began is not None:
        query = query.where(BotExample.labelled_at > began)
    return await session.scalar(query) or 0


async def _is_wanted(session: AsyncSession) -> bool:
    wanted = select(BotModel.id).where(BotModel.state == ModelState.WANTED.value).limit(1)
    return await session.scalar(wanted) is not None


async def tidy_examples(database: Database, now: datetime, keep: timedelta) -> int:
    """Remove the words that nobody will learn from: of messages that were taken back or changed,
    and what was not labelled for so long. Gives how many.

    The messages that old models got worse are words of customers too, and go as early.
    """
    old = now - keep
    unlabelled = and_(BotExample.label.is_(None), BotExample.created_at < old)
    skipped = and_(BotExample.label == SKIP, BotExample.labelled_at < old)
    query = (
        select(BotExample.id)
        .outerjoin(Message, Message.id == BotExample.message_id)
        .where(or_(unlabelled, skipped, Message.id.is_(None), withdrawn()))
        .limit(_AT_ONCE)
    )
    shown = select(BotModel.id).where(BotModel.ended_at < old, BotModel.worse != [])
    async with database.read() as session:
        gone = (await session.scalars(query)).all()
        models = (await session.scalars(shown)).all()
    if gone or models:
        async with database.write() as session:
            await session.execute(delete(BotExample).where(BotExample.id.in_(gone)))
            for number in models:
                (await session.get_one(BotModel, number)).worse = []
    return len(gone)
