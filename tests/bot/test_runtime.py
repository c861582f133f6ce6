"""The bot's way from nothing to answering, with the slow steps replaced."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot import runtime as module
from bot.environment import EnvironmentFailed, Progress
from bot.process import Report
from bot.runtime import BotRuntime
from bot.training import TrainedModel, TrainingFailed
from hub.ports import PartState

pytestmark = pytest.mark.anyio


class Steps:
    """What the replaced steps do, and what was asked of them."""

    def __init__(self) -> None:
        self.environment_errors: list[EnvironmentFailed] = []
        self.training_errors: list[Exception] = []
        self.model = "bot-1"
        self.swapped: list[str] = []
        self.exported = 0
        self.stopped = False

    async def ensure_environment(self, root: Path, uv: Path, progress: Progress) -> Path:
        progress("installing Rasa")
        if self.environment_errors:
            raise self.environment_errors.pop(0)
        return root / "python"

    async def ensure_model(
        self, exported: Path, models: Path, python: Path, progress: Progress
    ) -> TrainedModel:
        progress("training on 75 topics")
        if self.training_errors:
            raise self.training_errors.pop(0)
        return TrainedModel(models / f"{self.model}.tar.gz", 75, 0.4, 0.8, 0.0, 0.0, 1.0)

    async def export(self, folder: Path) -> None:
        assert folder.is_dir()
        self.exported += 1


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    made = Steps()

    class Process:
        def __init__(
            self,
            python: Path,
            folder: Path,
            model: Path,
            *,
            port: int,
            interface: str,
            report: Report,
        ) -> None:
            self.base_url: str | None = None
            self.pid = 1
            self._report = report

        async def keep_running(self) -> None:
            self._report(PartState.STARTING, "starting Rasa")
            await asyncio.sleep(0)
            self.base_url = "http://127.0.0.1:1"
            self._report(PartState.UP, "ready")
            try:
                await asyncio.sleep(3600)
            finally:
                made.stopped = True

        async def swap(self, model: Path) -> None:
            made.swapped.append(model.name)

    monkeypatch.setattr(module, "ensure_environment", made.ensure_environment)
    monkeypatch.setattr(module, "ensure_model", made.ensure_model)
    monkeypatch.setattr(module, "RasaProcess", Process)
    monkeypatch.setattr(module, "PREPARE_PAUSE", 0.01)
    return made


@pytest.fixture
async def said(steps: Steps) -> list[str]:
    return []


@pytest.fixture
async def bot(steps: Steps, said: list[str], tmp_path: Path) -> AsyncIterator[BotRuntime]:
    made = BotRuntime(
        root=tmp_path, data=tmp_path / "data", export=steps.export, progress=said.append
    )
    yield made
    await made.stop()


async def test_it_tells_how_far_it_is(bot: BotRuntime, said: list[str]) -> None:
    assert bot.health().state is PartState.DOWN
    await bot.start()
    assert bot.health().state is PartState.STARTING
    assert bot.base_url is None
    await bot.wait_until_ready(5)
    assert bot.health().state is PartState.UP
    assert said == [
        "getting ready",
        "installing Rasa",
        "training on 75 topics",
        "starting Rasa",
        "ready, 75 topics",
    ]


async def test_failures_are_shown_and_tried_again(
    bot: BotRuntime, steps: Steps, said: list[str]
) -> None:
    steps.environment_errors = [EnvironmentFailed("no Python 3.10")]
    steps.training_errors = [TrainingFailed("bad phrase")]
    await bot.start()
    await bot.wait_until_ready(5)
    assert "failed: no Python 3.10" in said
    assert "failed: bad phrase" in said


async def test_stopping_ends_everything(bot: BotRuntime, steps: Steps) -> None:
    await bot.start()
    await bot.wait_until_ready(5)
    await bot.stop()
    assert steps.stopped
    assert bot.base_url is None
    assert bot.health().state is PartState.DOWN


async def test_changed_articles_are_swapped_in(bot: BotRuntime, steps: Steps) -> None:
    await bot.start()
    await bot.wait_until_ready(5)
    await bot.refresh()
    assert steps.swapped == []
    steps.model = "bot-2"
    assert (await bot.refresh()).id == "bot-2"
    assert steps.swapped == ["bot-2.tar.gz"]
    assert bot.model is not None
    assert bot.model.id == "bot-2"
    assert steps.exported == 3


async def test_a_failed_refresh_keeps_the_old_model(bot: BotRuntime, steps: Steps) -> None:
    await bot.start()
    await bot.wait_until_ready(5)
    steps.training_errors = [TrainingFailed("bad phrase")]
    with pytest.raises(TrainingFailed):
        await bot.refresh()
    assert bot.health().state is PartState.UP
    assert bot.model is not None
    assert bot.model.id == "bot-1"


async def test_a_bug_is_shown_and_not_silent(
    bot: BotRuntime, steps: Steps, caplog: pytest.LogCaptureFixture
) -> None:
    steps.training_errors = [ZeroDivisionError("a bug")]
    await bot.start()
    task: Any = bot._task
    with pytest.raises(ZeroDivisionError):
        await task
    await asyncio.sleep(0)
    assert bot.health().state is PartState.DOWN
    assert "a bug" in bot.health().detail
    assert "the bot's task ended" in caplog.text
    bot._task = None
