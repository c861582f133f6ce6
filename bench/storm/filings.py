"""An app that files Open311 requests, each several times: it is not sure that it was heard."""

from __future__ import annotations

import asyncio

import httpx2

from bench.storm.expected import Expected, Fate, mark
from bench.storm.ledger import Ledger
from bench.storm.patience import pauses
from bench.storm.plan import Plan
from bench.storm.town import Town
from hub.seed import shared_secret

KIND = "f"
PATIENCE = 10.0


class Filings:
    """The same key and body again within ten minutes is the same request."""

    def __init__(self, plan: Plan, town: Town, ledger: Ledger) -> None:
        self._plan = plan
        self._ledger = ledger
        self._urls = [hub.url for hub in town.hubs]
        self._key = shared_secret(town.settings, "open311_api_key")
        self._chance = plan.chance("filings")
        self._ids: dict[str, set[str]] = {}

    async def run(self) -> None:
        """Returns once every copy was answered with a number."""
        pause = self._plan.seconds * 0.8 / max(1, self._plan.filings)
        async with (
            httpx2.AsyncClient(trust_env=False, timeout=PATIENCE) as client,
            asyncio.TaskGroup() as group,
        ):
            for number in range(1, self._plan.filings + 1):
                words = mark(KIND, number)
                self._ledger.expected.append(
                    Expected("filed request", f"filing {words}", Fate.INQUIRY, words)
                )
                for _ in range(self._plan.copies):
                    group.create_task(self._file(client, words))
                await asyncio.sleep(self._chance.uniform(0, 2 * pause))

    async def _file(self, client: httpx2.AsyncClient, words: str) -> None:
        self._ledger.deliveries += 1
        form = {
            "api_key": self._key,
            "service_code": "street-light-out",
            "description": f"The lamp at the corner is dark {words}",
            "address_string": "48 Flour Mill Row",
        }
        await asyncio.sleep(self._chance.uniform(0, 3))
        for wait in pauses(self._chance):
            url = f"{self._chance.choice(self._urls)}/open311/v2/requests.json"
            try:
                answer = await client.post(url, data=form)
            except httpx2.HTTPError:
                answer = None
            if answer is not None and answer.is_success:
                self._ledger.accepted += 1
                self._note(words, str(answer.json()[0]["service_request_id"]))
                return
            if answer is not None and answer.status_code not in (429, 503):
                self._ledger.problem(f"a filing was answered {answer.status_code}: {answer.text}")
                if answer.status_code < 500:
                    return
            self._ledger.resent += 1
            await asyncio.sleep(wait)

    def _note(self, words: str, number: str) -> None:
        ids = self._ids.setdefault(words, set())
        ids.add(number)
        if len(ids) > 1:
            self._ledger.problem(f"the filing {words} was given the numbers {sorted(ids)}")
