"""What breaks: our processes, the databases under them, and the platforms beyond them.

Two loops run beside each other. One at a time kills, locks and restarts; the other spoils
platforms' answers all the while. Both go through a shuffled deck, so that every kind comes up.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Iterator
from random import Random
from typing import Any

import httpx2

from bench.storm.ledger import Ledger
from bench.storm.plan import Form, Plan
from bench.storm.town import Part, Town

Break = Callable[[], Awaitable[None]]

_ON_ALL: tuple[dict[str, Any], ...] = (
    {"kind": 429, "reset_seconds": 2, "on": "write"},
    {"kind": 429, "silent": True, "on": "write"},
    {"kind": 500, "on": "write"},
    {"kind": 503, "on": "any"},
    {"kind": "garbage", "on": "write"},
    {"kind": "drop", "on": "write"},
    {"kind": "drop_after"},
    {"kind": "drop_after"},
    {"kind": "slow", "seconds": 2, "on": "write"},
    {"kind": "stall", "seconds": 4, "on": "write"},
    {"kind": "late", "seconds": 4},
)
_HARD: tuple[dict[str, Any], ...] = (
    {"kind": "late", "seconds": 25},
    {"kind": "stall", "seconds": 25, "on": "write"},
)
"""Longer than any of our clients waits. Rare, since each takes its while."""
_AHEAD = 4
"""Faults that may wait for a platform's next requests."""
_SPOILED = {
    "429": "platform said 429",
    "500": "platform said 500",
    "503": "platform said 503",
    "garbage": "platform talked garbage",
    "drop": "platform hung up, nothing done",
    "drop_after": "platform hung up, all done",
    "slow": "platform was slow",
    "stall": "platform timed out, nothing done",
    "late": "platform timed out, all done",
}


def deck(cards: Iterable[Any], chance: Random) -> Iterator[Any]:
    """The cards in random order, again and again: each comes up before one comes twice."""
    cards = list(cards)
    while True:
        chance.shuffle(cards)
        yield from list(cards)


class Breakers:
    def __init__(self, plan: Plan, town: Town, ledger: Ledger) -> None:
        self._plan = plan
        self._town = town
        self._ledger = ledger
        self._chance = plan.chance("breakers")
        self._spoiling = plan.chance("platforms")
        self._control = f"{town.sandbox.url}/sandbox/api"
        self._told: dict[str, list[dict[str, Any]]] = {}
        self._over = False

    async def run(self) -> None:
        """Breaks things for the plan's seconds, and leaves everything running and sound."""
        breaking = asyncio.create_task(self._break())
        spoiling = asyncio.create_task(self._spoil())
        try:
            await asyncio.wait(
                [breaking, spoiling],
                timeout=self._plan.seconds,
                return_when=asyncio.FIRST_EXCEPTION,
            )
            self._over = True
            if spoiling.done():
                spoiling.result()
            await breaking  # mends first what it has begun to break
        finally:
            for task in (breaking, spoiling):
                task.cancel()
            await asyncio.gather(breaking, spoiling, return_exceptions=True)
        await self._calm()

    async def _break(self) -> None:
        breaks = self._breaks()
        for number, next_break in enumerate(deck(breaks, self._chance)):
            # Each kind at least once, however slow the machine is.
            if self._over and number >= len(breaks):
                return
            await asyncio.sleep(self._chance.uniform(*self._plan.kill_every))
            await next_break()
            for part in self._town.parts:
                await asyncio.to_thread(part.revive)

    def _breaks(self) -> list[Break]:
        def kill(part: Part) -> Break:
            return lambda: self._kill(part)

        kills = [kill(part) for part in self._town.parts]
        if self._plan.form is Form.EMBEDDED:
            return [*kills, *kills, self._lock, self._lock]
        return [*kills, self._restart_postgresql, self._restart_redis]

    async def _kill(self, part: Part) -> None:
        """SIGKILL, and back after a moment."""
        self._ledger.faults["hub killed" if part.port else "worker killed"] += 1
        await asyncio.to_thread(part.kill)
        await asyncio.sleep(self._chance.uniform(0, 1.0))
        await asyncio.to_thread(part.start)

    async def _lock(self) -> None:
        """Another program holds the database's only write lock."""
        self._ledger.faults["database locked"] += 1
        seconds = self._chance.uniform(1.0, 6.0)

        def hold() -> sqlite3.Connection:
            other = sqlite3.connect(
                self._town.database_file,
                isolation_level=None,
                timeout=30,
                check_same_thread=False,
            )
            other.execute("BEGIN IMMEDIATE")
            return other

        other = await asyncio.to_thread(hold)
        try:
            await asyncio.sleep(seconds)
        finally:
            other.execute("ROLLBACK")
            other.close()

    async def _restart_postgresql(self) -> None:
        """An immediate stop: it recovers from its log when it starts."""
        assert self._town.postgresql is not None
        self._ledger.faults["PostgreSQL restarted"] += 1
        await asyncio.to_thread(self._town.postgresql.crash)
        await asyncio.sleep(self._chance.uniform(0.2, 2.0))
        await asyncio.to_thread(self._town.postgresql.start)

    async def _restart_redis(self) -> None:
        assert self._town.redis is not None
        self._ledger.faults["Redis restarted"] += 1
        await asyncio.to_thread(self._town.redis.crash)
        await asyncio.sleep(self._chance.uniform(0.5, 3.0))
        await asyncio.to_thread(self._town.redis.start)

    async def _spoil(self) -> None:
        """Each time some of one platform's next answers are told to go wrong."""
        platforms = ("x", "facebook", "open311")
        cards = {
            platform: deck(self._faults_of(platform), self._spoiling) for platform in platforms
        }
        hard = deck([(p, fault) for p in platforms for fault in _HARD], self._spoiling)
        turns = deck(platforms, self._spoiling)
        async with httpx2.AsyncClient(trust_env=False, timeout=10) as client:
            for turn in range(10**9):
                await asyncio.sleep(self._spoiling.uniform(*self._plan.spoil_every))
                if turn % 16 == 6:
                    platform, fault = next(hard)
                    coming = [fault]
                else:
                    platform = next(turns)
                    coming = [next(cards[platform]) for _ in range(self._spoiling.randint(1, 2))]
                with contextlib.suppress(httpx2.TransportError):
                    await self._add(client, platform, coming)

    def _faults_of(self, platform: str) -> list[dict[str, Any]]:
        """Where Facebook does not say when to ask again, it is left alone for five minutes."""
        return [fault for fault in _ON_ALL if not (platform == "facebook" and fault.get("silent"))]

    async def _add(
        self, client: httpx2.AsyncClient, platform: str, coming: list[dict[str, Any]]
    ) -> None:
        """Behind what was told before and has not come up yet."""
        state = (await client.get(f"{self._control}/state")).json()
        left = len(state["faults"][platform])
        told = self._told.get(platform, [])
        self._told[platform] = (told[len(told) - left :] + coming)[:_AHEAD]
        await self._tell(client, {platform: self._told[platform]})

    async def _calm(self) -> None:
        """Platforms are well again; every process of ours is killed and started a last time."""
        async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
            await self._tell(client, {"x": [], "facebook": [], "open311": []})
            spoiled = (await client.get(f"{self._control}/state")).json()["spoiled"]
        for kinds in spoiled.values():
            for kind, count in kinds.items():
                self._ledger.faults[_SPOILED.get(kind, f"platform said {kind}")] += count
        await asyncio.gather(*map(self._kill, self._town.parts))
        for part in self._town.parts:
            if part.ended:
                self._ledger.problem(f"{part.name} ended by itself with {part.ended}")

    async def _tell(self, client: httpx2.AsyncClient, coming: dict[str, list[Any]]) -> None:
        told = {platform: {"next": faults} for platform, faults in coming.items()}
        answer = await client.post(f"{self._control}/faults", json=told)
        answer.raise_for_status()
