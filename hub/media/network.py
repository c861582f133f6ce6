"""Connections that go to checked addresses and nowhere else.

The check is made where the connection is: a name is looked up once, all its addresses are checked,
and one of these very addresses is connected to. A name that means something else a moment later
(DNS rebinding) gains nothing. TLS goes on naming the host, so certificates fit as usual.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore2

from hub.media.addresses import is_public

MAX_TRIED = 3
"""Addresses of one host that are tried."""
PORTS = frozenset({80, 443})
Target = tuple[str, int]
"""A host as its URL names it, in lower case, and a port."""
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The IP addresses of a host. Raises OSError."""


class MediaRefused(Exception):
    """The file is not fetched, now or later; the text says why, for people."""


class MediaUnavailable(Exception):
    """The file could not be fetched this time; the text says why, for people."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """What the system's resolver says."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedNetwork(httpcore2.AsyncNetworkBackend):
    """Connects to public addresses, and to the `allowed` targets wherever these are."""

    def __init__(
        self,
        allowed: frozenset[Target],
        resolve: Resolve,
        network: httpcore2.AsyncNetworkBackend,
    ) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._network = network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Raises MediaRefused, or as httpcore2's own networks do."""
        addresses = (await self._checked(host, port, timeout))[:MAX_TRIED]
        for address in addresses[:-1]:
            with contextlib.suppress(httpcore2.ConnectError, httpcore2.ConnectTimeout):
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
        return await self._network.connect_tcp(
            addresses[-1], port, timeout, local_address, socket_options
        )

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise MediaRefused("files are not fetched from this machine")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _checked(self, host: str, port: int, timeout: float | None) -> Sequence[str]:
        allowed = (host.lower(), port) in self._allowed
        if not allowed and port not in PORTS:
            raise MediaRefused(f"files are not fetched from port {port}")
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._resolve(host, port)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(f"{host} was not found in time") from error
        except (OSError, UnicodeError) as error:  # a label of more than 63 characters
            raise httpcore2.ConnectError(f"{host} was not found") from error
        if not addresses:
            raise httpcore2.ConnectError(f"{host} has no address")
        if not allowed and not all(is_public(address) for address in addresses):
            raise MediaRefused(f"{host} is not on the public internet")
        return addresses
