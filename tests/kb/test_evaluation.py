"""The sets the bot is measured and calibrated with: sound, large enough, and apart.

A line that stands in two of them, or that the bot is trained on, measures nothing.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from kb.catalogue import Catalogue

KB = Path(__file__).resolve().parents[2] / "kb"
TRAINING = KB / "training"
CITIZENS = KB / "evaluation" / "citizens.jsonl"
RESIDENTS = KB / "evaluation" / "residents.jsonl"
EMERGENCIES = KB / "evaluation" / "emergencies.jsonl"
HELD_BACK = TRAINING / "held_back.jsonl"
VALIDATION = TRAINING / "validation.jsonl"
ALARMS = TRAINING / "emergencies.jsonl"
OUT_OF_SCOPE = "out-of-scope"

ALARMING = re.compile(
    r"\b(gas|fires?|fired|smok\w+|shock\w*|spark\w*|killing|zapping|burn\w*|blew|leak\w*|lines?"
    r"|wires?|cables?|sewer|sewage|main|oxygen|monoxide|generator|transformer|pilot|heart attack"
    r"|generador|planta|piloto|l[ií]neas?|quem[oó]\w*|arden|matar?|muerte|fuga|tuber[ií]a|tubo"
    r"|ox[ií]geno|electriza|explot\w+|infarto|intoxic\w+)\b",
    re.IGNORECASE,
)
"""Words a careless rule would take for an emergency."""


Row = Mapping[str, Any]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load()


def rows(path: Path) -> Sequence[Row]:
    """The objects of a JSON-lines file, one a line."""
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert all(isinstance(row, dict) for row in found), path.name
    return found


def lines(name: str) -> Sequence[str]:
    """The messages of a plain file of the training folder."""
    return [line for line in (TRAINING / name).read_text("utf-8").splitlines() if line.strip()]


def bare(text: str) -> str:
    """`text` without case, punctuation and accents; a message of signs alone stays as it is."""
    apart = unicodedata.normalize("NFD", text.casefold().replace("'", "").replace("’", ""))
    letters = "".join(char for char in apart if not unicodedata.combining(char))
    return " ".join(re.findall(r"[^\W_]+", letters)) or text.strip()


def language(row: Row) -> str:
    """Older lines of the validation set are English and do not say so."""
    return str(row.get("lang", "en"))


def of_language(found: Sequence[Row], lang: str) -> Sequence[Row]:
    return [row for row in found if language(row) == lang]


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        (CITIZENS, {"text", "slug", "emergency", "lang", "also"}),
        (RESIDENTS, {"text", "slug", "emergency", "lang", "also"}),
        (EMERGENCIES, {"text", "slug", "emergency", "lang"}),
        (HELD_BACK, {"text", "slug", "lang"}),
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else "",
)
def test_every_line_has_its_fields(path: Path, keys: set[str]) -> None:
    for number, row in enumerate(rows(path), start=1):
        assert set(row) == keys, (path.name, number)
        assert isinstance(row["text"], str), (path.name, number)
        assert row["text"].strip(), (path.name, number)
        assert len(row["text"].splitlines()) == 1, (path.name, number)
        assert row["lang"] in {"en", "es"}, (path.name, number)
        assert isinstance(row.get("emergency", False), bool), (path.name, number)


def test_what_rasa_reads_has_no_marks_of_its_own() -> None:
    texts = [row["text"] for path in (HELD_BACK, VALIDATION, ALARMS) for row in rows(path)]
    texts += [*lines("out_of_scope.txt"), *lines("out_of_scope_es.txt")]
    assert [text for text in texts if text.startswith("/") or re.search(r"[\[\]{}]", text)] == []


def test_slugs_are_known(catalogue: Catalogue) -> None:
    known = {article.slug for article in catalogue}
    for row in (*rows(CITIZENS), *rows(RESIDENTS)):
        assert row["slug"] in known | {OUT_OF_SCOPE}, row
        assert set(row["also"]) <= known - {row["slug"]}, row
    assert {row["slug"] for row in rows(HELD_BACK)} <= known | {OUT_OF_SCOPE}
    assert {row["slug"] for row in rows(VALIDATION)} <= known


def test_an_emergency_has_the_slug_of_one(catalogue: Catalogue) -> None:
    urgent = {article.slug for article in catalogue if article.emergency}
    for row in (*rows(CITIZENS), *rows(RESIDENTS), *rows(EMERGENCIES)):
        if row["emergency"]:
            assert row["slug"] in urgent, row
    for row in rows(EMERGENCIES):
        assert (row["slug"] is not None) == row["emergency"], row
    assert {row["slug"] for row in rows(ALARMS)} == urgent | {None}


def test_no_message_stands_in_two_places(catalogue: Catalogue) -> None:
    phrases = {
        bare(phrase) for article in catalogue for phrase in (*article.phrases, *article.phrases_es)
    }
    places: dict[str, list[str]] = defaultdict(list)
    for path in (CITIZENS, RESIDENTS, EMERGENCIES, HELD_BACK, VALIDATION, ALARMS):
        for row in rows(path):
            places[bare(row["text"])].append(path.name)
    for name in ("out_of_scope.txt", "out_of_scope_es.txt"):
        for line in lines(name):
            places[bare(line)].append(name)
    assert {text: where for text, where in places.items() if len(where) > 1} == {}
    # An emergency may well be told as one of its article's phrases has it.
    measuring = {text: where for text, where in places.items() if where != [ALARMS.name]}
    assert {text: where for text, where in measuring.items() if text in phrases} == {}


@pytest.mark.parametrize(("lang", "fewest"), [("en", 290), ("es", 130)])
def test_the_citizens_speak_of_everything(lang: str, fewest: int, catalogue: Catalogue) -> None:
    spoken = of_language(rows(CITIZENS), lang)
    assert len(spoken) >= fewest
    assert {article.slug for article in catalogue} <= {row["slug"] for row in spoken}


def test_the_citizens_are_in_trouble_and_out_of_scope_often_enough(catalogue: Catalogue) -> None:
    spoken = rows(CITIZENS)
    urgent = {article.slug for article in catalogue if article.emergency}
    assert sum(row["emergency"] for row in spoken) >= 90
    for lang in ("en", "es"):
        told = of_language(spoken, lang)
        assert {row["slug"] for row in told if row["emergency"]} == urgent
        assert sum(row["slug"] == OUT_OF_SCOPE for row in told) >= 25
    assert sum(row["slug"] == OUT_OF_SCOPE for row in spoken) >= 70


def test_the_citizens_use_alarming_words_without_harm() -> None:
    near = [row for row in rows(CITIZENS) if not row["emergency"] and ALARMING.search(row["text"])]
    assert len(near) >= 40


def test_the_second_set_is_large_enough(catalogue: Catalogue) -> None:
    spoken = rows(RESIDENTS)
    assert len(spoken) >= 360
    assert len(of_language(spoken, "es")) >= 110
    assert {article.slug for article in catalogue} <= {
        row["slug"] for row in of_language(spoken, "en")
    }
    assert sum(row["emergency"] for row in spoken) >= 75
    assert sum(row["slug"] == OUT_OF_SCOPE for row in spoken) >= 55
    assert sum(not row["emergency"] and bool(ALARMING.search(row["text"])) for row in spoken) >= 40


@pytest.mark.parametrize(("lang", "urgent", "harmless"), [("en", 100, 80), ("es", 70, 40)])
def test_the_emergency_set_is_large_enough(
    lang: str, urgent: int, harmless: int, catalogue: Catalogue
) -> None:
    counted = Counter(row["slug"] for row in of_language(rows(EMERGENCIES), lang))
    assert counted.pop(None) >= harmless
    assert counted.total() >= urgent
    assert set(counted) == {article.slug for article in catalogue if article.emergency}
    assert min(counted.values()) >= 5


@pytest.mark.parametrize(("lang", "fewest"), [("en", 180), ("es", 80)])
def test_the_held_back_set_speaks_of_everything(
    lang: str, fewest: int, catalogue: Catalogue
) -> None:
    held = of_language(rows(HELD_BACK), lang)
    assert len(held) >= fewest
    assert {article.slug for article in catalogue} <= {row["slug"] for row in held}


def test_thresholds_are_chosen_in_both_languages(catalogue: Catalogue) -> None:
    spanish = Counter(row["slug"] for row in of_language(rows(VALIDATION), "es"))
    assert spanish.total() >= 240
    assert {article.slug for article in catalogue if spanish[article.slug] < 3} == set()
    assert len(lines("out_of_scope_es.txt")) >= 160
    assert len(lines("out_of_scope.txt")) >= 600
