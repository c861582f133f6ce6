"""The training data for the Rasa project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.article import BadTraining
from kb.catalogue import Catalogue
from kb.export import export_training, main, read_labelled, read_lines
from tests.kb.samples import sample

FILES = [
    "phrases.jsonl",
    "intents.json",
    "out_of_scope.txt",
    "out_of_scope_es.txt",
    "validation.jsonl",
    "emergencies.jsonl",
    "held_back.jsonl",
]


@pytest.fixture
def training(tmp_path: Path) -> Path:
    folder = tmp_path / "training"
    folder.mkdir()
    (folder / "out_of_scope.txt").write_text("tell me a joke\n\n  is it raining? \n", "utf-8")
    (folder / "validation.jsonl").write_text(
        json.dumps({"text": "my umbrella is gone ☂", "slug": "lost-umbrella"}) + "\n", "utf-8"
    )
    return folder


def phrases_of(folder: Path) -> list[tuple[str, str, str]]:
    lines = (folder / "phrases.jsonl").read_text("utf-8").splitlines()
    return [(line["slug"], line["lang"], line["text"]) for line in map(json.loads, lines)]


def test_every_phrase_is_written_in_its_language(tmp_path: Path) -> None:
    catalogue = Catalogue.load()
    export_training(catalogue, tmp_path / "out")
    written = phrases_of(tmp_path / "out")
    for article in catalogue:
        own = [(lang, text) for slug, lang, text in written if slug == article.slug]
        assert tuple(text for lang, text in own if lang == "en") == article.phrases
        assert tuple(text for lang, text in own if lang == "es") == article.phrases_es
    assert len(written) == sum(len(one.phrases + one.phrases_es) for one in catalogue)


def test_awkward_phrases_survive(tmp_path: Path, training: Path) -> None:
    phrases = (
        "'yes: \"no\" # maybe'",
        "'- dash'",
        "'🔥 help!!'",
        "'@city: it''s 100% gone'",
        "five",
    )
    catalogue = Catalogue([sample(phrases=f"[{', '.join(phrases)}]")])
    export_training(catalogue, tmp_path / "out", training)
    assert [text for _, _, text in phrases_of(tmp_path / "out")] == [
        phrase for article in catalogue for phrase in article.phrases
    ]


def test_all_files_are_written_the_same_each_time(tmp_path: Path, training: Path) -> None:
    catalogue = Catalogue([sample(slug="b"), sample(), sample(slug="a")])
    first = export_training(catalogue, tmp_path / "one", training)
    second = export_training(catalogue, tmp_path / "two", training)
    assert [path.name for path in first] == FILES
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == sorted(
        path.name for path in first
    )


def test_intents_say_what_rasa_must_know(tmp_path: Path, training: Path) -> None:
    export_training(Catalogue([sample()]), tmp_path / "out", training)
    assert json.loads((tmp_path / "out" / "intents.json").read_text("utf-8")) == [
        {
            "intent": "lost_umbrella",
            "slug": "lost-umbrella",
            "title": "Lost umbrellas",
            "confidence": "H",
            "emergency": False,
        }
    ]


def test_the_threshold_sets_are_copied_clean(tmp_path: Path, training: Path) -> None:
    export_training(Catalogue([sample()]), tmp_path / "out", training)
    assert read_lines(tmp_path / "out" / "out_of_scope.txt") == ["tell me a joke", "is it raining?"]
    (labelled,) = read_labelled(tmp_path / "out" / "validation.jsonl", {"lost-umbrella"})
    assert labelled.text == "my umbrella is gone ☂"


def test_lines_carry_their_language_and_may_be_out_of_scope(tmp_path: Path, training: Path) -> None:
    rows = [
        {"text": "perdí el paraguas", "slug": "lost-umbrella", "lang": "es"},
        {"text": "tell me a story", "slug": "out-of-scope"},
    ]
    (training / "held_back.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    export_training(Catalogue([sample()]), tmp_path / "out", training)
    written = (tmp_path / "out" / "held_back.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["lang"] for line in written] == ["es", "en"]
    assert json.loads(written[1])["slug"] == "out-of-scope"


def test_what_only_sounds_like_an_emergency_has_no_slug(tmp_path: Path, training: Path) -> None:
    rows: list[dict[str, object]] = [
        {"text": "se quema mi paraguas", "slug": "lost-umbrella", "lang": "es"},
        {"text": "my kite burns", "slug": "lost-kite"},
        {"text": "this bill burns me", "slug": None},
    ]
    (training / "emergencies.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    export_training(Catalogue([sample()]), tmp_path / "out", training)
    written = (tmp_path / "out" / "emergencies.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in written] == [rows[0], {**rows[2], "lang": "en"}]


def test_lines_of_an_archived_article_are_left_out(tmp_path: Path, training: Path) -> None:
    line = json.dumps({"text": "my kite is gone", "slug": "lost-kite"})
    with (training / "validation.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    export_training(Catalogue([sample()]), tmp_path / "out", training)
    written = (tmp_path / "out" / "validation.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(each)["slug"] for each in written] == ["lost-umbrella"]
    with pytest.raises(BadTraining, match="lost-kite"):
        read_labelled(training / "validation.jsonl", {"lost-umbrella"})


def test_files_that_are_not_there_are_empty(tmp_path: Path) -> None:
    export_training(Catalogue([sample()]), tmp_path / "out", tmp_path / "nowhere")
    assert phrases_of(tmp_path / "out")
    for name in FILES[2:]:
        assert (tmp_path / "out" / name).read_text("utf-8") == ""


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("validation.jsonl", '\n{"text": "where", "lang": "en"}\n', 2),
        ("validation.jsonl", '{"text": "où", "slug": "lost-umbrella", "lang": "fr"}\n', 1),
        ("held_back.jsonl", '{"text": 1, "slug": "lost-umbrella"}\n', 1),
        ("out_of_scope_es.txt", "bien\n[cuenta]\n", 2),
        ("validation.jsonl", "{oops\n", 1),
        ("validation.jsonl", '{"text": "where", "slug": null}\n', 1),
        ("emergencies.jsonl", '{"text": "where", "slug": 1}\n', 1),
        ("validation.jsonl", '{"text": "where"}\n', 1),
        ("validation.jsonl", '{"text": "/restart", "slug": "lost-umbrella"}\n', 1),
        ("out_of_scope.txt", "fine\n???\n", 2),
    ],
)
def test_a_bad_line_is_named_and_nothing_written(
    tmp_path: Path, training: Path, name: str, text: str, line: int
) -> None:
    (training / name).write_text(text, "utf-8")
    with pytest.raises(BadTraining) as caught:
        export_training(Catalogue([sample()]), tmp_path / "out", training)
    assert caught.value.line == line
    assert caught.value.path.name == name
    assert not (tmp_path / "out").exists()


def test_the_command_writes_the_projects_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / name) for name in FILES]
    assert main([]) == 2
