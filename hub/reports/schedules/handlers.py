"""The parts of a hub's worker that send reports."""

from __future__ import annotations

from hub.jobs.queue import Handler
from hub.mail.sender import Mailer
from hub.reports.exports.exporter import Exporter
from hub.reports.report import read_report
from hub.reports.schedules.due import DueReports
from hub.reports.schedules.job import KIND, handler
from hub.system import Hub


def report_jobs(hub: Hub, mailer: Mailer | None = None) -> dict[str, Handler]:
    """The handler of what is promised, by its kind. `mailer`: another than the settings name."""
    exporter = Exporter(hub.database, hub.directory, hub.now, hub.settings, read_report)
    made = handler(
        hub.database,
        exporter,
        mailer or Mailer.of(hub.settings),
        hub.settings,
        hub.now,
    )
    return {KIND: made}


def due_reports(hub: Hub) -> DueReports:
    return DueReports(hub.database, hub.settings.timezone, hub.now)
