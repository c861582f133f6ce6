"""What all parts of the sandbox share: settings, memory, time, ids and a bell."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

from channels.sandbox.config import SandboxConfig
from channels.sandbox.database import Database

Clock = Callable[[], datetime]

X_EPOCH_MS = 1288834974657
"""4 November 2010: the zero of the 64-bit ids that X gives posts and messages."""


def now() -> datetime:
    return datetime.now(UTC)


class Bell:
    """Tells whoever watches that something changed. Rung and heard on one event loop."""

    def __init__(self) -> None:
        self.count = int(time.time() * 1000)  # a page open over a restart sees a new number
        self._waiting: set[asyncio.Event] = set()

    def ring(self) -> None:
        self.count += 1
        for event in self._waiting:
            event.set()

    async def wait(self, seen: int, seconds: float) -> int:
        """The count, as soon as it differs from `seen`, or after `seconds` at the latest."""
        if self.count == seen:
            event = asyncio.Event()
            self._waiting.add(event)
            try:
                async with asyncio.timeout(seconds):
                    await event.wait()
            except TimeoutError:
                pass
            finally:
                self._waiting.discard(event)
        return self.count


class World:
    """One sandbox."""

    def __init__(self, config: SandboxConfig, clock: Clock = now) -> None:
        self.config = config
        self.clock = clock
        self.database = Database(config.data)
        self.changed = Bell()
        self.leaving = False
        newest = self.database.one(
            "SELECT MAX(id) AS id FROM (SELECT id FROM posts UNION ALL "
            "SELECT id FROM direct_messages)"
        )
        self._last_id: int = (newest["id"] if newest else None) or 0

    def leave(self) -> None:
        """The server is about to stop: whoever listens for news should hang up."""
        self.leaving = True
        self.changed.ring()

    def new_id(self) -> int:
        """A snowflake: milliseconds, worker, sequence. Always above every earlier one."""
        milliseconds = int(self.clock().timestamp() * 1000) - X_EPOCH_MS
        self._last_id = max(self._last_id + 1, (milliseconds << 22) | (311 << 12))
        return self._last_id


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
