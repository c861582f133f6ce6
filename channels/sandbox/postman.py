"""Carries the outbox to the hub: signs, posts, tries again until the hub says 200."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Mapping

import httpx2

from channels.sandbox.outbox import Delivery, Outbox, Platform
from channels.sandbox.subscriptions import Standing, Subscriptions
from channels.sandbox.world import World

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10.0
"""X's; a hub that takes longer is asked again."""
AT_ONCE = 8

Filed = Callable[[Delivery, Mapping[str, object]], None]
"""Called with a report and the hub's answer to it."""


def x_signature(secret: str, body: bytes) -> str:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return "sha256=" + base64.b64encode(digest).decode()


def facebook_signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Postman:
    """One task that keeps the queue empty."""

    def __init__(
        self,
        world: World,
        outbox: Outbox,
        subscriptions: Subscriptions,
        client: httpx2.AsyncClient,
        filed: Filed,
    ) -> None:
        self._world = world
        self._outbox = outbox
        self._subscriptions = subscriptions
        self._client = client
        self._filed = filed
        self._carrying: set[int] = set()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_subscribed())
            while True:
                seen = self._world.changed.count
                room = AT_ONCE - len(self._carrying)
                ready = self._subscriptions.ready()
                waiting = self._outbox.due(ready, AT_ONCE + room) if room else []
                fresh = [found for found in waiting if found.id not in self._carrying][:room]
                for delivery in fresh:
                    self._carrying.add(delivery.id)
                    group.create_task(self._carry(delivery))
                if not fresh:
                    await self._until_there_is_work(seen, ready)

    async def _until_there_is_work(self, seen: int, ready: frozenset[Platform]) -> None:
        """Sleep until the bell rings (also when a carrier is done) or a pause is over."""
        seconds = 30.0
        if (due := self._outbox.next_due(ready, self._carrying)) is not None:
            seconds = min(seconds, (due - self._world.clock()).total_seconds())
        await self._world.changed.wait(seen, max(seconds, 0.01))

    async def _keep_subscribed(self) -> None:
        pause = 0.5
        while True:
            states = self._subscriptions.state.values()
            if all(found.standing is Standing.SUBSCRIBED for found in states):
                pause = 0.5
                await self._world.changed.wait(self._world.changed.count, 30.0)
                continue
            await self._subscriptions.subscribe()
            states = self._subscriptions.state.values()
            if not all(found.standing is Standing.SUBSCRIBED for found in states):
                await asyncio.sleep(pause)
                pause = min(pause * 1.6, 10.0)

    async def _carry(self, delivery: Delivery) -> None:
        try:
            await self._deliver(delivery)
        except Exception:
            # A bug here must not end the other deliveries.
            log.exception("delivery %s failed", delivery.id)
            self._outbox.put_off(delivery, "the sandbox could not send it")
        finally:
            self._carrying.discard(delivery.id)
            self._world.changed.ring()

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            answer = await self._post(delivery)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            self._outbox.put_off(delivery, f"no connection: {str(error) or 'timed out'}")
            return
        except httpx2.HTTPError as error:
            reason = f"no answer: {str(error) or type(error).__name__}"
            if delivery.platform is Platform.OPEN311:
                # GeoReport has no key for a repeat: sent again it could be there twice.
                self._outbox.refused(delivery, f"{reason}; the hub may or may not have it")
            else:
                self._outbox.put_off(delivery, reason)
            return
        if delivery.platform is Platform.OPEN311:
            self._report_answered(delivery, answer)
        elif answer.status_code == 200:
            self._outbox.delivered(delivery)
        else:
            self._outbox.put_off(delivery, f"the hub answered {answer.status_code}")
            if answer.is_redirect and delivery.platform is Platform.X:
                self._subscriptions.invalidate(delivery.platform, "the hub answered a redirect")

    async def _post(self, delivery: Delivery) -> httpx2.Response:
        config = self._world.config
        if delivery.platform is Platform.OPEN311:
            form = {"api_key": config.open311_key, **json.loads(delivery.body)}
            return await self._client.post("/open311/v2/requests.json", data=form)
        headers = {"content-type": "application/json"}
        if delivery.platform is Platform.X:
            signature = x_signature(config.x_consumer_secret, delivery.body)
            headers["x-twitter-webhooks-signature"] = signature
        else:
            signature = facebook_signature(config.facebook_app_secret, delivery.body)
            headers["x-hub-signature-256"] = signature
        return await self._client.post(
            f"/webhooks/{delivery.platform}", content=delivery.body, headers=headers
        )

    def _report_answered(self, delivery: Delivery, answer: httpx2.Response) -> None:
        if answer.status_code >= 500 or answer.status_code == 429:
            self._outbox.put_off(delivery, f"the hub answered {answer.status_code}")
            return
        try:
            first = answer.json()[0]
            if answer.is_success:
                self._filed(delivery, first)
                self._outbox.delivered(delivery)
                return
            reason = str(first["description"])
        except (ValueError, LookupError, TypeError):
            reason = answer.text[:200]
        self._outbox.refused(delivery, f"the hub answered {answer.status_code}: {reason}")
