"""How much one visitor, or one network address, may do."""

from __future__ import annotations

import ipaddress
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class RateLimit:
    """A token bucket for each subject, in memory: `burst` at once, `per_minute` in the long run."""

    def __init__(
        self,
        per_minute: float,
        burst: int,
        *,
        most: int = 50_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate = per_minute / 60
        self._burst = burst
        self._most = most
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, subject: str, cost: float = 1) -> bool:
        """Whether `subject` may do it once more now; what is refused costs nothing."""
        now = self._clock()
        left, at = self._buckets.pop(subject, (float(self._burst), now))
        left = min(float(self._burst), left + (now - at) * self._rate)
        allowed = left >= cost
        self._buckets[subject] = (left - cost if allowed else left, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return allowed


class Places:
    """How many one subject holds at the same time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()

    @contextmanager
    def one(self, subject: str) -> Iterator[bool]:
        """A place while the block runs; False where there is none left."""
        if self._taken[subject] >= self._most:
            yield False
            return
        self._taken[subject] += 1
        try:
            yield True
        finally:
            self._taken[subject] -= 1
            if not self._taken[subject]:
                del self._taken[subject]


def network_of(host: str | None) -> str:
    """Whom an address is counted as: one household has a whole /64 of IPv6 to choose from."""
    try:
        address = ipaddress.ip_address((host or "").partition("%")[0])
    except ValueError:
        return host or "unknown"
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
