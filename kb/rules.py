"""What an article must be like before citizens may read it (`talgov.md`).

One place: the files of the knowledge base and what people write in the console are held to the
same rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hub.ports.knowledge import ArticleText, Confidence, TextProblem

CITY_PHONE = "850-891-4968"
"""The city's one number, staffed around the clock."""

CONFIRM = f"Please confirm at {CITY_PHONE}."
"""How every answer ends that is not fully certain (confidence M)."""

CONFIRM_ES = f"Por favor, confírmelo en el {CITY_PHONE}."
"""The same at the end of a Spanish answer."""

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
"""Slugs of the units a conversation can go to."""

FEWEST_PHRASES = 5
"""English ones: with fewer the bot learns the words and not the topic."""
LONGEST_SLUG, LONGEST_TITLE = 60, 160
"""Characters; the widths of the columns they are kept in."""

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_AMOUNT = re.compile(
    r"\$|\b\d[\d.,]*\s*(dollars?|cents?|bucks|usd|d[oó]lar(es)?|centavos?)\b", re.IGNORECASE
)


def normalised(phrase: str) -> str:
    """`phrase` without case, punctuation and spacing: two equal ones are the same phrase."""
    return " ".join(re.findall(r"[^\W_]+", phrase.casefold().replace("'", "").replace("’", "")))


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


def problems(text: ArticleText) -> Sequence[TextProblem]:
    """Everything that forbids to publish `text`, each at its field."""
    return [
        TextProblem(field, message)
        for rule in (_names, _phrases, _amounts, _answers, _emergency)
        for field, message in rule(text)
    ]


Found = Iterator[tuple[str, str]]


def _names(text: ArticleText) -> Found:
    if not _SLUG.fullmatch(text.slug) or len(text.slug) > LONGEST_SLUG:
        yield "slug", f"must be small letters, digits and hyphens, at most {LONGEST_SLUG}"
    if not text.title.strip():
        yield "title", "is missing"
    if text.answer_es is not None and not (text.title_es or "").strip():
        yield "title_es", "is missing: there is a Spanish answer"
    for field, title in (("title", text.title), ("title_es", text.title_es or "")):
        if len(title) > LONGEST_TITLE:
            yield field, f"must be at most {LONGEST_TITLE} characters"
    if text.unit is not None and text.unit not in UNITS:
        yield "unit", f"{text.unit!r} is not a unit"
    if not text.source.strip():
        yield "source", "is missing: say where the facts come from"


def _phrases(text: ArticleText) -> Found:
    if len(text.phrases) < FEWEST_PHRASES:
        yield "phrases", f"needs at least {FEWEST_PHRASES} in English"
    for field, phrases in (("phrases", text.phrases), ("phrases_es", text.phrases_es)):
        seen: set[str] = set()
        for phrase in phrases:
            reason = unusable(phrase)
            if reason is None and normalised(phrase) in seen:
                reason = "is there twice"
            if reason is not None:
                yield field, f"{phrase!r} {reason}"
            seen.add(normalised(phrase))


def _amounts(text: ArticleText) -> Found:
    if text.confidence is Confidence.HIGH:
        return
    for field in ("title", "title_es", "answer", "answer_es"):
        if _AMOUNT.search(getattr(text, field) or ""):
            yield field, "states a dollar amount, which only confidence H may"


def _answers(text: ArticleText) -> Found:
    """What may be said depends on how sure the city is."""
    if text.answer_es is not None and text.answer is None:
        yield "answer", "is missing: there is a Spanish answer"
    match text.confidence:
        case Confidence.NONE:
            if text.answer is not None and not text.emergency:
                yield "answer", "must be empty: confidence none has no public answer"
            if not text.staff_note:
                yield "staff_note", "is missing: confidence none says what is to be filled in"
        case Confidence.MEDIUM:
            if text.answer is None or not text.answer.endswith(CONFIRM):
                yield "answer", f"confidence M must close with '{CONFIRM}'"
            if text.answer_es is not None and not text.answer_es.endswith(CONFIRM_ES):
                yield "answer_es", f"confidence M must close with '{CONFIRM_ES}'"
        case Confidence.HIGH:
            if text.answer is None:
                yield "answer", "is missing: confidence H has one"


def _emergency(text: ArticleText) -> Found:
    if not text.emergency:
        return
    if not text.handover:
        yield "handover", "an emergency always brings a person in"
    if text.answer is None and text.confidence is not Confidence.HIGH:
        yield "answer", "is missing: an emergency needs its safety steps"
