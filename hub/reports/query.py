"""What a report may be asked, and the same as a condition on the tickets' facts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from hub.directory import Directory
from hub.errors import FieldError, Invalid
from hub.ports import ChannelKind
from hub.reports.figures import Dimension, ReportQuery
from hub.reports.models import TicketFact
from hub.team.models import Agent

USUAL_DAYS = 30
MAX_DAYS = 400
_FILTERS = ("unit", "channel", "topic", "agent_id")


def period(start: date | None, end: date | None, now: datetime, timezone: str) -> tuple[date, date]:
    """The days a report is about: the last 30 where nothing else is said."""
    last = now.astimezone(ZoneInfo(timezone)).date() if end is None else end
    if start is not None:
        return start, last
    return date.fromordinal(max(last.toordinal() - USUAL_DAYS + 1, 1)), last


async def check(session: AsyncSession, directory: Directory, query: ReportQuery) -> None:
    """Raises Invalid for a period that is none, and for names that nothing has."""
    wrong: list[FieldError] = []
    if query.start > query.end:
        wrong.append(FieldError("start", "must not be after the end"))
    elif query.end - query.start >= timedelta(days=MAX_DAYS):
        wrong.append(FieldError("start", f"a report covers at most {MAX_DAYS} days"))
    if query.unit is not None and query.unit not in directory.units:
        wrong.append(FieldError("unit", f"there is no unit {query.unit!r}"))
    channels = {kind.value for kind in ChannelKind}
    channels |= {account.kind for account in directory.accounts.values()}
    if query.channel is not None and query.channel not in channels:
        wrong.append(FieldError("channel", f"there is no channel {query.channel!r}"))
    if (
        query.agent_id is not None
        and query.agent_id not in directory.agents
        and await session.get(Agent, query.agent_id) is None
    ):
        wrong.append(FieldError("agent_id", f"there is no agent {query.agent_id}"))
    if wrong:
        detail = "; ".join(f"{error.field}: {error.message}" for error in wrong)
        raise Invalid(detail, tuple(wrong))


def conditions(query: ReportQuery) -> list[ColumnElement[bool]]:
    """On `TicketFact`: the period and the filters."""
    days = TicketFact.day.between(query.start.toordinal(), query.end.toordinal())
    return [days, *filters(query)]


def filters(query: ReportQuery) -> list[ColumnElement[bool]]:
    """The filters alone."""
    given = {name: getattr(query, name) for name in _FILTERS}
    return [
        getattr(TicketFact, name) == value for name, value in given.items() if value is not None
    ]


def in_group(by: Dimension, key: str) -> ColumnElement[bool]:
    """Whether a ticket is in the group of that key. Raises Invalid for one that cannot be."""
    try:
        return _in_group(by, key)
    except ValueError:
        raise Invalid.field("group", f"{key!r} is no {by.value}") from None


def _in_group(by: Dimension, key: str) -> ColumnElement[bool]:
    match by:
        case Dimension.UNIT:
            return TicketFact.unit == key
        case Dimension.CHANNEL:
            return TicketFact.channel == key
        case Dimension.TOPIC:
            return TicketFact.topic == key if key else TicketFact.topic.is_(None)
        case Dimension.AGENT:
            return TicketFact.agent_id == _number(key) if key else TicketFact.agent_id.is_(None)
        case Dimension.HOUR:
            return TicketFact.hour == _number(key, 23)
        case Dimension.WEEKDAY:
            return (TicketFact.day + 6) % 7 == _number(key, 6)
        case Dimension.DAY:
            return TicketFact.day == date.fromisoformat(key).toordinal()


def _number(key: str, most: int = 2**53) -> int:
    if not (key.isascii() and key.isdecimal()) or len(key) > 16 or int(key) > most:
        raise ValueError(key)
    return int(key)
