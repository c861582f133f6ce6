"""What the hub asks of the knowledge base's files and rules: `hub.ports.Editorial`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from hub.ports.knowledge import ArticleText, TextProblem
from kb.catalogue import ARTICLES, Catalogue
from kb.rendering import html, plain_text
from kb.rules import problems


class KbEditorial:
    """The rules of `kb.rules`, the rendering of `kb.rendering`, the files of a folder."""

    def __init__(self, folder: Path = ARTICLES) -> None:
        self._folder = folder

    @cached_property
    def _seed(self) -> tuple[ArticleText, ...]:
        return tuple(Catalogue.load(self._folder))

    def check(self, text: ArticleText) -> Sequence[TextProblem]:
        return problems(text)

    def plain(self, markdown: str) -> str:
        return plain_text(markdown)

    def html(self, markdown: str) -> str:
        return html(markdown)

    def seed(self) -> Sequence[ArticleText]:
        """The folder's articles, read once. Raises BadArticle and DuplicateSlug."""
        return self._seed
