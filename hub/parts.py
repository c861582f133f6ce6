"""Telling consoles when a part of the hub changes its state: `system.changed`."""

from __future__ import annotations

from collections.abc import Sequence

from hub.events.record import PendingEvent, record
from hub.ports import PartHealth, PartState
from hub.system import Hub


def parts_view(parts: Sequence[PartHealth]) -> list[dict[str, str]]:
    """The parts as the API and events show them."""
    return [{"name": p.name, "state": p.state.value, "detail": p.detail} for p in parts]


class PartsWatch:
    """Looks at the parts, and records an event where they are not as they were."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._told: list[dict[str, str]] | None = None

    async def look(self) -> None:
        """Also tells at the first look: a console may have stayed open while the hub was away."""
        parts = await self._hub.health()
        seen = parts_view(parts)
        if seen == self._told or parts[0].state is not PartState.UP:
            return  # without the database nobody can be told
        async with self._hub.database.write() as session:
            record(session, PendingEvent("system.changed", self._hub.now(), {"parts": seen}))
        self._told = seen
