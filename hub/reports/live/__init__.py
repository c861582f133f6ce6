"""How things stand right now, for the supervisor's page and the screen on the wall."""

from hub.reports.live.report import live_report
from hub.reports.live.shared import LiveReports

__all__ = ["LiveReports", "live_report"]
