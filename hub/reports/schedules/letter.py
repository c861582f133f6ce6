"""The letter that brings a report: its key figures as plain text, and the files."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from hub.db.base import to_micros
from hub.mail.addresses import host_of
from hub.mail.message import Attachment, Letter
from hub.reports.exports import words
from hub.reports.exports.exporter import ReportFile
from hub.reports.exports.tiles import key_figures, misses, quality
from hub.reports.figures import Report
from hub.reports.schedules.models import ReportSchedule


def message_id(schedule: ReportSchedule, start: str, end: str, sender: str, asked: str = "") -> str:
    """The same for every copy of one schedule's report about one period, so that a mail program
    knows a second copy; another for each time somebody asked for it (`asked`, an instant)."""
    made = f"{to_micros(schedule.created_at):x}"
    again = f".{''.join(char for char in asked if char.isalnum())}" if asked else ""
    return f"<report.{schedule.id}.{made}.{start}.{end}{again}@{host_of(sender)}>"


def letter(
    schedule: ReportSchedule,
    report: Report,
    files: Sequence[ReportFile],
    *,
    sender: str,
    city: str,
    zone: ZoneInfo,
    origin: str,
    limited_to: str,
    message_id: str,
) -> Letter:
    """To all the schedule's recipients."""
    period = words.period(report.query)
    return Letter(
        sender=sender,
        sender_name=city,
        recipients=tuple(schedule.recipients),
        subject=f"{schedule.name}: service report, {period}",
        text=_text(schedule, report, files, city, zone, origin, limited_to),
        message_id=message_id,
        attachments=tuple(Attachment(one.name, one.media_type, one.content) for one in files),
    )


def _text(
    schedule: ReportSchedule,
    report: Report,
    files: Sequence[ReportFile],
    city: str,
    zone: ZoneInfo,
    origin: str,
    limited_to: str,
) -> str:
    lines = [
        f"{city}: service report",
        words.period(report.query),
        f"As of {words.moment(report.as_of, zone)}",
        *([f"Only: {limited_to}"] if limited_to else []),
        "",
        *(f"{tile.name}: {tile.figure} ({_bare(tile.change)})" for tile in key_figures(report)),
        *(
            f"{name}: {share} ({_bare(change)})"
            for name, share, _, change in quality(report)
            if name == "Reopen rate"
        ),
        "",
        misses(report),
        "",
        f"Attached: {', '.join(one.name for one in files)}",
        f"In the console: {origin}/console/reports",
        "",
        f'Sent by the schedule "{schedule.name}". A supervisor can change or end it in the '
        "console, under Reports.",
    ]
    return "\n".join(lines) + "\n"


def _bare(change: str) -> str:
    """Without brackets of its own: it stands in some."""
    return change.replace(" (", ", ").replace(")", "")
