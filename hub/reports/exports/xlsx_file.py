"""A report as a workbook: totals, groups, volume, topics, tickets.

Numbers are numbers and dates are dates: times are Excel's (`[h]:mm:ss`, parts of a day), instants
are on the city's clock. Every text is written as text, and one that looks like a formula is marked
as text as well, so that editing its cell does not wake it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from hub.reports.exports.columns import COLUMNS, Kind, Value
from hub.reports.exports.outside import looks_like_formula
from hub.reports.exports.tickets import MAX_TICKETS, TicketLine, TicketList
from hub.reports.exports.words import DIMENSIONS, METRICS, moment, period, topic
from hub.reports.figures import Dimension, Report

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DAY = 86_400.0
_FORMATS: dict[Kind, dict[str, Any]] = {
    Kind.COUNT: {"num_format": "#,##0"},
    Kind.SHARE: {"num_format": "0.0%"},
    Kind.SECONDS: {"num_format": "[h]:mm:ss"},
    Kind.SCORE: {"num_format": "0.00"},
    Kind.FLAG: {},
}
_HEAD = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#DFF1ED"}
_NOTE = {"italic": True, "font_color": "#566561"}


class _Sheet:
    """A sheet that is written line by line, with its formats."""

    def __init__(self, book: _Book, name: str) -> None:
        self._book = book
        self.sheet = book.book.add_worksheet(name)
        self.line = 0

    def head(self, titles: Sequence[str], widths: Sequence[float], frozen: int = 1) -> None:
        """The header, frozen with the first `frozen` columns."""
        for column, (title, width) in enumerate(zip(titles, widths, strict=True)):
            self.sheet.write_string(self.line, column, title, self._book.head)
            self.sheet.set_column(column, column, width)
        self.line += 1
        self.sheet.freeze_panes(self.line, frozen)

    def text(self, column: int, text: str) -> None:
        style = self._book.marked if looks_like_formula(text) else None
        self.sheet.write_string(self.line, column, text[:32_000], style)

    def number(self, column: int, value: Value, kind: Kind) -> None:
        if value is None:
            return
        if kind is Kind.FLAG:
            self.sheet.write_boolean(self.line, column, bool(value))
            return
        if kind is Kind.SECONDS:
            value /= _DAY
        self.sheet.write_number(self.line, column, value, self._book.of_kind[kind])

    def day(self, column: int, day: date) -> None:
        self.sheet.write_datetime(self.line, column, day, self._book.day)

    def instant(self, column: int, instant: datetime | None) -> None:
        if instant is not None:
            local = instant.astimezone(self._book.zone).replace(tzinfo=None, microsecond=0)
            self.sheet.write_datetime(self.line, column, local, self._book.instant)

    def note(self, text: str) -> None:
        self.sheet.write_string(self.line, 0, text, self._book.note)
        self.line += 1


class _Book:
    def __init__(self, report: Report, zone: ZoneInfo, city: str) -> None:
        self.report = report
        self.zone = zone
        self.city = city
        self.content = io.BytesIO()
        # Written straight through: memory stays level, whatever the number of tickets.
        self.book = xlsxwriter.Workbook(
            self.content, {"constant_memory": True, "in_memory": False, "strings_to_urls": False}
        )
        self.head = self.book.add_format(_HEAD)
        self.note = self.book.add_format(_NOTE)
        self.title = self.book.add_format({"bold": True, "font_size": 14})
        self.marked = self.book.add_format({"quote_prefix": True})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.instant = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
        self.of_kind = {kind: self.book.add_format(look) for kind, look in _FORMATS.items()}

    def sheet(self, name: str) -> _Sheet:
        return _Sheet(self, name)


def to_xlsx(
    report: Report,
    tickets: TicketList,
    zone: ZoneInfo,
    city: str,
    *,
    limited_to: str = "",
    origin: str | None = None,
    subjects: bool = True,
) -> bytes:
    """The workbook. `origin`: of the console, for links to the tickets. `subjects`: with what
    citizens wrote; a file that goes by mail has it not."""
    book = _Book(report, zone, city)
    book.book.set_properties(
        {"title": f"Service report, {period(report.query)}", "author": city, "company": city}
    )
    _totals(book, limited_to)
    _groups(book)
    _volume(book)
    _topics(book)
    _tickets(book, tickets, origin, subjects)
    book.book.close()
    return book.content.getvalue()


def _totals(book: _Book, limited_to: str) -> None:
    report, sheet = book.report, book.sheet("Totals")
    sheet.sheet.write_string(0, 0, f"{book.city}: service report", book.title)
    sheet.line = 1
    sheet.note(f"Period: {period(report.query)}, days of the city's clock ({book.zone.key})")
    sheet.note(f"As of: {moment(report.as_of, book.zone)}")
    if limited_to:
        sheet.note(f"Only: {limited_to}")
    sheet.note("Empty: there is nothing to reckon it from. Times: hours, minutes, seconds.")
    sheet.line += 1
    sheet.head(["Figure", "This period", "Period before", "Change"], [58, 15, 15, 15])
    for column in COLUMNS:
        now, before = column.of(report.totals), column.of(report.before)
        sheet.text(0, column.title)
        sheet.number(1, now, column.kind)
        sheet.number(2, before, column.kind)
        # A time that went down would be negative, which Excel cannot show as one.
        if column.kind in (Kind.COUNT, Kind.SHARE, Kind.SCORE) and None not in (now, before):
            sheet.number(3, (now or 0) - (before or 0), column.kind)
        sheet.line += 1


def _groups(book: _Book) -> None:
    report, sheet = book.report, book.sheet("Groups")
    sheet.head(
        [DIMENSIONS[report.query.by], "Key", *(column.title for column in COLUMNS)],
        [30, 16, *([14] * len(COLUMNS))],
    )
    for row in report.rows:
        sheet.text(0, row.label)
        if report.query.by is Dimension.DAY and row.key:
            sheet.day(1, date.fromisoformat(row.key))
        else:
            sheet.text(1, row.key)
        for place, column in enumerate(COLUMNS, 2):
            sheet.number(place, column.of(row), column.kind)
        sheet.line += 1


def _volume(book: _Book) -> None:
    report, sheet = book.report, book.sheet("Volume")
    sheet.head(["Day", "Came in", "Resolved", "Backlog at the end of the day"], [13, 12, 12, 18])
    for day in report.volume:
        sheet.day(0, day.day)
        for place, number in enumerate((day.created, day.resolved, day.backlog), 1):
            sheet.number(place, number, Kind.COUNT)
        sheet.line += 1
    if not report.volume:
        return
    last = sheet.line - 1
    chart = book.book.add_chart({"type": "column"})
    line = book.book.add_chart({"type": "line"})
    looks = (
        (chart, 1, {"fill": {"color": "#0B6256"}}),
        (chart, 2, {"fill": {"color": "#81908C"}}),
        (line, 3, {"line": {"color": "#B3261E"}}),
    )
    for into, place, look in looks:
        series = {
            "name": ["Volume", 0, place],
            "categories": ["Volume", 1, 0, last, 0],
            "values": ["Volume", 1, place, last, place],
        }
        into.add_series({**series, **look})
    chart.combine(line)
    chart.set_title({"name": "Volume and backlog"})
    chart.set_size({"width": 760, "height": 360})
    sheet.sheet.insert_chart("F2", chart)


def _topics(book: _Book) -> None:
    sheet = book.sheet("Topics")
    sheet.head(["Topic", "Came in", "Period before", "Change"], [34, 12, 15, 12])
    for one in book.report.topics:
        sheet.text(0, topic(one.topic))
        for place, number in enumerate((one.created, one.before, one.created - one.before), 1):
            sheet.number(place, number, Kind.COUNT)
        sheet.line += 1


def _tickets(book: _Book, tickets: TicketList, origin: str | None, subjects: bool) -> None:
    sheet = book.sheet("Tickets")
    plain = ["Ticket", "Created", "Channel", "Unit", "Topic"]
    widths: list[float] = [10, 20, 12, 20, 22]
    if subjects:
        plain.append("Subject")
        widths.append(48)
    plain += ["Priority", "Status", "Agent", "Resolved"]
    widths += [10, 18, 22, 20]
    measured = [
        f"{title}: {words}"
        for title in METRICS.values()
        for words in ("outcome", "business time", "calendar time")
    ]
    last = ["Reopened", "First contact", "By the bot alone", "Survey score", "In the console"]
    sheet.head([*plain, *measured, *last], [*widths, *([15] * len(measured)), 11, 11, 11, 11, 44])
    for line in tickets.lines:
        _ticket(sheet, line, origin, subjects)
        sheet.line += 1
    if tickets.more:
        sheet.note(f"The newest {MAX_TICKETS:,} tickets; there are more.")


def _ticket(sheet: _Sheet, line: TicketLine, origin: str | None, subjects: bool) -> None:
    sheet.sheet.write_number(sheet.line, 0, line.id)
    sheet.instant(1, line.created_at)
    words = [line.channel, line.unit, line.topic, *([line.subject] if subjects else [])]
    words += [line.priority, line.status, line.agent]
    place = 2
    for text in words:
        sheet.text(place, text)
        place += 1
    sheet.instant(place, line.resolved_at)
    for metric in line.metrics:
        sheet.text(place + 1, metric.outcome)
        sheet.number(place + 2, metric.business, Kind.SECONDS)
        sheet.number(place + 3, metric.calendar, Kind.SECONDS)
        place += 3
    for flag in (line.reopened, line.first_contact, line.contained):
        place += 1
        sheet.number(place, flag, Kind.FLAG)
    sheet.number(place + 1, line.survey_score, Kind.COUNT)
    if origin is not None:
        sheet.text(place + 2, f"{origin}/console/t/{line.id}")
