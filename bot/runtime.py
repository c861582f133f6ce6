"""The bot as a part of the hub: installed, trained, started and kept running behind its back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.environment import EnvironmentFailed, Progress, ensure_environment
from bot.process import RasaProcess, SwapFailed
from bot.training import TrainedModel, TrainingFailed, ensure_model
from hub.ports import PartHealth, PartState

Export = Callable[[Path], Awaitable[None]]
"""Writes the articles as training data into a folder (`kb.export`)."""

log = logging.getLogger(__name__)

PREPARE_PAUSE = 30.0
LONGEST_PREPARE_PAUSE = 900.0
"""Seconds before a failed installation or training is tried again; doubled each time."""


class BotRuntime:
    """Rasa, from nothing to answering, as one task that never holds up the hub.

    `root` is the folder of the environments (`.venv-rasa`, `.uv`), `data` that of what is
    kept (`models/`, `bot/rasa.log`). `base_url` is None until something answers there.
    """

    def __init__(
        self,
        *,
        root: Path,
        data: Path,
        export: Export,
        uv: Path | None = None,
        port: int = 0,
        interface: str = "127.0.0.1",
        progress: Progress = lambda _: None,
    ) -> None:
        self._root, self._data, self._export = root, data, export
        self._port, self._interface = port, interface
        self._uv = uv or root / ".uv" / "bin" / "uv"
        self._tell = progress
        self._state, self._detail = PartState.DOWN, "not started"
        self._python: Path | None = None
        self._model: TrainedModel | None = None
        self._process: RasaProcess | None = None
        self._task: asyncio.Task[None] | None = None
        self._training = asyncio.Lock()
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

    async def refresh(self) -> TrainedModel:
        """Train on the articles as they are now and let the running server take the result.

        Returns at once with the model in use where nothing changed. Raises TrainingFailed or
        SwapFailed, and the old model goes on answering.
        """
        if self._process is None or self._python is None:
            raise SwapFailed("Rasa is not running yet")
        model = await self._train(self._python, self._tell)
        if self._model is None or model.path != self._model.path:
            await self._process.swap(model.path)
            self._model = model
            self._set(self._state, self._describe())
        return model

    async def _run(self) -> None:
        pause = PREPARE_PAUSE
        while True:
            try:
                self._python = await ensure_environment(self._root, self._uv, self._working)
                self._model = await self._train(self._python, self._working)
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
        )
        await self._process.keep_running()

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Only a bug ends the task by itself: the hub goes on without the bot and says so."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the bot's task ended", exc_info=error)
            self._set(PartState.DOWN, f"failed: {error!r}")

    async def _train(self, python: Path, progress: Progress) -> TrainedModel:
        async with self._training:
            self._data.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix="export-", dir=self._data) as folder:
                await self._export(Path(folder))
                return await ensure_model(Path(folder), self._data / "models", python, progress)

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
