"""An article as it lies in a Markdown file with YAML front matter.

KnowledgeError
├── BadArticle      a file that is not an article: says which file, which field and why
├── DuplicateSlug   two files claim the same slug
└── BadTraining     a line of the bot's training material that cannot be used

The body holds the public answer. A heading `## Answer` may introduce it, `## En español` begins
its Spanish text, and `## For staff: still to be filled in` ends both: what follows is for people
inside the city.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import frontmatter
import yaml

from hub.ports.knowledge import ArticleText, Confidence
from kb.rules import problems

ANSWER_HEADING = "## Answer"
SPANISH_HEADING = "## En español"
STAFF_HEADING = "## For staff: still to be filled in"

_REQUIRED = frozenset(
    {
        "slug",
        "title",
        "unit",
        "confidence",
        "emergency",
        "handover",
        "source",
        "reviewed",
        "phrases",
    }
)
_OPTIONAL = frozenset({"title_es", "phrases_es"})


class KnowledgeError(Exception):
    """Base of what is wrong with the knowledge base's files."""


class BadArticle(KnowledgeError):
    """An article's file cannot be used: `field` of `path` is wrong, `reason` says how."""

    def __init__(self, path: Path, field: str, reason: str) -> None:
        super().__init__(f"{path}: {field}: {reason}")
        self.path = path
        self.field = field
        self.reason = reason


class DuplicateSlug(KnowledgeError):
    """More than one article has this slug."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"slug {slug!r} belongs to more than one article")
        self.slug = slug


class BadTraining(KnowledgeError):
    """Line `line` (from 1) of a training file cannot be used."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


def intent_of(slug: str) -> str:
    """The bot's name for the topic: its slug in the letters that Rasa allows."""
    return slug.replace("-", "_")


def read_article(path: Path) -> ArticleText:
    """The article in the file `path`. Raises BadArticle."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadArticle(path, "file", "is not UTF-8") from error
    return parse_article(path, text)


def parse_article(path: Path, text: str) -> ArticleText:
    """The article in `text`; `path` names it in errors and must carry its slug. Pure."""
    if not frontmatter.checks(text):
        raise BadArticle(path, "front matter", "is missing")
    try:
        post = frontmatter.loads(text)
    except yaml.YAMLError as error:
        raise BadArticle(path, "front matter", f"is not YAML: {error}") from error
    fields = _Fields(path, post.metadata)
    answer, answer_es, staff_note = _split_body(post.content)
    article = ArticleText(
        slug=fields.slug(),
        title=fields.text("title"),
        unit=fields.unit(),
        confidence=fields.confidence(),
        emergency=fields.flag("emergency"),
        handover=fields.flag("handover"),
        source=fields.text("source"),
        reviewed=fields.day("reviewed"),
        phrases=fields.phrases("phrases"),
        answer=answer,
        staff_note=staff_note,
        title_es=fields.text("title_es") if "title_es" in post.metadata else None,
        answer_es=answer_es,
        phrases_es=fields.phrases("phrases_es") if "phrases_es" in post.metadata else (),
    )
    for problem in problems(article):
        raise BadArticle(path, problem.field, problem.message)
    return article


def _split_body(body: str) -> tuple[str | None, str | None, str | None]:
    """The public answer, its Spanish text and the note for staff, each None if absent."""
    public, found, staff = body.partition(STAFF_HEADING)
    english, _, spanish = public.partition(SPANISH_HEADING)
    english = english.strip()
    if english.startswith(ANSWER_HEADING):
        english = english[len(ANSWER_HEADING) :].strip()
    return english or None, spanish.strip() or None, staff.strip() if found else None


@dataclass(frozen=True, slots=True)
class _Fields:
    """The front matter of the file `path`, read field by field."""

    path: Path
    values: Mapping[str, object]

    def __post_init__(self) -> None:
        names = set(self.values)
        for name in sorted(_REQUIRED - names):
            raise BadArticle(self.path, name, "is missing")
        for name in sorted(names - _REQUIRED - _OPTIONAL):
            raise BadArticle(self.path, str(name), "is not a known field")

    def text(self, name: str) -> str:
        value = self.values[name]
        if not isinstance(value, str) or not value.strip():
            raise BadArticle(self.path, name, "must be text")
        return value.strip()

    def flag(self, name: str) -> bool:
        value = self.values[name]
        if not isinstance(value, bool):
            raise BadArticle(self.path, name, "must be true or false")
        return value

    def day(self, name: str) -> date:
        value = self.values[name]
        # `datetime` is a `date` too, but an hour has no place here.
        if type(value) is not date:
            raise BadArticle(self.path, name, "must be a date as 2026-11-01")
        return value

    def slug(self) -> str:
        slug = self.text("slug")
        if slug != self.path.stem:
            raise BadArticle(self.path, "slug", f"{slug!r} is not the file's name")
        return slug

    def unit(self) -> str | None:
        return None if self.values["unit"] is None else self.text("unit")

    def confidence(self) -> Confidence:
        try:
            return Confidence(self.text("confidence"))
        except ValueError as error:
            raise BadArticle(self.path, "confidence", "must be H, M or none") from error

    def phrases(self, name: str) -> tuple[str, ...]:
        value = self.values[name]
        if not isinstance(value, list) or not value:
            raise BadArticle(self.path, name, "must be a list")
        for phrase in value:
            if not isinstance(phrase, str):
                raise BadArticle(self.path, name, f"{phrase!r} is not text (quote it)")
        return tuple(phrase.strip() for phrase in value)
