"""Telling somebody outside that a part fares badly, or well again: HUB_ALERT_URL.

A plain JSON POST that most chat and paging services can be fed from. It is tried a few times
and then given up: what watches the watcher is `/healthz`.
"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime, timedelta

import httpx2
import structlog

from hub.accounts.leases import claim
from hub.db.database import Database
from hub.now import Now
from hub.ports import PartHealth, PartState

_ATTEMPTS = 5
_FIRST_PAUSE = 1.0
_PATIENCE = 10.0
_WAITING = 100
"""Alerts that may wait for a slow receiver; more are only logged."""
_QUIET = timedelta(minutes=2)
"""One part's same news is told once in it, whichever worker finds it."""

log = structlog.get_logger(__name__)


class Alerts:
    """`tell` never waits for the receiver."""

    def __init__(self, database: Database, url: str | None, origin: str, now: Now) -> None:
        self._database = database
        self._url = url
        self._origin = origin
        self._now = now
        self._sending: set[asyncio.Task[None]] = set()

    async def tell(self, part: PartHealth) -> None:
        """Log the news of a part, and post it where that is wanted."""
        down = part.state is PartState.DOWN
        say = log.error if down else log.warning if part.state is not PartState.UP else log.info
        say(f"part.{part.state.value}", part=part.name, detail=part.detail)
        if self._url is None or not await self._ours(part):
            return
        if len(self._sending) >= _WAITING:
            log.error("alert.dropped", part=part.name)
            return
        task = asyncio.create_task(self._post(self._url, part, self._now()), name="alert")
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _ours(self, part: PartHealth) -> bool:
        """Whether this worker is to post it: others have found the same."""
        digest = hashlib.sha256(f"{part.name} {part.state}".encode()).hexdigest()[:14]
        now = self._now()
        try:
            return await claim(self._database, f"alert:{digest}", now, now + _QUIET)
        except Exception:  # without the database each worker says what it finds
            return True

    async def _post(self, url: str, part: PartHealth, at: datetime) -> None:
        body = {
            "source": "switchboard",
            "hub": self._origin,
            "part": part.name,
            "state": part.state.value,
            "detail": part.detail,
            "at": at.isoformat(),
            "text": f"Switchboard: {part.name} is {part.state.value}. {part.detail}".strip(),
        }
        error = ""
        async with httpx2.AsyncClient(timeout=_PATIENCE) as client:
            for attempt in range(_ATTEMPTS):
                if attempt:
                    await asyncio.sleep(_FIRST_PAUSE * 2 ** (attempt - 1))
                try:
                    answer = await client.post(url, json=body)
                except (httpx2.HTTPError, httpx2.InvalidURL) as failure:
                    error = f"{type(failure).__name__}: {failure}"
                    continue
                if answer.is_success:
                    return
                error = f"answered {answer.status_code}"
                if answer.status_code < 500 and answer.status_code not in (408, 429):
                    break
        log.error("alert.not_posted", part=part.name, error=error)

    async def aclose(self) -> None:
        for task in list(self._sending):
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
