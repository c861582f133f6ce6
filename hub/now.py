"""The injected clock: everything that needs the time takes a `Now`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Now = Callable[[], datetime]
"""Returns the current instant, aware UTC."""


def system_now() -> datetime:
    return datetime.now(UTC)
