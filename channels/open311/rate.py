"""How many requests may be filed: a bucket that refills steadily."""

from __future__ import annotations

from datetime import datetime


class FilingRate:
    """At most `per_minute` filings a minute, and as many at once after a quiet minute."""

    def __init__(self, per_minute: int) -> None:
        if per_minute < 1:
            raise ValueError("per_minute must be at least 1")
        self._per_second = per_minute / 60
        self._most = float(per_minute)
        self._left = self._most
        self._at: datetime | None = None

    def take(self, now: datetime) -> float:
        """Seconds to wait before one more is allowed: 0 means it was taken now."""
        if self._at is not None:
            passed = max(0.0, (now - self._at).total_seconds())
            self._left = min(self._most, self._left + passed * self._per_second)
        self._at = now
        if self._left < 1:
            return (1 - self._left) / self._per_second
        self._left -= 1
        return 0.0
