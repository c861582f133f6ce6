"""Articles and labelled messages as training data."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from hub.ports import LabelledText, Material, TrainingFailed
from kb.catalogue import Catalogue
from kb.export import export_training
from kb.material import LONGEST, export_material
from tests.kb.samples import sample


@pytest.fixture
def training(tmp_path: Path) -> Path:
    folder = tmp_path / "training"
    folder.mkdir()
    (folder / "out_of_scope.txt").write_text("who won the game\n")
    (folder / "out_of_scope_es.txt").write_text("quién ganó el partido\n")
    (folder / "validation.jsonl").write_text(
        json.dumps({"text": "is chosen with", "slug": "gone"}) + "\n"
    )
    (folder / "held_back.jsonl").write_text(
        json.dumps({"text": "is measured on", "slug": "pay-my-bill"}) + "\n"
    )
    return folder


ARTICLE = replace(sample(), slug="pay-my-bill", phrases=("how do i pay",), phrases_es=())


def exported(tmp_path: Path, training: Path, **more: tuple[LabelledText, ...]) -> Path:
    export_material(Material((ARTICLE,), **more), tmp_path / "out", training)
    return tmp_path / "out"


def phrases_of(folder: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (folder / "phrases.jsonl").read_text().splitlines():
        phrase = json.loads(line)
        found.setdefault(phrase["lang"], []).append(phrase["text"])
    return found


def test_articles_alone_are_the_export(tmp_path: Path, training: Path) -> None:
    export_training(Catalogue([ARTICLE]), tmp_path / "plain", training)
    folder = exported(tmp_path, training)
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "plain").iterdir())
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / "plain" / name).read_bytes()


def test_labelled_messages_are_learnt_in_their_language(tmp_path: Path, training: Path) -> None:
    folder = exported(
        tmp_path,
        training,
        phrases=(
            LabelledText("  can i\npay at [account number] ", "pay-my-bill", "en"),
            LabelledText("dónde pago", "pay-my-bill", "es"),
            LabelledText("tell me a joke", "out-of-scope", "en"),
            LabelledText("cuéntame un chiste", "out-of-scope", "es"),
        ),
    )
    assert phrases_of(folder) == {
        "en": ["how do i pay", "can i pay at account number"],
        "es": ["dónde pago"],
    }
    assert (folder / "out_of_scope.txt").read_text() == "who won the game\ntell me a joke\n"
    assert (folder / "out_of_scope_es.txt").read_text().endswith("cuéntame un chiste\n")


def test_what_is_held_back_is_measured_and_never_learnt(tmp_path: Path, training: Path) -> None:
    said = LabelledText("paying from abroad", "pay-my-bill", "en")
    folder = exported(
        tmp_path,
        training,
        phrases=(replace(said, text="Paying from abroad?"),),
        held_back=(said, LabelledText("sing", "out-of-scope", "es")),
    )
    assert phrases_of(folder) == {"en": ["how do i pay"]}
    lines = [json.loads(line) for line in (folder / "held_back.jsonl").read_text().splitlines()]
    assert lines[1:] == [
        {"text": "paying from abroad", "slug": "pay-my-bill", "lang": "en"},
        {"text": "sing", "slug": "out-of-scope", "lang": "es"},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "How do I pay?",
        "is chosen with",
        "Is measured on!",
        "who won the game",
        "!!!",
        "x" * (LONGEST + 1),
    ],
)
def test_what_is_said_already_or_says_nothing(tmp_path: Path, training: Path, text: str) -> None:
    both = (LabelledText(text, "pay-my-bill", "en"), LabelledText(text, "pay-my-bill", "en"))
    folder = exported(tmp_path, training, phrases=both, held_back=both[:1])
    assert phrases_of(folder) == {"en": ["how do i pay"]}
    assert len((folder / "held_back.jsonl").read_text().splitlines()) == 1


def test_a_slash_is_no_command(tmp_path: Path, training: Path) -> None:
    text = LabelledText("/restart my service", "pay-my-bill", "en")
    assert phrases_of(exported(tmp_path, training, phrases=(text,)))["en"][1:] == [
        "restart my service"
    ]


def test_the_newest_label_counts(tmp_path: Path, training: Path) -> None:
    text = LabelledText("my card was refused", "out-of-scope", "en")
    folder = exported(tmp_path, training, phrases=(text, replace(text, slug="pay-my-bill")))
    assert phrases_of(folder)["en"] == ["how do i pay", "my card was refused"]
    assert (folder / "out_of_scope.txt").read_text() == "who won the game\n"


def test_labels_of_what_is_archived_or_in_no_language(tmp_path: Path, training: Path) -> None:
    folder = exported(
        tmp_path,
        training,
        phrases=(
            LabelledText("one", "gone", "en"),
            LabelledText("two", "pay-my-bill", "fr"),
        ),
    )
    assert phrases_of(folder) == {"en": ["how do i pay"]}


def test_nothing_to_learn(tmp_path: Path, training: Path) -> None:
    with pytest.raises(TrainingFailed, match="no article is published"):
        export_material(Material(()), tmp_path / "out", training)


def test_a_training_file_that_cannot_be_used(tmp_path: Path, training: Path) -> None:
    (training / "held_back.jsonl").write_text("{\n")
    with pytest.raises(TrainingFailed, match=r"held_back.jsonl:1"):
        exported(tmp_path, training)
