"""One metric's clock, and the steps that change it: what the database keeps.

A clock is immutable; every step gives a new one. It is either running (`running_since`), paused
(neither running nor finished) or finished (`met_at` or `ended`). `used` is the time that counted
before `running_since`, so a due time is one sum away and a pause loses nothing.

`hours` is always the calendar in force for this clock: that of its policy, or
`BusinessHours.always()` if the policy counts calendar time (`Rules.terms` gives it).
Steps must come in the order of their `at`; where history turns out to be different, the clock
is computed anew by `hub.sla.timeline.evaluate`, which agrees with these steps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hub.sla.business_hours import BusinessHours
from hub.sla.policy import Metric

NOTHING = timedelta(0)


class Ended(StrEnum):
    """Why a clock stopped without being met."""

    ANSWERED_BY_BOT = "answered_by_bot"
    """The bot alone resolved the ticket: neither met nor missed."""
    NO_REPLY_NEEDED = "no_reply_needed"
    """Resolved for a reason after which no answer is owed (`NOTHING_OWED`): counted apart."""
    UNANSWERED = "unanswered"
    """Resolved by a person who left the customer's last message without a reply."""


class Standing(StrEnum):
    """What a report counts: late, overdue and unanswered first responses are misses."""

    RUNNING = "running"
    PAUSED = "paused"
    OVERDUE = "overdue"
    """Not met, and breached."""
    MET = "met"
    LATE = "late"
    """Met after a breach."""
    ANSWERED_BY_BOT = "answered_by_bot"
    NO_REPLY_NEEDED = "no_reply_needed"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Clock:
    metric: Metric
    target: timedelta | None
    """None measures without a due time: no policy, or none for this metric."""
    calendar_time: bool
    started_at: datetime
    used: timedelta = NOTHING
    running_since: datetime | None = None
    due_at: datetime | None = None
    """While running, and as it was when a running clock finished; None while paused."""
    met_at: datetime | None = None
    breached_at: datetime | None = None
    """When it first was overdue under the target then in force; never taken back."""
    ended: Ended | None = None
    ended_at: datetime | None = None

    @classmethod
    def start(
        cls,
        metric: Metric,
        at: datetime,
        target: timedelta | None,
        hours: BusinessHours,
        *,
        calendar_time: bool = False,
    ) -> Clock:
        due_at = None if target is None else _reach(hours, at, target)
        return cls(metric, target, calendar_time, at, running_since=at, due_at=due_at)

    @property
    def open(self) -> bool:
        """Neither met nor ended; it may be paused."""
        return self.met_at is None and self.ended is None

    @property
    def paused(self) -> bool:
        return self.open and self.running_since is None

    def meet(self, at: datetime, hours: BusinessHours) -> Clock:
        """What the metric waits for happened. Exactly at the due time is in time."""
        assert self.open
        return replace(self._stopped(at, hours), met_at=at)

    def end(self, at: datetime, ended: Ended, hours: BusinessHours) -> Clock:
        """Stop without having been met."""
        assert self.open
        return replace(self._stopped(at, hours), ended=ended, ended_at=at)

    def meet_late(self, at: datetime, hours: BusinessHours) -> Clock:
        """Met after all, as if it had not ended: the channel accepted a reply written before."""
        assert self.ended is not None
        clock = replace(self, ended=None, ended_at=None, running_since=self.ended_at)
        return clock.meet(at, hours)

    def pause(self, at: datetime, hours: BusinessHours) -> Clock:
        """Time stops counting. Pausing a paused clock changes nothing."""
        assert self.open
        return replace(self._stopped(at, hours), due_at=None)

    def resume(self, at: datetime, hours: BusinessHours) -> Clock:
        """Time counts again. Resuming a running clock changes nothing."""
        assert self.open
        if self.running_since is not None:
            return self
        clock = replace(self, running_since=at)
        return replace(clock, due_at=clock._due(hours))

    def reopen(self) -> Clock:
        """A met or ended clock back to paused: the time in between is cut out."""
        return replace(self, met_at=None, ended=None, ended_at=None, due_at=None)

    def retarget(
        self,
        at: datetime,
        target: timedelta | None,
        hours: BusinessHours,
        *,
        calendar_time: bool = False,
        before: BusinessHours | None = None,
    ) -> Clock:
        """Another target or calendar governs from `at`; `before` is the calendar until then.

        Time used so far stays as the old calendar counted it. A new target applies to all of
        it, so a due time can lie in the past; the breach then is at `at`, not before the
        target was in force.
        """
        assert self.open
        until = before or hours
        clock = self.breach(at)
        # What did not change is not touched: a due time at Friday's close stays there.
        if (clock.target, clock.calendar_time, until) == (target, calendar_time, hours):
            return clock
        if clock.running_since is not None and until != hours:
            used = clock.used + _between(until, clock.running_since, at)
            clock = replace(clock, used=used, running_since=max(at, clock.running_since))
        clock = replace(clock, target=target, calendar_time=calendar_time)
        clock = replace(clock, due_at=clock._due(hours))
        if clock.due_at is not None and clock.due_at < at and clock.breached_at is None:
            clock = replace(clock, breached_at=at)
        return clock

    def breach(self, now: datetime) -> Clock:
        """Record the breach if the due time has passed by `now`; at its own time, once."""
        if (
            self.open
            and self.running_since is not None
            and self.breached_at is None
            and self.due_at is not None
            and self.due_at < now
        ):
            return replace(self, breached_at=self.due_at)
        return self

    def warns_at(self, after: timedelta | None, hours: BusinessHours) -> datetime | None:
        """When `after` (`SlaPolicy.warns_after`) is used up; None while it cannot come."""
        if after is None or self.running_since is None or not self.open:
            return None
        return _reach(hours, self.running_since, after - self.used)

    def state(self, now: datetime, hours: BusinessHours) -> ClockState:
        """The clock as of `now`, for people and reports."""
        clock = self.breach(now)
        used = clock.used
        if clock.open and clock.running_since is not None:
            used += _between(hours, clock.running_since, now)
        return ClockState(
            metric=clock.metric,
            target=clock.target,
            calendar_time=clock.calendar_time,
            started_at=clock.started_at,
            due_at=clock.due_at,
            met_at=clock.met_at,
            used=used,
            paused=clock.paused,
            breached_at=clock.breached_at,
            ended=clock.ended,
        )

    def _stopped(self, at: datetime, hours: BusinessHours) -> Clock:
        clock = self.breach(at)
        if clock.running_since is None:
            return clock
        used = clock.used + _between(hours, clock.running_since, at)
        return replace(clock, used=used, running_since=None)

    def _due(self, hours: BusinessHours) -> datetime | None:
        if self.target is None or self.running_since is None:
            return None
        return _reach(hours, self.running_since, self.target - self.used)


@dataclass(frozen=True, slots=True)
class ClockState:
    """A metric as of one moment. `used` is in the policy's own time, working or calendar."""

    metric: Metric
    target: timedelta | None
    calendar_time: bool
    started_at: datetime
    due_at: datetime | None
    met_at: datetime | None
    used: timedelta
    paused: bool
    breached_at: datetime | None
    ended: Ended | None

    @property
    def breached(self) -> bool:
        """A miss. What the bot resolved alone is none, even if it took longer."""
        return self.breached_at is not None and self.ended is not Ended.ANSWERED_BY_BOT

    @property
    def remaining(self) -> timedelta | None:
        """Time left until the target, never below zero; None without a target."""
        return None if self.target is None else max(self.target - self.used, NOTHING)

    @property
    def exceeded(self) -> timedelta:
        """Time used beyond the target."""
        return NOTHING if self.target is None else max(self.used - self.target, NOTHING)

    @property
    def standing(self) -> Standing:
        if self.ended is not None:
            return Standing(self.ended.value)
        if self.met_at is not None:
            return Standing.LATE if self.breached else Standing.MET
        if self.breached:
            return Standing.OVERDUE
        return Standing.PAUSED if self.paused else Standing.RUNNING


def _between(hours: BusinessHours, start: datetime, end: datetime) -> timedelta:
    # A platform's clock may run ahead of ours: what seems to end before its start took no time.
    return hours.elapsed(start, end) if end > start else NOTHING


def _reach(hours: BusinessHours, since: datetime, left: timedelta) -> datetime:
    """What was used up before this run began is due where it began."""
    return hours.due(since, left) if left >= NOTHING else since
