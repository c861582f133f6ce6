"""What is trained, when, and which models are kept."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bot.training import (
    TrainedModel,
    TrainingFailed,
    card_path,
    digest,
    ensure_model,
    prune,
    read_model,
    trained_models,
    write_project,
)

INTENTS = [
    {"intent": "pay_my_bill", "slug": "pay-my-bill", "title": "Pay", "confidence": "M"},
    {"intent": "gas_leak", "slug": "gas-leak", "title": "Gas", "confidence": "H"},
]
FAKE_RASA = """#!/bin/sh
echo "Starting to train component 'components.classifier.CalibratedClassifier'."
echo '{"languages": {"en": {"answer": 0.4, "ask": 0.1, "right": 0.8, "wrong": 0.01,\
 "out_of_scope_answered": 0.05}}, "held_back": {"es": {"n": 1, "right": 1}},\
 "lines": [{"text": "¿qué?", "outcome": "right"}]}' > report.json
while [ "$1" != "--fixed-model-name" ]; do shift; done
mkdir -p trained; echo model > "trained/$2.tar.gz"; echo run >> "$(dirname "$0")/runs"
"""


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "phrases.jsonl").write_text('{"text": "pay my bill", "slug": "pay-my-bill"}\n')
    (folder / "intents.json").write_text(json.dumps(INTENTS))
    (folder / "out_of_scope.txt").write_text("sing a song\n")
    (folder / "validation.jsonl").write_text('{"text": "pay", "slug": "pay-my-bill"}\n')
    return folder


@pytest.fixture
def python(tmp_path: Path) -> Path:
    path = tmp_path / "fake" / "python"
    path.parent.mkdir()
    path.write_text(FAKE_RASA)
    path.chmod(0o755)
    return path


def runs(python: Path) -> int:
    log = python.with_name("runs")
    return len(log.read_text().splitlines()) if log.exists() else 0


def put_model(folder: Path, name: str, age: int) -> Path:
    path = folder / f"bot-{name}.tar.gz"
    path.write_text("model")
    card = {"topics": 2, "threshold": 0.4, "right": 0.8, "wrong": 0.0}
    card_path(path).write_text(json.dumps(card | {"out_of_scope_answered": 0.0, "seconds": 1.0}))
    os.utime(path, (1e9 - age, 1e9 - age))
    return path


@pytest.mark.anyio
async def test_nothing_is_trained_twice(exported: Path, python: Path, tmp_path: Path) -> None:
    said: list[str] = []
    model = await ensure_model(exported, tmp_path / "models", python, said.append)
    assert model.path.read_text() == "model\n"
    assert model.id == f"bot-{digest(exported)}"
    assert (model.topics, model.threshold, model.right) == (2, 0.4, 0.8)
    assert model.languages["en"]["ask"] == 0.1
    assert model.held_back == {"es": {"n": 1, "right": 1}}
    assert model.lines == [{"text": "¿qué?", "outcome": "right"}]
    assert said[0] == "training on 2 topics"
    assert "80% of the validation questions answered right" in said[-1]
    assert await ensure_model(exported, tmp_path / "models", python) == model
    assert runs(python) == 1


@pytest.mark.anyio
async def test_changed_articles_are_trained_and_old_ones_found_again(
    exported: Path, python: Path, tmp_path: Path
) -> None:
    first = await ensure_model(exported, tmp_path / "models", python)
    before = (exported / "validation.jsonl").read_text()
    (exported / "validation.jsonl").write_text(before * 2)
    second = await ensure_model(exported, tmp_path / "models", python)
    assert second.path != first.path
    (exported / "validation.jsonl").write_text(before)
    assert await ensure_model(exported, tmp_path / "models", python) == first
    assert runs(python) == 2
    assert [each.path for each in trained_models(tmp_path / "models")] == [first.path, second.path]


@pytest.mark.anyio
async def test_a_failed_training_leaves_no_model(
    exported: Path, python: Path, tmp_path: Path
) -> None:
    python.write_text("#!/bin/sh\necho 'InvalidDomain: no'; exit 1\n")
    with pytest.raises(TrainingFailed, match="InvalidDomain: no"):
        await ensure_model(exported, tmp_path / "models", python)
    assert trained_models(tmp_path / "models") == []
    assert not list((tmp_path / "models").glob("training-*"))


@pytest.mark.anyio
async def test_a_training_that_calibrated_nothing_is_no_model(
    exported: Path, python: Path, tmp_path: Path
) -> None:
    python.write_text("#!/bin/sh\nexit 0\n")
    with pytest.raises(TrainingFailed):
        await ensure_model(exported, tmp_path / "models", python)


@pytest.mark.anyio
async def test_an_export_that_cannot_be_read_is_told(tmp_path: Path, python: Path) -> None:
    with pytest.raises(TrainingFailed, match=r"intents\.json"):
        await ensure_model(tmp_path / "nothing", tmp_path / "models", python)


@pytest.mark.parametrize("name", ["phrases.jsonl", "out_of_scope.txt", "emergencies.jsonl"])
def test_the_digest_changes_with_every_file(exported: Path, name: str) -> None:
    before = digest(exported)
    with (exported / name).open("a") as file:
        file.write("\n")
    assert digest(exported) != before


def test_a_model_without_its_card_is_none(tmp_path: Path) -> None:
    path = put_model(tmp_path, "a", 0)
    assert isinstance(read_model(path), TrainedModel)
    card_path(path).write_text("{")
    assert read_model(path) is None
    card_path(path).unlink()
    assert read_model(path) is None


def test_the_models_last_used_are_kept(tmp_path: Path) -> None:
    paths = [put_model(tmp_path, str(age), age) for age in range(6)]
    prune(tmp_path, keep=4)
    assert [model.path for model in trained_models(tmp_path)] == paths[:4]
    assert len(list(tmp_path.iterdir())) == 8


def test_the_files_begin_their_lines_as_rasa_looks_for_them(exported: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    write_project(exported, INTENTS, work)
    assert "\nnlu: [" in (work / "data" / "nlu.yml").read_text()
    assert "\nrules: [" in (work / "data" / "rules.yml").read_text()
    assert "\nintents: [" in (work / "domain.yml").read_text()
    assert {path.name for path in work.iterdir()} == {
        "config.yml",
        "data",
        "domain.yml",
        "intents.json",
        "out_of_scope.txt",
        "phrases.jsonl",
        "validation.jsonl",
    }
