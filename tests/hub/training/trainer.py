"""A whole `Trainer` without Rasa: a model is named by what it was made of."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Collection, Sequence

from hub.ports import (
    HeldBackLine,
    Material,
    ModelCard,
    ModelGone,
    SwapFailed,
    Verdict,
)
from hub.ports.training import Progress
from hub.system import Hub
from hub.training import register
from hub.training.keeper import ModelKeeper
from hub.training.models import BotModel
from tests.fixtures import rows

Publish = Callable[..., Awaitable[None]]
"""Publishes a new phrase of an article; then the pause that a wish waits for is over."""


def lines(right: int, wrong: int = 0, language: str = "en") -> tuple[HeldBackLine, ...]:
    """Held-back lines: the first `right` are answered right, all others wrong."""
    return tuple(
        HeldBackLine(
            f"{language} {number}",
            "report-outage",
            language,
            Verdict.RIGHT if number < right else Verdict.WRONG,
        )
        for number in range(right + wrong)
    )


class FakeTrainer:
    """Trains at once, unless `going_on` is cleared; what comes of it is scripted."""

    def __init__(self, running: str | None = "bot-first") -> None:
        self.running = None if running is None else ModelCard(running, {}, lines(100))
        self.kept: dict[str, ModelCard] = {}
        if self.running is not None:
            self.kept[self.running.name] = self.running
        self.lines: Sequence[HeldBackLine] = lines(100)
        """What the next models are like."""
        self.error: Exception | None = None
        self.refuses: set[str] = set()
        """Models that the bot does not take."""
        self.going_on = asyncio.Event()
        self.going_on.set()
        self.trained: list[Material] = []
        self.spared: list[frozenset[str]] = []
        self.used: list[str] = []

    def ready(self) -> bool:
        return self.running is not None

    def current(self) -> ModelCard | None:
        return self.running

    def has(self, name: str) -> bool:
        return name in self.kept

    async def train(
        self, material: Material, progress: Progress, keep: Collection[str] = ()
    ) -> ModelCard:
        self.trained.append(material)
        self.spared.append(frozenset(keep))
        progress("encoding")
        await self.going_on.wait()
        progress("fitting")
        if self.error is not None:
            raise self.error
        card = ModelCard(name_of(material), {"seconds": 1.0}, tuple(self.lines))
        return self.kept.setdefault(card.name, card)

    async def use(self, name: str) -> None:
        await asyncio.sleep(0)
        if name not in self.kept:
            raise ModelGone(f"the file of {name} is gone")
        if name in self.refuses:
            raise SwapFailed("Rasa refused the model")
        self.running = self.kept[name]
        self.used.append(name)


def name_of(material: Material) -> str:
    learnt = [(each.slug, each.phrases, each.phrases_es) for each in material.articles]
    words = repr((learnt, material.phrases, material.held_back))
    return f"bot-{hashlib.sha256(words.encode()).hexdigest()[:8]}"


async def models(hub: Hub) -> list[BotModel]:
    return await rows(hub.database, BotModel)


async def states(hub: Hub) -> list[str]:
    return [model.state for model in await models(hub)]


async def turn(keeper: ModelKeeper) -> None:
    await keeper.look()
    await keeper.idle()


async def use(hub: Hub, model_id: int) -> None:
    async with hub.database.write() as session:
        await register.lock(session)
        model = await session.get_one(BotModel, model_id)
        await register.use(session, model, "agent:1:Sam", hub.now())
