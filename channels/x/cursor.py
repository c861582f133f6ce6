"""How far X has been read: what is saved between polls."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, field
from typing import Any

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a list has been read: ids as strings."""

    since: str | None = None
    """Everything up to this id has been received."""
    page: str | None = None
    """Set in the middle of a long gap: the next page to read."""
    newest: str | None = None
    """With `page`: what `since` becomes once the gap is read."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """What is saved, as JSON."""

    mentions: Mark = field(default_factory=Mark)
    messages: Mark = field(default_factory=Mark)
    messages_after: float = 0.0
    """Unix time before which direct messages are not asked for."""
    told: tuple[str, ...] = ()
    """Digests of the unreadable entries of the last poll: overlapping polls bring them again."""

    @classmethod
    def load(cls, saved: str | None) -> Cursor:
        """Read a saved cursor; one that cannot be read starts anew."""
        if not saved:
            return cls()
        try:
            value: dict[str, Any] = json.loads(saved)
            return cls(
                mentions=Mark(**value["mentions"]),
                messages=Mark(**value["messages"]),
                messages_after=float(value["messages_after"]),
                told=tuple(map(str, value.get("told", ()))),
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            log.warning("the saved cursor cannot be read; starting anew")
            return cls()

    def save(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))
