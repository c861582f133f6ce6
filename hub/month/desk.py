"""The queues of the month, and the people who work through them.

A small simulation by events in the order of time. Nothing is late by dice: an answer is late when
more had come than there were people for, or when it came while they were at home.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count

from hub.month.arrivals import Span
from hub.month.case import Act, Case, Step
from hub.month.people import NIGHT_UNIT, Worker
from hub.month.shifts import shifts_of
from hub.sla import BusinessHours

DAY = 86_400.0
HOUR = 3_600.0
URGENT_QUEUE = "urgent"
"""Emergencies and outages: what the night crew works on as well."""
_OUTAGE_MINUTES = 40.0
_TARGETS = {
    "call": 0.0, "visit": 0.0, "chat": 15.0, "post": 60.0, "direct": 60.0, "comment": 60.0,
    "messenger": 60.0, "form": 240.0, "request": 540.0,
}  # fmt: skip
"""Minutes after which something should be answered: by these the queue is worked."""

Happening = Callable[[float], None]
"""Something that happens at a time, in seconds since the month began."""


class Desk:
    """`serve` is told which agent takes which case when; it calls `free` when they are done."""

    def __init__(self, workers: Sequence[Worker], span: Span, hours: BusinessHours) -> None:
        self.workers = workers
        self.serve: Callable[[Worker, Case, float], None] = lambda worker, case, at: None
        self.last = (span.end - span.begin).total_seconds()
        self._begin = span.begin
        self._hours = hours
        self._agenda: list[tuple[float, int, Happening]] = []
        self._numbers = count()
        self._queues: dict[str, list[tuple[float, int, Case]]] = {}
        self._idle: dict[str, dict[int, None]] = {}
        """By queue, who is at work and has nothing to do; who waits longest first."""
        self._serves = [_queues_of(worker) for worker in workers]
        self._busy: set[int] = set()
        self._at_work: set[int] = set()
        for worker in workers:
            for begin, end in shifts_of(worker, span, hours):
                self.at(self.seconds(begin), self._beginning(worker.number))
                self.at(self.seconds(end), self._ending(worker.number))

    def run(self) -> None:
        """Let everything happen that is on the agenda, and what follows from it."""
        while self._agenda:
            when, _, happening = heapq.heappop(self._agenda)
            happening(when)

    def at(self, when: float, happening: Happening) -> None:
        """Put something on the agenda; what lies beyond the month does not happen."""
        if when < self.last:
            heapq.heappush(self._agenda, (when, next(self._numbers), happening))

    def seconds(self, moment: datetime) -> float:
        return (moment - self._begin).total_seconds()

    def moment(self, seconds: float) -> datetime:
        return self._begin + timedelta(milliseconds=round(seconds * 1000))

    def in_hours(self, after: float, working: timedelta) -> float:
        """When so much office time has gone by."""
        return self.seconds(self._hours.due(self.moment(after), working))

    def step(
        self,
        case: Case,
        at: float,
        act: Act,
        text: str = "",
        worker: int | None = None,
        **more: object,
    ) -> None:
        """Note a step of the case, if it is still of this month."""
        if at < self.last:
            case.steps.append(Step(at, act, worker, text, more))

    def queue(self, case: Case, at: float) -> None:
        """The case waits for a person of its unit."""
        case.turn += 1
        if case.waits:
            return
        case.waits, case.since = True, at
        rank = at + 60 * _TARGETS[case.arrival.form.name]
        if case.emergency and case.rounds == 0:
            rank -= DAY
        elif case.urgent:
            rank = at + 60 * _OUTAGE_MINUTES
        name = URGENT_QUEUE if case.urgent else case.unit
        heapq.heappush(self._queues.setdefault(name, []), (rank, next(self._numbers), case))
        idle = self._idle.get(name)
        if idle:
            self._take_next(next(iter(idle)), at)

    def free(self, worker: int, at: float) -> None:
        """An agent has nothing to do any more, and takes what comes next."""
        self._busy.discard(worker)
        if worker in self._at_work:
            for name in self._serves[worker]:
                self._idle.setdefault(name, {})[worker] = None
            self._take_next(worker, at)

    def _take_next(self, worker: int, at: float) -> None:
        waiting = [self._queues[name] for name in self._serves[worker] if self._queues.get(name)]
        if not waiting:
            return
        queue = min(waiting, key=lambda one: one[0][:2])
        case = heapq.heappop(queue)[2]
        self._leave(worker)
        self._busy.add(worker)
        case.waits = False
        case.turn += 1
        self.serve(self.workers[worker], case, at)

    def _leave(self, worker: int) -> None:
        for name in self._serves[worker]:
            self._idle.get(name, {}).pop(worker, None)

    def _beginning(self, worker: int) -> Happening:
        def begins(at: float) -> None:
            self._at_work.add(worker)
            if worker not in self._busy:
                self.free(worker, at)

        return begins

    def _ending(self, worker: int) -> Happening:
        def ends(at: float) -> None:
            self._at_work.discard(worker)
            self._leave(worker)

        return ends


def _queues_of(worker: Worker) -> tuple[str, ...]:
    if worker.shift == "night":
        return (URGENT_QUEUE,)
    return (*worker.units, URGENT_QUEUE) if NIGHT_UNIT in worker.units else worker.units
