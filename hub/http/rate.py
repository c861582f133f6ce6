"""How often a network may ask for a public page: counted in this process's memory."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

_MOST = 50_000
"""Networks remembered; the one not heard of for longest is forgotten first."""


class RateLimit:
    """`burst` at once, `per_minute` in the long run, for each network by itself."""

    def __init__(
        self, per_minute: float, burst: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._every = 60 / per_minute
        self._ahead = burst * self._every
        self._clock = clock
        self._paid_until: OrderedDict[str, float] = OrderedDict()
        """By network, the time until which what it did would fill the long run's rate."""

    def take(self, network: str) -> bool:
        """Whether it may once more now; what is refused costs nothing."""
        now = self._clock()
        paid = max(self._paid_until.pop(network, now), now) + self._every
        allowed = paid <= now + self._ahead
        self._paid_until[network] = paid if allowed else paid - self._every
        if len(self._paid_until) > _MOST:
            self._paid_until.popitem(last=False)
        return allowed


def network_of(host: str | None) -> str:
    """An IPv4 address, or the /64 of IPv6 that one household has to choose from."""
    try:
        address = ipaddress.ip_address((host or "").partition("%")[0])
    except ValueError:
        return host or "unknown"
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
