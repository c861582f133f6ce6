"""Recording how an account fares; a dead token stops it, and everyone sees that."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import update

from hub.accounts.models import Account
from hub.db.database import Database
from hub.events.record import PendingEvent, record

log = structlog.get_logger(__name__)


async def stop_account(database: Database, account_id: int, error: str, now: datetime) -> None:
    """The platform refused our credentials: nothing is sent or polled until that is mended."""
    log.error("account.stopped", account=account_id, error=error)
    async with database.write() as session:
        await session.execute(
            update(Account)
            .where(Account.id == account_id)
            .values(stopped=True, last_error=error[:500], last_error_at=now)
        )
        record(session, PendingEvent("config.changed", now, {"account_id": account_id}))


async def resume_account(database: Database, account_id: int, now: datetime) -> None:
    """The platform takes our credentials again: what waits is sent, and what came meanwhile is
    asked for at once."""
    log.info("account.resumed", account=account_id)
    async with database.write() as session:
        await session.execute(
            update(Account)
            .where(Account.id == account_id)
            .values(stopped=False, last_error=None, notice=None, poll_due_at=None)
        )
        record(session, PendingEvent("config.changed", now, {"account_id": account_id}))


async def note_poll(database: Database, account_id: int, now: datetime, error: str | None) -> None:
    """Remember when an account was last read, or what went wrong in trying to."""
    values: dict[str, object] = {"last_poll_at": now}
    if error is not None:
        values = {"last_error": error[:500], "last_error_at": now}
    async with database.write() as session:
        await session.execute(update(Account).where(Account.id == account_id).values(**values))


async def set_notice(
    database: Database, account_id: int, notice: str | None, now: datetime
) -> None:
    """Say what people must know about an account, or that it is over."""
    if notice is not None:
        log.error("account.notice", account=account_id, notice=notice)
    async with database.write() as session:
        await session.execute(update(Account).where(Account.id == account_id).values(notice=notice))
        record(session, PendingEvent("config.changed", now, {"account_id": account_id}))
