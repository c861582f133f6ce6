"""Keeping the bot's model up to what is published: in every process that runs a bot.

Of all keepers one trains at a time, under a lease on the model's row; every keeper lets its own
bot follow the row that is in use.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import update

from hub.db.database import Database
from hub.jobs.lease import LEASE
from hub.now import Now
from hub.ports import Material, ModelCard, ModelGone, SwapFailed, Trainer, TrainingFailed
from hub.training import register
from hub.training.material import read_material
from hub.training.models import BotModel, ModelState
from hub.training.view import notes_of, tell_model

TICK = 1.0
TELL_EVERY = 0.5
"""Seconds between two words on how far a training is."""
SWAPS = 3
"""So often a bot may refuse a model before it counts as unusable."""

log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Somebody else trains it, or it has ended."""


class ModelKeeper:
    """`start` it beside the bot, `aclose` it before the bot stops."""

    def __init__(
        self,
        database: Database,
        trainer: Trainer,
        now: Now,
        read: Callable[[Database], Awaitable[Material]] = read_material,
    ) -> None:
        self._database, self._trainer, self._now, self._read = database, trainer, now, read
        self._settled = False
        self._refused: dict[str, int] = {}
        self._unusable: set[int] = set()
        """Models in use elsewhere that this bot cannot run."""
        self._looking = asyncio.Lock()
        self._work: asyncio.Task[None] | None = None
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._loop = asyncio.create_task(self._run(), name="model-keeper")

    async def aclose(self) -> None:
        """Stop at once: a training that was begun is taken up again when its lease runs out."""
        tasks = [task for task in (self._loop, self._work) if task is not None]
        self._loop = self._work = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def look(self) -> None:
        """Follow the model in use, and begin what is to be trained."""
        async with self._looking:
            await self._look()

    async def _look(self) -> None:
        running = self._trainer.current()
        if running is None or not self._trainer.ready():
            return
        async with self._database.read() as session:
            models = await register.open_models(session)
        active = [model for model in models if model.state == ModelState.ACTIVE]
        if not self._settled:
            await self._settle(active[-1] if active else None, running)
            self._settled = True
        elif not active:
            await self._adopt(running, "The first model")
        elif active[-1].name != running.name:
            await self._follow(active[-1], running)
        if self._work is None and register.claimable(models, self._now()) is not None:
            async with self._database.write() as session:
                claimed = await register.claim(session, self._now())
            if claimed is not None:
                self._begin(partial(self._train, claimed))

    async def idle(self) -> None:
        """Wait for what `look` has begun."""
        while self._work is not None:
            await asyncio.wait([self._work])
            await asyncio.sleep(0)

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:  # the database is away
                log.exception("keeper.failed")
            await asyncio.sleep(TICK)

    def _begin(self, work: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            try:
                await work()
            except Exception:  # its lease runs out, and it is begun again
                log.exception("keeper.training_failed")

        self._work = asyncio.create_task(run(), name="model-training")
        self._work.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        if self._work is task:
            self._work = None

    async def _settle(self, active: BotModel | None, running: ModelCard) -> None:
        """This bot has started with what it had, or with what it could make of the articles."""
        if active is not None and active.name != running.name:
            assert active.name is not None
            try:
                await self._trainer.use(active.name)
            except SwapFailed as error:  # as it follows later
                log.warning("keeper.not_swapped", model=active.name, error=str(error))
                return
            except ModelGone as error:
                await self._adopt(running, str(error))
        elif active is None:
            await self._adopt(running, "The first model")

    async def _adopt(self, running: ModelCard, why: str) -> None:
        async with self._database.write() as session:
            await register.adopt(session, running, why, self._now())

    async def _follow(self, active: BotModel, running: ModelCard) -> None:
        assert active.name is not None
        if active.id in self._unusable:
            return
        try:
            await self._trainer.use(active.name)
        except ModelGone as error:
            if self._work is None:
                self._begin(partial(self._make_again, active, running, str(error)))
        except SwapFailed as error:
            tried = self._refused[active.name] = self._refused.get(active.name, 0) + 1
            log.warning("keeper.not_swapped", model=active.name, tried=tried, error=str(error))
            if tried >= SWAPS:
                del self._refused[active.name]
                await self._reject(active, running, str(error))
        else:
            self._refused.pop(active.name, None)
            log.info("keeper.swapped", model=active.name)

    async def _make_again(self, active: BotModel, running: ModelCard, reason: str) -> None:
        """The model's file is not here: what it was made of may be what is published."""
        material = await self._read(self._database)
        try:
            card = await self._trainer.train(material, lambda what: None)
        except Exception as error:  # a full disk, too: at the next look it would fail again
            log.warning("keeper.not_made_again", model=active.name, error=repr(error))
        else:
            if card.name == active.name:
                return
        if notes_of(active).get("used_by"):
            await self._reject(active, running, reason)
        else:
            log.warning("keeper.cannot_follow", model=active.name, reason=reason)
            self._unusable.add(active.id)

    async def _reject(self, active: BotModel, running: ModelCard, reason: str) -> None:
        async with self._database.write() as session:
            await register.lock(session)
            model = await session.get(BotModel, active.id)
            if model is not None and model.state == ModelState.ACTIVE:
                await register.reject(session, model, running, reason, self._now())

    async def _train(self, model: BotModel) -> None:
        assert model.lease_until is not None
        lease = _Lease(self._database, self._now, model.id, model.lease_until)
        renewing = asyncio.create_task(lease.keep(), name="model-lease")
        training = asyncio.create_task(self._make(lease), name="model-making")
        try:
            await asyncio.wait({training, renewing}, return_when=asyncio.FIRST_COMPLETED)
            if not training.done():
                log.warning("keeper.lease_lost", model=model.id)
                return
            lease.over.set()
            with contextlib.suppress(LeaseLost):  # as `_end` finds out, too
                await renewing
            try:
                card, failure = training.result(), ""
            except TrainingFailed as error:
                card, failure = None, str(error)
            except Exception as error:
                log.exception("keeper.training_broke", model=model.id)
                card, failure = None, f"{type(error).__name__}: {error}"
            await self._end(lease, card, failure)
        finally:
            for task in (training, renewing):
                task.cancel()
            await asyncio.gather(training, renewing, return_exceptions=True)

    async def _make(self, lease: _Lease) -> ModelCard:
        async with self._database.read() as session:
            keep = await register.kept_names(session)
        return await self._trainer.train(await self._read(self._database), lease.tell, keep)

    async def _end(self, lease: _Lease, card: ModelCard | None, failure: str) -> None:
        async with self._database.write() as session:
            model = await register.held(session, lease.model_id, lease.until)
            if model is None:
                log.warning("keeper.lease_lost", model=lease.model_id)
            elif card is None:
                await register.fail(session, model, failure, self._now())
            else:
                await register.finish(session, model, card, self._now())
        await self.look()  # at once: what is in use now is to be followed


class _Lease:
    """The right to train one model, renewed while it goes on, and how far that is."""

    def __init__(self, database: Database, now: Now, model_id: int, until: datetime) -> None:
        self._database, self._now = database, now
        self.model_id, self.until = model_id, until
        self.over = asyncio.Event()
        self._progress, self._told = "", ""

    def tell(self, what: str) -> None:
        self._progress = " ".join(what.split())[:200]

    async def keep(self) -> None:
        """Tell how far it is, and renew, until it is `over`; raises LeaseLost."""
        while not self.over.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), TELL_EVERY)
                return
            due = self._now() >= self.until - LEASE * 2 / 3
            if self._progress == self._told and not due:
                continue
            try:
                await self._write(self._progress)
            except LeaseLost:
                raise
            except Exception as error:  # the database is away: the lease may run out
                log.warning("keeper.lease_not_renewed", error=str(error))

    async def _write(self, progress: str) -> None:
        until = max(self._now() + LEASE, self.until)
        async with self._database.write() as session:
            moved = await session.scalar(
                update(BotModel)
                .where(
                    BotModel.id == self.model_id,
                    BotModel.state == ModelState.TRAINING.value,
                    BotModel.lease_until == self.until,
                )
                .values(progress=progress, lease_until=until)
                .returning(BotModel)
                .execution_options(synchronize_session=False)
            )
            if moved is None:
                raise LeaseLost(f"model {self.model_id}")
            if progress != self._told:
                tell_model(session, moved, self._now())
        self.until, self._told = until, progress
