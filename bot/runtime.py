"""The bot as a part of the hub: installed, trained, started and kept running behind its back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import TypeVar

from bot import process, training
from bot.environment import EnvironmentFailed, Progress, ensure_environment
from bot.process import RasaProcess
from bot.training import TrainedModel, ensure_model, program, take_model, trained_models
from hub.ports import (
    HeldBackLine,
    Material,
    ModelCard,
    ModelGone,
    PartHealth,
    PartState,
    SwapFailed,
    TrainingFailed,
    Verdict,
)

Read = Callable[[], Awaitable[Material]]
"""Gives what is to be learnt; whatever it raises, the bot goes on with what it has."""
Export = Callable[[Material, Path], Awaitable[None]]
"""Writes it as training data into a folder (`kb.material`). May raise TrainingFailed."""
Preferred = Callable[[], Awaitable[str | None]]
"""Gives the name of the model to begin with, None where none is known."""

log = logging.getLogger(__name__)

Asked = TypeVar("Asked")

PREPARE_PAUSE = 30.0
LONGEST_PREPARE_PAUSE = 900.0
"""Seconds before a failed installation or training is tried again; doubled each time."""


async def no_preference() -> None:
    """The bot begins with what the articles are now."""


class BotRuntime:
    """Rasa, from nothing to answering, as one task that never holds up the hub.

    Implements `hub.ports.Trainer`. `root` is the folder of the environments (`.venv-rasa`,
    `.uv`), `data` that of what is kept (`models/`, `bot/rasa.log`). `base_url` is None until
    something answers there.
    """

    def __init__(
        self,
        *,
        root: Path,
        data: Path,
        read: Read,
        export: Export,
        preferred: Preferred = no_preference,
        uv: Path | None = None,
        port: int = 0,
        interface: str = "127.0.0.1",
        progress: Progress = lambda _: None,
    ) -> None:
        self._root, self._data = root, data
        self._read, self._export, self._preferred = read, export, preferred
        self._port, self._interface = port, interface
        self._uv = uv or root / ".uv" / "bin" / "uv"
        self._tell = progress
        self._state, self._detail = PartState.DOWN, "not started"
        self._python: Path | None = None
        self._model: TrainedModel | None = None
        self._process: RasaProcess | None = None
        self._task: asyncio.Task[None] | None = None
        self._models = data / "models"
        self._training, self._swapping = asyncio.Lock(), asyncio.Lock()
        self._ready = asyncio.Event()

    @property
    def base_url(self) -> str | None:
        return self._process.base_url if self._process is not None else None

    @property
    def pid(self) -> int | None:
        """The Rasa server's process id, None while there is none."""
        return self._process.pid if self._process is not None else None

    @property
    def model(self) -> TrainedModel | None:
        """The model in use, with what it was measured at."""
        return self._model

    def health(self) -> PartHealth:
        return PartHealth("bot", self._state, self._detail)

    async def start(self) -> None:
        """Begin in the background; `health` tells how far it is."""
        if self._task is None:
            self._set(PartState.STARTING, "getting ready")
            self._task = asyncio.create_task(self._run(), name="bot")
            self._task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """End what was begun, the Rasa server included; returns once it is gone."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = self._process = None
            self._set(PartState.DOWN, "stopped")

    async def wait_until_ready(self, timeout: float) -> None:
        """Return once messages are answered; TimeoutError after `timeout` seconds."""
        async with asyncio.timeout(timeout):
            await self._ready.wait()

    async def prepare(self) -> TrainedModel:
        """Install Rasa and train it on what is published, and start nothing.

        Raises EnvironmentFailed or TrainingFailed.
        """
        python = await ensure_environment(self._root, self._uv, self._tell)
        return await self._make(python, await self._material(), self._tell)

    def ready(self) -> bool:
        return self._process is not None

    def current(self) -> ModelCard | None:
        return None if self._model is None else card_of(self._model)

    def has(self, name: str) -> bool:
        model = training.read_model(self._path(name))
        return model is not None and model.program == program()

    async def train(
        self, material: Material, progress: Progress, keep: Collection[str] = ()
    ) -> ModelCard:
        if self._python is None:
            raise TrainingFailed("Rasa is not installed yet")
        return card_of(await self._make(self._python, material, progress, keep))

    async def use(self, name: str) -> None:
        async with self._swapping:
            if self._process is None:
                raise SwapFailed("Rasa is not running yet")
            if self._model is not None and self._model.id == name:
                return
            model = self._usable(name)
            try:
                await self._process.swap(model.path)
            except process.SwapFailed as error:
                if not await asyncio.to_thread(training.is_whole, model.path):
                    training.discard(model.path)
                    raise ModelGone(f"the file of {name} is damaged") from error
                raise SwapFailed(str(error)) from error
            self._model = model
            self._set(self._state, self._describe())

    async def _run(self) -> None:
        pause = PREPARE_PAUSE
        while True:
            try:
                self._python = await ensure_environment(self._root, self._uv, self._working)
                self._model = await self._first(self._python)
                break
            except (EnvironmentFailed, TrainingFailed, OSError) as error:
                self._set(PartState.DOWN, f"failed: {error}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PREPARE_PAUSE)
        self._process = RasaProcess(
            self._python,
            self._data / "bot",
            self._model.path,
            port=self._port,
            interface=self._interface,
            report=self._report,
            spare=self._spare,
        )
        await self._process.keep_running()

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Only a bug ends the task by itself: the hub goes on without the bot and says so."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the bot's task ended", exc_info=error)
            self._set(PartState.DOWN, f"failed: {error!r}")

    async def _first(self, python: Path) -> TrainedModel:
        """The model that is in use, else one of what is published, else the last that was."""
        try:
            name = await self._asked(self._preferred)
            if name is not None:
                with contextlib.suppress(ModelGone):
                    return self._usable(name)
            return await self._make(python, await self._material(), self._working)
        except TrainingFailed as error:
            for model in trained_models(self._models):
                if model.program == program():
                    log.warning("the bot starts with its last model: %s", error)
                    return model
            raise

    async def _spare(self, failed: Path) -> Path:
        """The model to try after Rasa did not start with `failed`: another where its file is gone
        or damaged, since that never becomes better by itself."""
        if self._python is None or await asyncio.to_thread(training.is_whole, failed):
            return failed
        log.warning("%s is gone or damaged: another is made", failed.name)
        training.discard(failed)
        try:
            self._model = await self._first(self._python)
        except (TrainingFailed, OSError) as error:
            self._set(PartState.DOWN, f"failed: {error}")
            return failed
        return self._model.path

    async def _material(self) -> Material:
        return await self._asked(self._read)

    async def _asked(self, ask: Callable[[], Awaitable[Asked]]) -> Asked:
        try:
            return await ask()
        except Exception as error:
            raise TrainingFailed(f"the articles cannot be read: {error}") from error

    async def _make(
        self, python: Path, material: Material, tell: Progress, keep: Collection[str] = ()
    ) -> TrainedModel:
        async with self._training:
            self._data.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix="export-", dir=self._data) as folder:
                await self._export(material, Path(folder))
                try:
                    return await ensure_model(Path(folder), self._models, python, tell, keep)
                except training.TrainingFailed as error:
                    raise TrainingFailed(str(error)) from error

    def _usable(self, name: str) -> TrainedModel:
        """Raises ModelGone."""
        model = take_model(self._path(name))
        if model is None:
            raise ModelGone(f"the file of {name} is not on this machine any more")
        if model.program != program():
            raise ModelGone(f"{name} was made by another version of the bot")
        return model

    def _path(self, name: str) -> Path:
        return self._models / f"{Path(name).name}.tar.gz"

    def _working(self, what: str) -> None:
        self._set(PartState.STARTING, what)

    def _report(self, state: PartState, detail: str) -> None:
        self._set(state, self._describe() if state is PartState.UP else detail)

    def _describe(self) -> str:
        return f"ready, {self._model.topics} topics" if self._model is not None else "ready"

    def _set(self, state: PartState, detail: str) -> None:
        if (state, detail) != (self._state, self._detail):
            self._state, self._detail = state, detail
            if state is PartState.UP:
                self._ready.set()
            elif state is not PartState.DEGRADED:
                self._ready.clear()
            self._tell(detail)


def card_of(model: TrainedModel) -> ModelCard:
    """What the hub is told of a model."""
    figures = {
        "topics": model.topics,
        "seconds": model.seconds,
        "held_back": model.held_back,
        "validation": model.languages,
    }
    lines = (
        HeldBackLine(
            line["text"],
            line["slug"],
            line["lang"],
            Verdict(line["outcome"]),
            line.get("predicted"),
        )
        for line in model.lines
    )
    return ModelCard(model.id, figures, tuple(lines))
