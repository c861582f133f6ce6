"""tweepy's asynchronous client, pointed, timed and understood.

tweepy's `AsyncClient` and not `Client` in a thread: the hub is asynchronous, a slow X then
holds no thread, and a session of our own is where its gaps can be closed. tweepy has no
base address, no time limit, and on an error whose body is not a JSON object it raises what
comes (`ContentTypeError`, `AttributeError`). So `Transport`, which tweepy takes for its
session, sends each request where the account says, in time, and reads the status itself.

Answers stay dicts (`return_type=dict`): tweepy's models turn ids into numbers and fail on
posts without `edit_history_tweet_ids`.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from tweepy.asynchronous import AsyncClient
from tweepy.errors import TweepyException
from yarl import URL

from channels.payload import cleaned
from hub.ports import Account, AuthFailed, ConnectorError, Rejected, TemporarilyUnavailable

TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=5, sock_read=15)
NO_CREDITS_RETRY = 900.0
"""Seconds before asking again once X says that the account's credits are used up."""

_RESET = "x-rate-limit-reset"


class Transport:
    """The session tweepy uses: `request` and `close`, as aiohttp's own has them."""

    def __init__(self, base_url: str | None) -> None:
        self._base_url = base_url.rstrip("/") if base_url else None
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def request(
        self, method: str, url: str | URL, **arguments: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send to the account's base address. Raises the hub's errors, not aiohttp's."""
        if self._session is None:
            # A proxy from the environment is for the real X, never for a loopback sandbox.
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, trust_env=not self._base_url)
        target = URL(url) if isinstance(url, str) else url
        if self._base_url:
            # OAuth 1.0a has signed the original address; only the way there changes.
            target = URL(self._base_url + target.raw_path_qs, encoded=True)
        writes = method != "GET"
        try:
            async with self._session.request(
                method, target, allow_redirects=False, **arguments
            ) as response:
                body = await response.read()
                if not 200 <= response.status < 300:
                    raise failure(response.status, response.headers, body, writes=writes)
                # Handed over before it is released: tweepy reads the body once more.
                yield response
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise TemporarilyUnavailable(f"X cannot be reached: {error}") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TemporarilyUnavailable(
                f"the connection to X failed: {type(error).__name__}", outcome_unknown=writes
            ) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


class XClient:
    """The calls we make, each answering a JSON object or raising an error of the hub's."""

    def __init__(self, account: Account) -> None:
        secrets = account.secrets
        self.account = account
        self.user_context = bool(secrets.get("access_token"))
        # Both halves of a pair mean OAuth 1.0a; a user token alone is an OAuth 2.0 one.
        self.oauth1 = bool(self.user_context and secrets.get("access_token_secret"))
        self._transport = Transport(account.base_url)
        bearer = secrets.get("access_token") if self.user_context else secrets.get("bearer_token")
        self._has_token = bool(bearer)
        self.api = AsyncClient(
            bearer_token=None if self.oauth1 else bearer,
            consumer_key=secrets.get("consumer_key"),
            consumer_secret=secrets.get("consumer_secret"),
            access_token=secrets.get("access_token") if self.oauth1 else None,
            access_token_secret=secrets.get("access_token_secret") if self.oauth1 else None,
            return_type=dict,
            # With True a 429 blocks, or recurses for ever without its header.
            wait_on_rate_limit=False,
        )
        self.api.session = self._transport

    async def call(
        self, method: Callable[..., Awaitable[Any]], *arguments: Any, writes: bool, **named: Any
    ) -> dict[str, Any]:
        """Call a method of `self.api`. Raises AuthFailed, TemporarilyUnavailable or Rejected."""
        if not self._has_token:
            raise AuthFailed("the account has no access token")
        if self.oauth1 and not (self.api.consumer_key and self.api.consumer_secret):
            raise AuthFailed("an OAuth 1.0a token needs the app's consumer key and secret")
        try:
            answer = cleaned(await method(*arguments, user_auth=self.oauth1, **named))
        except ConnectorError:
            raise
        except (
            TweepyException,
            aiohttp.ClientError,
            TypeError,
            ValueError,
            RecursionError,
        ) as error:
            # A 2xx whose body is not JSON, or something tweepy did not expect.
            raise TemporarilyUnavailable(
                f"X's answer cannot be read: {type(error).__name__}", outcome_unknown=writes
            ) from error
        if not isinstance(answer, dict):
            raise TemporarilyUnavailable("X's answer is not a JSON object", outcome_unknown=writes)
        return answer

    async def aclose(self) -> None:
        await self._transport.close()


def failure(
    status: int, headers: Mapping[str, str], body: bytes, *, writes: bool
) -> ConnectorError:
    """The hub's error for an answer of X's that is not 2xx."""
    said = _said(body)
    if status == 429:
        return TemporarilyUnavailable(
            "X's rate limit is used up", retry_after=_until_reset(headers)
        )
    if status == 401:
        return AuthFailed(f"X refuses the account's credentials: {said or 'no reason given'}")
    if status == 402:
        return TemporarilyUnavailable(
            f"the X account's credits are used up: {said or 'payment required'}",
            retry_after=NO_CREDITS_RETRY,
        )
    if status >= 500 or status in (408, 425) or status < 400:
        return TemporarilyUnavailable(
            f"X answers {status}", retry_after=_retry_after(headers), outcome_unknown=writes
        )
    return Rejected(_readable(status, said))


def _readable(status: int, said: str) -> str:
    """A reason for an agent, from what X says."""
    lower = said.lower()
    if is_duplicate(said):
        return "X refuses to take the same text twice in a short time."
    if "deleted or not visible" in lower:
        return "The post was deleted or is not visible to our account."
    if status == 404:
        return f"X does not know what this refers to: {said or 'not found'}"
    return f"X does not allow this: {said or f'error {status}'}"


def is_duplicate(said: str) -> bool:
    """Does a refusal, X's own or the reason we made of it, speak of a repeated text?"""
    lower = said.lower()
    return "duplicate content" in lower or "same text twice" in lower


def _said(body: bytes) -> str:
    """What the error body says, in one line."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(value, dict):
        return ""
    errors = value.get("errors")
    listed = [e for e in errors if isinstance(e, dict)] if isinstance(errors, list) else []
    # The list says what exactly was wrong, where there is one; the top says what kind it was.
    for source in (*listed, value):
        for key in ("message", "detail", "title"):
            text = source.get(key)
            if isinstance(text, str) and text.strip():
                return " ".join(text.split())[:300]
    return ""


def _until_reset(headers: Mapping[str, str]) -> float | None:
    """Seconds until the limit's window starts anew (`x-rate-limit-reset`, Unix seconds)."""
    try:
        return max(float(headers[_RESET]) - time.time(), 1.0)
    except (KeyError, ValueError):
        return _retry_after(headers)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        return max(float(headers["retry-after"]), 0.0)
    except (KeyError, ValueError):
        return None
