"""The wish for a new model, written with whatever changes what the bot learns from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.training.models import BotModel, ModelState

_LONGEST = 2000
"""Characters of all reasons together: a hundred articles may be published before the training
begins."""


async def want_model(session: AsyncSession, *, by: str, why: str, now: datetime) -> BotModel:
    """Ask for a training; wishes that come before it begins are one."""
    waiting = await session.scalar(
        select(BotModel)
        .where(BotModel.state == ModelState.WANTED.value)
        .order_by(BotModel.id)
        .limit(1)
        .with_for_update()
    )
    if waiting is None:
        waiting = BotModel(state=ModelState.WANTED.value, why=why, by=by, asked_at=now)
        session.add(waiting)
    elif len(waiting.why) + len(why) < _LONGEST:
        waiting.why = f"{waiting.why}; {why}"
    return waiting
