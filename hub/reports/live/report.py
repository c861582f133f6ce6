"""The whole live report, put together from its parts in one snapshot."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from hub.directory import Directory
from hub.reports.live.attention import read_at_risk, read_incidents, read_notices
from hub.reports.live.bot import read_bot
from hub.reports.live.load import read_load
from hub.reports.live.scope import Scope
from hub.reports.live.trends import read_trends


async def live_report(
    session: AsyncSession,
    directory: Directory,
    now: datetime,
    timezone: str,
    unit: str | None = None,
) -> dict[str, Any]:
    """The figures as `hub.api.live_schemas.LiveReport` says; of one unit if it is named."""
    scope = Scope.of(now, timezone, unit)
    return {
        "at": now,
        "unit": unit,
        **await read_load(session, directory, scope),
        "bot": await read_bot(session, scope),
        "trends": await read_trends(session, scope),
        "at_risk": await read_at_risk(session, scope),
        "notices": await read_notices(session, scope),
        "incidents": await read_incidents(session, scope),
    }
