"""The groups of a report as CSV (RFC 4180): commas, CRLF, quotes where they are needed.

It begins with UTF-8's byte order mark: without it Excel reads another encoding and breaks every
accent, while what else reads CSV as UTF-8 skips the mark (`utf-8-sig`). Numbers have a point and no
grouping, shares are 0 to 1, times are whole seconds, what there is not is empty.
"""

from __future__ import annotations

import csv
import io

from hub.reports.exports.columns import COLUMNS, Kind, Value
from hub.reports.exports.outside import harmless
from hub.reports.figures import Report

MEDIA_TYPE = "text/csv; charset=utf-8"


def to_csv(report: Report) -> bytes:
    """One line a group, in the report's order."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([report.query.by.value, "label", *(column.name for column in COLUMNS)])
    for row in report.rows:
        figures = (_cell(column.of(row), column.kind) for column in COLUMNS)
        writer.writerow([harmless(row.key), harmless(row.label), *figures])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Value, kind: Kind) -> str:
    if value is None:
        return ""
    match kind:
        case Kind.FLAG:
            return "true" if value else "false"
        case Kind.COUNT:
            return str(value)
        case Kind.SECONDS:
            return str(round(value))
        case Kind.SHARE:
            return f"{value:.4f}"
        case Kind.SCORE:
            return f"{value:.2f}"
