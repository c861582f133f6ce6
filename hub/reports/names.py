"""What a report's groups are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.directory import Directory
from hub.ports import ChannelKind
from hub.reports.figures import Dimension
from hub.team.models import Agent

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CHANNELS = {
    ChannelKind.X.value: "X",
    ChannelKind.FACEBOOK.value: "Facebook",
    ChannelKind.OPEN311.value: "Open311",
    ChannelKind.WEBCHAT.value: "Web chat",
    ChannelKind.WEBFORM.value: "Web form",
    ChannelKind.PHONE.value: "Phone",
    ChannelKind.WALK_IN.value: "Walk-in",
}
_NONE = {Dimension.TOPIC: "No topic", Dimension.AGENT: "Nobody"}

Key = str | int | None


async def agent_names(session: AsyncSession, directory: Directory) -> dict[int, str]:
    """Everybody's, also of those who work here no more."""
    names = {agent.id: agent.name for agent in directory.agents.values()}
    for number, name in await session.execute(select(Agent.id, Agent.name)):
        names.setdefault(number, name)
    return names


def named(
    by: Dimension, keys: Iterable[Key], directory: Directory, agents: Mapping[int, str]
) -> list[tuple[str, str]]:
    """The key and the label of each group."""
    return [_named(by, key, directory, agents) for key in keys]


def _named(
    by: Dimension, key: Key, directory: Directory, agents: Mapping[int, str]
) -> tuple[str, str]:
    if key is None:
        return "", _NONE[by]
    text = str(key)
    match by:
        case Dimension.UNIT:
            unit = directory.units.get(text)
            return text, text if unit is None else unit.name
        case Dimension.CHANNEL:
            return text, _CHANNELS.get(text, text)
        case Dimension.TOPIC:
            return text, text.replace("-", " ").capitalize()
        case Dimension.AGENT:
            return text, agents.get(int(key), f"Agent {key}")
        case Dimension.HOUR:
            return f"{int(key):02}", f"{int(key):02}:00"
        case Dimension.WEEKDAY:
            return text, WEEKDAYS[int(key)]
        case Dimension.DAY:
            day = date.fromordinal(int(key))
            return day.isoformat(), f"{WEEKDAYS[day.weekday()][:3]}, {day:%b} {day.day}"
