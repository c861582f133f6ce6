"""The handshakes by which the hub proves that a webhook address is its own.

X asks for a CRC: the token, signed with the consumer secret. Facebook asks for its challenge
back from whoever knows the verify token. Until one succeeds, nothing is delivered there.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum

import httpx2

from channels.sandbox.outbox import Platform
from channels.sandbox.world import World


class Standing(StrEnum):
    WAITING = "waiting"
    SUBSCRIBED = "subscribed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a platform stands with the hub; `detail` is for people."""

    standing: Standing
    detail: str


class Subscriptions:
    """What each platform was answered. Held in memory: a platform asks again when it starts."""

    def __init__(self, world: World, client: httpx2.AsyncClient) -> None:
        self._world = world
        self._client = client
        self.state: dict[Platform, Subscription] = {
            platform: Subscription(Standing.WAITING, "not asked yet")
            for platform in (Platform.X, Platform.FACEBOOK)
        }

    def ready(self) -> frozenset[Platform]:
        """Where webhooks may be delivered. GeoReport has no handshake."""
        return frozenset(
            {Platform.OPEN311}
            | {p for p, found in self.state.items() if found.standing is Standing.SUBSCRIBED}
        )

    async def subscribe(self) -> dict[Platform, Subscription]:
        """Ask the hub for both proofs."""
        await self._ask(Platform.X)
        await self._ask(Platform.FACEBOOK)
        return dict(self.state)

    def invalidate(self, platform: Platform, detail: str) -> None:
        self._set(platform, Subscription(Standing.WAITING, detail))

    async def _ask(self, platform: Platform) -> None:
        try:
            found = await (self._ask_x() if platform is Platform.X else self._ask_facebook())
        except httpx2.HTTPError as error:
            found = Subscription(
                Standing.WAITING, f"the hub cannot be reached: {str(error) or type(error).__name__}"
            )
        self._set(platform, found)

    def _set(self, platform: Platform, found: Subscription) -> None:
        if self.state[platform] != found:
            self.state[platform] = found
            self._world.changed.ring()

    async def _ask_x(self) -> Subscription:
        token = secrets.token_urlsafe(24)
        answer = await self._client.get("/webhooks/x", params={"crc_token": token})
        secret = self._world.config.x_consumer_secret.encode()
        digest = hmac.new(secret, token.encode(), hashlib.sha256).digest()
        expected = "sha256=" + base64.b64encode(digest).decode()
        try:
            given = answer.json()["response_token"]
        except (ValueError, KeyError, TypeError):
            given = None
        return self._judge(answer, given == expected, "its CRC answer is wrong")

    async def _ask_facebook(self) -> Subscription:
        challenge = str(secrets.randbelow(10**10))
        answer = await self._client.get(
            "/webhooks/facebook",
            params={
                "hub.mode": "subscribe",
                "hub.verify_token": self._world.config.facebook_verify_token,
                "hub.challenge": challenge,
            },
        )
        return self._judge(answer, answer.text == challenge, "it did not return the challenge")

    def _judge(self, answer: httpx2.Response, proved: bool, otherwise: str) -> Subscription:
        if answer.status_code == 200 and proved:
            return Subscription(Standing.SUBSCRIBED, "the hub proved its address")
        if answer.status_code >= 500:
            return Subscription(Standing.WAITING, f"the hub answered {answer.status_code}")
        if answer.status_code != 200:
            return Subscription(Standing.REFUSED, f"the hub answered {answer.status_code}")
        return Subscription(Standing.REFUSED, otherwise)
