"""What a report says, as values: the query, and the figures that answer it.

    population of a metric          = the clocks of tickets created in the period, without those
                                      that the bot ended or that needed no reply (both counted
                                      apart), and without first responses of calls and walk-ins
    decided                         = within + late + overdue + unanswered; the rest are pending
    share within target             = within / decided: late and unanswered are misses
    median, 90th percentile         = over decided ones, overdue and unanswered as longer than any

Times are seconds. `business` is working time of the ticket's calendar, `calendar` is the wall
clock's; for the resolution both leave out waiting on the customer and closed time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Dimension(StrEnum):
    """What a report is grouped by."""

    UNIT = "unit"
    CHANNEL = "channel"
    TOPIC = "topic"
    AGENT = "agent"
    HOUR = "hour"
    """Of the day in which the inquiry came, on the city's clock: `00` to `23`."""
    WEEKDAY = "weekday"
    """`0` is Monday."""
    DAY = "day"


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """Tickets created from `start` to `end`, both days included, on the city's calendar."""

    start: date
    end: date
    by: Dimension = Dimension.UNIT
    unit: str | None = None
    channel: str | None = None
    topic: str | None = None
    agent_id: int | None = None


@dataclass(frozen=True, slots=True)
class Times:
    """Of one metric, in one way of counting time. None without any decided one."""

    median: float | None = None
    median_open: bool = False
    """The median lies among those not answered: it is longer than any time that was measured."""
    p90: float | None = None
    p90_open: bool = False


@dataclass(frozen=True, slots=True)
class MetricFigures:
    within: int = 0
    late: int = 0
    overdue: int = 0
    """Still open, and its target is missed."""
    unanswered: int = 0
    """Closed by a person without an answer: at once, whatever the target."""
    pending: int = 0
    """Its target not reached yet; or without a target."""
    answered_by_bot: int = 0
    no_reply_needed: int = 0
    business: Times = field(default_factory=Times)
    calendar: Times = field(default_factory=Times)

    @property
    def decided(self) -> int:
        return self.within + self.late + self.overdue + self.unanswered

    @property
    def share_within(self) -> float | None:
        """0 to 1."""
        return self.within / self.decided if self.decided else None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """The figures of one group. Counts are of tickets created in the period unless they say
    otherwise."""

    key: str
    """A slug, an agent's id, an hour, a date; `""` for none (no topic, nobody)."""
    label: str
    created: int = 0
    resolved: int = 0
    """Of these, resolved by now."""
    open: int = 0
    first_response: MetricFigures = field(default_factory=MetricFigures)
    next_response: MetricFigures = field(default_factory=MetricFigures)
    """Each ticket once, with the exchange that went worst: overdue or unanswered, else late, else
    the longest."""
    resolution: MetricFigures = field(default_factory=MetricFigures)
    with_bot: int = 0
    """Began in the bot's hands."""
    contained: int = 0
    """Of these, resolved without having been handed over, and without a person having written."""
    reopened: int = 0
    """Of the resolved ones, reopened at least once."""
    first_contact: int = 0
    """Of the resolved ones: it was answered, the customer had to ask once, it was never reopened,
    and no ticket of the same customer and topic followed within 7 days."""
    surveys_asked: int = 0
    surveys_answered: int = 0
    surveys_satisfied: int = 0
    """Scores of 4 and 5."""
    survey_score: float | None = None
    """The mean, 1 to 5."""


@dataclass(frozen=True, slots=True)
class VolumeDay:
    """One day of the city's calendar, whatever the grouping; filters apply."""

    day: date
    created: int
    resolved: int
    """Resolved on that day."""
    backlog: int
    """Not resolved at the end of that day (of today: now)."""


@dataclass(frozen=True, slots=True)
class TopicTrend:
    topic: str
    created: int
    before: int
    """In the period of the same length before."""


@dataclass(frozen=True, slots=True)
class Report:
    query: ReportQuery
    as_of: datetime
    """What happened after it is not in the figures."""
    totals: ReportRow
    before: ReportRow
    """The totals of the period of the same length before."""
    rows: tuple[ReportRow, ...]
    volume: tuple[VolumeDay, ...]
    topics: tuple[TopicTrend, ...]
    """The most frequent first, at most 20."""
