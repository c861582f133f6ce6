"""The bot's way from nothing to answering, with the slow steps replaced."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from bot import process, training
from bot import runtime as module
from bot.environment import EnvironmentFailed, Progress
from bot.process import Report, Spare
from bot.runtime import BotRuntime
from bot.training import TrainedModel, card_path, program
from hub.ports import Material, ModelGone, PartState, SwapFailed, TrainingFailed, Verdict

pytestmark = pytest.mark.anyio

MATERIAL = Material(())
LINE = {
    "text": "no power",
    "slug": "report-outage",
    "lang": "en",
    "outcome": "offered",
    "predicted": "power-surge",
}


def put_model(models: Path, name: str, version: str | None = None) -> TrainedModel:
    """A model as a training leaves it, of this version of the program or another."""
    models.mkdir(parents=True, exist_ok=True)
    path = models / f"{name}.tar.gz"
    model = TrainedModel(
        path, 75, 0.4, 0.8, 0.0, 0.0, 1.0, lines=[LINE],
        program=program() if version is None else version,
    )  # fmt: skip
    path.write_bytes(b"a model")
    card = {key: value for key, value in asdict(model).items() if key != "path"}
    card_path(path).write_text(json.dumps(card))
    return model


class Steps:
    """What the replaced steps do, and what was asked of them."""

    def __init__(self) -> None:
        self.environment_errors: list[EnvironmentFailed] = []
        self.training_errors: list[Exception] = []
        self.model = "bot-1"
        self.swapped: list[str] = []
        self.swap_error: Exception | None = None
        self.spared: list[set[str]] = []
        self.preferred: str | Exception | None = None
        self.material: Material | Exception = MATERIAL
        self.exported: list[Material] = []
        self.stopped = False
        self.refused = 0
        """So many starts fail."""
        self.started: list[str] = []

    async def ensure_environment(self, root: Path, uv: Path, progress: Progress) -> Path:
        progress("installing Rasa")
        if self.environment_errors:
            raise self.environment_errors.pop(0)
        return root / "python"

    async def ensure_model(
        self,
        exported: Path,
        models: Path,
        python: Path,
        progress: Progress,
        keep: Collection[str],
    ) -> TrainedModel:
        progress("training on 75 topics")
        if self.training_errors:
            raise self.training_errors.pop(0)
        self.spared.append(set(keep))
        return put_model(models, self.model)

    async def read(self) -> Material:
        if isinstance(self.material, Exception):
            raise self.material
        return self.material

    async def prefer(self) -> str | None:
        if isinstance(self.preferred, Exception):
            raise self.preferred
        return self.preferred

    async def export(self, material: Material, folder: Path) -> None:
        assert folder.is_dir()
        self.exported.append(material)


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
            spare: Spare,
        ) -> None:
            self.base_url: str | None = None
            self.pid = 1
            self._model, self._report, self._spare = model, report, spare

        async def keep_running(self) -> None:
            self._report(PartState.STARTING, "starting Rasa")
            while made.refused > 0:
                made.refused -= 1
                self._model = await self._spare(self._model)
            made.started.append(self._model.name)
            await asyncio.sleep(0)
            self.base_url = "http://127.0.0.1:1"
            self._report(PartState.UP, "ready")
            try:
                await asyncio.sleep(3600)
            finally:
                made.stopped = True

        async def swap(self, model: Path) -> None:
            if made.swap_error is not None:
                raise made.swap_error
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
        root=tmp_path,
        data=tmp_path / "data",
        read=steps.read,
        export=steps.export,
        preferred=steps.prefer,
        progress=said.append,
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
    steps.training_errors = [training.TrainingFailed("bad phrase")]
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


async def test_it_begins_with_the_model_in_use(
    bot: BotRuntime, steps: Steps, tmp_path: Path
) -> None:
    put_model(tmp_path / "data" / "models", "bot-used")
    steps.preferred = "bot-used"
    await bot.start()
    await bot.wait_until_ready(5)
    assert bot.current() is not None
    assert bot.model is not None
    assert bot.model.id == "bot-used"
    assert steps.exported == []


@pytest.mark.parametrize("preferred", ["bot-gone", "bot-older", None])
async def test_else_with_what_is_published(
    bot: BotRuntime, steps: Steps, tmp_path: Path, preferred: str | None
) -> None:
    put_model(tmp_path / "data" / "models", "bot-older", "another version")
    steps.preferred = preferred
    await bot.start()
    await bot.wait_until_ready(5)
    assert bot.model is not None
    assert bot.model.id == "bot-1"
    assert steps.exported == [MATERIAL]


@pytest.mark.parametrize("what", ["material", "preferred", "training"])
async def test_else_with_the_last_that_there_is(
    bot: BotRuntime, steps: Steps, tmp_path: Path, what: str
) -> None:
    """The database is away, or what is published cannot be learnt: the bot answers all the same."""
    put_model(tmp_path / "data" / "models", "bot-last")
    if what == "training":
        steps.training_errors = [training.TrainingFailed("a bad phrase")]
    else:
        setattr(steps, what, OSError("the database is away"))
    await bot.start()
    await bot.wait_until_ready(5)
    assert bot.model is not None
    assert bot.model.id == "bot-last"


@pytest.mark.parametrize("damage", ["cut", "empty"])
async def test_a_damaged_model_is_made_again_and_not_tried_for_ever(
    bot: BotRuntime, steps: Steps, tmp_path: Path, damage: str
) -> None:
    models = tmp_path / "data" / "models"
    path = put_model(models, "bot-used").path
    whole = gzip.compress(b"a model")
    path.write_bytes(whole[:-4] if damage == "cut" else b"")
    steps.preferred, steps.refused = "bot-used", 1
    await bot.start()
    await bot.wait_until_ready(5)
    assert steps.started == ["bot-1.tar.gz"]
    assert not bot.has("bot-used")
    assert bot.model is not None
    assert bot.model.id == "bot-1"


async def test_a_whole_model_is_tried_again(bot: BotRuntime, steps: Steps, tmp_path: Path) -> None:
    """The port is taken, the machine is slow: a good model is kept."""
    path = put_model(tmp_path / "data" / "models", "bot-used").path
    path.write_bytes(gzip.compress(b"a model"))
    steps.preferred, steps.refused = "bot-used", 2
    await bot.start()
    await bot.wait_until_ready(5)
    assert steps.started == ["bot-used.tar.gz"]
    assert steps.exported == []


async def test_training_swaps_nothing(bot: BotRuntime, steps: Steps) -> None:
    await bot.start()
    await bot.wait_until_ready(5)
    steps.model = "bot-2"
    said: list[str] = []
    card = await bot.train(MATERIAL, said.append, {"bot-0"})
    assert card.name == "bot-2"
    assert (card.figures["topics"], card.figures["seconds"]) == (75, 1.0)
    (line,) = card.lines
    assert (line.text, line.slug, line.language) == ("no power", "report-outage", "en")
    assert (line.verdict, line.said) == (Verdict.OFFERED, "power-surge")
    assert said == ["training on 75 topics"]
    assert steps.spared[-1] == {"bot-0"}
    assert steps.swapped == []
    assert bot.health().detail == "ready, 75 topics"
    assert bot.current() is not None
    assert bot.current() != card


async def test_a_model_is_used_and_gone_back_from(bot: BotRuntime, steps: Steps) -> None:
    await bot.start()
    await bot.wait_until_ready(5)
    steps.model = "bot-2"
    await bot.train(MATERIAL, lambda what: None)
    assert bot.has("bot-2")
    for name in ("bot-2", "bot-2", "bot-1"):
        await bot.use(name)
        assert bot.current() is not None
        assert bot.model is not None
        assert bot.model.id == name
    assert steps.swapped == ["bot-2.tar.gz", "bot-1.tar.gz"]


async def test_a_model_that_is_not_there(bot: BotRuntime, steps: Steps, tmp_path: Path) -> None:
    with pytest.raises(SwapFailed):
        await bot.use("bot-1")
    await bot.start()
    await bot.wait_until_ready(5)
    put_model(tmp_path / "data" / "models", "bot-older", "another version")
    for name in ("bot-gone", "bot-older", "../models/bot-gone", ""):
        assert not bot.has(name)
        with pytest.raises(ModelGone):
            await bot.use(name)
    assert steps.swapped == []


async def test_a_model_that_rasa_refuses(bot: BotRuntime, steps: Steps, tmp_path: Path) -> None:
    await bot.start()
    await bot.wait_until_ready(5)
    path = put_model(tmp_path / "data" / "models", "bot-2").path
    path.write_bytes(gzip.compress(b"a model"))
    steps.swap_error = process.SwapFailed("400")
    with pytest.raises(SwapFailed):
        await bot.use("bot-2")
    assert bot.model is not None
    assert bot.model.id == "bot-1"


async def test_a_damaged_model_counts_as_gone(
    bot: BotRuntime, steps: Steps, tmp_path: Path
) -> None:
    """Else a training on the same articles would find it, and it would be refused again."""
    await bot.start()
    await bot.wait_until_ready(5)
    put_model(tmp_path / "data" / "models", "bot-2").path.write_bytes(
        gzip.compress(b"a model")[:-4]
    )
    steps.swap_error = process.SwapFailed("400")
    with pytest.raises(ModelGone, match="damaged"):
        await bot.use("bot-2")
    assert not bot.has("bot-2")


async def test_a_failed_training_keeps_the_old_model(bot: BotRuntime, steps: Steps) -> None:
    with pytest.raises(TrainingFailed):
        await bot.train(MATERIAL, lambda what: None)
    await bot.start()
    await bot.wait_until_ready(5)
    steps.training_errors = [training.TrainingFailed("bad phrase")]
    with pytest.raises(TrainingFailed, match="bad phrase"):
        await bot.train(MATERIAL, lambda what: None)
    assert bot.health().state is PartState.UP
    assert bot.model is not None
    assert bot.model.id == "bot-1"


async def test_preparing_starts_nothing(bot: BotRuntime, steps: Steps) -> None:
    assert (await bot.prepare()).id == "bot-1"
    assert not bot.ready()
    assert bot.base_url is None


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
