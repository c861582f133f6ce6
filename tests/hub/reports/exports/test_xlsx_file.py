"""The workbook, read back by another library."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from hub.reports.exports.columns import COLUMNS
from hub.reports.exports.tickets import TicketList
from hub.reports.exports.xlsx_file import to_xlsx
from hub.reports.figures import Dimension
from tests.hub.reports.exports.samples import CITY, ZONE, empty_report, report, row, tickets


def _open(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def _lines(sheet: Worksheet, first: int = 2) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(min_row=first, values_only=True))


def _naive(text: str) -> datetime:
    """As cells are: on the city's clock, without saying so."""
    return datetime.fromisoformat(text)


def _seconds(value: Any) -> float:
    """Of a cell in `[h]:mm:ss`, as the library reads it."""
    if isinstance(value, time):
        value = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    if isinstance(value, datetime):
        value -= _naive("1899-12-30")
    return float(value.total_seconds())


def test_sheets_headers_and_widths() -> None:
    book = _open(to_xlsx(report(), tickets(), ZONE, CITY))
    assert book.sheetnames == ["Totals", "Groups", "Volume", "Topics", "Tickets"]
    assert book.properties.title == "Service report, November 1 – 30, 2026"
    for name in book.sheetnames[1:]:
        assert book[name].freeze_panes == "B2"
        assert book[name].column_dimensions["A"].width >= 10
    assert book["Totals"].freeze_panes == "B7"


def test_figures_are_numbers() -> None:
    source = report()
    book = _open(to_xlsx(source, tickets(), ZONE, CITY))
    found = {line[0]: line[1:] for line in _lines(book["Totals"], 7)}
    assert found["Inquiries"] == (2_471, 2_210, 261)
    share = source.totals.first_response.share_within
    assert found["First response: share within target"][0] == pytest.approx(share)
    assert book["Totals"]["B10"].number_format == "0.0%"
    assert _seconds(found["First response: median, business time"][0]) == pytest.approx(930, abs=1)
    assert found["Resolution: 90th percentile, business time"][0] is None
    assert found["Resolution: 90th percentile, business time, is longer than measured"][0] is True
    lines = _lines(book["Groups"])
    assert [line[0] for line in lines] == [one.label for one in source.rows]
    place = 2 + [column.name for column in COLUMNS].index("first_response_late")
    assert [line[place] for line in lines] == [one.first_response.late for one in source.rows]


def test_days_are_dates_and_instants_are_on_the_citys_clock() -> None:
    book = _open(to_xlsx(report(), tickets(2), ZONE, CITY, origin="https://hub.example"))
    volume = _lines(book["Volume"])
    assert volume[0][0] == _naive("2026-11-01")
    assert len(volume) == 30
    charts: list[Any] = getattr(book["Volume"], "_charts")  # noqa: B009 - its type has it not
    assert len(charts) == 1
    # 05:30:15 UTC on the night the clock goes back.
    line = _lines(book["Tickets"])[0]
    assert line[:2] == (1_000, _naive("2026-11-01T01:30:15"))
    assert "Sin luz en Killearn" in line
    assert line[-1] == "https://hub.example/console/t/1000"
    by_day = report(rows=(row("2026-11-02", "Mon, Nov 2"),), by=Dimension.DAY)
    (group,) = _lines(_open(to_xlsx(by_day, tickets(0), ZONE, CITY))["Groups"])
    assert group[1] == _naive("2026-11-02")


def test_topics_and_their_change() -> None:
    found = _lines(_open(to_xlsx(report(), tickets(), ZONE, CITY))["Topics"])
    assert found == [
        ("Power outage", 310, 120, 190),
        ("High bill", 250, 262, -12),
        ("Alumbrado público", 33, 0, 33),
        ("No topic", 20, 12, 8),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|'/c calc'!A1"])
def test_text_from_outside_is_never_a_formula(text: str) -> None:
    content = to_xlsx(
        report(rows=(row(text, text),)), tickets(1, subject=text, agent=text), ZONE, CITY
    )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 5
        for name in sheets:
            assert b"<f>" not in archive.read(name)
        assert b'quotePrefix="1"' in archive.read("xl/styles.xml")
    book = _open(content)
    for sheet, column in (("Groups", 0), ("Tickets", 5), ("Tickets", 8)):
        cell = next(iter(book[sheet].iter_rows(min_row=2)))[column]
        assert cell.value == text
        assert cell.data_type in ("s", "inlineStr")


def test_for_mail_what_citizens_wrote_stays_out() -> None:
    content = to_xlsx(report(), tickets(), ZONE, CITY, subjects=False)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Killearn" not in everything
    head = next(_open(content)["Tickets"].iter_rows(max_row=1, values_only=True))
    assert "Subject" not in head
    assert len(_lines(_open(content)["Tickets"])[0]) == len(head)


def test_a_list_that_is_cut_says_so() -> None:
    cut = TicketList(tickets(5).lines, more=True)
    last = _lines(_open(to_xlsx(report(), cut, ZONE, CITY))["Tickets"])[-1]
    assert last[0] == "The newest 10,000 tickets; there are more."


@pytest.mark.parametrize("make", [empty_report, lambda: report((), volume=(), topics=())])
def test_nothing_to_report(make: Callable[[], Any]) -> None:
    book = _open(to_xlsx(make(), tickets(0), ZONE, CITY))
    assert _lines(book["Groups"]) == []
    assert _lines(book["Tickets"]) == []


def test_strange_characters_do_not_break_it() -> None:
    odd = "a\x00b\x0bc\ud7ff😀 ﷽ _x0041_ <&>"
    book = _open(to_xlsx(report([odd]), tickets(1, subject=odd * 100), ZONE, CITY))
    label = _lines(book["Groups"])[0][0]
    assert re.search("😀", label)
    assert date(2026, 11, 1).isoformat() in str(_lines(book["Volume"])[0][0])
