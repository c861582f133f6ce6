"""One article of the knowledge base, as it lies in a Markdown file with YAML front matter.

KnowledgeError
├── BadArticle      a file that is not an article: says which file, which field and why
├── DuplicateSlug   two files claim the same slug
└── BadTraining     a line of the bot's training material that cannot be used

The body holds the public answer. A heading `## Answer` may introduce it, and the heading
`## For staff: still to be filled in` ends it: what follows is for people inside the city.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import frontmatter
import yaml

from hub.ports.knowledge import Confidence

CITY_PHONE = "850-891-4968"
"""The city's one number, staffed around the clock."""

CONFIRM = f"Please confirm at {CITY_PHONE}."
"""How every answer ends that is not fully certain (`talgov.md`, confidence M)."""

UNITS = frozenset(
    {
        "call-center",
        "walk-in",
        "commercial",
        "billing",
        "energy-services",
        "social-media",
        "quality-control",
    }
)
"""Slugs of the units a conversation can go to (`talgov.md`)."""

ANSWER_HEADING = "## Answer"
STAFF_HEADING = "## For staff: still to be filled in"

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
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


@dataclass(frozen=True, slots=True)
class Article:
    """A topic citizens ask about: who handles it, what may be said, how people put it."""

    slug: str
    title: str
    unit: str | None
    """Slug of a unit; None keeps the ticket's."""
    confidence: Confidence
    emergency: bool
    handover: bool
    """A person follows even after the answer."""
    source: str
    """Where the facts come from, in words for the public."""
    reviewed: date
    phrases: tuple[str, ...]
    """How people ask: what the bot is trained on."""
    answer: str | None
    """The public answer in Markdown; None where a person must answer."""
    staff_note: str | None
    """Markdown for people inside the city: which facts are still missing."""

    @property
    def intent(self) -> str:
        """The bot's name for the topic: its slug in the letters that Rasa allows."""
        return self.slug.replace("-", "_")


def normalised(phrase: str) -> str:
    """`phrase` without case, punctuation and spacing: two equal ones are the same phrase."""
    return " ".join(re.findall(r"[^\W_]+", phrase.casefold().replace("'", "").replace("’", "")))


def read_article(path: Path) -> Article:
    """The article in the file `path`. Raises BadArticle."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadArticle(path, "file", "is not UTF-8") from error
    return parse_article(path, text)


def parse_article(path: Path, text: str) -> Article:
    """The article in `text`; `path` names it in errors and must carry its slug. Pure."""
    if not frontmatter.checks(text):
        raise BadArticle(path, "front matter", "is missing")
    try:
        post = frontmatter.loads(text)
    except yaml.YAMLError as error:
        raise BadArticle(path, "front matter", f"is not YAML: {error}") from error
    fields = _Fields(path, post.metadata)
    answer, staff_note = _split_body(post.content)
    article = Article(
        slug=fields.slug(),
        title=fields.text("title"),
        unit=fields.unit(),
        confidence=fields.confidence(),
        emergency=fields.flag("emergency"),
        handover=fields.flag("handover"),
        source=fields.text("source"),
        reviewed=fields.day("reviewed"),
        phrases=fields.phrases(),
        answer=answer,
        staff_note=staff_note,
    )
    _check_answer(path, article)
    return article


def _split_body(body: str) -> tuple[str | None, str | None]:
    """The public answer and the note for staff, each None if absent."""
    public, found, staff = body.partition(STAFF_HEADING)
    public = public.strip()
    if public.startswith(ANSWER_HEADING):
        public = public[len(ANSWER_HEADING) :].strip()
    return public or None, staff.strip() if found else None


def _check_answer(path: Path, article: Article) -> None:
    """What may be said depends on how sure the city is (`talgov.md`)."""
    if article.answer is not None and "$" in article.answer:
        raise BadArticle(path, "body", "states a dollar amount")
    if article.emergency and not article.handover:
        raise BadArticle(path, "handover", "an emergency always brings a person in")
    match article.confidence:
        case Confidence.NONE:
            if article.answer is not None and not article.emergency:
                raise BadArticle(path, "body", "confidence none has no public answer")
            if not article.staff_note:
                raise BadArticle(path, "body", f"lacks the section '{STAFF_HEADING}'")
        case Confidence.MEDIUM:
            if article.answer is None or not article.answer.endswith(CONFIRM):
                raise BadArticle(path, "body", f"confidence M must close with '{CONFIRM}'")
        case Confidence.HIGH:
            if article.answer is None:
                raise BadArticle(path, "body", "confidence H needs an answer")
    if article.emergency and article.answer is None:
        raise BadArticle(path, "body", "an emergency needs its safety steps")


@dataclass(frozen=True, slots=True)
class _Fields:
    """The front matter of the file `path`, read field by field."""

    path: Path
    values: Mapping[str, object]

    def __post_init__(self) -> None:
        names = set(self.values)
        for name in sorted(_REQUIRED - names):
            raise BadArticle(self.path, name, "is missing")
        for name in sorted(names - _REQUIRED):
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
        if not _SLUG.fullmatch(slug):
            raise BadArticle(self.path, "slug", "must be small letters, digits and hyphens")
        if slug != self.path.stem:
            raise BadArticle(self.path, "slug", f"{slug!r} is not the file's name")
        return slug

    def unit(self) -> str | None:
        if self.values["unit"] is None:
            return None
        unit = self.text("unit")
        if unit not in UNITS:
            raise BadArticle(self.path, "unit", f"{unit!r} is not a unit")
        return unit

    def confidence(self) -> Confidence:
        try:
            return Confidence(self.text("confidence"))
        except ValueError as error:
            raise BadArticle(self.path, "confidence", "must be H, M or none") from error

    def phrases(self) -> tuple[str, ...]:
        value = self.values["phrases"]
        if not isinstance(value, list) or not value:
            raise BadArticle(self.path, "phrases", "must be a list")
        seen: set[str] = set()
        for phrase in value:
            if not isinstance(phrase, str):
                raise BadArticle(self.path, "phrases", f"{phrase!r} is not text (quote it)")
            reason = unusable(phrase)
            if reason is None and normalised(phrase) in seen:
                reason = "is there twice"
            if reason is not None:
                raise BadArticle(self.path, "phrases", f"{phrase!r} {reason}")
            seen.add(normalised(phrase))
        return tuple(phrase.strip() for phrase in value)


def unusable(phrase: str) -> str | None:
    """Why the bot cannot learn from `phrase`, or None if it can.

    Rasa reads brackets as entity marks and a leading slash as a command.
    """
    if not normalised(phrase):
        return "has no words"
    if len(phrase.splitlines()) != 1:
        return "is more than one line"
    if phrase.lstrip().startswith("/"):
        return "starts with a slash"
    if any(mark in phrase for mark in "[]{}"):
        return "has brackets in it"
    return None
