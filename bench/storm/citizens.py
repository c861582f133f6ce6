"""Citizens who write on the sandbox's platforms, and some who then correct themselves."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx2

from bench.storm.expected import Expected, Fate, edited_words, mark
from bench.storm.ledger import Ledger
from bench.storm.plan import Plan
from bench.storm.town import Town

KIND = "c"
"""The letter of their marks."""
_PLACES = (
    "x/posts",
    "facebook/comments",
    "x/dms",
    "facebook/messages",
    "facebook/posts",
    "open311/requests",
)
REMOTE = "sandbox open311/requests"
"""What the verdict calls a report that the hub must ask for."""
_PEOPLE = ("dolores", "marcus", "lucia", "wes")


class Citizens:
    """What they write must arrive, whatever happens on its way from the sandbox to the hub."""

    def __init__(self, plan: Plan, town: Town, ledger: Ledger) -> None:
        self._plan = plan
        self._ledger = ledger
        self._url = f"{town.sandbox.url}/sandbox/api"
        self._chance = plan.chance("citizens")

    async def run(self) -> None:
        pause = self._plan.seconds * 0.8 / max(1, self._plan.citizens)
        async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
            for number in range(1, self._plan.citizens + 1):
                await self._write(client, number)
                await asyncio.sleep(self._chance.uniform(0, 2 * pause))

    async def _write(self, client: httpx2.AsyncClient, number: int) -> None:
        place = _PLACES[number % len(_PLACES)]
        words = mark(KIND, number)
        body = {"persona": self._chance.choice(_PEOPLE), "text": f"a citizen's question {words}"}
        if place == "open311/requests":
            body["service_code"] = "street-light-out"
        made = await self._do(client, place, body)
        wanted = Expected(f"sandbox {place}", str(made["id"]), Fate.INQUIRY, words)
        self._ledger.deliveries += 1
        if place == "facebook/comments" and number % 4 == 1:
            change = {"id": made["id"], "text": f"I meant: {edited_words(words)}"}
            await self._do(client, "facebook/comments/edit", change)
            wanted = replace(wanted, edited=True)
        self._ledger.expected.append(wanted)

    async def _do(self, client: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> Any:
        answer = await client.post(f"{self._url}/{path}", json=body)
        answer.raise_for_status()
        return answer.json()
