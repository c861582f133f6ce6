"""The groups as CSV: what a spreadsheet and a program read from it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.reports.exports.csv_file import to_csv
from hub.reports.exports.outside import harmless, looks_like_formula
from hub.reports.figures import MetricFigures, ReportRow, Times
from tests.hub.reports.exports.samples import empty_report, report, row


def _read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_figure_is_there() -> None:
    source = report()
    lines = _read(to_csv(source))
    assert [line["label"] for line in lines] == [one.label for one in source.rows]
    for line, one in zip(lines, source.rows, strict=True):
        assert int(line["created"]) == one.created
        for metric in ("first_response", "next_response", "resolution"):
            figures = getattr(one, metric)
            for name in ("within", "late", "overdue", "unanswered", "pending",
                         "answered_by_bot", "no_reply_needed"):  # fmt: skip
                assert int(line[f"{metric}_{name}"]) == getattr(figures, name)
            assert float(line[f"{metric}_share_within"]) == pytest.approx(
                figures.share_within, abs=0.0001
            )
            for clock in ("business", "calendar"):
                times = getattr(figures, clock)
                assert int(line[f"{metric}_median_{clock}_seconds"]) == round(times.median)
                assert int(line[f"{metric}_p90_{clock}_seconds"]) == round(times.p90)
                assert line[f"{metric}_p90_{clock}_longer"] == "false"
        assert float(line["containment_share"]) == pytest.approx(77 / 200)
        assert float(line["reopened_share"]) == pytest.approx(13 / 371, abs=0.0001)
        assert float(line["first_contact_share"]) == pytest.approx(250 / 371, abs=0.0001)
        assert float(line["satisfied_share"]) == pytest.approx(33 / 40)
        assert line["survey_score"] == "4.15"


def test_what_there_is_not_is_empty_and_open_times_say_so() -> None:
    late = MetricFigures(overdue=3, business=Times(None, True, None, True))
    (line,) = _read(to_csv(report((), rows=(ReportRow("x", "X", first_response=late),))))
    assert line["first_response_share_within"] == "0.0000"
    assert line["first_response_median_business_seconds"] == ""
    assert line["first_response_median_business_longer"] == "true"
    assert line["resolution_share_within"] == ""
    assert line["containment_share"] == ""
    assert line["survey_score"] == ""


def test_excel_knows_the_encoding_and_lines_end_as_the_rfc_says() -> None:
    content = to_csv(report(["Atención, «Ñandú»", 'say "hi"\nthere']))
    assert content.startswith(b"\xef\xbb\xbfunit,label,created,")
    assert b'"Atenci\xc3\xb3n, \xc2\xab' in content
    assert content.endswith(b"\r\n")
    assert content.count(b"\r\n") == 3
    assert [line["label"] for line in _read(content)] == ["Atención, «Ñandú»", 'say "hi"\nthere']


def test_without_groups_there_is_the_header() -> None:
    assert to_csv(empty_report()).count(b"\r\n") == 1


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\n@x",
     '=HYPERLINK("http://evil.example")', "%0A=1", "|calc"],
)  # fmt: skip
def test_text_from_outside_is_never_a_formula(text: str) -> None:
    (line,) = _read(to_csv(report(rows=(row(text, text),))))
    assert line["label"] == f"'{text}"
    assert line["unit"] == f"'{text}"


@given(st.text(max_size=40))
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert not looks_like_formula(harmless(text))
    if not looks_like_formula(text):
        assert harmless(text) == text
