"""The way to X: where the account says, in time, and with the answer's status understood.

tweepy takes `Transport` for its session. Nothing here may be imported before a connector
connects: it loads aiohttp.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from yarl import URL

from channels.x.failures import failure
from hub.ports import TemporarilyUnavailable

TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=5, sock_read=15)

Note = Callable[[str, str, Mapping[str, str]], None]
"""Told the method, path and headers of every answer."""


class Transport:
    """The session tweepy uses: `request` and `close`, as aiohttp's own has them."""

    def __init__(self, base_url: str | None, note: Note) -> None:
        self._base_url = base_url.rstrip("/") if base_url else None
        self._note = note
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def request(
        self, method: str, url: str | URL, **arguments: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send to the account's base address. Raises the hub's errors, not aiohttp's."""
        if self._session is None:
            # A proxy from the environment is for the real X, never for a loopback sandbox.
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, trust_env=not self._base_url)
        asked = URL(url) if isinstance(url, str) else url
        target = asked
        if self._base_url:
            # OAuth 1.0a has signed the original address; only the way there changes.
            target = URL(self._base_url + asked.raw_path_qs, encoded=True)
        writes = method != "GET"
        try:
            async with self._session.request(
                method, target, allow_redirects=False, **arguments
            ) as response:
                body = await response.read()
                self._note(method, asked.path, response.headers)
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
