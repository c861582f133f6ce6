"""Telling consoles when a part of the hub changes its state (`system.changed`), and alerting
those who watch over it."""

from __future__ import annotations

from collections.abc import Sequence

from hub.alerts import Alerts
from hub.events.record import PendingEvent, record
from hub.notices.parts import PartNotices
from hub.ports import PartHealth, PartState
from hub.system import Hub

_BAD = (PartState.DEGRADED, PartState.DOWN)


def parts_view(parts: Sequence[PartHealth]) -> list[dict[str, str]]:
    """The parts as the API and events show them."""
    return [{"name": p.name, "state": p.state.value, "detail": p.detail} for p in parts]


class PartsWatch:
    """Looks at the parts, and records an event where they are not as they were."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._told: list[dict[str, str]] | None = None
        self._bad: dict[str, PartState] = {}
        """The parts that were told to fare badly."""
        self._notices = PartNotices(hub.database, hub.now)
        url = hub.settings.alert_url
        self._alerts = Alerts(
            hub.database,
            url.get_secret_value() if url else None,
            hub.settings.origin,
            hub.now,
        )

    async def look(self) -> None:
        """Also tells at the first look: a console may have stayed open while the hub was away."""
        parts = await self._hub.health()
        await self._alert(parts)
        if parts[0].state is PartState.UP:
            off = self._hub.settings.bot == "off"  # as it was asked for
            await self._notices.look([p for p in parts if not (off and p.name == "bot")])
        seen = parts_view(parts)
        if seen == self._told or parts[0].state is not PartState.UP:
            return  # without the database nobody can be told
        async with self._hub.database.write() as session:
            record(session, PendingEvent("system.changed", self._hub.now(), {"parts": seen}))
        self._told = seen

    async def aclose(self) -> None:
        await self._alerts.aclose()

    async def _alert(self, parts: Sequence[PartHealth]) -> None:
        """Each change for the worse, and each recovery; a part that is missing is well, unless
        nobody could look."""
        now = {part.name: part for part in parts}
        for part in parts:
            if part.name == "bot" and self._hub.settings.bot == "off":
                continue  # as it was asked for
            if part.state in _BAD and self._bad.get(part.name) is not part.state:
                self._bad[part.name] = part.state
                await self._alerts.tell(part)
        if parts[0].state is not PartState.UP:
            return
        for name in list(self._bad):
            part = now.get(name) or PartHealth(name, PartState.UP)
            if part.state is PartState.UP:
                del self._bad[name]
                await self._alerts.tell(part)
