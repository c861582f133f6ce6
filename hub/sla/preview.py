"""What rules would make of a message: when it would be due, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.sla.entries import Rules, Terms
from hub.sla.policy import Facts, Metric


@dataclass(frozen=True, slots=True)
class MetricPreview:
    metric: Metric
    target: timedelta
    due_at: datetime
    warn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    terms: Terms
    metrics: tuple[MetricPreview, ...]
    """Those that have a target."""
    sentence: str


def preview(rules: Rules, facts: Facts, at: datetime) -> Preview:
    """For a message of `facts` that comes `at`, and is answered by nobody."""
    terms = rules.terms(facts)
    metrics = []
    for metric in Metric:
        target = terms.target(metric)
        if target is None:
            continue
        assert terms.policy is not None
        after = terms.policy.warns_after(metric)
        warn_at = None if after is None else terms.hours.due(at, after)
        metrics.append(MetricPreview(metric, target, terms.hours.due(at, target), warn_at))
    return Preview(terms, tuple(metrics), _sentence(rules, terms, metrics, at))


def _sentence(rules: Rules, terms: Terms, metrics: list[MetricPreview], at: datetime) -> str:
    zone = ZoneInfo(_zone_of(rules, terms))
    asked = f"A message on {_moment(at, zone)}"
    if not metrics:
        return f"{asked} would have no due time."
    return f"{asked} would be due on {_moment(metrics[0].due_at, zone)}."


def _zone_of(rules: Rules, terms: Terms) -> str:
    """Calendar time has no zone of its own: people read it off the policy's calendar."""
    if terms.policy is None:
        return rules.calendar.timezone
    return rules.calendars.get(terms.policy.id, rules.calendar).timezone


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    seconds = f":{local:%S}" if local.second else ""
    return f"{local:%A, %b} {local.day}, {local:%H:%M}{seconds}"
