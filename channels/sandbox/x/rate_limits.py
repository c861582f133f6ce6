"""X's published limits per quarter of an hour, counted and told in `x-rate-limit-*`."""

from __future__ import annotations

from dataclasses import dataclass

WINDOW_SECONDS = 15 * 60

PER_USER: dict[str, int] = {
    "me": 75,
    "users": 900,
    "mentions": 300,
    "timeline": 900,
    "search": 300,
    "lookup": 900,
    "post": 100,
    "delete": 50,
    "hide": 50,
    "dm-read": 15,
    "dm-send": 15,
}
PER_APP: dict[str, int] = {**PER_USER, "mentions": 450, "search": 450, "lookup": 450}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after one more call."""

    limit: int
    remaining: int
    reset: int
    """Unix seconds."""
    exceeded: bool

    @property
    def headers(self) -> dict[str, str]:
        return {
            "x-rate-limit-limit": str(self.limit),
            "x-rate-limit-remaining": str(self.remaining),
            "x-rate-limit-reset": str(self.reset),
        }


class RateLimits:
    """Fixed windows that open with the first call, one for each caller and endpoint."""

    def __init__(self, factor: int) -> None:
        self._factor = factor
        self._windows: dict[tuple[str, bool], tuple[float, int]] = {}

    def count(self, endpoint: str, *, app_only: bool, now: float) -> Allowance:
        """Count a call of `endpoint` at `now`, Unix seconds."""
        limit = (PER_APP if app_only else PER_USER)[endpoint] * self._factor
        opened, used = self._windows.get((endpoint, app_only), (now, 0))
        if now >= opened + WINDOW_SECONDS:
            opened, used = now, 0
        used += 1
        self._windows[endpoint, app_only] = (opened, used)
        return Allowance(
            limit=limit,
            remaining=max(0, limit - used),
            reset=int(opened + WINDOW_SECONDS),
            exceeded=used > limit,
        )

    def forget(self) -> None:
        self._windows.clear()
