"""Jobs that wait for somebody else's server: later and later, for some five hours.

A job is given up within half a minute, since what comes after it in its lane may be an emergency;
an errand, or a file to be fetched, has a lane of its own and a server that may be down for an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog

from hub.db.database import Database
from hub.jobs.promise import promise
from hub.jobs.queue import Handler, done_with
from hub.now import Now
from hub.ports import TemporarilyUnavailable

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (2, 10, 60, 600, 3600, 4 * 3600))
"""Before the second and each further try."""

log = structlog.get_logger(__name__)


class Patient:
    """Runs `errand`; where its platform is away the job ends and promises itself again.

    The payload counts the tries. Nothing is kept in order with what was asked for meanwhile: an
    errand looks at whether it is still wanted.
    """

    def __init__(
        self,
        kind: str,
        errand: Handler,
        lane: Callable[[Mapping[str, Any]], str],
        database: Database,
        now: Now,
    ) -> None:
        self._kind = kind
        self._errand = errand
        self._lane = lane
        self._database = database
        self._now = now

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        try:
            await self._errand(payload)
        except TemporarilyUnavailable as error:
            tried = int(payload.get("tried", 0))
            log.warning("errand.postponed", kind=self._kind, tried=tried, error=str(error))
            if tried >= len(PAUSES):
                await self._errand.give_up(payload)
                return
            pause = max(PAUSES[tried], timedelta(seconds=error.retry_after or 0))
            again = {**payload, "tried": tried + 1}
            async with self._database.write() as session:
                now = self._now()
                promise(session, self._kind, again, self._lane(payload), now + pause)
                # Together, or a process that is killed in between would have promised it twice.
                await done_with(session, now)

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        await self._errand.give_up(payload)
