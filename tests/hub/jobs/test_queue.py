"""Promised jobs: run at least once, in order by lane, retried, and given up visibly."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from hub.db.database import Database
from hub.jobs.lease import LEASE
from hub.jobs.models import Job
from hub.jobs.queue import MAX_ATTEMPTS, JobQueue, backoff, done_with
from tests.fakes import FakeClock
from tests.fixtures import rows

pytestmark = pytest.mark.anyio


class Handler:
    """Remembers what it was given; fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.ran: list[Any] = []
        self.given_up: list[Any] = []

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        self.ran.append(payload["n"])
        if self.failures:
            self.failures -= 1
            raise LookupError("not yet")

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        self.given_up.append(payload["n"])


async def _promise(
    database: Database, clock: FakeClock, *numbers: int, lane: str | None = None, **more: Any
) -> None:
    async with database.write() as session:
        for n in numbers:
            job = Job(
                kind="test", payload={"n": n}, lane=lane, run_at=clock(), created_at=clock(),
                attempts=0,
            )  # fmt: skip
            for name, value in more.items():
                setattr(job, name, value)
            session.add(job)
            await session.flush()


async def _run_due(queue: JobQueue) -> int:
    done = 0
    while jobs := await queue.claim(8):
        for job in jobs:
            await queue.run(job)
        done += len(jobs)
    return done


async def test_a_job_runs_once_and_is_done(database: Database, clock: FakeClock) -> None:
    handler = Handler()
    queue = JobQueue(database, clock, {"test": handler})
    await _promise(database, clock, 1, 2, 3)
    assert await _run_due(queue) == 3
    clock.advance(days=1)
    assert await _run_due(queue) == 0
    assert handler.ran == [1, 2, 3]
    assert all(job.done_at is not None and not job.failed for job in await rows(database, Job))


async def test_a_job_waits_for_its_time(database: Database, clock: FakeClock) -> None:
    handler = Handler()
    queue = JobQueue(database, clock, {"test": handler})
    await _promise(database, clock, 1, run_at=clock() + timedelta(minutes=5))
    clock.advance(minutes=4, seconds=59)
    assert await _run_due(queue) == 0
    clock.advance(seconds=1)
    assert await _run_due(queue) == 1


async def test_a_promise_of_a_transaction_that_failed_was_never_made(
    database: Database, clock: FakeClock
) -> None:
    async def fail() -> None:
        async with database.write() as session:
            session.add(
                Job(kind="test", payload={}, run_at=clock(), created_at=clock(), attempts=0)
            )
            await session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await rows(database, Job) == []


async def test_a_claimed_job_is_nobody_elses_until_its_lease_has_run_out(
    database: Database, clock: FakeClock
) -> None:
    handler = Handler()
    queue = JobQueue(database, clock, {"test": handler})
    await _promise(database, clock, 1)
    assert len(await queue.claim(8)) == 1  # and the process is killed
    assert await queue.claim(8) == []
    clock.advance(LEASE - timedelta(seconds=1))
    assert await queue.claim(8) == []
    clock.advance(seconds=1)
    assert await _run_due(queue) == 1
    assert handler.ran == [1]
    (job,) = await rows(database, Job)
    assert job.attempts == 2


async def test_a_job_that_fails_is_tried_again_later(database: Database, clock: FakeClock) -> None:
    handler = Handler(failures=2)
    queue = JobQueue(database, clock, {"test": handler})
    await _promise(database, clock, 1)
    assert await _run_due(queue) == 1
    (job,) = await rows(database, Job)
    assert (job.done_at, job.error) == (None, "LookupError: not yet")
    assert job.run_at > clock()
    for _ in range(3):
        clock.advance(minutes=1)
        await _run_due(queue)
    (job,) = await rows(database, Job)
    assert (handler.ran, job.attempts, job.error, job.failed) == ([1, 1, 1], 3, None, False)
    assert job.done_at is not None


async def test_a_job_that_never_works_is_given_up_and_says_why(
    database: Database, clock: FakeClock
) -> None:
    handler = Handler(failures=1000)
    queue = JobQueue(database, clock, {"test": handler})
    await _promise(database, clock, 1)
    for _ in range(MAX_ATTEMPTS + 4):
        await _run_due(queue)
        clock.advance(minutes=10)
    (job,) = await rows(database, Job)
    assert len(handler.ran) == job.attempts == MAX_ATTEMPTS
    assert (job.failed, job.error) == (True, "LookupError: not yet")
    assert job.done_at is not None
    assert handler.given_up == [1]


async def test_a_kind_nobody_knows_is_a_failure_not_a_crash(
    database: Database, clock: FakeClock
) -> None:
    queue = JobQueue(database, clock, {})
    await _promise(database, clock, 1)
    assert await _run_due(queue) == 1
    (job,) = await rows(database, Job)
    assert "test" in (job.error or "")


async def test_kinds_apart_are_another_queues(database: Database, clock: FakeClock) -> None:
    """What may be slow does not hold up the rest, nor the other way round."""
    handler, slow = Handler(), Handler()
    queue = JobQueue(database, clock, {"test": handler}, apart={"slow"})
    beside = JobQueue(database, clock, {"slow": slow}, only={"slow"})
    await _promise(database, clock, 1)
    assert await beside.claim(8) == []
    async with database.write() as session:
        session.add(Job(kind="slow", payload={"n": 2}, run_at=clock(), created_at=clock()))
    assert await _run_due(queue) == 1
    assert await queue.claim(8) == []
    assert await _run_due(beside) == 1
    assert (handler.ran, slow.ran) == ([1], [2])


async def test_a_lane_is_run_in_order_and_lanes_beside_each_other(
    database: Database, clock: FakeClock
) -> None:
    handler = Handler(failures=1)
    queue = JobQueue(database, clock, {"test": handler})
    await _promise(database, clock, 10, 11, 12, lane="one")
    await _promise(database, clock, 20, 21, lane="two")
    await _promise(database, clock, 1, 2)  # of no lane
    first = await queue.claim(8)
    assert sorted(job.payload["n"] for job in first) == [1, 2, 10, 20]
    for job in sorted(first, key=lambda job: job.payload["n"] != 10):
        await queue.run(job)
    await _run_due(queue)
    # 10 failed and waits; what is behind it in its lane waits with it.
    assert sorted(handler.ran) == [1, 2, 10, 20, 21]
    clock.advance(minutes=1)
    await _run_due(queue)
    assert handler.ran[-3:] == [10, 11, 12]


async def test_many_workers_run_each_job_once(
    database: Database, database_url: str, clock: FakeClock
) -> None:
    other = Database(database_url)
    handler = Handler()
    for lane in range(10):
        await _promise(database, clock, *range(lane * 10, lane * 10 + 10), lane=f"l-{lane}")

    async def work(into: Database) -> None:
        queue = JobQueue(into, clock, {"test": handler})
        idle = 0
        while idle < 5:
            jobs = await queue.claim(4)
            await asyncio.gather(*(queue.run(job) for job in jobs))
            idle = 0 if jobs else idle + 1
            await asyncio.sleep(0.005)

    await asyncio.gather(work(database), work(database), work(other), work(other))
    await other.aclose()
    assert Counter(handler.ran) == Counter(range(100))
    for lane in range(10):
        assert [n for n in handler.ran if n // 10 == lane] == list(range(lane * 10, lane * 10 + 10))


def test_backoff_doubles_up_to_its_cap() -> None:
    for attempts in range(1, 40):
        seconds = backoff(attempts).total_seconds()
        wanted = min(300, 2 * 2 ** (attempts - 1))
        assert 0.7 * wanted <= seconds <= 1.3 * wanted


@pytest.mark.parametrize("fails", [False, True])
async def test_a_job_is_done_with_its_handlers_own_transaction(
    database: Database, clock: FakeClock, fails: bool
) -> None:
    began = clock()

    class Finishing(Handler):
        async def __call__(self, payload: Mapping[str, Any]) -> None:
            async with database.write() as session:
                await done_with(session, clock())
                if fails and not self.ran:
                    self.ran.append("failed")
                    raise LookupError("rolled back")
            self.ran.append(payload["n"])
            clock.advance(seconds=1)

    handler = Finishing()
    await _promise(database, clock, 1)
    queue = JobQueue(database, clock, {"test": handler})
    assert await _run_due(queue) == 1
    (job,) = await rows(database, Job)
    if fails:
        assert job.done_at is None
        clock.advance(minutes=1)
        assert await _run_due(queue) == 1
        (job,) = await rows(database, Job)
        assert handler.ran == ["failed", 1]
    assert job.done_at == (began + timedelta(minutes=1) if fails else began)  # marked once
    assert job.error is None


async def test_outside_a_job_there_is_none_to_be_done_with(
    database: Database, clock: FakeClock
) -> None:
    await _promise(database, clock, 1)
    async with database.write() as session:
        await done_with(session, clock())
    (job,) = await rows(database, Job)
    assert job.done_at is None
