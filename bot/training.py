"""From exported articles to a trained model file, only when something changed.

The export folder holds what `kb/export.py` writes; of it only `phrases.jsonl` and
`intents.json` must be there.
A model is named after a digest of those files and of our pipeline, so that the same articles
find their model again and nothing is trained twice.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
import zlib
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from bot.command import CommandFailed, run
from bot.domain import domain, nlu, rules, sources
from bot.environment import PROJECT, REQUIREMENTS, Progress, child_environment
from bot.lock import held

EXPORTED = (
    "phrases.jsonl",
    "intents.json",
    "out_of_scope.txt",
    "out_of_scope_es.txt",
    "validation.jsonl",
    "emergencies.jsonl",
    "held_back.jsonl",
)
"""What our own components read in the folder that the training runs in."""

REPORT = "report.json"
"""What they leave there: rasa_project/components/training.py says what is in it."""

VECTORS = "vectors"
"""Folder beside the models: most phrases are the same next time, and encoding is the longest."""

PIPELINE = "config.yml"
KEPT = 10
"""Models kept in the folder besides those that are asked for, so that one can be rolled back to."""

COMPONENT = re.compile(r"Starting to train component '(?:\w+\.)*(\w+)'")


class TrainingFailed(Exception):
    """No model came out; the message quotes the end of what Rasa wrote."""


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A model file, and what is known of it.

    Shares are 0..1, measured on validation data by models that were not fitted to it; those
    outside `languages` are the English ones.
    """

    path: Path
    topics: int
    threshold: float
    """From which confidence on an English question is answered."""
    right: float
    wrong: float
    out_of_scope_answered: float
    seconds: float
    """How long the training took, the start of Rasa included."""
    languages: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Per language the thresholds `answer`, `ask`, `emergency`, and the shares `first` and
    `among_three` (of the ranking), `right`, `wrong`, `offered`, `lost`, `out_of_scope_answered`,
    `out_of_scope_recognised`, `emergency_recall`, `emergency_precision` of so many `examples`,
    `out_of_scope_examples`, `emergency_examples`."""
    held_back: dict[str, dict[str, int]] = field(default_factory=dict)
    """Per language counts on lines that nothing was chosen with: `n` is `right`, `wrong`,
    `offered` (its article among three) and `handed`; `out_of_scope`, `out_of_scope_answered`."""
    lines: list[dict[str, str]] = field(default_factory=list)
    """Each held-back line: `text`, `lang`, `slug`, `outcome` (right, wrong, offered, missed) and
    `predicted`, a slug; `out-of-scope` may stand for one."""
    program: str = ""
    """What `program` was when it was trained: another one may not understand the file."""

    @property
    def id(self) -> str:
        return self.path.name.removesuffix(".tar.gz")


async def ensure_model(
    exported: Path,
    models: Path,
    python: Path,
    progress: Progress = lambda _: None,
    keep: Collection[str] = (),
) -> TrainedModel:
    """The model for the articles in `exported`, trained if `models` does not hold it yet.

    `python` is that of Rasa's environment; the models named in `keep` are not pruned. Raises
    TrainingFailed.
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
    prune(models, protected=keep)
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

    def on_line(line: str) -> None:
        if found := COMPONENT.search(line):
            progress(f"training on {len(intents)} topics: {found[1]}")

    env = child_environment()
    env["SWITCHBOARD_VECTOR_CACHE"] = str(path.parent / VECTORS)
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
    try:
        report = json.loads((work / REPORT).read_text(encoding="utf-8"))
        english = report["languages"]["en"]
        model = TrainedModel(
            path=path,
            topics=len(intents),
            threshold=english["answer"],
            right=english["right"],
            wrong=english["wrong"],
            out_of_scope_answered=english["out_of_scope_answered"],
            seconds=round(time.monotonic() - started, 1),
            languages=report["languages"],
            held_back=report["held_back"],
            lines=report["lines"],
            program=program(),
        )
    except (OSError, ValueError, LookupError) as error:
        raise TrainingFailed(f"Rasa ended well but left no report: {error!r}") from error
    if not trained.is_file():
        raise TrainingFailed("Rasa ended well but left no model")
    # What is known of it first: a model file without it counts as absent.
    card = {key: value for key, value in asdict(model).items() if key != "path"}
    (work / "card.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")
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
    for name in EXPORTED:
        if (exported / name).is_file():
            shutil.copy(exported / name, work)
    shutil.copy(PROJECT / PIPELINE, work)
    _write_yaml(work / "domain.yml", domain(intents))
    _write_yaml(work / "data" / "rules.yml", rules(intents))
    _write_yaml(work / "data" / "nlu.yml", nlu(intents, _phrases(exported)))


def _phrases(exported: Path) -> list[dict[str, Any]]:
    """Raises TrainingFailed."""
    try:
        lines = (exported / "phrases.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]
    except (OSError, ValueError) as error:
        raise TrainingFailed(f"the exported articles cannot be read: {error}") from error


def _write_yaml(path: Path, content: dict[str, Any]) -> None:
    """Values are JSON, which is YAML and needs no library here.

    Rasa tells its files apart by lines that begin with `rules:` and the like, so the outermost
    keys are plain.
    """
    path.write_text("".join(f"{key}: {json.dumps(value)}\n" for key, value in content.items()))


def digest(exported: Path) -> str:
    """16 hexadecimal digits that change with the data, the pipeline and its libraries."""
    total = hashlib.sha256()
    for path in _inputs(exported):
        content = path.read_bytes() if path.is_file() else b""
        total.update(f"{path.name} {len(content)}\n".encode() + content)
    # This module writes the project's files.
    total.update(Path(__file__).read_bytes())
    return total.hexdigest()[:16]


@cache
def program() -> str:
    """The part of `digest` that does not hang on what was exported, as this process began."""
    return digest(PROJECT / "nothing is exported here")


def _inputs(exported: Path) -> Iterator[Path]:
    yield from (exported / name for name in EXPORTED)
    yield PROJECT / PIPELINE
    yield REQUIREMENTS
    yield from sources()
    yield from sorted((PROJECT / "components").glob("*.py"))


def card_path(model: Path) -> Path:
    return model.with_name(model.name.removesuffix(".tar.gz") + ".json")


def read_model(path: Path) -> TrainedModel | None:
    """A finished model of the folder, or None."""
    if not path.is_file():
        return None
    try:
        return TrainedModel(path=path, **json.loads(card_path(path).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def is_whole(path: Path) -> bool:
    """Whether a model file can be unpacked to its end: a disk that was full, or is failing,
    leaves one that Rasa will never start with. Some tenths of a second."""
    try:
        with gzip.open(path) as packed:
            read = 0
            while part := packed.read(1 << 20):
                read += len(part)
    except (OSError, EOFError, zlib.error):
        return False
    return read > 0


def discard(path: Path) -> None:
    """Delete a model, so that it is trained again when it is wanted."""
    path.unlink(missing_ok=True)
    card_path(path).unlink(missing_ok=True)


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


def prune(models: Path, keep: int = KEPT, protected: Collection[str] = ()) -> None:
    """Delete all but the `keep` models last used and those named in `protected`."""
    for model in trained_models(models)[keep:]:
        if model.id not in protected:
            discard(model.path)
