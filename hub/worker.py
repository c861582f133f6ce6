"""The worker: triage jobs, deliveries, due clocks, polls and housekeeping, until it is stopped.

Embedded it runs inside `hub serve`; scaled, any number of `hub worker` processes share the
work through claims in the database.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import delete

from hub.accounts.poller import Poller
from hub.api.models import IdempotentAnswer
from hub.articles.figures import remove_old_uses
from hub.articles.review import ReviewWatch
from hub.delivery.worker import DeliveryWorker
from hub.errands import deletions
from hub.errands.deletions import Deletions
from hub.errands.handlers import errands
from hub.events.models import Event
from hub.incidents.jobs import incident_jobs
from hub.incidents.watch import Watch
from hub.intake.models import RawBody
from hub.jobs.models import Job
from hub.jobs.queue import Handler, JobQueue
from hub.media.job import KIND as FETCH_MEDIA
from hub.media.job import FetchMedia
from hub.media.orphans import Orphans
from hub.notices.reading import remove_old
from hub.parts import PartsWatch
from hub.reports.keeper import Keeper
from hub.reports.schedules.handlers import due_reports, report_jobs
from hub.reports.schedules.job import KIND as SEND_REPORT
from hub.sla.jobs import clock_jobs
from hub.sla.sweep import Sweep
from hub.surveys.handlers import survey_jobs
from hub.system import Hub
from hub.tickets.models import EarlyHappening
from hub.training.labels import tidy_examples, want_at_night
from hub.triage.triage import Triage

TICK = 1.0
CONCURRENCY = 8
REST = 0.02
"""Seconds after a look that found nothing: a look costs as much as some of the work."""
SWEEP_EVERY = 1.0
LOOK_EVERY = 2.0
TIDY_EVERY = 600.0
RENEW_EVERY = 15.0
REPORT_EVERY = 1.0
WATCH_EVERY = 20.0
RECOUNT_EVERY = 3.0
DUE_REPORTS_EVERY = 5.0

_KEEP_EARLY = timedelta(days=30)
"""How long what was told of a message waits for it to come."""

Work = TypeVar("Work")

log = structlog.get_logger(__name__)


class Worker:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        triage = Triage(
            hub.database,
            hub.directory,
            hub.rooms.emergency,
            hub.rooms.responder,
            hub.rooms.knowledge,
            hub.rooms.language,
            hub.now,
        )
        handlers = {
            "triage": triage,
            **self._errands(),
            **survey_jobs(hub),
            **incident_jobs(hub),
            **clock_jobs(hub.database, hub.directory, hub.now),
        }
        self._jobs = JobQueue(hub.database, hub.now, handlers, apart={FETCH_MEDIA, SEND_REPORT})
        # A queue of its own: strangers' slow servers must not hold up what may be an emergency.
        media = FetchMedia(hub.database, hub.files, hub.now)
        self._media = JobQueue(hub.database, hub.now, {FETCH_MEDIA: media}, only={FETCH_MEDIA})
        # Another: a report takes seconds to make, a mail server minutes not to answer.
        self._letters = JobQueue(hub.database, hub.now, report_jobs(hub), only={SEND_REPORT})
        self._due_reports = due_reports(hub)
        self._orphans = Orphans(hub.database)
        self._reviews = ReviewWatch(hub.database, hub.now)
        self._deliveries = DeliveryWorker(
            hub.database, hub.directory, hub.connectors, hub.renewal, hub.now
        )
        self._sweep = Sweep(
            hub.database, hub.directory, hub.now, timedelta(hours=hub.settings.bot_resolve_hours)
        )
        self._poller = Poller(
            hub.database, hub.directory, hub.connectors, hub.intake, hub.now, hub.renewal
        )
        self._parts = PartsWatch(hub)
        self._watch = Watch(hub.database, hub.now, hub.settings.timezone)
        self._keeper = Keeper(hub.database, hub.directory, hub.now, hub.settings.timezone)
        self._rung = {name: asyncio.Event() for name in ("jobs", "deliveries", "media", "letters")}
        self._tasks: list[asyncio.Task[None]] = []

    def _errands(self) -> dict[str, Handler]:
        self._deletions = Deletions(
            self._hub.database, self._hub.connectors, self._hub.intake, self._hub.now
        )
        return {**errands(self._hub), deletions.KIND: self._deletions}

    def start(self) -> None:
        self._hub.doorbell.listen(self._ring)
        loops: dict[str, Callable[[], Awaitable[None]]] = {
            "jobs": lambda: self._pull("jobs", self._jobs.claim, self._jobs.run),
            "media": lambda: self._pull("media", self._media.claim, self._media.run),
            "deliveries": lambda: self._pull(
                "deliveries", self._deliveries.claim, self._deliveries.deliver
            ),
            "letters": lambda: self._pull("letters", self._letters.claim, self._letters.run),
            "due reports": lambda: self._every(DUE_REPORTS_EVERY, self._due_reports.run),
            "sweep": lambda: self._every(SWEEP_EVERY, self._sweep.run),
            "deletions": lambda: self._every(TIDY_EVERY, self._deletions.ensure),
            "parts": lambda: self._every(LOOK_EVERY, self._parts.look),
            "incidents": lambda: self._every(WATCH_EVERY, self._watch.run),
            "recount": lambda: self._every(RECOUNT_EVERY, self._watch.recount),
            "tidy": lambda: self._every(TIDY_EVERY, self._tidy),
            "poll": self._poller.run,
            "renew": lambda: self._every(RENEW_EVERY, self._hub.renewal.run),
            "reports": lambda: self._every(REPORT_EVERY, self._keeper.run),
        }
        self._tasks = [
            asyncio.create_task(self._keep(name, loop), name=f"worker-{name}")
            for name, loop in loops.items()
        ]

    async def aclose(self) -> None:
        """Stop at once: whatever was claimed is taken up again when its lease runs out."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._parts.aclose()

    def _ring(self) -> None:
        for event in self._rung.values():
            event.set()

    async def _keep(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        """A loop that fails (the database is away) begins again."""
        while True:
            try:
                await loop()
            except Exception:
                log.exception("worker.loop_failed", loop=name)
                await asyncio.sleep(TICK)

    async def _pull(
        self,
        name: str,
        claim: Callable[[int], Awaitable[list[Work]]],
        run: Callable[[Work], Awaitable[None]],
    ) -> None:
        """Claim as much as there is room for; wait for the bell, a tick, or for room."""
        running: set[asyncio.Task[None]] = set()
        rung = self._rung[name]
        try:
            while True:
                rung.clear()
                claimed = await claim(CONCURRENCY - len(running))
                for work in claimed:
                    running.add(asyncio.create_task(self._run(name, run, work)))
                waiting = asyncio.create_task(rung.wait())
                full = len(running) >= CONCURRENCY
                wanted: set[asyncio.Task[Any]] = set(running) if full else {*running, waiting}
                await asyncio.wait(wanted, timeout=TICK, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                if not claimed:  # whatever is committed rings, and most of it is not for us
                    await asyncio.sleep(REST)
                running = {task for task in running if not task.done()}
                while len(running) >= CONCURRENCY:
                    _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, name: str, run: Callable[[Work], Awaitable[None]], work: Work) -> None:
        try:
            await run(work)
        except Exception:
            # Its lease runs out and it is taken up again.
            log.exception("worker.failed", kind=name)

    async def _every(self, seconds: float, run: Callable[[], Awaitable[object]]) -> None:
        while True:
            await run()
            await asyncio.sleep(seconds)

    async def _tidy(self) -> None:
        """Remove what has been kept for as long as it should be."""
        now = self._hub.now()
        keep_events = timedelta(days=self._hub.settings.event_retention_days)
        async with self._hub.database.write() as session:
            await session.execute(delete(RawBody).where(RawBody.expires_at < now))
            await session.execute(
                delete(EarlyHappening).where(EarlyHappening.recorded_at < now - _KEEP_EARLY)
            )
            await session.execute(delete(Event).where(Event.at < now - keep_events))
            await session.execute(
                delete(IdempotentAnswer).where(
                    IdempotentAnswer.created_at < now - timedelta(days=1)
                )
            )
            await session.execute(delete(Job).where(Job.done_at < now - timedelta(days=7)))
            await remove_old(session, now)
            await remove_old_uses(session, now)
            await want_at_night(session, ZoneInfo(self._hub.settings.timezone), now)
        keep_examples = timedelta(days=self._hub.settings.example_retention_days)
        await tidy_examples(self._hub.database, now, keep_examples)
        await self._orphans.remove(now)
        await self._reviews.run()
