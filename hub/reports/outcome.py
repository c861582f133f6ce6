"""How a metric of a ticket came out, as reports count it."""

from __future__ import annotations

from enum import IntEnum

from hub.sla import Metric, Standing

METRICS = tuple(metric.value for metric in Metric)


class Outcome(IntEnum):
    """What is stored with a ticket's facts: these numbers stay."""

    NONE = 0
    """No clock: the customer has not written (again)."""
    WITHIN = 1
    LATE = 2
    OVERDUE = 3
    UNANSWERED = 4
    PENDING = 5
    ANSWERED_BY_BOT = 6
    NO_REPLY_NEEDED = 7

    @property
    def field(self) -> str:
        """Its name in `MetricFigures` and in the API."""
        return self.name.lower()


MEASURED = frozenset({Outcome.WITHIN, Outcome.LATE})
"""Those that have a time."""
ENDLESS = frozenset({Outcome.OVERDUE, Outcome.UNANSWERED})
"""Misses that count as longer than any time."""

OF_STANDING = {
    Standing.MET: Outcome.WITHIN,
    Standing.LATE: Outcome.LATE,
    Standing.OVERDUE: Outcome.OVERDUE,
    Standing.UNANSWERED: Outcome.UNANSWERED,
    Standing.RUNNING: Outcome.PENDING,
    Standing.PAUSED: Outcome.PENDING,
    Standing.ANSWERED_BY_BOT: Outcome.ANSWERED_BY_BOT,
    Standing.NO_REPLY_NEEDED: Outcome.NO_REPLY_NEEDED,
}
