"""How a model looks outside, and telling supervisors of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from hub.events.record import PendingEvent, record
from hub.notices.notices import NO_UNIT
from hub.tickets.view import timestamp
from hub.training.models import BotModel, ModelState

EVENT = "bot.updated"
HUB = "hub"
"""The part of a model's figures that only the keeper reads."""

_PLAIN = ("id", "state", "name", "why", "by", "progress", "error", "worse")
_INSTANTS = ("asked_at", "started_at", "ended_at")


def model_view(model: BotModel) -> dict[str, Any]:
    """A model as JSON-ready data."""
    row = model.as_row()
    return {
        **{name: row[name] for name in _PLAIN},
        **{name: timestamp(row[name]) for name in _INSTANTS},
        "figures": {name: value for name, value in model.figures.items() if name != HUB},
        "active": model.state == ModelState.ACTIVE,
    }


def notes_of(model: BotModel) -> dict[str, Any]:
    """What the keeper has noted of a model: `lines`, `used_at`, `used_by`, `set_aside`."""
    noted: dict[str, Any] = model.figures.get(HUB, {})
    return noted


def note(model: BotModel, **more: Any) -> None:
    """Note more of a model; None takes a note away."""
    noted = {**notes_of(model), **more}
    left = {name: value for name, value in noted.items() if value is not None}
    # A new value: of a changed one the row would not know.
    model.figures = {**model.figures, HUB: left}


def tell_model(session: AsyncSession, model: BotModel, now: datetime) -> None:
    """Tell supervisors on line how far a model is; `model` has its id."""
    data = {"id": model.id, "state": model.state, "progress": model.progress}
    record(session, PendingEvent(EVENT, now, data, unit=NO_UNIT))
