"""The printed report: its text, its fonts, its pages."""

from __future__ import annotations

import asyncio
import ctypes
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pypdfium2
import pypdfium2.raw as raw
import pytest

from hub.reports.exports.pdf_charts import by_week
from hub.reports.exports.pdf_file import DEFINITIONS, to_pdf
from hub.reports.exports.pdf_look import CELL, PAGE, paragraph, printable
from hub.reports.exports.words import DIMENSIONS
from hub.reports.figures import Dimension, Report
from tests.hub.reports.exports.samples import CITY, UNITS, ZONE, empty_report, report, row, volume


def _pages(source: Report, **more: Any) -> list[str]:
    """Each page's text, on one line."""
    document = pypdfium2.PdfDocument(to_pdf(source, ZONE, CITY, **more))
    try:
        pages = []
        for number in range(len(document)):
            text = document[number].get_textpage()
            pages.append(" ".join(text.get_text_bounded().split()))
            text.close()
        return pages
    finally:
        document.close()


def _text(source: Report, **more: Any) -> str:
    return " ".join(_pages(source, **more))


def test_it_says_what_about_when_and_for_whom() -> None:
    text = _text(report(), limited_to="unit Billing")
    assert CITY in text
    assert "Service report" in text
    assert "November 1 – 30, 2026" in text
    assert "As of December 1, 2026, 07:05 EST" in text
    assert "Only: unit Billing" in text


def test_it_holds_the_figures() -> None:
    source = report()
    text = _text(source)
    totals = source.totals
    assert "Inquiries 2,471 +12 % (2,210 before)" in text
    share = f"{(totals.first_response.share_within or 0) * 100:.1f} %"
    assert f"First response within target {share}" in text
    for metric in (totals.first_response, totals.next_response, totals.resolution):
        line = [metric.within, metric.late, metric.overdue, metric.unanswered]
        assert (
            " ".join(str(one) for one in line) + f" {(metric.share_within or 0) * 100:.1f} %"
            in text
        )
    assert "14 h 27 min longer than measured" in text, "the open percentile of the resolution"
    assert "First-contact resolution 67.4 % 250 of 371 resolved +2.7 points" in text
    assert "Bot containment 38.5 % 77 of 200 that began with the bot" in text
    assert "Reopen rate 3.5 % 13 of 371 resolved" in text
    assert "33 of 40 answers to 120 surveys; mean 4.2 of 5" in text
    for one in source.rows:
        assert f"{(one.resolution.share_within or 0) * 100:.1f} %" in text


def test_topics_that_grew_and_no_others() -> None:
    text = _text(report())
    assert "Power outage 310 120 +190 (+158 %)" in text
    assert "Alumbrado público 33 0 +33 (new)" in text
    assert text.index("Power outage") < text.index("Alumbrado público") < text.index("No topic")
    assert "High bill" not in text


def test_every_definition_is_printed() -> None:
    text = _text(report())
    for definition in DEFINITIONS:
        assert definition.replace("’", "'") in text


def test_pages_are_numbered() -> None:
    pages = _pages(report([f"Unit {n}" for n in range(80)]))
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page


def test_a_citys_month_takes_two_pages() -> None:
    assert len(_pages(report([f"Unit {n}" for n in range(7)]))) == 2


def test_long_names_are_whole() -> None:
    names = [*UNITS, "Donaudampfschifffahrts" * 5, "Ñ" * 118]
    text = _text(report(names)).replace(" ", "")
    for name in names:
        assert text.count(name.replace(" ", "")) == 2, "in the chart and in the table"


def test_nothing_lies_outside_the_page() -> None:
    names = ["W" * 120, "Atención " * 13]
    document = pypdfium2.PdfDocument(to_pdf(report(names, days=400), ZONE, CITY * 6))
    for number in range(len(document)):
        for one in document[number].get_objects():
            left, bottom, right, top = one.get_bounds()
            assert left >= 20
            assert right <= PAGE[0] - 20
            assert bottom >= 20
            assert top <= PAGE[1] - 20
    document.close()


def test_it_names_itself_and_its_language() -> None:
    content = to_pdf(report(), ZONE, CITY)
    document = pypdfium2.PdfDocument(content)
    found = document.get_metadata_dict()
    assert found["Title"] == f"{CITY}: Service report, November 1 – 30, 2026"
    assert found["Author"] == CITY
    document.close()
    assert b"/Lang (en-US)" in content


def test_the_fonts_are_embedded() -> None:
    content = to_pdf(report(), ZONE, CITY)
    assert b"Helvetica" not in content
    document = pypdfium2.PdfDocument(content)
    fonts = set()
    for page in document:
        for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            font = raw.FPDFTextObj_GetFont(one.raw)
            name = ctypes.create_string_buffer(80)
            raw.FPDFFont_GetBaseFontName(font, name, 80)
            fonts.add((name.value.decode(), raw.FPDFFont_GetIsEmbedded(font)))
    document.close()
    assert all(embedded == 1 for _, embedded in fonts)
    assert {name.rpartition("+")[2] for name, _ in fonts} == {
        "SourceSansPro-Regular", "SourceSansPro-Bold",
    }  # fmt: skip


def test_letters_the_font_has_not() -> None:
    assert printable("Ana Núñez, ¿Nguyễn?  Łódź") == "Ana Núñez, ¿Nguyễn? Łódź"
    assert printable("漢字\u200d \ufb01 \x00x") == "?? ﬁ x"
    assert printable("ℍello \U0001d54f") == "Hello X"
    assert paragraph("<b>&amp; </para>", CELL).getPlainText() == "<b>&amp; </para>"


def test_an_empty_report_is_one() -> None:
    text = _text(empty_report())
    assert "No first response was due in this period." in text
    assert "Sunday, November 1, 2026" in text
    assert "0 came in, 0 were resolved on that day" in text


@pytest.mark.parametrize("by", list(Dimension))
def test_every_grouping_prints(by: Dimension) -> None:
    named = DIMENSIONS[by].lower()
    assert f"Share within target by {named}" in _text(report(["One", "Two"], by=by))


def test_many_groups_are_in_the_spreadsheets() -> None:
    rows = tuple(row(str(n), f"Agent {n}", 1) for n in range(150))
    text = _text(report(rows=rows))
    assert "30 more are in the spreadsheets." in text
    assert "Agent 119" in text
    assert "Agent 120" not in text


def test_weeks_keep_the_sum() -> None:
    days = volume(report().query.start, 400)
    weeks = by_week(days)
    assert len(weeks) == 58
    assert sum(week.created for week in weeks) == sum(day.created for day in days)
    assert sum(week.resolved for week in weeks) == sum(day.resolved for day in days)
    assert weeks[-1].backlog == days[-1].backlog


async def _many() -> list[bytes]:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(4) as pool:
        made = [
            loop.run_in_executor(pool, to_pdf, report([f"Únit {n}"]), ZONE, f"City {n}")
            for n in range(6)
        ]
        return await asyncio.gather(*made)


def test_made_at_the_same_time_they_do_not_mix() -> None:
    for number, content in enumerate(asyncio.run(_many())):
        document = pypdfium2.PdfDocument(content)
        text = document[0].get_textpage()
        assert f"Únit {number}" in text.get_text_bounded()
        assert document.get_metadata_dict()["Author"] == f"City {number}"
        text.close()
        document.close()
