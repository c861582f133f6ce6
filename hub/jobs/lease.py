"""Holding what was claimed: a short lease, renewed for as long as the work goes on.

Short, so that what a killed process held is soon taken up again; renewed, so that slow work is
not taken up twice.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

LEASE = timedelta(seconds=15)

log = structlog.get_logger(__name__)


@asynccontextmanager
async def holding(renew: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Call `renew` three times a lease until the block ends."""

    async def keep() -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            try:
                await renew()
            except Exception as error:  # the database is away: the lease may run out
                log.warning("lease.not_renewed", error=str(error))

    task = asyncio.create_task(keep())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
