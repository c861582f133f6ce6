"""Noticing what time brings: warnings and breaches, each once and at its own time, however late
the sweep comes; the end of a snooze; tickets that the bot answered and that rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, or_, select

from hub.db.database import Database
from hub.directory import DirectoryCache
from hub.now import Now
from hub.sla.clockwork import ANSWERED_BY_BOT
from hub.sla.models import ClockRow
from hub.sla.promises import promise_warning
from hub.team.access import SYSTEM
from hub.tickets.actions import reopen, set_status
from hub.tickets.change import Change, changing
from hub.tickets.models import AuthorKind, Status, Ticket

_AT_ONCE = 100

log = structlog.get_logger(__name__)


class Sweep:
    """What time alone brings about: breaches, the end of a snooze, the bot's own tickets."""

    def __init__(
        self, database: Database, directory: DirectoryCache, now: Now, bot_silence: timedelta
    ) -> None:
        self._database = database
        self._directory = directory
        self._now = now
        self._bot_silence = bot_silence

    async def run(self) -> int:
        """Do all that is due; gives the number of tickets changed."""
        return (
            await self._warnings()
            + await self._breaches()
            + await self._wake()
            + await self._close_answered()
        )

    async def _warnings(self) -> int:
        """Warn of what will be due: each clock once, whatever is recomputed later."""
        now = self._now()
        async with self._database.read() as session:
            found = await session.execute(
                select(ClockRow.ticket_id, ClockRow.id)
                .join(Ticket, Ticket.id == ClockRow.ticket_id)
                .where(
                    ClockRow.warn_at <= now,
                    ClockRow.warned_at.is_(None),
                    _concerns_people(),
                )
                .limit(_AT_ONCE)
            )
            due: dict[int, set[int]] = {}
            for ticket_id, clock_id in found:
                due.setdefault(ticket_id, set()).add(clock_id)

        async def warn(change: Change) -> None:
            clockwork = change.directory.clockwork
            clockwork.catch_up(change)
            clocks = due[change.ticket.id]
            for clock in change.clocks:
                warned = clock["warn_at"] is None or clock["warned_at"] is not None
                if clock["id"] in clocks and not warned and clock["warn_at"] <= now:
                    clock["warned_at"] = clock["warn_at"]
                    promise_warning(change.session, clock, clockwork, now)

        return await self._each(due, warn, now)

    async def _breaches(self) -> int:
        now = self._now()
        async with self._database.read() as session:
            ids = await session.scalars(
                select(ClockRow.ticket_id)
                .join(Ticket, Ticket.id == ClockRow.ticket_id)
                .where(
                    ClockRow.running_since.is_not(None),
                    ClockRow.breached_at.is_(None),
                    ClockRow.due_at < now,
                    _concerns_people(),
                )
                .limit(_AT_ONCE)
            )
            tickets = set(ids)

        async def breach(change: Change) -> None:
            change.directory.clockwork.catch_up(change)
            change.directory.clockwork.breached(change, now)

        return await self._each(tickets, breach, now)

    async def _wake(self) -> int:
        """Snoozed tickets whose time has come."""
        now = self._now()
        due = and_(Ticket.status == Status.SNOOZED.value, Ticket.snoozed_until <= now)

        async def wake(change: Change) -> None:
            until = change.ticket.snoozed_until
            # It may have been snoozed anew since it was found.
            if change.ticket.status == Status.SNOOZED and until is not None and until <= now:
                reopen(change)
                change.audit("status", status=Status.OPEN.value, before=Status.SNOOZED.value)

        return await self._each(await self._find(due), wake, now)

    async def _close_answered(self) -> int:
        """What the bot answered, and the customer let rest."""
        now = self._now()
        before = now - self._bot_silence
        silent = and_(
            Ticket.status == Status.BOT.value,
            Ticket.last_author == AuthorKind.BOT.value,
            Ticket.last_message_at <= before,
        )

        async def close(change: Change) -> None:
            # The customer may have written since, and been answered or handed over to a person:
            # then it is not ours to close.
            ticket = change.ticket
            with_bot = ticket.status == Status.BOT and ticket.last_author == AuthorKind.BOT
            if with_bot and ticket.takeover == 0 and ticket.last_message_at <= before:
                await set_status(change, Status.RESOLVED, reason=ANSWERED_BY_BOT)

        return await self._each(await self._find(silent), close, now)

    async def _each(
        self, tickets: Iterable[int], do: Callable[[Change], Awaitable[None]], now: datetime
    ) -> int:
        """Do it to each ticket in a transaction of its own: one that fails holds up no other."""
        directory = await self._directory.get()
        done = 0
        for ticket_id in sorted(tickets):
            try:
                async with (
                    self._database.write() as session,
                    changing(session, ticket_id, directory, SYSTEM, now) as change,
                ):
                    await do(change)
                done += 1
            except Exception:
                log.exception("sweep.failed", ticket_id=ticket_id)
        return done

    async def _find(self, condition: ColumnElement[bool]) -> list[int]:
        async with self._database.read() as session:
            found = await session.scalars(select(Ticket.id).where(condition).limit(_AT_ONCE))
            return list(found)


def _concerns_people() -> ColumnElement[bool]:
    """What the bot answered waits for nobody until the customer writes again."""
    return or_(Ticket.status != Status.BOT.value, Ticket.waiting_since.is_not(None))
