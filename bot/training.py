"""From exported articles to a trained model file, only when something changed.

The export folder holds `nlu.yml`, `intents.json`, `out_of_scope.txt` and `validation.jsonl`.
A model is named after a digest of those files and of our pipeline, so that the same articles
find their model again and nothing is trained twice.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bot.command import CommandFailed, run
from bot.environment import PROJECT, REQUIREMENTS, Progress, child_environment
from bot.lock import held

EXPORTED = ("nlu.yml", "intents.json", "out_of_scope.txt", "validation.jsonl")
PIPELINE = "config.yml"
KEPT = 5
"""Models kept in the folder, so that one can be rolled back to."""

COMPONENT = re.compile(r"Starting to train component '(?:\w+\.)*(\w+)'")
CALIBRATED = re.compile(r"Calibrated: (\{.*\})")


class TrainingFailed(Exception):
    """No model came out; the message quotes the end of what Rasa wrote."""


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A model file, and what is known of it: shares are 0..1, measured on validation data."""

    path: Path
    topics: int
    threshold: float
    right: float
    wrong: float
    out_of_scope_answered: float
    seconds: float
    """How long the training took, the start of Rasa included."""

    @property
    def id(self) -> str:
        return self.path.name.removesuffix(".tar.gz")


async def ensure_model(
    exported: Path, models: Path, python: Path, progress: Progress = lambda _: None
) -> TrainedModel:
    """The model for the articles in `exported`, trained if `models` does not hold it yet.

    `python` is that of Rasa's environment. Raises TrainingFailed.
    """
    try:
        intents = json.loads((exported / "intents.json").read_text(encoding="utf-8"))
        name = f"bot-{digest(exported)}"
    except (OSError, ValueError) as error:
        raise TrainingFailed(f"the exported articles cannot be read: {error}") from error
    path = models / f"{name}.tar.gz"
    known = take_model(path)
    if known is not None:
        return known
    waiting = partial(progress, "another process is training: waiting for it")
    async with held(models / ".lock", waiting):
        model = take_model(path) or await _train_into(exported, intents, path, python, progress)
    prune(models)
    return model


async def _train_into(
    exported: Path, intents: list[dict[str, Any]], path: Path, python: Path, progress: Progress
) -> TrainedModel:
    """Train in a folder beside `path`, so that the result is moved there in one step."""
    for left in path.parent.glob("training-*"):
        shutil.rmtree(left, ignore_errors=True)  # of a training that was killed
    with tempfile.TemporaryDirectory(prefix="training-", dir=path.parent) as folder:
        return await _train(exported, intents, Path(folder), path, python, progress)


async def _train(
    exported: Path,
    intents: list[dict[str, Any]],
    work: Path,
    path: Path,
    python: Path,
    progress: Progress,
) -> TrainedModel:
    started = time.monotonic()
    progress(f"training on {len(intents)} topics")
    write_project(exported, intents, work)
    calibration: dict[str, Any] = {}

    def on_line(line: str) -> None:
        if found := COMPONENT.search(line):
            progress(f"training on {len(intents)} topics: {found[1]}")
        elif found := CALIBRATED.search(line):
            calibration.update(json.loads(found[1]))

    env = child_environment()
    # Rasa's own cache does not know of the validation files, and ours is the model folder.
    env |= {"RASA_CACHE_DIRECTORY": str(work / "cache"), "RASA_MAX_CACHE_SIZE": "0"}
    try:
        await run(
            "training",
            [
                *(python, "-m", "components.launch", "train", "--force", "-v"),
                "--skip-validation",  # the domain and the rules are ours, made together
                *("--config", PIPELINE, "--domain", "domain.yml", "--data", "data"),
                *("--out", "trained", "--fixed-model-name", path.name.removesuffix(".tar.gz")),
            ],
            env=env,
            cwd=work,
            on_line=on_line,
        )
    except CommandFailed as error:
        raise TrainingFailed(str(error)) from error
    trained = work / "trained" / path.name
    if not trained.is_file() or not calibration:
        raise TrainingFailed("Rasa ended well but left no calibrated model")
    model = TrainedModel(
        path=path,
        topics=len(intents),
        threshold=calibration["threshold"],
        right=calibration["right"],
        wrong=calibration["wrong"],
        out_of_scope_answered=calibration["out_of_scope_answered"],
        seconds=round(time.monotonic() - started, 1),
    )
    # What is known of it first: a model file without it counts as absent.
    card = {key: value for key, value in asdict(model).items() if key != "path"}
    (work / "card.json").write_text(json.dumps(card, indent=2) + "\n")
    (work / "card.json").replace(card_path(path))
    trained.replace(path)
    progress(
        f"trained on {model.topics} topics in {model.seconds:.0f} s:"
        f" {model.right:.0%} of the validation questions answered right,"
        f" {model.wrong:.0%} wrong, the others asked back"
    )
    return model


def write_project(exported: Path, intents: list[dict[str, Any]], work: Path) -> None:
    """Everything `rasa train` reads, in `work`: the export, our pipeline, domain and rules."""
    (work / "data").mkdir()
    shutil.copy(exported / "nlu.yml", work / "data")
    for name in ("out_of_scope.txt", "validation.jsonl"):
        if (exported / name).is_file():
            shutil.copy(exported / name, work)
    shutil.copy(PROJECT / PIPELINE, work)
    _write_yaml(work / "domain.yml", domain(intents))
    _write_yaml(work / "data" / "rules.yml", rules(intents))


def _write_yaml(path: Path, content: dict[str, Any]) -> None:
    """Values are JSON, which is YAML and needs no library here.

    Rasa tells its files apart by lines that begin with `rules:` and the like, so the outermost
    keys are plain.
    """
    path.write_text("".join(f"{key}: {json.dumps(value)}\n" for key, value in content.items()))


def domain(intents: list[dict[str, Any]]) -> dict[str, Any]:
    """Rasa's domain: one intent and one utterance a topic, carrying the slug, not the words.

    The words are the article's and the hub looks them up, so that an edited sentence needs
    no training.
    """
    responses = {
        f"utter_{entry['intent']}": [{"custom": {"act": "answer", "slug": entry["slug"]}}]
        for entry in intents
    }
    responses["utter_ask_back"] = [{"custom": {"act": "ask_back"}}]
    return {
        "version": "3.1",
        "intents": [entry["intent"] for entry in intents],
        "responses": responses,
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }


def rules(intents: list[dict[str, Any]]) -> dict[str, Any]:
    """One rule a topic, and one for what was not understood."""
    steps = [(entry["intent"], f"utter_{entry['intent']}") for entry in intents]
    steps.append(("nlu_fallback", "utter_ask_back"))
    return {
        "version": "3.1",
        "rules": [
            {"rule": intent, "steps": [{"intent": intent}, {"action": action}]}
            for intent, action in steps
        ],
    }


def digest(exported: Path) -> str:
    """16 hexadecimal digits that change with the data, the pipeline and its libraries."""
    total = hashlib.sha256()
    for path in _inputs(exported):
        content = path.read_bytes() if path.is_file() else b""
        total.update(f"{path.name} {len(content)}\n".encode() + content)
    # This module writes the domain and the rules.
    total.update(Path(__file__).read_bytes())
    return total.hexdigest()[:16]


def _inputs(exported: Path) -> Iterator[Path]:
    yield from (exported / name for name in EXPORTED)
    yield PROJECT / PIPELINE
    yield REQUIREMENTS
    yield from sorted((PROJECT / "components").glob("*.py"))


def card_path(model: Path) -> Path:
    return model.with_name(model.name.removesuffix(".tar.gz") + ".json")


def read_model(path: Path) -> TrainedModel | None:
    """A finished model of the folder, or None."""
    if not path.is_file():
        return None
    try:
        return TrainedModel(path=path, **json.loads(card_path(path).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def take_model(path: Path) -> TrainedModel | None:
    """A finished model marked as used now, so that it is the last to be pruned, or None.

    Makes the folder where it is absent.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    model = read_model(path)
    if model is not None:
        os.utime(path)
    return model


def trained_models(models: Path) -> list[TrainedModel]:
    """Every finished model, the last used first."""
    paths = sorted(models.glob("bot-*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [model for path in paths if (model := read_model(path)) is not None]


def prune(models: Path, keep: int = KEPT) -> None:
    """Delete all but the `keep` models last used."""
    for model in trained_models(models)[keep:]:
        model.path.unlink(missing_ok=True)
        card_path(model.path).unlink(missing_ok=True)
