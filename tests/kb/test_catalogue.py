"""The catalogue as the port of the hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.ports.knowledge import Confidence, Knowledge
from kb.article import BadArticle, DuplicateSlug
from kb.catalogue import Catalogue
from tests.kb.samples import STAFF, sample, source


def _knowledge(catalogue: Catalogue) -> Knowledge:
    return catalogue


@pytest.mark.anyio
async def test_it_serves_articles_as_plain_text() -> None:
    knowledge = _knowledge(Catalogue([sample()]))
    view = await knowledge.article("lost-umbrella")
    assert view is not None
    assert view.answer == "Ask at the desk, or see the page (https://example.org/umbrella)."
    assert view.confidence is Confidence.HIGH
    assert view.unit == "walk-in"
    assert not view.emergency


@pytest.mark.anyio
async def test_an_article_without_facts_is_there_without_an_answer() -> None:
    view = await Catalogue([sample(confidence="none", body=STAFF)]).article("lost-umbrella")
    assert view is not None
    assert view.answer is None


@pytest.mark.anyio
async def test_an_unknown_slug_is_none() -> None:
    assert await Catalogue([sample()]).article("found-umbrella") is None


@pytest.mark.anyio
async def test_articles_come_by_slug() -> None:
    catalogue = Catalogue([sample(slug="b"), sample(slug="a")])
    assert [view.slug for view in await catalogue.articles()] == ["a", "b"]
    assert [article.slug for article in catalogue] == ["a", "b"]
    assert len(catalogue) == 2
    assert "a" in catalogue
    assert catalogue.get("c") is None


def test_two_articles_of_one_slug_are_refused() -> None:
    with pytest.raises(DuplicateSlug, match="lost-umbrella"):
        Catalogue([sample(), sample()])


def test_it_loads_a_folder(tmp_path: Path) -> None:
    (tmp_path / "lost-umbrella.md").write_text(source(), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not an article", encoding="utf-8")
    assert [article.slug for article in Catalogue.load(tmp_path)] == ["lost-umbrella"]


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadArticle, match="holds no articles"):
        Catalogue.load(tmp_path)
