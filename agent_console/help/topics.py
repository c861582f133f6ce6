"""The published articles as the help centre's pages list and show them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent_console.help.words import BRINGS_IN, PATHS, UNITS
from hub.articles.words import fold
from hub.ports import ArticleText, ArticleView

_TAG = re.compile(r"(<[^>]+>)")
_NUMBER = re.compile(r"(?<![\w-])(?:1-)?\d{3}-\d{3}-\d{4}(?![\w-])")
_SHORT = 180


@dataclass(frozen=True, slots=True)
class Topic:
    """A line of a list."""

    slug: str
    title: str
    path: str
    language: str
    """Of the title and the excerpt: English where nobody has written it in Spanish."""
    answered: bool
    emergency: bool
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    topics: Sequence[Topic]


def by_title(topic: Topic) -> str:
    """What topics are sorted by: "Árbol" stands before "Basura"."""
    return fold(topic.title)


def without_promise(answer: str) -> str:
    """An answer without the sentence that only a conversation can keep."""
    for sentence in BRINGS_IN:
        answer = answer.replace(sentence, "")
    return answer.rstrip()


def public(unit: str | None) -> bool:
    """Small talk ("hello", "thanks") belongs to no unit, and is no topic to look up."""
    return unit is not None


def topic(article: ArticleView | ArticleText, language: str) -> Topic:
    """A text's answer is Markdown: only a view has an excerpt."""
    spanish = language == "es" and article.title_es is not None
    answer = ""
    if isinstance(article, ArticleView):
        answer = article.said(language) or ""
    return Topic(
        slug=article.slug,
        title=(article.title_es or article.title) if spanish else article.title,
        path=f"{PATHS[language]}/{article.slug}",
        language="es" if spanish else "en",
        answered=article.answer is not None,
        emergency=article.emergency,
        excerpt=_shortened(without_promise(answer)),
    )


def groups(topics: Iterable[tuple[str | None, Topic]], language: str) -> list[Group]:
    """Topics under what customers call their unit, each group by title."""
    by_unit: dict[str, list[Topic]] = {}
    for unit, each in topics:
        by_unit.setdefault(unit or "", []).append(each)
    names = UNITS[language]
    return [
        Group(names.get(unit, unit), sorted(by_unit[unit], key=by_title))
        for unit in [*names, *sorted(by_unit.keys() - names.keys())]
        if unit in by_unit
    ]


def _shortened(text: str) -> str:
    """The beginning, cut between words."""
    line = " ".join(text.split())
    if len(line) <= _SHORT:
        return line
    return line[:_SHORT].rsplit(" ", 1)[0].rstrip(",;:.") + " …"


def with_calls(html: str) -> str:
    """Telephone numbers in safe HTML as links that a phone can call; links stay as they are."""
    parts = _TAG.split(html)
    inside = 0
    for index, part in enumerate(parts):
        if part.startswith("<a ") or part == "<a>":
            inside += 1
        elif part == "</a>":
            inside -= 1
        elif index % 2 == 0 and not inside:
            parts[index] = _NUMBER.sub(_call, part)
    return "".join(parts)


def _call(found: re.Match[str]) -> str:
    number = found[0]
    dialled = number if number.startswith("1-") else f"1-{number}"
    return f'<a href="tel:+{dialled}">{number}</a>'
