"""The knowledge base as the hub asks it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hub.ports import Editorial
from kb.article import BadArticle
from kb.editorial import KbEditorial
from kb.rules import CONFIRM
from tests.kb.samples import sample, source


def _editorial(folder: Path) -> Editorial:
    return KbEditorial(folder)


def test_the_projects_own_articles_may_all_be_published() -> None:
    editorial = KbEditorial()
    seeded = editorial.seed()
    assert len(seeded) > 60
    assert [text.slug for text in seeded] == sorted(text.slug for text in seeded)
    assert {
        text.slug: list(editorial.check(text)) for text in seeded if editorial.check(text)
    } == {}


def test_files_and_edited_texts_are_held_to_the_same_rules(tmp_path: Path) -> None:
    editorial = _editorial(tmp_path)
    (problem,) = editorial.check(replace(sample(), answer=None))
    (tmp_path / "lost-umbrella.md").write_text(source(body=""), "utf-8")
    with pytest.raises(BadArticle, match=f"{problem.field}: {problem.message}"):
        editorial.seed()


def test_it_seeds_a_folder(tmp_path: Path) -> None:
    (tmp_path / "lost-umbrella.md").write_text(source(), "utf-8")
    assert list(_editorial(tmp_path).seed()) == [sample()]


def test_it_renders_for_pages_and_for_channels() -> None:
    editorial = KbEditorial()
    markdown = f"**Leave.** <script>x()</script> See [us](https://example.org). {CONFIRM}"
    assert "<strong>Leave.</strong>" in editorial.html(markdown)
    assert "<script" not in editorial.html(markdown)
    assert editorial.plain("**Leave.** See [us](https://example.org).") == (
        "Leave. See us (https://example.org)."
    )
