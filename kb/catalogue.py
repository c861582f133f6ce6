"""All articles of the knowledge base, read from a folder of Markdown files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from hub.ports.knowledge import ArticleText, ArticleView, view_of
from kb.article import BadArticle, DuplicateSlug, read_article
from kb.rendering import plain_text

ARTICLES = Path(__file__).resolve().parent / "articles"
"""The articles that come with the project."""


class Catalogue:
    """The articles by slug. Implements `hub.ports.Knowledge` from files, held in memory."""

    def __init__(self, articles: Iterable[ArticleText]) -> None:
        """Raises DuplicateSlug."""
        self._articles: dict[str, ArticleText] = {}
        for article in sorted(articles, key=lambda each: each.slug):
            if article.slug in self._articles:
                raise DuplicateSlug(article.slug)
            self._articles[article.slug] = article
        self._views = {
            slug: view_of(article, plain_text) for slug, article in self._articles.items()
        }

    @classmethod
    def load(cls, folder: Path = ARTICLES) -> Catalogue:
        """Read every `*.md` of `folder`. Raises BadArticle and DuplicateSlug."""
        paths = sorted(folder.glob("*.md"))
        if not paths:
            raise BadArticle(folder, "folder", "holds no articles")
        return cls(read_article(path) for path in paths)

    def __iter__(self) -> Iterator[ArticleText]:
        """The articles, by slug."""
        return iter(self._articles.values())

    def __len__(self) -> int:
        return len(self._articles)

    def __contains__(self, slug: object) -> bool:
        return slug in self._articles

    def get(self, slug: str) -> ArticleText | None:
        """The whole article, with its phrases and its note for staff."""
        return self._articles.get(slug)

    async def article(self, slug: str) -> ArticleView | None:
        """The article as triage and the bot read it."""
        return self._views.get(slug)

    async def articles(self) -> Sequence[ArticleView]:
        """Every article as triage and the bot read it, by slug."""
        return tuple(self._views.values())
