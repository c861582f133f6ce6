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
    """The platform takes our credentials again: what waits is sent, and it is polled."""
    log.info("account.resumed", account=account_id)
    async with database.write() as session:
        await session.execute(
            update(Account).where(Account.id == account_id).values(stopped=False, last_error=None)
        )
        record(session, PendingEvent("config.changed", now, {"account_id": account_id}))


async def note_poll(database: Database, account_id: int, now: datetime, error: str | None) -> None:
    """Remember when an account was last polled, and what went wrong."""
    values: dict[str, object] = {"last_poll_at": now}
    if error is not None:
        values |= {"last_error": error[:500], "last_error_at": now}
    async with database.write() as session:
        await session.execute(update(Account).where(Account.id == account_id).values(**values))
