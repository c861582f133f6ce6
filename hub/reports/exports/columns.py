"""The figures of one group side by side: what CSV and XLSX have in their columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

from hub.reports.exports.words import METRICS, ratio
from hub.reports.figures import MetricFigures, ReportRow

Value = int | float | bool | None

_COUNTS = {
    "within": "within target",
    "late": "late",
    "overdue": "overdue",
    "unanswered": "unanswered",
    "pending": "pending",
    "answered_by_bot": "answered by the bot",
    "no_reply_needed": "no reply needed",
}
_TIMES = {"median": "median", "p90": "90th percentile"}
_CLOCKS = {"business": "business time", "calendar": "calendar time"}


class Kind(StrEnum):
    COUNT = "count"
    SHARE = "share"
    """0 to 1."""
    SECONDS = "seconds"
    SCORE = "score"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    """In CSV: `first_response_median_business_seconds`."""
    title: str
    """In XLSX, for people."""
    kind: Kind
    of: Callable[[ReportRow], Value]


def _share(part: str, whole: str) -> Callable[[ReportRow], Value]:
    return lambda row: ratio(getattr(row, part), getattr(row, whole))


def _of_metric(metric: str, of: Callable[[MetricFigures], Value]) -> Callable[[ReportRow], Value]:
    return lambda row: of(getattr(row, metric))


def _metric_columns(metric: str, title: str) -> Iterator[Column]:
    yield Column(
        f"{metric}_share_within",
        f"{title}: share within target",
        Kind.SHARE,
        _of_metric(metric, attrgetter("share_within")),
    )
    for name, words in _COUNTS.items():
        yield Column(
            f"{metric}_{name}", f"{title}: {words}", Kind.COUNT, attrgetter(f"{metric}.{name}")
        )
    for clock, clock_words in _CLOCKS.items():
        for time, time_words in _TIMES.items():
            words = f"{title}: {time_words}, {clock_words}"
            found = f"{metric}.{clock}.{time}"
            yield Column(f"{metric}_{time}_{clock}_seconds", words, Kind.SECONDS, attrgetter(found))
            yield Column(
                f"{metric}_{time}_{clock}_longer",
                f"{words}, is longer than measured",
                Kind.FLAG,
                attrgetter(f"{found}_open"),
            )


def _all() -> Iterator[Column]:
    yield Column("created", "Inquiries", Kind.COUNT, attrgetter("created"))
    yield Column("resolved", "Resolved", Kind.COUNT, attrgetter("resolved"))
    yield Column("open", "Open", Kind.COUNT, attrgetter("open"))
    for metric, title in METRICS.items():
        yield from _metric_columns(metric, title)
    yield Column("with_bot", "Began with the bot", Kind.COUNT, attrgetter("with_bot"))
    yield Column("contained", "Contained by the bot", Kind.COUNT, attrgetter("contained"))
    yield Column(
        "containment_share", "Bot containment", Kind.SHARE, _share("contained", "with_bot")
    )
    yield Column("reopened", "Reopened", Kind.COUNT, attrgetter("reopened"))
    yield Column("reopened_share", "Reopen rate", Kind.SHARE, _share("reopened", "resolved"))
    yield Column(
        "first_contact", "Resolved at first contact", Kind.COUNT, attrgetter("first_contact")
    )
    yield Column(
        "first_contact_share",
        "First-contact resolution",
        Kind.SHARE,
        _share("first_contact", "resolved"),
    )
    yield Column("surveys_asked", "Surveys asked", Kind.COUNT, attrgetter("surveys_asked"))
    yield Column("surveys_answered", "Surveys answered", Kind.COUNT, attrgetter("surveys_answered"))
    yield Column("surveys_satisfied", "Satisfied", Kind.COUNT, attrgetter("surveys_satisfied"))
    yield Column(
        "satisfied_share",
        "Share satisfied",
        Kind.SHARE,
        _share("surveys_satisfied", "surveys_answered"),
    )
    yield Column("survey_score", "Survey score, mean", Kind.SCORE, attrgetter("survey_score"))


COLUMNS = tuple(_all())
