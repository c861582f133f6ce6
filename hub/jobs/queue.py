"""Running what was promised: claimed under a lease, in order by lane, retried with backoff."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import ColumnElement, Select, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from hub.db.database import Database
from hub.jobs.lease import LEASE, holding
from hub.jobs.models import Job
from hub.metrics import JOBS_FAILED
from hub.now import Now

MAX_ATTEMPTS = 6
_PAUSE = 0.5
"""Seconds before the second attempt. Given up within half a minute: what comes after it in its
lane may be an emergency."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Running:
    job_id: int
    done: bool = False


_running: ContextVar[_Running | None] = ContextVar("running job", default=None)


async def done_with(session: AsyncSession, now: datetime) -> None:
    """Mark the job being run as done in its handler's own last transaction: one commit instead
    of two. Outside a job it does nothing."""
    running = _running.get()
    if running is not None:
        await _mark_done(session, running.job_id, now)
        running.done = True


class Handler(Protocol):
    """Does one kind of job."""

    async def __call__(self, payload: Mapping[str, Any]) -> None: ...

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        """It failed too often: leave things so that a person sees them."""
        ...


def backoff(attempts: int, *, base: float = 2.0, cap: float = 300.0) -> timedelta:
    """How long to wait after so many failures: doubling, capped, with jitter."""
    return timedelta(seconds=min(cap, base * 2 ** max(0, attempts - 1)) * random.uniform(0.7, 1.3))


class JobQueue:
    """Runs due jobs with the handlers it was given, by kind.

    A queue takes jobs of every kind, but for those `apart`; one that is given `only` takes these.
    """

    def __init__(
        self,
        database: Database,
        now: Now,
        handlers: Mapping[str, Handler],
        *,
        only: Collection[str] = (),
        apart: Collection[str] = (),
    ) -> None:
        self._database = database
        self._now = now
        self._handlers = handlers
        self._kinds: list[ColumnElement[bool]] = []
        if only:
            self._kinds.append(Job.kind.in_(only))
        if apart:
            self._kinds.append(Job.kind.not_in(apart))

    async def claim(self, limit: int) -> list[Job]:
        """Take due jobs: nobody else gets them until the lease has run out."""
        now = self._now()
        async with self._database.read() as session:
            due = _due(now).where(*self._kinds)
            if not await session.scalar(due.with_only_columns(Job.id).limit(1)):
                return []
        async with self._database.write() as session:
            chosen = due.order_by(Job.run_at, Job.id).with_only_columns(Job.id).limit(limit)
            claimed = await session.scalars(
                update(Job)
                .where(Job.id.in_(chosen.with_for_update(skip_locked=True)))
                .values(run_at=now + LEASE, attempts=Job.attempts + 1)
                .returning(Job)
                .execution_options(synchronize_session=False)
            )
            return sorted(claimed, key=lambda job: job.id)

    async def run(self, job: Job) -> None:
        """Run one claimed job and record how it went."""
        running = _Running(job.id)
        token = _running.set(running)
        try:
            async with holding(lambda: self._renew(job)):
                await self._handlers[job.kind](job.payload)
        except Exception as error:
            await self._failed(job, error)
        else:
            if not running.done:
                async with self._database.write() as session:
                    await _mark_done(session, job.id, self._now())
        finally:
            _running.reset(token)

    async def _renew(self, job: Job) -> None:
        async with self._database.write() as session:
            held = update(Job).where(Job.id == job.id, Job.done_at.is_(None))
            await session.execute(held.values(run_at=self._now() + LEASE))

    async def _failed(self, job: Job, error: Exception) -> None:
        gave_up = job.attempts >= MAX_ATTEMPTS
        log.error("job.failed", kind=job.kind, job=job.id, gave_up=gave_up, exc_info=error)
        if gave_up:
            JOBS_FAILED.labels(job.kind).inc()
            await self._handlers[job.kind].give_up(job.payload)
        async with self._database.write() as session:
            await session.execute(
                update(Job)
                .where(Job.id == job.id)
                .values(
                    error=f"{type(error).__name__}: {error}"[:1000],
                    run_at=self._now() + backoff(job.attempts, base=_PAUSE),
                    done_at=self._now() if gave_up else None,
                    failed=gave_up,
                )
            )


async def _mark_done(session: AsyncSession, job_id: int, now: datetime) -> None:
    await session.execute(update(Job).where(Job.id == job_id).values(done_at=now, error=None))


def _due(now: datetime) -> Select[Job]:
    earlier = aliased(Job)
    return select(Job).where(
        Job.done_at.is_(None),
        Job.run_at <= now,
        ~exists(
            select(earlier.id).where(
                earlier.lane == Job.lane, earlier.id < Job.id, earlier.done_at.is_(None)
            )
        ),
    )
