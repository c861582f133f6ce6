"""How much of its limits Facebook says is used, and what is left for us.

Three headers, each in percent: `X-App-Usage` and `X-Page-Usage` are an object of counts,
`X-Business-Use-Case-Usage` a list of such by business, one for each type of call (`pages`,
`messenger`), with the minutes until access comes back. Which counts there are changes over
time; the greatest of those we know decides, and nothing in them can fail an answer.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.ports import RateBudget

MESSAGES = "messages"
COMMENTS = "comments"

_POOLS = {MESSAGES: ("app", "page", "messenger"), COMMENTS: ("app", "page", "pages")}
"""Which limits count for what we send. Facebook's own names, `app` and `page` for the headers."""
_COUNTS = ("call_count", "total_time", "total_cputime", "call_volume", "cpu_time")
_REGAIN = "estimated_time_to_regain_access"
_WINDOW = timedelta(hours=1)
"""Facebook counts over a rolling hour, so by then all of it is back."""
_LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pool:
    """One limit, as it was last told: percent left, until when that holds."""

    remaining: int
    resets_at: datetime


class Usage:
    """The newest word on each limit. Told in worker threads, asked on the event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pools: dict[str, Pool] = {}
        self._fresh: set[str] = set()

    def note(self, headers: Mapping[str, str], now: datetime | None = None) -> None:
        """Take an answer's headers (names in any case, as requests gives them)."""
        at = now or datetime.now(UTC)
        with self._lock:
            for name, pool in _read(headers, at):
                self._pools[name] = pool
                self._fresh.add(name)

    def budgets(self, now: datetime | None = None) -> tuple[RateBudget, ...]:
        """What changed since the last call: the scarcest limit of each kind of sending."""
        at = now or datetime.now(UTC)
        with self._lock:
            fresh, self._fresh = self._fresh, set()
            valid = {name: pool for name, pool in self._pools.items() if pool.resets_at > at}
        found = []
        for budget, names in _POOLS.items():
            pools = [valid[name] for name in names if name in valid]
            if pools and fresh.intersection(names):
                scarcest = min(pools, key=lambda pool: pool.remaining)
                found.append(RateBudget(budget, 100, scarcest.remaining, scarcest.resets_at))
        return tuple(found)


def regain_seconds(header: str | None) -> float | None:
    """The longest `estimated_time_to_regain_access` (minutes) in a business usage header."""
    longest = max((_minutes(limit) for limit in _limits(header)), default=0.0)
    return longest * 60 if longest > 0 else None


def _read(headers: Mapping[str, str], now: datetime) -> Iterator[tuple[str, Pool]]:
    for header, name in (("x-app-usage", "app"), ("x-page-usage", "page")):
        counts = _json(headers.get(header))
        if isinstance(counts, dict):
            yield name, _pool(counts, now)
    worst: dict[str, Pool] = {}
    for limit in _limits(headers.get("x-business-use-case-usage")):
        kind, pool = str(limit.get("type")), _pool(limit, now)
        if kind not in worst or pool.remaining < worst[kind].remaining:
            worst[kind] = pool
    yield from worst.items()


def _pool(counts: Mapping[str, Any], now: datetime) -> Pool:
    used = max((_finite(counts.get(name)) for name in _COUNTS), default=0.0)
    minutes = _minutes(counts)
    if minutes > 0:  # it says that access is gone
        return Pool(0, now + min(timedelta(minutes=minutes), _LONGEST))
    return Pool(max(0, 100 - math.ceil(min(used, 100.0))), now + _WINDOW)


def _limits(header: str | None) -> Iterator[Mapping[str, Any]]:
    usage = _json(header)
    for limits in usage.values() if isinstance(usage, dict) else ():
        for limit in limits if isinstance(limits, list) else ():
            if isinstance(limit, dict):
                yield limit


def _minutes(limit: Mapping[str, Any]) -> float:
    return min(_finite(limit.get(_REGAIN)), _LONGEST.total_seconds() / 60)


def _json(header: str | None) -> object:
    try:
        return json.loads(header or "null")
    except (ValueError, RecursionError):
        return None


def _finite(value: object) -> float:
    """A count, or 0 where there is none to read."""
    try:
        number = float(value) if isinstance(value, int | float | str) else 0.0
    except (ValueError, OverflowError):
        return 0.0
    return number if math.isfinite(number) and number > 0 else 0.0
