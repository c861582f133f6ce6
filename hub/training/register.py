"""The models' rows, changed: each function is one step of a model's life in the caller's
transaction, in which no other process changes them.

    wanted → training → active → kept → active → …
                      → worse  → active (a supervisor takes it all the same)
                      → failed
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.database import Database
from hub.jobs.lease import LEASE
from hub.notices.models import Audience, Severity
from hub.notices.notices import tell
from hub.ports import ModelCard
from hub.team.access import SYSTEM
from hub.training.comparison import compare, remembered
from hub.training.models import BotModel, ModelState
from hub.training.view import note, notes_of, tell_model

DEBOUNCE = timedelta(seconds=2)
"""A wish waits as long for others: five articles published together are one training."""
MOST_LOSSES = 40
"""Messages shown of those that a model gets worse."""
KEPT_MODELS = 10
"""Models last used whose files stay, so that they can be used again."""

_LOCK = 0x5357_424D
_PROGRESS = 200
_ERROR = 2000


async def lock(session: AsyncSession) -> None:
    """From here to the transaction's end the models are ours; on SQLite every writer is alone."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


async def active_model(session: AsyncSession) -> BotModel | None:
    """The one in use."""
    return await _newest(session, BotModel.state == ModelState.ACTIVE.value)


async def preferred_model(database: Database) -> str | None:
    """The name of the model in use, for a bot that starts."""
    async with database.read() as session:
        active = await active_model(session)
        return active.name if active is not None else None


async def model_named(session: AsyncSession, name: str) -> BotModel | None:
    """The newest training that ended with that model."""
    return await _newest(session, BotModel.name == name)


async def _newest(session: AsyncSession, condition: object) -> BotModel | None:
    query = select(BotModel).where(condition)  # type: ignore[arg-type]
    found: BotModel | None = await session.scalar(query.order_by(BotModel.id.desc()).limit(1))
    return found


def claimable(models: Sequence[BotModel], now: datetime) -> BotModel | None:
    """Of the open models the one to train now: one at a time, and one whose trainer died first."""
    training = [model for model in models if model.state == ModelState.TRAINING]
    if any(model.lease_until is not None and model.lease_until > now for model in training):
        return None
    wanted = (
        model
        for model in models
        if model.state == ModelState.WANTED and model.asked_at <= now - DEBOUNCE
    )
    return training[0] if training else next(wanted, None)


async def open_models(session: AsyncSession) -> Sequence[BotModel]:
    """Those wanted, in training, and in use; oldest first."""
    states = (ModelState.WANTED.value, ModelState.TRAINING.value, ModelState.ACTIVE.value)
    query = select(BotModel).where(BotModel.state.in_(states)).order_by(BotModel.id)
    return (await session.scalars(query)).all()


async def claim(session: AsyncSession, now: datetime) -> BotModel | None:
    """Take the next model to train, for as long as a lease; None where there is none."""
    await lock(session)
    model = claimable(await open_models(session), now)
    if model is None:
        return None
    again = model.state == ModelState.TRAINING
    model.state = ModelState.TRAINING.value
    model.started_at = now
    model.lease_until = now + LEASE
    model.progress = "begun again: whoever trained it has gone" if again else "begun"
    tell_model(session, model, now)
    return model


async def held(session: AsyncSession, model_id: int, until: datetime) -> BotModel | None:
    """The model in training, if it is still ours: `until` is where we left its lease."""
    await lock(session)
    model = await session.get(BotModel, model_id)
    if model is None or model.state != ModelState.TRAINING or model.lease_until != until:
        return None
    return model


async def fail(session: AsyncSession, model: BotModel, error: str, now: datetime) -> None:
    """No model came of it: the one in use goes on, and supervisors are told."""
    _end(model, ModelState.FAILED, now)
    model.error = error[-_ERROR:]
    model.progress = "failed"
    tell_model(session, model, now)
    await _warn(session, model, f"Training the bot failed ({model.why}): {error}", now)


async def finish(session: AsyncSession, model: BotModel, card: ModelCard, now: datetime) -> None:
    """A model came of it: it is taken where it is not worse than the one in use."""
    active = await active_model(session)
    earlier = await model_named(session, card.name)
    set_aside = earlier is not None and notes_of(earlier).get("set_aside")
    model.name = card.name
    model.figures = dict(card.figures)
    note(model, lines=remembered(card.lines))
    if active is None or active.name == card.name:
        same = active is not None
        _activate(session, model, active, now)
        model.progress = "nothing changed for the bot: the same model" if same else "in use"
    elif set_aside:
        _end(model, ModelState.KEPT, now)
        note(model, set_aside=True)
        model.progress = "not taken: it is the model that a supervisor went back from"
    else:
        comparison = compare(notes_of(active).get("lines", {}), card.lines)
        model.worse = [loss.as_json() for loss in comparison.losses[:MOST_LOSSES]]
        model.figures = {**model.figures, "compared": comparison.compared}
        if comparison.worse:
            model.figures = {**model.figures, "reasons": list(comparison.reasons)}
            reasons = "; ".join(comparison.reasons)
            _end(model, ModelState.WORSE, now)
            model.progress = f"not taken: {reasons}"[:_PROGRESS]
            told = f"The bot keeps its old model ({model.why}): the new one is worse, {reasons}."
            await _warn(session, model, told, now)
        else:
            _activate(session, model, active, now)
            model.progress = "in use"
    tell_model(session, model, now)


async def adopt(session: AsyncSession, card: ModelCard, why: str, now: datetime) -> None:
    """What a bot that has just started runs becomes the one in use; nobody can run another."""
    await lock(session)
    active = await active_model(session)
    if active is not None and active.name == card.name:
        return
    model = await model_named(session, card.name)
    if model is None:
        model = BotModel(why=why, by=str(SYSTEM), asked_at=now, started_at=now, name=card.name)
        model.state = ModelState.TRAINING.value
        session.add(model)
    model.figures = dict(card.figures)
    note(model, lines=remembered(card.lines))
    _activate(session, model, active, now)
    model.progress = "in use"
    model.error = None
    await session.flush()
    tell_model(session, model, now)
    if active is not None:
        await _warn(session, model, f"The bot runs another model: {why}.", now)


async def use(session: AsyncSession, model: BotModel, by: str, now: datetime) -> None:
    """A person wants `model`, which has a name, to be the one in use; keepers follow."""
    active = await active_model(session)
    if active is model:
        return
    if active is not None:
        note(active, set_aside=True)
    _activate(session, model, active, now)
    note(model, set_aside=None, used_by=by)
    model.progress = "in use"
    model.error = None
    tell_model(session, model, now)


async def reject(
    session: AsyncSession, model: BotModel, running: ModelCard, error: str, now: datetime
) -> None:
    """The bot cannot take `model`: what it runs is the one in use again."""
    _end(model, ModelState.FAILED, now)
    model.error = error[-_ERROR:]
    model.progress = "cannot be used"
    before = await model_named(session, running.name)
    if before is not None and before is not model:
        _activate(session, before, None, now)
        note(before, set_aside=None)
        before.progress = "in use"
    tell_model(session, model, now)
    await _warn(session, model, f"The bot goes on with its model ({model.why}): {error}", now)


async def kept_names(session: AsyncSession) -> frozenset[str]:
    """The models last used, whose files must stay."""
    states = (ModelState.ACTIVE.value, ModelState.KEPT.value)
    query = select(BotModel).where(BotModel.state.in_(states), BotModel.name.is_not(None))
    found = (await session.scalars(query.order_by(BotModel.id.desc()).limit(200))).all()
    last: dict[str, str] = {}
    for model in found:
        assert model.name is not None
        last[model.name] = max(last.get(model.name, ""), notes_of(model).get("used_at", ""))
    return frozenset(sorted(last, key=lambda name: last[name], reverse=True)[:KEPT_MODELS])


def _activate(
    session: AsyncSession, model: BotModel, active: BotModel | None, now: datetime
) -> None:
    if active is not None and active is not model:
        active.state = ModelState.KEPT.value
        active.progress = ""
        tell_model(session, active, now)
    _end(model, ModelState.ACTIVE, now)
    note(model, used_at=now.isoformat())


def _end(model: BotModel, state: ModelState, now: datetime) -> None:
    model.state = state.value
    model.ended_at = model.ended_at or now
    model.lease_until = None


async def _warn(session: AsyncSession, model: BotModel, text: str, now: datetime) -> None:
    await session.flush()
    await tell(
        session,
        now,
        "bot",
        text,
        audience=Audience.SUPERVISORS,
        severity=Severity.WARNING,
        detail={"model_id": model.id},
    )
