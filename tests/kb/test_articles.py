"""The articles that come with the project, against what the city's pages said."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.ports.knowledge import ArticleText, Confidence
from kb.catalogue import Catalogue
from kb.export import TRAINING, read_labelled, read_lines
from kb.rendering import plain_text
from kb.rules import CONFIRM, normalised

SHORT_TALK = {"greeting", "goodbye", "thanks", "is-this-a-bot", "talk-to-a-person", "compliment"}
LONGEST_ANSWER = 450
"""Fits two posts on X."""


@dataclass(frozen=True)
class Row:
    """What the table of facts says of a slug; a confidence of None is left to us."""

    unit: str | None
    confidence: Confidence | None
    emergency: bool
    facts: str


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load()


@pytest.fixture(scope="module")
def table(shared: Path) -> Mapping[str, Row]:
    """The rows of `talgov.md` by slug."""
    path = shared / "facts" / "talgov.md"
    if not path.is_file():
        pytest.skip(f"no table of facts: {path} is missing")
    rows: dict[str, Row] = {}
    for line in path.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 3 or cells[0] in {"slug", "---"}:
            continue
        names, unit, facts = cells
        for name in names.replace("**E**", "").split("/"):
            found = re.match(r"(H|M|none)\b", facts)
            rows[name.strip()] = Row(
                unit=None if unit in {"-", "(topic's unit)"} else unit,
                confidence=Confidence(found[1]) if found else None,
                emergency="**E**" in names,
                facts=facts,
            )
    assert len(rows) > 60, "the table was not understood"
    return rows


def test_every_slug_has_its_article(catalogue: Catalogue, table: Mapping[str, Row]) -> None:
    assert {article.slug for article in catalogue} == set(table)


def test_unit_confidence_and_emergency_are_the_tables(
    catalogue: Catalogue, table: Mapping[str, Row]
) -> None:
    wrong = [
        article.slug
        for article in catalogue
        if (row := table[article.slug])
        and (
            article.unit != row.unit
            or article.emergency != row.emergency
            or row.confidence not in {None, article.confidence}
        )
    ]
    assert wrong == []


def test_an_answer_with_a_less_certain_part_asks_to_confirm(
    catalogue: Catalogue, table: Mapping[str, Row]
) -> None:
    """Facts marked "M:" within a row of confidence H are told, so the answer must say so."""
    mixed = [
        slug for slug, row in table.items() if row.facts.startswith("H:") and "M:" in row.facts
    ]
    assert mixed
    for slug in mixed:
        article = catalogue.get(slug)
        assert article is not None
        assert article.answer is not None
        assert article.answer.endswith(CONFIRM), slug


def _published(catalogue: Catalogue) -> list[tuple[ArticleText, str]]:
    return [(article, article.answer) for article in catalogue if article.answer is not None]


def test_numbers_in_answers_are_in_the_table(
    catalogue: Catalogue, table: Mapping[str, Row]
) -> None:
    """No telephone number is our own invention."""
    number = re.compile(r"(?:1-)?\d{3}-\d{3}-\d{4}")
    known = {found for row in table.values() for found in number.findall(row.facts)}
    for article, answer in _published(catalogue):
        assert set(number.findall(answer)) <= known, article.slug


def test_medium_confidence_closes_with_the_confirm_line(catalogue: Catalogue) -> None:
    medium = [each for each in catalogue if each.confidence is Confidence.MEDIUM]
    assert medium
    for article in medium:
        assert article.answer is not None
        assert plain_text(article.answer).endswith(CONFIRM), article.slug


def test_without_facts_only_an_emergency_answers(catalogue: Catalogue) -> None:
    for article in catalogue:
        if article.confidence is Confidence.NONE:
            assert article.staff_note, article.slug
            assert (article.answer is not None) == article.emergency, article.slug


def test_emergencies_begin_with_the_safety_step_and_bring_a_person(catalogue: Catalogue) -> None:
    for article, answer in _published(catalogue):
        if article.emergency:
            assert article.handover
            assert "911" in answer, article.slug
            first = re.split(r"(?<=[.!])\s", plain_text(answer))[0]
            assert re.search(r"Leave|911|Stay away|fresh air", first), article.slug


def test_a_complaint_reaches_a_person(catalogue: Catalogue) -> None:
    for slug in ("complaint", "talk-to-a-person"):
        article = catalogue.get(slug)
        assert article is not None
        assert article.handover


def test_answers_are_short_and_name_no_amount(catalogue: Catalogue) -> None:
    for article, answer in _published(catalogue):
        text = plain_text(answer)
        assert len(text) <= LONGEST_ANSWER, (article.slug, len(text))
        assert "$" not in text, article.slug
        assert not re.search(r"\b(dollars?|cents?|USD)\b", text, re.IGNORECASE), article.slug


def test_the_bot_says_what_it_is(catalogue: Catalogue) -> None:
    article = catalogue.get("is-this-a-bot")
    assert article is not None
    assert article.answer is not None
    assert "automated assistant" in article.answer
    assert "person" in article.answer


def test_enough_phrases_each(catalogue: Catalogue) -> None:
    few = {
        article.slug: len(article.phrases)
        for article in catalogue
        if len(article.phrases) < (12 if article.slug in SHORT_TALK else 25)
    }
    assert few == {}


def test_no_message_is_in_two_places(catalogue: Catalogue) -> None:
    """A phrase under two slugs teaches nothing; a known test message measures nothing."""
    places: dict[str, list[str]] = defaultdict(list)
    for article in catalogue:
        for phrase in article.phrases:
            places[normalised(phrase)].append(article.slug)
    for each in read_labelled(TRAINING / "validation.jsonl", catalogue):
        places[normalised(each.text)].append("validation")
    for line in read_lines(TRAINING / "out_of_scope.txt"):
        places[normalised(line)].append("out of scope")
    assert {text: where for text, where in places.items() if len(where) > 1} == {}


def test_the_threshold_sets_are_large_enough(catalogue: Catalogue) -> None:
    labelled = Counter(
        each.slug for each in read_labelled(TRAINING / "validation.jsonl", catalogue)
    )
    assert {article.slug for article in catalogue if labelled[article.slug] < 4} == set()
    assert len(read_lines(TRAINING / "out_of_scope.txt")) >= 150
