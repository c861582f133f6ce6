"""One live report for all screens of a process: made at most once a second, however many ask.

Who asks gets a report that was begun after they asked, so that it has whatever event made them
ask. While one is being made, or the last is less than a second old, everybody who asks shares
the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

EVERY_SECONDS = 1.0
_REST = 4.0
"""A slow report rests so many times as long as it took: it may use a fifth of the time."""


@dataclass(slots=True)
class Made:
    """A report, and the JSON of it once somebody wanted that."""

    report: dict[str, Any]
    body: bytes | None = None


@dataclass(slots=True)
class _Line:
    """Of one unit, or of all: who waits for the next report."""

    next: asyncio.Task[Made] | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    earliest: float = 0.0


class LiveReports:
    """`make` computes the report of a unit, or of all units for None."""

    def __init__(
        self,
        make: Callable[[str | None], Awaitable[dict[str, Any]]],
        *,
        every: float = EVERY_SECONDS,
    ) -> None:
        self._make = make
        self._every = every
        self._lines: dict[str | None, _Line] = {}
        self._one = asyncio.Lock()
        self._tasks: set[asyncio.Task[Made]] = set()

    async def get(self, unit: str | None = None) -> Made:
        """A report begun after this call. Raises what making it raises. `unit` must be one that
        there is: each has a line of its own."""
        line = self._lines.setdefault(unit, _Line())
        if line.next is None:
            line.next = asyncio.create_task(self._run(unit, line))
            self._tasks.add(line.next)
            line.next.add_done_callback(self._done)
        # A screen that goes away does not take the others' report with it.
        return await asyncio.shield(line.next)

    async def aclose(self) -> None:
        """Nobody waits any more."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, unit: str | None, line: _Line) -> Made:
        async with line.turn:
            await asyncio.sleep(max(0.0, line.earliest - monotonic()))
            async with self._one:
                line.next = None  # what is asked from here on wants a newer one
                began = monotonic()
                try:
                    return Made(await self._make(unit))
                finally:
                    ended = monotonic()
                    line.earliest = max(began + self._every, ended + _REST * (ended - began))

    def _done(self, task: asyncio.Task[Made]) -> None:
        self._tasks.discard(task)
        # Where all who asked have gone, nobody hears of its failure: that is no failure.
        if not task.cancelled():
            task.exception()
