"""What changed from one version of an article to another, field by field and line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Literal

from hub.articles.content import FIELDS
from hub.ports import ArticleText

Op = Literal["same", "added", "removed"]

MOST_PAIRS = 10_000
"""Pairs of equal lines that are looked at: a text that says one line a thousand times over would
take minutes."""


@dataclass(frozen=True, slots=True)
class Line:
    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class FieldDiff:
    field: str
    lines: Sequence[Line]


def diff(one: ArticleText, other: ArticleText) -> list[FieldDiff]:
    """The fields that differ, in the order of `ArticleText`, each with all its lines."""
    return [
        FieldDiff(name, _lines(_said(getattr(one, name)), _said(getattr(other, name))))
        for name in FIELDS
        if getattr(one, name) != getattr(other, name)
    ]


def _said(value: object) -> list[str]:
    """A field's value as lines; a list has one for each of its phrases."""
    match value:
        case None:
            return []
        case bool():
            return ["yes" if value else "no"]
        case date():
            return [value.isoformat()]
        case tuple():
            return [str(each) for each in value]
        case _:
            return str(value).splitlines()


def _lines(before: Sequence[str], after: Sequence[str]) -> list[Line]:
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    middle = _compared(old, new) if _pairs(old, new) <= MOST_PAIRS else _replaced(old, new)
    same = [Line("same", each) for each in before[:start]]
    return [*same, *middle, *(Line("same", each) for each in before[len(before) - end :])]


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _pairs(one: Sequence[str], other: Sequence[str]) -> int:
    known = Counter(other)
    return sum(known[line] for line in one)


def _compared(before: Sequence[str], after: Sequence[str]) -> list[Line]:
    lines: list[Line] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for op, a, b, c, d in matcher.get_opcodes():
        if op == "equal":
            lines += [Line("same", each) for each in before[a:b]]
        else:
            lines += _replaced(before[a:b], after[c:d])
    return lines


def _replaced(before: Sequence[str], after: Sequence[str]) -> list[Line]:
    removed = [Line("removed", each) for each in before]
    return removed + [Line("added", each) for each in after]
