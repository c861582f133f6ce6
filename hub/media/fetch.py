"""Fetching a file from the URL that came with a message: a stranger chose it.

Only from the public internet (`hub.media.network`), over http(s), without a password, at most
so many bytes and redirects, in so much time, and never unpacked. What the file is, is decided
by `hub.media.content` from its bytes.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

import httpcore2
import httpx2

from hub.media.content import too_large
from hub.media.network import (
    PORTS,
    CheckedNetwork,
    MediaRefused,
    MediaUnavailable,
    Resolve,
    Target,
    resolve,
)
from hub.ports.files import MAX_FILE

MAX_REDIRECTS = 3
MAX_URL = 8_000
_DEFAULT_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a fetch may take, in seconds."""

    connect: float = 5.0
    read: float = 10.0
    """Between two pieces."""
    total: float = 30.0
    """With all redirects."""


class MediaFetcher:
    """Fetches files. `resolver`, `network` and `tls` stand in for the real ones in tests."""

    def __init__(
        self,
        *,
        patience: Patience | None = None,
        resolver: Resolve = resolve,
        network: httpcore2.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._patience = patience or Patience()
        self._resolve = resolver
        self._network = network or httpcore2.AnyIOBackend()
        self._tls = tls

    async def fetch(self, url: str, allowed: frozenset[Target] = frozenset()) -> bytes:
        """The file at `url`; `allowed` are targets that need not be public.

        Raises MediaRefused or MediaUnavailable.
        """
        try:
            async with asyncio.timeout(self._patience.total):
                return await self._follow(url, allowed)
        except TimeoutError as error:
            seconds = self._patience.total
            raise MediaUnavailable(f"it took longer than {seconds:g} seconds") from error
        except httpcore2.TimeoutException as error:
            raise MediaUnavailable("its server does not answer in time") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            detail = str(error)[:200] or type(error).__name__
            raise MediaUnavailable(f"it could not be fetched: {detail}") from error

    async def _follow(self, url: str, allowed: frozenset[Target]) -> bytes:
        self._tls = self._tls or httpcore2.default_ssl_context()
        network = CheckedNetwork(allowed, self._resolve, self._network)
        target = read_url(url, allowed)
        # A pool of its own: no connection is used for anybody else's file.
        async with httpcore2.AsyncConnectionPool(
            ssl_context=self._tls, network_backend=network, max_keepalive_connections=0
        ) as pool:
            for _ in range(MAX_REDIRECTS + 1):
                found = await self._ask(pool, target)
                if isinstance(found, bytes):
                    return found
                target = read_url(found, allowed, base=target)
        raise MediaRefused(f"it is redirected more than {MAX_REDIRECTS} times")

    async def _ask(self, pool: httpcore2.AsyncConnectionPool, url: httpx2.URL) -> bytes | str:
        """The file, or where it is said to be."""
        patience = self._patience
        timeout = {
            "connect": patience.connect,
            "read": patience.read,
            "write": patience.read,
            "pool": patience.connect,
        }
        async with pool.stream(
            "GET",
            httpcore2.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=[
                ("Host", url.netloc.decode("ascii")),
                ("User-Agent", "Switchboard"),
                ("Accept", "image/*, video/*, audio/*, application/pdf"),
                ("Accept-Encoding", "identity"),
                ("Connection", "close"),
            ],
            extensions={"timeout": timeout},
        ) as response:
            if response.status in _REDIRECTS:
                return _header(response.headers, b"location")
            _check_status(response.status)
            return await _read(response)


def read_url(
    url: str, allowed: frozenset[Target] = frozenset(), base: httpx2.URL | None = None
) -> httpx2.URL:
    """A URL that may be asked, as far as it can be told from its text. Raises MediaRefused."""
    if len(url) > MAX_URL:
        raise MediaRefused("its address is too long")
    try:
        found = httpx2.URL(url) if base is None else base.join(url)
    except (httpx2.InvalidURL, ValueError) as error:  # an invalid host name is a UnicodeError
        raise MediaRefused("its address cannot be read") from error
    if found.scheme not in _DEFAULT_PORTS:
        raise MediaRefused("only http and https addresses are fetched")
    if not found.host:
        raise MediaRefused("its address names no host")
    if found.userinfo:
        raise MediaRefused("its address contains a user name or password")
    port = found.port or _DEFAULT_PORTS[found.scheme]
    if port not in PORTS and (found.host.lower(), port) not in allowed:
        raise MediaRefused(f"files are not fetched from port {port}")
    return found


def target_of(base_url: str | None) -> frozenset[Target]:
    """The host and port of `base_url`, to be given as `allowed`."""
    if base_url is None:
        return frozenset()
    try:
        url = httpx2.URL(base_url)
    except (httpx2.InvalidURL, ValueError):
        return frozenset()
    port = url.port or _DEFAULT_PORTS.get(url.scheme)
    return frozenset() if port is None else frozenset({(url.host.lower(), port)})


def _check_status(status: int) -> None:
    if status == 200:
        return
    if status >= 500 or status in _LATER:
        raise MediaUnavailable(f"its server answers {status}")
    if status in (404, 410):
        raise MediaRefused(f"it is no longer there ({status})")
    if status in (401, 403):
        raise MediaRefused(f"its server does not give it to us ({status})")
    raise MediaRefused(f"its server answers {status}")


async def _read(response: httpcore2.Response) -> bytes:
    encoding = _header(response.headers, b"content-encoding").strip().lower()
    if encoding not in ("", "identity"):
        # We asked for it as it is; a small packed body may be gigabytes.
        raise MediaRefused(f"its server sends it packed ({encoding[:20]})")
    said = _header(response.headers, b"content-length").strip()
    if said.isdecimal() and int(said[:20]) > MAX_FILE:
        raise MediaRefused(too_large())
    content = bytearray()
    async for piece in response.aiter_stream():
        content += piece
        if len(content) > MAX_FILE:
            raise MediaRefused(too_large())
    return bytes(content)


def _header(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in headers if key.lower() == name), "")
