"""A report to print: what a director reads, on letter paper, with every definition.

ReportLab makes it: its tables break over pages with their heads repeated, its charts are drawings
that print sharply, fonts are embedded as far as they are used, and it comes with wheels that need
no system library (as HTML to PDF would).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    PageTemplate,
    Spacer,
)

from hub.reports.exports import pdf_tables as tables
from hub.reports.exports import words
from hub.reports.exports.pdf_charts import volume_chart
from hub.reports.exports.pdf_look import (
    CITY,
    HEADING,
    INK_2,
    LEAD,
    LINE,
    MARGIN,
    PAGE,
    REGULAR,
    SMALL,
    TEXT,
    TITLE,
    WIDTH,
    paragraph,
    printable,
    register_fonts,
)
from hub.reports.exports.tiles import key_figures, misses, quality
from hub.reports.figures import Report

MEDIA_TYPE = "application/pdf"
_LOCK = Lock()  # ReportLab's fonts are shared by all documents of a process

DEFINITIONS = (
    "Inquiries: tickets created in the period, both days included, on the city's clock; one merged "
    "into another counts there. All other figures are about these tickets as they stood at the "
    "time named above, unless they say otherwise.",
    "First response: from the customer's first message to the first public reply by a person that "
    "the channel accepted. Bot messages, automatic messages, private notes and status changes are "
    "no responses; calls and walk-ins have none, they are answered as they come. Next response: "
    "the same for the oldest message not yet answered; of each ticket "
    "its longest exchange. Resolution: from creation to resolved, without waiting on the customer "
    "and without closed time.",
    "Within target, late, overdue (still owed, target missed) and unanswered (closed without an "
    "answer) are decided; share within target = within / all decided, so late and unanswered ones "
    "are misses. Pending: not due yet, or without a target. Answered by the bot and no reply "
    "needed are counted apart.",
    "Median and 90th percentile are over all decided ones; those without an answer count as longer "
    'than any that was measured: "longer than measured" says that the figure lies among them. '
    "Business time: the working hours of the ticket's service calendar. Calendar time: the clock "
    "on the wall.",
    "Bot containment: of the inquiries that began with the bot, those resolved without a hand-over "
    "and without a person having written. Reopen rate: of the resolved ones, those reopened at "
    "least once. First-contact resolution: of the resolved ones, those that were answered, whose "
    "customer asked once, that were never reopened, and that no ticket of the same customer and "
    "topic followed within 7 days. "
    "Satisfied: survey scores of 4 and 5 of 5.",
    "Period before: the days of the same number right before. Backlog: not resolved at the end of "
    "the day, or of today, now.",
)


def to_pdf(report: Report, zone: ZoneInfo, city: str, *, limited_to: str = "") -> bytes:
    """The report as a PDF file. Takes a quarter of a second or more: not for the event loop."""
    with _LOCK:
        register_fonts()
        content = io.BytesIO()
        title = f"Service report, {words.period(report.query)}"
        document = BaseDocTemplate(
            content,
            pagesize=PAGE,
            title=f"{city}: {title}",
            author=city,
            subject=title,
            creator="Switchboard",
            lang="en-US",
        )
        frame = Frame(MARGIN, MARGIN + 4, WIDTH, PAGE[1] - 2 * MARGIN - 4, 0, 0, 0, 0)
        document.addPageTemplates(PageTemplate(frames=[frame]))
        foot = printable(f"{city} · {title}")
        document.build(
            list(_story(report, zone, city, limited_to)),
            canvasmaker=lambda *given, **more: _Numbered(foot, *given, **more),
        )
        return content.getvalue()


def _story(report: Report, zone: ZoneInfo, city: str, limited_to: str) -> Iterator[Flowable]:
    yield paragraph(city, CITY)
    yield paragraph("Service report", TITLE)
    yield paragraph(words.period(report.query), LEAD)
    yield paragraph(f"As of {words.moment(report.as_of, zone)}", CITY)
    if limited_to:
        yield paragraph(f"Only: {limited_to}", CITY)
    yield Spacer(0, 10)
    yield tables.tiles(key_figures(report))
    yield Spacer(0, 8)
    yield paragraph(misses(report), TEXT)
    by = words.DIMENSIONS[report.query.by].lower()
    yield from _section(f"Share within target by {by}", tables.shares(report))
    if len(report.volume) > 1:
        yield from _section("Volume and backlog", volume_chart(report.volume))
    for day in report.volume if len(report.volume) == 1 else ():
        yield Spacer(0, 8)
        yield paragraph(
            f"{day.created:,} came in, {day.resolved:,} were resolved on that day; "
            f"{day.backlog:,} were not resolved at its end.",
            TEXT,
        )
    yield from _section("Responses and resolutions", tables.outcomes(report.totals))
    yield Spacer(0, 8)
    yield KeepTogether(tables.times(report.totals))
    yield from _section("Quality", tables.quality(list(quality(report))))
    grown = tables.grown(report)
    if grown:
        yield from _section("Topics that grew", tables.topics(grown))
    yield from _section(f"By {by}", tables.groups(report))
    if len(report.rows) > tables.MAX_GROUPS:
        left = len(report.rows) - tables.MAX_GROUPS
        yield paragraph(f"{left:,} more are in the spreadsheets.", SMALL)
    yield CondPageBreak(90)
    yield paragraph("What the figures mean", HEADING)
    for definition in DEFINITIONS:
        yield paragraph(definition, SMALL)


def _section(title: str, content: Flowable) -> Iterator[Flowable]:
    """A heading that does not stay behind; a long table begins below it and goes on."""
    _, height = content.wrap(WIDTH, PAGE[1])
    yield CondPageBreak(min(height + 40, 200))
    yield paragraph(title, HEADING)
    yield content


class _Numbered(Canvas):
    """Pages that say how many there are: their footers are written when the last one is known."""

    def __init__(self, foot: str, *given: Any, **more: Any) -> None:
        super().__init__(*given, **{**more, "initialFontName": REGULAR})
        self._foot = foot
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]  # its own way to begin another

    def save(self) -> None:
        pages = self._pages
        for number, page in enumerate(pages, 1):
            self.__dict__.update(page)
            self._write_foot(f"Page {number} of {len(pages)}")
            Canvas.showPage(self)
        Canvas.save(self)

    def _write_foot(self, page: str) -> None:
        y = MARGIN - 14
        self.setStrokeColor(LINE)
        self.setLineWidth(0.4)
        self.line(MARGIN, y + 11, PAGE[0] - MARGIN, y + 11)
        self.setFont(REGULAR, 7.5)
        self.setFillColor(INK_2)
        self.drawRightString(PAGE[0] - MARGIN, y, page)
        room = WIDTH - stringWidth(page, REGULAR, 7.5) - 12
        foot = self._foot
        while stringWidth(foot, REGULAR, 7.5) > room:
            foot = f"{foot[:-2].rstrip()}…"
        self.drawString(MARGIN, y, foot)
