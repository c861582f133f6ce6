"""The whole of it: is this a hub for it, who works there, what happens, written, counted.

Events are not written: the log is for consoles that catch up, and they load a month anew. Its
counter therefore stays where it is. Raw bodies are not made up either: nothing was received.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.accounts.models import Account
from hub.db.database import Database
from hub.directory import DirectoryCache
from hub.events.record import PendingEvent, record
from hub.intake.gateway import Gateway
from hub.month.arrivals import FORMS, Span, span_of
from hub.month.case import Case
from hub.month.ledger import MESSAGES, Ledger
from hub.month.people import Worker
from hub.month.registry import House, Registry
from hub.month.town import KEY, Town
from hub.month.writer import flush, write
from hub.now import Now
from hub.ports import ChannelKind
from hub.settings import Settings
from hub.team.access import Actor
from hub.team.models import Agent, AgentUnit, Presence, Role
from hub.tickets.models import Ticket

NO_PASSWORD = "!"  # noqa: S105 - no hash: nobody can sign in with anything
_CHUNK = 500
"""Cases written at a time."""
_REAL = (ChannelKind.X.value, ChannelKind.FACEBOOK.value)

Progress = Callable[[str, int, int], None]
"""Told what is being done, and how many of how many are."""


class MonthRefused(Exception):
    """This hub is no place for invented tickets; the message says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    tickets: int = 50_000
    seed: int = 1
    until: date | None = None
    """The last day, in the city; by default the one before today."""


@dataclass(frozen=True, slots=True)
class Made:
    """What was written."""

    begin: datetime
    end: datetime
    storm: datetime
    tickets: int
    messages: int
    agents: int


async def refuse_unfit(database: Database, seed: int, *, force: bool) -> None:
    """Raises MonthRefused where people write to this hub, or it has this very month."""
    async with database.read() as session:
        same = await session.scalar(
            select(Ticket.id).where(Ticket.conversation.startswith(f"{KEY}{seed}:")).limit(1)
        )
        if same is not None:
            raise MonthRefused(f"this hub has the month of seed {seed}: choose another --seed")
        kinds = set(await session.scalars(select(Account.kind)))
        missing = sorted({form.channel for form in FORMS} - kinds)
        if missing:
            raise MonthRefused(f"this hub has no account for {', '.join(missing)}")
        if force:
            return
        real = await session.scalars(
            select(Account.name)
            .where(Account.kind.in_(_REAL), Account.enabled, ~Account.sandbox)
            .order_by(Account.id)
        )
        names = real.all()
        if names:
            raise MonthRefused(
                f"{', '.join(names)} is not a sandbox's: invented tickets do not belong into a hub "
                "that people write to (--force makes them all the same)"
            )
        other = await session.scalar(
            select(Ticket.id).where(~Ticket.conversation.startswith(KEY)).limit(1)
        )
        if other is not None:
            raise MonthRefused(
                "this hub has tickets that were not made up (--force adds a month to them)"
            )


async def make_month(
    database: Database,
    directory: DirectoryCache,
    settings: Settings,
    now: Now,
    plan: Plan,
    progress: Progress = lambda what, done, total: None,
) -> Made:
    """Simulate a month and write it, all or nothing; the reports' facts are not counted yet."""
    known = await directory.get()
    zone = ZoneInfo(settings.timezone)
    hours = known.clockwork.rules.calendar
    span = span_of(_end(plan, zone, now()), zone, hours)
    town = Town(plan.tickets, span, hours, plan.seed, timedelta(days=settings.reopen_days))
    cases = town.run()
    progress("inquiries simulated", len(cases), plan.tickets)
    agents = await _hire(database, town.workers, span, plan.seed)
    directory.forget()
    known = await directory.get()
    house = House(settings.city, settings.origin, settings.reopen_window)
    count = 0

    async def task(gateway: Gateway, ledger: Ledger) -> None:
        nonlocal count
        count = _number(cases, ledger)
        registry = Registry(known, ledger, agents, town.moment, span.end, house)
        registry.kept = _continued(cases)
        for start in range(0, len(cases), _CHUNK):
            for case in cases[start : start + _CHUNK]:
                registry.register(case)
            await flush(gateway, ledger)
            progress("tickets written", min(start + _CHUNK, len(cases)), len(cases))

    await write(database, task)
    async with database.write() as session:
        record(session, PendingEvent("config.changed", now(), {}))
    return Made(span.begin, span.end, span.storm, len(cases), count, len(agents))


def _end(plan: Plan, zone: ZoneInfo, now: datetime) -> datetime:
    """The end of the last day, but nothing lies ahead of now."""
    last = plan.until or now.astimezone(zone).date() - timedelta(days=1)
    midnight = datetime.combine(last + timedelta(days=1), datetime.min.time(), zone)
    return min(midnight.astimezone(now.tzinfo), now.replace(microsecond=0))


def _number(cases: list[Case], ledger: Ledger) -> int:
    """Give messages their ids in the order they were written; gives how many there are."""
    spoken = [step for case in cases for step in case.steps if step.speaks]
    spoken.sort(key=lambda step: step.at)
    first = ledger.reserve(MESSAGES, len(spoken))
    for offset, step in enumerate(spoken):
        step.message_id = first + offset
    return len(spoken)


def _continued(cases: list[Case]) -> set[str]:
    """Conversations that have more than one ticket."""
    keys = Counter(case.key for case in cases)
    return {key for key, number in keys.items() if number > 1}


async def _hire(database: Database, workers: list[Worker], span: Span, seed: int) -> list[Actor]:
    """The month's agents as rows: they cannot sign in."""
    async with database.write() as session:
        return [await _agent(session, worker, span) for worker in workers]


async def _agent(session: AsyncSession, worker: Worker, span: Span) -> Actor:
    agent = await session.scalar(select(Agent).where(Agent.email == worker.email))
    if agent is None:
        agent = Agent(
            email=worker.email,
            name=worker.name,
            role=Role.AGENT.value,
            password_hash=NO_PASSWORD,
            presence=Presence.OFFLINE.value,
            demo=True,
            created_at=span.begin,
        )
        session.add(agent)
        await session.flush()
        session.add_all(AgentUnit(agent_id=agent.id, unit=unit) for unit in worker.units)
    return Actor("agent", agent.id, agent.name)
