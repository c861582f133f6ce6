"""Platforms that bring webhooks: eight at once, again and again until the hub says 200."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import random
from collections import deque
from collections.abc import Sequence

import httpx2

from bench.storm.expected import Webhook
from bench.storm.ledger import Ledger
from bench.storm.patience import pauses
from bench.storm.plan import Plan
from bench.storm.town import Town
from hub.seed import shared_secret

PATIENCE = 10.0
"""Seconds after which X takes a webhook for not delivered."""


def signed(platform: str, secret: str, body: bytes) -> dict[str, str]:
    """The headers with which the platform proves that a body is its own."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256)
    if platform == "x":
        value = base64.b64encode(digest.digest()).decode()
        return {"x-twitter-webhooks-signature": f"sha256={value}"}
    return {"x-hub-signature-256": f"sha256={digest.hexdigest()}"}


def shuffled(webhooks: Sequence[Webhook], copies: int, chance: random.Random) -> list[Webhook]:
    """Every body `copies` times, in any order."""
    found = list(webhooks) * copies
    chance.shuffle(found)
    return found


class Senders:
    """Brings all bodies in about the storm's time."""

    def __init__(self, plan: Plan, town: Town, ledger: Ledger, webhooks: list[Webhook]) -> None:
        self._plan = plan
        self._ledger = ledger
        self._urls = [hub.url for hub in town.hubs]
        self._secrets = {
            "x": shared_secret(town.settings, "x_consumer_secret"),
            "facebook": shared_secret(town.settings, "facebook_app_secret"),
        }
        self._chance = plan.chance("senders")
        self._waiting = deque(shuffled(webhooks, plan.copies, self._chance))
        self._pause = plan.seconds * 0.85 * plan.senders / max(1, len(self._waiting))
        ledger.deliveries += len(self._waiting)

    async def run(self) -> None:
        """Returns once every copy was answered 200."""
        async with (
            httpx2.AsyncClient(trust_env=False, timeout=PATIENCE) as client,
            asyncio.TaskGroup() as group,
        ):
            for _ in range(self._plan.senders):
                group.create_task(self._send_on(client))

    async def _send_on(self, client: httpx2.AsyncClient) -> None:
        while self._waiting:
            await self._bring(client, self._waiting.popleft())
            await asyncio.sleep(self._chance.uniform(0, 2 * self._pause))

    async def _bring(self, client: httpx2.AsyncClient, webhook: Webhook) -> None:
        headers = {"content-type": "application/json"}
        headers |= signed(webhook.platform, self._secrets[webhook.platform], webhook.body)
        for wait in pauses(self._chance):
            url = f"{self._chance.choice(self._urls)}/webhooks/{webhook.platform}"
            try:
                answer = await client.post(url, content=webhook.body, headers=headers)
            except httpx2.HTTPError:
                status = 0
            else:
                status = answer.status_code
            if status == 200:
                self._ledger.accepted += 1
                return
            if status == 500 or 300 <= status < 500:
                self._ledger.problem(f"{webhook.name} was answered {status}: {answer.text[:200]}")
                if status != 500:
                    return
            self._ledger.resent += 1
            await asyncio.sleep(wait)
