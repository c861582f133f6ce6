"""Reading one article, and what is said of one that is wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hub.ports.knowledge import Confidence
from kb.article import BadArticle, intent_of, parse_article, read_article
from kb.rules import CONFIRM, CONFIRM_ES
from tests.kb.samples import CONFIRMED, CONFIRMED_ES, STAFF, sample, source


def test_a_sound_article_is_read_whole() -> None:
    article = sample()
    assert article.slug == "lost-umbrella"
    assert intent_of(article.slug) == "lost_umbrella"
    assert article.unit == "walk-in"
    assert article.confidence is Confidence.HIGH
    assert article.reviewed == date(2026, 11, 1)
    assert article.phrases[:2] == ("I lost my umbrella", "where is my brolly")
    assert (article.title_es, article.answer_es, article.phrases_es) == (None, None, ())
    assert article.answer is not None
    assert article.answer.startswith("Ask at the desk")
    assert article.staff_note is None


def test_a_null_unit_keeps_the_tickets() -> None:
    assert sample(unit="null").unit is None


def test_the_note_for_staff_is_no_part_of_the_answer() -> None:
    article = sample(confidence="M", body=f"{CONFIRMED}\n\n{STAFF}")
    assert article.answer == CONFIRMED
    assert article.staff_note == "Where the umbrellas are kept."


def test_the_spanish_text_is_read_apart() -> None:
    body = f"{CONFIRMED}\n\n## En español\n\n{CONFIRMED_ES}\n\n{STAFF}"
    article = sample(
        confidence="M", title_es="Paraguas perdidos", phrases_es="[perdí mi paraguas]", body=body
    )
    assert article.answer == CONFIRMED
    assert article.answer_es is not None
    assert article.answer_es.endswith(CONFIRM_ES)
    assert article.title_es == "Paraguas perdidos"
    assert article.phrases_es == ("perdí mi paraguas",)
    assert article.staff_note == "Where the umbrellas are kept."


def test_an_emergency_without_facts_may_still_answer() -> None:
    article = sample(
        confidence="none",
        emergency="true",
        handover="true",
        body=f"## Answer\n\nCall 911.\n\n{STAFF}",
    )
    assert article.answer == "Call 911."


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "''"}, "title"),
        ({"slug": "Lost_Umbrella"}, "slug"),
        ({"unit": "umbrellas"}, "unit"),
        ({"unit": "3"}, "unit"),
        ({"confidence": "high"}, "confidence"),
        ({"emergency": "maybe"}, "emergency"),
        ({"emergency": "true"}, "handover"),
        ({"reviewed": "soon"}, "reviewed"),
        ({"reviewed": "2026-11-01 10:00:00"}, "reviewed"),
        ({"phrases": "none at all"}, "phrases"),
        ({"phrases": "[]"}, "phrases"),
        ({"phrases": "[yes]"}, "phrases"),
        ({"phrases": "[Lost it, lost it!]"}, "phrases"),
        ({"phrases": "['see [this](thing)']"}, "phrases"),
        ({"phrases": "[/restart]"}, "phrases"),
        ({"phrases": "['?!']"}, "phrases"),
        ({"colour": "blue"}, "colour"),
        ({"title": "a: b: c"}, "front matter"),
        ({"body": ""}, "answer"),
        ({"confidence": "M", "body": f"It costs $5. {CONFIRM}"}, "answer"),
        ({"confidence": "none", "body": ""}, "staff_note"),
        ({"body": "Yes.\n\n## En español\n\nSí."}, "title_es"),
    ],
)
def test_a_bad_article_names_its_file_and_field(changes: dict[str, str], field: str) -> None:
    path = Path("lost-umbrella.md")
    with pytest.raises(BadArticle) as caught:
        parse_article(path, source(**changes))
    assert caught.value.field == field
    assert str(caught.value).startswith(f"lost-umbrella.md: {field}: ")


def test_the_slug_is_the_files_name() -> None:
    with pytest.raises(BadArticle, match="is not the file's name") as caught:
        parse_article(Path("umbrella.md"), source())
    assert caught.value.field == "slug"


def test_a_file_without_front_matter_is_named() -> None:
    with pytest.raises(BadArticle, match="front matter: is missing"):
        parse_article(Path("lost-umbrella.md"), "Just text.")


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lost-umbrella.md"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadArticle, match="is not UTF-8"):
        read_article(path)
