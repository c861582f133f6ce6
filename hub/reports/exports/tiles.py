"""The key figures with their change against the period before, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hub.reports.exports import words
from hub.reports.figures import Report, ReportRow

NOTHING_BEFORE = "nothing to compare with before"


@dataclass(frozen=True, slots=True)
class Tile:
    name: str
    figure: str
    change: str


def change_of_count(now: int, before: int) -> str:
    """`+12 % (1,100 before)`."""
    if not before:
        return f"{before} before"
    by = (now - before) / before * 100
    return f"{_signed(by, 0)} % ({before:,} before)"


def change_of_share(now: float | None, before: float | None) -> str:
    """`+3.2 points (84.3 % before)`."""
    if before is None:
        return NOTHING_BEFORE
    if now is None:
        return f"{words.percent(before)} before"
    return f"{_signed((now - before) * 100, 1)} points ({words.percent(before)} before)"


def _signed(number: float, digits: int) -> str:
    text = f"{number:+,.{digits}f}"
    return f"±{abs(number):.{digits}f}" if not text.strip("+-0.") else text.replace("-", "−")


def _share_tile(name: str, of: Callable[[ReportRow], float | None], report: Report) -> Tile:
    now, before = of(report.totals), of(report.before)
    return Tile(name, words.percent(now), change_of_share(now, before))


def _median_tile(name: str, metric: str, report: Report) -> Tile:
    found = [getattr(row, metric).business for row in (report.totals, report.before)]
    now, before = (words.lasting(one.median, one.median_open) for one in found)
    return Tile(name, now, NOTHING_BEFORE if before == words.NONE else f"{before} before")


def key_figures(report: Report) -> list[Tile]:
    """Nine of them, what the director asks for first."""
    totals, before = report.totals, report.before
    return [
        Tile(
            "Inquiries",
            words.count(totals.created),
            change_of_count(totals.created, before.created),
        ),
        _share_tile(
            "First response within target", lambda row: row.first_response.share_within, report
        ),
        _median_tile("First response, median (business time)", "first_response", report),
        _share_tile(
            "Next response within target", lambda row: row.next_response.share_within, report
        ),
        _share_tile("Resolution within target", lambda row: row.resolution.share_within, report),
        _median_tile("Resolution, median (business time)", "resolution", report),
        *(_share_tile(name, share, report) for name, share, _ in _QUALITY if name != "Reopen rate"),
    ]


def _mean(value: float | None) -> str:
    return "" if value is None else f"; mean {words.score(value)} of 5"


_QUALITY: tuple[
    tuple[str, Callable[[ReportRow], float | None], Callable[[ReportRow], str]], ...
] = (
    (
        "First-contact resolution",
        lambda row: words.ratio(row.first_contact, row.resolved),
        lambda row: f"{row.first_contact:,} of {row.resolved:,} resolved",
    ),
    (
        "Bot containment",
        lambda row: words.ratio(row.contained, row.with_bot),
        lambda row: f"{row.contained:,} of {row.with_bot:,} that began with the bot",
    ),
    (
        "Satisfied customers",
        lambda row: words.ratio(row.surveys_satisfied, row.surveys_answered),
        lambda row: (
            f"{row.surveys_satisfied:,} of {row.surveys_answered:,} answers to "
            f"{row.surveys_asked:,} surveys{_mean(row.survey_score)}"
        ),
    ),
    (
        "Reopen rate",
        lambda row: words.ratio(row.reopened, row.resolved),
        lambda row: f"{row.reopened:,} of {row.resolved:,} resolved",
    ),
)


def quality(report: Report) -> Iterator[tuple[str, str, str, str]]:
    """Name, share, what it is of, change."""
    for name, share, basis in _QUALITY:
        now, before = share(report.totals), share(report.before)
        yield name, words.percent(now), basis(report.totals), change_of_share(now, before)


def misses(report: Report) -> str:
    """A sentence on the first responses that missed their target."""
    found = report.totals.first_response
    if not found.decided:
        return "No first response was due in this period."
    return (
        f"Of {found.decided:,} first responses that are decided, {found.within:,} came within "
        f"target; {found.late:,} came late, {found.overdue:,} are still owed and overdue, and "
        f"{found.unanswered:,} were closed without an answer. {found.pending:,} are not due yet."
    )
