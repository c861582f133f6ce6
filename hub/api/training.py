"""`/bot`: the models, training and rolling back, and customers' words to be labelled."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import select

from hub.api.access import Reader, Supervisor, TheHub
from hub.api.idempotency import IdempotentRoute
from hub.api.schemas import Asked
from hub.api.training_schemas import (
    BotView,
    ExamplePageView,
    ExampleState,
    ExampleView,
    LabelRequest,
    ModelPage,
    ModelView,
    TrainRequest,
)
from hub.audit.models import AuditEntry
from hub.errors import Conflict, NotFound
from hub.ports import PartHealth, PartState
from hub.system import Hub
from hub.team.access import Principal
from hub.tickets.view import timestamp
from hub.training import register
from hub.training.labels import label_example, read_examples
from hub.training.models import BotExample, BotModel, ModelState
from hub.training.view import model_view, tell_model
from hub.training.wishes import want_model

router = APIRouter(prefix="/bot", tags=["bot"], route_class=IdempotentRoute)

ModelId = Annotated[int, Path(ge=1, lt=2**53)]
ExampleId = Annotated[int, Path(ge=1, lt=2**53)]
_MOST = 60
_CHOICES = 5
"""One key each."""


@router.get("", response_model=BotView)
async def read_bot(hub: TheHub, principal: Reader) -> dict[str, Any]:
    """How the bot fares, its model, and the one that is being made."""
    parts = await hub.rooms.responder.health()
    part = next((one for one in parts if one.name == "bot"), _ABSENT)
    async with hub.database.read() as session:
        models = await register.open_models(session)
    by_state = {model.state: model for model in reversed(models)}
    active = by_state.get(ModelState.ACTIVE.value)
    training = by_state.get(ModelState.TRAINING.value) or by_state.get(ModelState.WANTED.value)
    return {
        "state": part.state,
        "detail": part.detail,
        "active": None if active is None else _view(hub, active),
        "training": None if training is None else _view(hub, training),
    }


_ABSENT = PartHealth("bot", PartState.DOWN, "no bot is set up")


@router.get("/models", response_model=ModelPage)
async def list_models(hub: TheHub, principal: Supervisor) -> dict[str, Any]:
    """The newest 60 trainings, and the one in use if it is older."""
    query = select(BotModel).order_by(BotModel.id.desc()).limit(_MOST)
    async with hub.database.read() as session:
        found = list(await session.scalars(query))
        active = await register.active_model(session)
    if active is not None and active not in found:
        found.append(active)
    return {"items": [_view(hub, model) for model in found]}


@router.post("/models", response_model=ModelView, status_code=202)
async def train_model(
    hub: TheHub, principal: Supervisor, wanted: TrainRequest | None = None
) -> dict[str, Any]:
    """Train now, in the background; one that waits already is this one, too."""
    why = (wanted.why.strip() if wanted is not None else "") or "Asked for"
    now = hub.now()
    async with hub.database.write() as session:
        model = await want_model(session, by=str(principal.actor)[:160], why=why, now=now)
        await session.flush()
        _audit(session.add, principal, "train bot", hub, {"model_id": model.id, "why": why})
        tell_model(session, model, now)
    return _view(hub, model)


@router.post("/models/{model_id}/use", response_model=ModelView)
async def use_model(hub: TheHub, principal: Supervisor, model_id: ModelId) -> dict[str, Any]:
    """Go back to a model, or take a worse one all the same; the bot takes it at once.

    409 where there is no such file any more, or nothing came of that training. A bot elsewhere
    that turns out not to have it goes on with its own and tells supervisors.
    """
    async with hub.database.write() as session:
        await register.lock(session)
        model = await session.get(BotModel, model_id)
        if model is None:
            raise NotFound(f"there is no model {model_id}")
        if model.state not in _USABLE or model.name is None:
            raise Conflict(f"this model is {model.state}: there is nothing to use")
        if _usable(hub, model) is False:
            raise Conflict(
                "this model cannot be used any more: its file is gone, or another version of "
                "the bot made it. Train a new one instead"
            )
        await register.use(session, model, str(principal.actor)[:160], hub.now())
        _audit(session.add, principal, "use bot model", hub, {"model_id": model.id})
    return _view(hub, model)


_USABLE = (ModelState.ACTIVE.value, ModelState.KEPT.value, ModelState.WORSE.value)


def _usable(hub: Hub, model: BotModel) -> bool | None:
    if model.name is None or model.state not in _USABLE:
        return False
    trainer = hub.rooms.trainer
    if trainer is None:
        return None
    running = trainer.current()
    return trainer.has(model.name) or (running is not None and running.name == model.name)


def _view(hub: Hub, model: BotModel) -> dict[str, Any]:
    return {**model_view(model), "usable": _usable(hub, model)}


def _audit(add: Any, principal: Principal, action: str, hub: Hub, detail: dict[str, Any]) -> None:
    actor = str(principal.actor)[:160]
    add(AuditEntry(at=hub.now(), actor=actor, action=action, detail=detail))


@router.get("/examples", response_model=ExamplePageView)
async def list_examples(
    hub: TheHub,
    principal: Supervisor,
    state: ExampleState = ExampleState.OPEN,
    cursor: Annotated[Asked | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    """Messages as the bot read them, to be labelled: newest first."""
    async with hub.database.read() as session:
        page = await read_examples(
            session, labelled=state is ExampleState.LABELLED, cursor=cursor, limit=limit
        )
    return {
        "items": await asyncio.gather(*(_example(hub, each) for each in page.examples)),
        "next_cursor": page.next_cursor,
        "open": page.open,
    }


@router.put("/examples/{example_id}", response_model=ExampleView)
async def put_label(
    hub: TheHub, principal: Supervisor, example_id: ExampleId, wanted: LabelRequest
) -> dict[str, Any]:
    """Say what a message is about. It is learnt with the next training."""
    async with hub.database.write() as session:
        example = await label_example(session, example_id, wanted.label, principal.actor, hub.now())
    return await _example(hub, example)


async def _example(hub: Hub, example: BotExample) -> dict[str, Any]:
    row = example.as_row()
    return {
        **{name: row[name] for name in _PLAIN},
        "labelled_at": timestamp(row["labelled_at"]),
        "choices": await _choices(hub, example),
    }


_PLAIN = (
    "id", "ticket_id", "text", "language", "outcome", "guess", "confidence", "label",
    "labelled_by",
)  # fmt: skip


async def _choices(hub: Hub, example: BotExample) -> list[dict[str, str]]:
    knowledge = hub.rooms.knowledge
    guessed = await knowledge.article(example.guess) if example.guess is not None else None
    found = await hub.rooms.suggest(example.text, _CHOICES, example.language)
    views = {view.slug: view for view in ([guessed] if guessed is not None else [])}
    for view in found:
        views.setdefault(view.slug, view)
    return [{"slug": view.slug, "title": view.title} for view in list(views.values())[:_CHOICES]]
