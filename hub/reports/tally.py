"""Counting: from sheets to the figures of groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hub.reports.figures import Dimension, MetricFigures, ReportRow, Times
from hub.reports.histogram import count, percentiles
from hub.reports.outcome import METRICS, Outcome
from hub.reports.sheets import CODED, FLAGS, ROW, UNRESOLVED, Key, Rows, Sheet

Groups = npt.NDArray[np.int64]
_OUTCOMES = 8
_IS_DECIDED = np.zeros(_OUTCOMES, np.bool_)
_IS_DECIDED[[Outcome.WITHIN, Outcome.LATE, Outcome.OVERDUE, Outcome.UNANSWERED]] = True
_SATISFIED = 4


@dataclass(frozen=True, slots=True)
class Pile:
    """Sheets laid together, with one meaning of each code."""

    keys: dict[str, list[Key]]
    rows: Rows
    days: Groups
    """Of each row."""

    def where(self, mask: npt.NDArray[np.bool_]) -> Pile:
        return self if mask.all() else Pile(self.keys, self.rows[mask], self.days[mask])

    def between(self, first: int, last: int) -> Pile:
        return self.where((self.days >= first) & (self.days <= last))

    def having(self, wanted: dict[str, Key]) -> Pile:
        """The rows whose coded columns have these keys."""
        mask = np.ones(len(self.rows), np.bool_)
        for name, key in wanted.items():
            keys = self.keys[name]
            mask &= self.rows[name] == keys.index(key) if key in keys else False
        return self.where(mask)

    def groups(self, by: Dimension, first: int, last: int) -> tuple[Groups, list[Key]]:
        """Each row's group, and the groups' keys: slugs, ids, hours, weekdays, or the ordinals
        of the days from `first` to `last`."""
        if by is Dimension.HOUR:
            return self.rows["hour"].astype(np.int64), list(range(24))
        if by is Dimension.WEEKDAY:
            return (self.days + 6) % 7, list(range(7))
        if by is Dimension.DAY:
            return self.days - first, list(range(first, last + 1))
        return self.rows[by.value].astype(np.int64), list(self.keys[by.value])


def lay_together(sheets: Sequence[Sheet]) -> Pile:
    codes: dict[str, dict[Key, int]] = {name: {} for name in CODED}
    # As bytes: row by row, numpy would copy each field apart.
    packed = bytearray(b"".join(sheet.rows.tobytes() for sheet in sheets))
    rows = np.frombuffer(packed, ROW)
    begin = 0
    for sheet in sheets:
        part = rows[begin : begin + len(sheet.rows)]
        begin += len(sheet.rows)
        for name in CODED:
            known = codes[name]
            meant = [known.setdefault(key, len(known)) for key in sheet.keys[name]]
            if meant != list(range(len(meant))):
                part[name] = np.array(meant, np.uint16)[part[name]]
    days = np.repeat(
        np.array([sheet.day for sheet in sheets], np.int64),
        np.array([len(sheet.rows) for sheet in sheets], np.int64),
    )
    return Pile({name: list(known) for name, known in codes.items()}, rows, days)


def tally(
    pile: Pile, groups: Groups, labels: Sequence[tuple[str, str]]
) -> tuple[list[ReportRow], ReportRow]:
    """The figures of each group, and of all together; `labels` are the groups' keys and labels."""
    rows, size = pile.rows, len(labels)

    def counted(mask: npt.NDArray[np.bool_] | None = None) -> list[int]:
        found = np.bincount(groups if mask is None else groups[mask], minlength=size)
        return [int(number) for number in _and_all(found)]

    flags = {name: (rows["flags"] & (1 << bit)) != 0 for bit, name in enumerate(FLAGS)}
    created = counted()
    resolved = counted(rows["resolved_after"] != UNRESOLVED)
    score = rows["score"]
    answered = counted(score > 0)
    scores = _and_all(np.bincount(groups, weights=score.astype(np.float64), minlength=size))
    columns: dict[str, Sequence[Any]] = {
        "created": created,
        "resolved": resolved,
        "open": [all_ - done for all_, done in zip(created, resolved, strict=True)],
        **{name: counted(mask) for name, mask in flags.items() if name != "survey_asked"},
        "surveys_asked": counted(flags["survey_asked"]),
        "surveys_answered": answered,
        "surveys_satisfied": counted(score >= _SATISFIED),
        "survey_score": [
            float(total) / number if number else None
            for total, number in zip(scores, answered, strict=True)
        ],
        **{metric: _metric(rows, groups, size, metric) for metric in METRICS},
    }
    *found, everything = (
        ReportRow(key, label, **{name: values[at] for name, values in columns.items()})
        for at, (key, label) in enumerate((*labels, ("", "All")))
    )
    return found, everything


def total(pile: Pile) -> ReportRow:
    """Of all rows together."""
    return tally(pile, np.zeros(len(pile.rows), np.int64), [("", "All")])[1]


def _and_all(counts: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """With the sum of all groups after the last: histograms and counts add up."""
    return np.concatenate((counts, counts.sum(axis=0, keepdims=True)))


def _metric(rows: Rows, groups: Groups, size: int, metric: str) -> list[MetricFigures]:
    outcomes = rows[f"{metric}_outcome"]
    counted = np.bincount(groups * _OUTCOMES + outcomes, minlength=size * _OUTCOMES)
    numbers = _and_all(counted.reshape(size, _OUTCOMES))
    decided = _IS_DECIDED[outcomes]
    theirs = groups[decided]
    business = _times(rows[f"{metric}_business"][decided], theirs, size)
    calendar = _times(rows[f"{metric}_calendar"][decided], theirs, size)
    return [
        MetricFigures(
            **{
                outcome.field: int(numbers[at, outcome])
                for outcome in Outcome
                if outcome is not Outcome.NONE
            },
            business=business[at],
            calendar=calendar[at],
        )
        for at in range(size + 1)
    ]


def _times(buckets: npt.NDArray[np.uint16], groups: Groups, size: int) -> list[Times]:
    counts = _and_all(count(buckets, groups, size))
    medians, nineties = percentiles(counts, 0.5), percentiles(counts, 0.9)
    return [
        Times(_finite(median), bool(np.isinf(median)), _finite(ninety), bool(np.isinf(ninety)))
        for median, ninety in zip(medians, nineties, strict=True)
    ]


def _finite(seconds: float) -> float | None:
    return float(seconds) if np.isfinite(seconds) else None
