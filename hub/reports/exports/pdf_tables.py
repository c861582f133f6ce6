"""The tables of a printed report. Every cell wraps: nothing is cut off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reportlab.platypus import Flowable, LongTable, Table, TableStyle

from hub.reports.exports import words
from hub.reports.exports.pdf_charts import share_bar
from hub.reports.exports.pdf_look import (
    CELL,
    CELL_BOLD,
    HEAD,
    HEAD_NUMBER,
    INK,
    INK_2,
    LINE,
    NUMBER,
    REGULAR,
    SOFT,
    TILE_FIGURE,
    TILE_NAME,
    WIDTH,
    paragraph,
)
from hub.reports.exports.tiles import Tile
from hub.reports.figures import MetricFigures, Report, ReportRow, TopicTrend

MAX_GROUPS = 120
"""That are printed; the spreadsheets have all of them."""
MAX_TOPICS = 10
_TILES_A_ROW = 3

_FONT = ("FONTNAME", (0, 0), (-1, -1), REGULAR)
"""Else a font that is not embedded is named, though nothing is written in it."""
_LINES: list[Any] = [
    _FONT,
    ("LINEBELOW", (0, 0), (-1, 0), 0.8, INK_2),
    ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.4),
]


def tiles(found: Sequence[Tile]) -> Table:
    """The key figures, three in a row."""
    cells: list[list[Flowable]] = [
        [
            paragraph(tile.name, TILE_NAME),
            paragraph(tile.figure, TILE_FIGURE),
            paragraph(tile.change, CELL),
        ]
        for tile in found
    ]
    rows = [cells[n : n + _TILES_A_ROW] for n in range(0, len(cells), _TILES_A_ROW)]
    rows[-1] += [[] for _ in range(_TILES_A_ROW - len(rows[-1]))]
    style = TableStyle(
        [
            _FONT,
            ("BOX", (0, 0), (-1, -1), 0.4, LINE),
            ("INNERGRID", (0, 0), (-1, -1), 0.4, LINE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
        ]
    )
    return Table(rows, colWidths=[WIDTH / _TILES_A_ROW] * _TILES_A_ROW, style=style)


def shares(report: Report) -> Table:
    """Bars of the shares within target, a group in each line, all together last."""
    wide = 112.0
    lines: list[list[Flowable]] = [
        [
            paragraph(words.DIMENSIONS[report.query.by], HEAD),
            *(paragraph(title, HEAD) for title in words.METRICS.values()),
        ]
    ]
    for row in (*report.rows[:MAX_GROUPS], report.totals):
        name = CELL_BOLD if row is report.totals else CELL
        label = "All" if row is report.totals else row.label
        lines.append(
            [
                paragraph(label, name),
                *(share_bar(_metric(row, one).share_within, wide) for one in words.METRICS),
            ]
        )
    return _table(lines, [WIDTH - 3 * (wide + 10), *([wide + 10] * 3)])


def outcomes(row: ReportRow) -> Table:
    """How each metric came out."""
    columns: dict[str, Callable[[MetricFigures], str]] = {
        "Within target": lambda one: words.count(one.within),
        "Late": lambda one: words.count(one.late),
        "Overdue": lambda one: words.count(one.overdue),
        "No answer": lambda one: words.count(one.unanswered),
        "Share within": lambda one: words.percent(one.share_within),
        "Pending": lambda one: words.count(one.pending),
        "By the bot": lambda one: words.count(one.answered_by_bot),
        "No reply needed": lambda one: words.count(one.no_reply_needed),
    }
    return _of_metrics(row, columns, 52)


def times(row: ReportRow) -> Table:
    """How long it took: half were faster than the median, nine in ten than the percentile."""
    columns: dict[str, Callable[[MetricFigures], str]] = {
        "Median, business time": lambda one: _time(one, "business", "median"),
        "90th percentile, business time": lambda one: _time(one, "business", "p90"),
        "Median, calendar time": lambda one: _time(one, "calendar", "median"),
        "90th percentile, calendar time": lambda one: _time(one, "calendar", "p90"),
    }
    return _of_metrics(row, columns, 104)


def _time(figures: MetricFigures, clock: str, name: str) -> str:
    found = getattr(figures, clock)
    return words.lasting(getattr(found, name), getattr(found, f"{name}_open"))


def _of_metrics(
    row: ReportRow, columns: dict[str, Callable[[MetricFigures], str]], wide: float
) -> Table:
    lines: list[list[Flowable]] = [
        [paragraph("", HEAD), *(paragraph(title, HEAD_NUMBER) for title in columns)]
    ]
    for metric, title in words.METRICS.items():
        figures = _metric(row, metric)
        lines.append(
            [paragraph(title, CELL), *(paragraph(of(figures), NUMBER) for of in columns.values())]
        )
    return _table(lines, [WIDTH - wide * len(columns), *([wide] * len(columns))])


def groups(report: Report) -> Table:
    """A line a group, all together last."""
    columns: dict[str, tuple[float, Callable[[ReportRow], str]]] = {
        "Came in": (42, lambda row: words.count(row.created)),
        "Resolved": (44, lambda row: words.count(row.resolved)),
        "Open": (36, lambda row: words.count(row.open)),
        "Missed first response": (
            48,
            lambda row: words.count(row.first_response.decided - row.first_response.within),
        ),
        "First response, median / 90th (business)": (
            92,
            lambda row: _both(row.first_response),
        ),
        "Resolution, median / 90th (business)": (92, lambda row: _both(row.resolution)),
        "Satisfied": (
            44,
            lambda row: words.percent(words.ratio(row.surveys_satisfied, row.surveys_answered)),
        ),
    }
    head = [paragraph(words.DIMENSIONS[report.query.by], HEAD)]
    lines: list[list[Flowable]] = [[*head, *(paragraph(title, HEAD_NUMBER) for title in columns)]]
    for row in (*report.rows[:MAX_GROUPS], report.totals):
        total = row is report.totals
        lines.append(
            [
                paragraph("All" if total else row.label, CELL_BOLD if total else CELL),
                *(paragraph(of(row), NUMBER) for _, of in columns.values()),
            ]
        )
    widths = [width for width, _ in columns.values()]
    return _table(lines, [WIDTH - sum(widths), *widths], shaded_last=True)


def _both(figures: MetricFigures) -> str:
    found = figures.business
    return " / ".join(
        ("longer" if is_open else words.duration(value))
        for value, is_open in ((found.median, found.median_open), (found.p90, found.p90_open))
    )


def quality(found: Sequence[tuple[str, str, str, str]]) -> Table:
    """Name, share, what it is of, change."""
    lines: list[list[Flowable]] = [
        [
            paragraph("", HEAD),
            paragraph("Share", HEAD_NUMBER),
            paragraph("Of", HEAD),
            paragraph("Against the period before", HEAD),
        ]
    ]
    for name, share, basis, change in found:
        lines.append(
            [
                paragraph(name, CELL),
                paragraph(share, NUMBER),
                paragraph(basis, CELL),
                paragraph(change, CELL),
            ]
        )
    return _table(lines, [124, 52, 190, WIDTH - 366])


def topics(found: Sequence[TopicTrend]) -> Table:
    lines: list[list[Flowable]] = [
        [
            paragraph("Topic", HEAD),
            paragraph("Came in", HEAD_NUMBER),
            paragraph("Period before", HEAD_NUMBER),
            paragraph("More by", HEAD_NUMBER),
        ]
    ]
    lines += [
        [
            paragraph(words.topic(topic.topic), CELL),
            paragraph(words.count(topic.created), NUMBER),
            paragraph(words.count(topic.before), NUMBER),
            paragraph(_growth(topic), NUMBER),
        ]
        for topic in found[:MAX_TOPICS]
    ]
    return _table(lines, [WIDTH - 240, 70, 80, 90])


def grown(report: Report) -> list[TopicTrend]:
    """Topics with more inquiries than before, those that grew most first."""
    more = [topic for topic in report.topics if topic.created > topic.before]
    return sorted(more, key=lambda topic: (topic.before - topic.created, topic.topic))


def _growth(topic: TopicTrend) -> str:
    more = topic.created - topic.before
    if not topic.before:
        return f"+{more:,} (new)"
    return f"+{more:,} (+{more / topic.before * 100:.0f} %)"


def _metric(row: ReportRow, name: str) -> MetricFigures:
    found: MetricFigures = getattr(row, name)
    return found


def _table(
    lines: list[list[Flowable]], widths: Sequence[float], *, shaded_last: bool = False
) -> Table:
    style = list(_LINES)
    if shaded_last:
        style.append(("BACKGROUND", (0, -1), (-1, -1), SOFT))
    style.append(("TEXTCOLOR", (0, 0), (-1, -1), INK))
    return LongTable(lines, colWidths=list(widths), style=TableStyle(style), repeatRows=1)
