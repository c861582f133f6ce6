"""Every time of a ticket, computed from its whole history: the definition.

Pure and without memory: `evaluate(timeline, rules, now)`. It looks at the history as a whole
(when did a metric run, under which terms, cut into epochs) and shares only the calendar with
the step-by-step form in `hub.sla.ticket_clocks`; random timelines show that both agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.sla.clocks import ClockState, Ended
from hub.sla.entries import (
    COUNTER_CHANNELS,
    NOTHING_OWED,
    BotMessage,
    ClassificationChanged,
    Created,
    CustomerMessage,
    Entry,
    PublicReply,
    Rules,
    RulesChanged,
    StatusChanged,
    Terms,
    TicketStatus,
    in_order,
)
from hub.sla.errors import BadTimeline
from hub.sla.policy import Metric, SlaPolicy
from hub.sla.ticket_clocks import TicketClocks


@dataclass(frozen=True, slots=True)
class TicketTimes:
    """A ticket's metrics as of one moment."""

    first_response: ClockState | None
    """None until the customer has written."""
    exchanges: tuple[ClockState, ...]
    resolution: ClockState
    policy: SlaPolicy | None
    """What governs now."""

    @property
    def next_response(self) -> ClockState | None:
        """The exchange that is open, else the last one."""
        return self.exchanges[-1] if self.exchanges else None

    @property
    def longest_exchange(self) -> ClockState | None:
        """What a report keeps of next_response."""
        return max(self.exchanges, key=lambda exchange: exchange.used, default=None)


def evaluate(timeline: Sequence[Entry], rules: Rules, now: datetime) -> TicketTimes:
    """The ticket's times at `now`; `rules` are those in force when it was created.

    Entries may come in any order. An entry later than `now` (a platform's clock that runs
    ahead) moves `now` with it. Raises BadTimeline without exactly one Created, or for a naive
    `now`.
    """
    if now.tzinfo is None:
        raise BadTimeline("now", "must be an aware datetime")
    created, entries = in_order(timeline)
    now = max([now, created.at, *(entry.at for entry in entries)])
    history = _History(created, entries, _terms(created, entries, rules), now)
    return TicketTimes(
        first_response=_first_response(history),
        exchanges=tuple(_exchanges(history)),
        resolution=_resolution(history),
        policy=history.terms[-1].policy,
    )


def as_of(ticket: TicketClocks, now: datetime) -> TicketTimes:
    """The same, read off the clocks as they are kept."""
    hours = ticket.terms.hours
    first = ticket.first_response
    return TicketTimes(
        first_response=None if first is None else first.state(now, hours),
        exchanges=tuple(exchange.state(now, hours) for exchange in ticket.exchanges),
        resolution=ticket.resolution.state(now, hours),
        policy=ticket.terms.policy,
    )


class _Moment(NamedTuple):
    """`place` is an entry's index, -1 the creation: it orders what has the same time."""

    place: int
    at: datetime


class _Run(NamedTuple):
    """From one moment to another a metric's time counts; open at the end is None."""

    begin: _Moment
    end: _Moment | None


@dataclass(frozen=True, slots=True)
class _History:
    created: Created
    entries: list[Entry]
    terms: list[Terms]
    """`terms[i + 1]` governs after `entries[i]`, `terms[0]` from the creation."""
    now: datetime

    def terms_at(self, moment: _Moment) -> Terms:
        return self.terms[moment.place + 1]

    def moments(self, kind: type[Entry], after: int = -1) -> Iterator[_Moment]:
        for index, entry in enumerate(self.entries):
            if index > after and isinstance(entry, kind):
                yield _Moment(index, entry.at)

    def statuses(self) -> Iterator[tuple[_Moment, TicketStatus, TicketStatus, str | None]]:
        """Every real change: when, from, to, why."""
        before = self.created.status
        for index, entry in enumerate(self.entries):
            if isinstance(entry, StatusChanged) and entry.status != before:
                yield _Moment(index, entry.at), before, entry.status, entry.reason
                before = entry.status

    def status_at(self, moment: _Moment) -> TicketStatus:
        status = self.created.status
        for changed, _, to, _ in self.statuses():
            if changed < moment:
                status = to
        return status

    def bot_spoke(self, after: int, until: int) -> bool:
        return any(isinstance(entry, BotMessage) for entry in self.entries[after + 1 : until])


class _Epoch(NamedTuple):
    """A stretch of one run under the same terms."""

    run: int
    begin: datetime
    end: datetime
    terms: Terms


def _terms(created: Created, entries: Sequence[Entry], rules: Rules) -> list[Terms]:
    facts = created.facts
    terms = [rules.terms(facts)]
    for entry in entries:
        if isinstance(entry, ClassificationChanged):
            facts = entry.facts
        elif isinstance(entry, RulesChanged):
            rules = entry.rules
        terms.append(rules.terms(facts))
    return terms


def _first_response(history: _History) -> ClockState | None:
    if history.created.facts.channel in COUNTER_CHANNELS:
        taken = _Moment(-1, history.created.at)
        return _settle(history, Metric.FIRST_RESPONSE, taken, [_Run(taken, taken)], met=taken)
    start = next(history.moments(CustomerMessage), None)
    if start is None:
        return None
    met, ended, why = _first_response_over(history, start)
    over = met or ended
    return _settle(history, Metric.FIRST_RESPONSE, start, [_Run(start, over)], met=met, ended=why)


def _first_response_over(
    history: _History, start: _Moment
) -> tuple[_Moment | None, _Moment | None, Ended | None]:
    """When it was met, or else when and why it ended."""
    met = next(history.moments(PublicReply, start.place), None)
    for moment, before, status, reason in history.statuses():
        if moment < start or (met is not None and met < moment):
            continue
        if status is TicketStatus.RESOLVED:
            if reason in NOTHING_OWED:
                return None, moment, Ended.NO_REPLY_NEEDED
            if before is TicketStatus.BOT and history.bot_spoke(start.place, moment.place):
                return None, moment, Ended.ANSWERED_BY_BOT
    return met, None, None


def _exchanges(history: _History) -> list[ClockState]:
    """Each time the customer waited again, from the oldest message to what ended the wait."""
    found: list[ClockState] = []
    start = next(history.moments(CustomerMessage), None)
    if start is None or history.created.facts.channel in COUNTER_CHANNELS:
        return found
    met, ended, _ = _first_response_over(history, start)
    over = met or ended
    while over is not None:
        message = next(history.moments(CustomerMessage, over.place), None)
        if message is None:
            break
        reply = next(history.moments(PublicReply, message.place), None)
        begin: _Moment | None = message
        if history.status_at(message) is TicketStatus.RESOLVED:
            begin = _reopening(history, message)
        if begin is None or (reply is not None and reply.place < begin.place):
            # Never reopened for it: nobody waited, or the reply came first.
            over = reply
            continue
        exchange, over = _exchange(history, message, begin, reply)
        found.append(exchange)
    return found


def _reopening(history: _History, message: _Moment) -> _Moment | None:
    """When a wait that began while resolved starts to count, from the message's own time."""
    for moment, *_ in history.statuses():
        if moment > message:
            return _Moment(moment.place, message.at)
    return None


def _exchange(
    history: _History, message: _Moment, begin: _Moment, reply: _Moment | None
) -> tuple[ClockState, _Moment | None]:
    """The exchange, and the moment after which another can begin."""
    changes = [change for change in history.statuses() if change[0].place > begin.place]
    closing = next((change for change in changes if change[2] is TicketStatus.RESOLVED), None)
    if closing is None or (reply is not None and reply < closing[0]):
        run = _Run(begin, reply)
        return _settle(history, Metric.NEXT_RESPONSE, begin, [run], met=reply), reply
    closed, before, _, reason = closing
    runs = [_Run(begin, closed)]
    if reason in NOTHING_OWED:
        why = Ended.NO_REPLY_NEEDED
    elif before is TicketStatus.BOT and history.bot_spoke(message.place, closed.place):
        why = Ended.ANSWERED_BY_BOT
    else:
        why = Ended.UNANSWERED
        reopened = next((change[0] for change in changes if change[0] > closed), None)
        if reply is not None and (reopened is None or reply < reopened):
            # Written before it was resolved, accepted by the channel after.
            state = _settle(history, Metric.NEXT_RESPONSE, begin, runs, met=closed, accepted=reply)
            return state, reply
    return _settle(history, Metric.NEXT_RESPONSE, begin, runs, ended=why), closed


def _resolution(history: _History) -> ClockState:
    start = _Moment(-1, history.created.at)
    runs: list[_Run] = []
    begin: _Moment | None = start
    met: _Moment | None = None
    if history.created.status is TicketStatus.PENDING_CUSTOMER:
        begin = None
    elif history.created.status is TicketStatus.RESOLVED:
        runs, begin, met = [_Run(start, start)], None, start
    ended: Ended | None = None
    for moment, before, status, reason in history.statuses():
        met = moment if status is TicketStatus.RESOLVED else None
        ended = None
        if met and before is TicketStatus.BOT and reason == Ended.ANSWERED_BY_BOT:
            met, ended = None, Ended.ANSWERED_BY_BOT
        if status in (TicketStatus.PENDING_CUSTOMER, TicketStatus.RESOLVED):
            if begin is not None:
                runs.append(_Run(begin, moment))
            begin = None
        elif begin is None:
            begin = moment
    if begin is not None:
        runs.append(_Run(begin, None))
    return _settle(history, Metric.RESOLUTION, start, runs, met=met, ended=ended)


def _settle(
    history: _History,
    metric: Metric,
    start: _Moment,
    runs: Sequence[_Run],
    *,
    met: _Moment | None = None,
    ended: Ended | None = None,
    accepted: _Moment | None = None,
) -> ClockState:
    """A metric's state from the runs in which its time counted.

    `accepted` is the reply that met it after the last run was over.
    """
    epochs = list(_epochs(history, metric, runs))
    dues = [_due(metric, epochs, index) for index in range(len(epochs))]
    used = _used(epochs)
    overdue = [
        max(due, epoch.begin)
        for due, epoch in zip(dues, epochs, strict=True)
        if due is not None and due < epoch.end
    ]
    met_at = None if met is None else met.at
    if accepted is not None:
        met_at, due = accepted.at, dues[-1]
        used += history.terms_at(accepted).hours.elapsed(epochs[-1].end, accepted.at)
        if due is not None and due < accepted.at:
            overdue.append(due)
    last = runs[-1].end if runs else None
    finish = met if met is not None else last if ended is not None else None
    running = bool(runs) and last == finish
    terms = history.terms[-1] if finish is None else history.terms_at(finish)
    return ClockState(
        metric=metric,
        target=terms.target(metric),
        calendar_time=terms.calendar_time,
        started_at=start.at,
        due_at=dues[-1] if running else None,
        met_at=met_at,
        used=used,
        paused=finish is None and not running,
        breached_at=overdue[0] if overdue else None,
        ended=ended,
    )


def _epochs(history: _History, metric: Metric, runs: Sequence[_Run]) -> Iterator[_Epoch]:
    """The runs, cut where another target or calendar came to govern."""
    for number, run in enumerate(runs):
        since, terms = run.begin.at, history.terms_at(run.begin)
        stop = len(history.entries) if run.end is None else run.end.place
        for index in range(run.begin.place + 1, stop):
            changed = history.terms[index + 1]
            if _measure(changed, metric) != _measure(terms, metric):
                until = max(since, history.entries[index].at)
                yield _Epoch(number, since, until, terms)
                since, terms = until, changed
        end = history.now if run.end is None else run.end.at
        yield _Epoch(number, since, max(since, end), terms)


def _measure(terms: Terms, metric: Metric) -> tuple[object, ...]:
    return terms.target(metric), terms.calendar_time, terms.hours


def _used(epochs: Sequence[_Epoch]) -> timedelta:
    return sum(
        (epoch.terms.hours.elapsed(epoch.begin, epoch.end) for epoch in epochs), timedelta(0)
    )


def _due(metric: Metric, epochs: Sequence[_Epoch], index: int) -> datetime | None:
    """When the target of `epochs[index]` is used up.

    A new target applies to what was used before it too, so the sum starts where this run began
    or, if its calendar changed since, at that change.
    """
    epoch = epochs[index]
    target = epoch.terms.target(metric)
    if target is None:
        return None
    first = index
    while (
        first
        and epochs[first - 1].run == epoch.run
        and (epochs[first - 1].terms.hours == epoch.terms.hours)
    ):
        first -= 1
    left = target - _used(epochs[:first])
    base = epochs[first].begin
    return epoch.terms.hours.due(base, left) if left >= timedelta(0) else base
