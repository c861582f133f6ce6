"""The job `fetch-media`: what is linked in a message is fetched and kept, file by file.

No transaction is open while a file is fetched. A platform's outage is not a failure of ours: the
job ends and promises itself again, later and later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.accounts.models import Account
from hub.db.database import Database
from hub.delivery.models import Delivery
from hub.events.record import PendingEvent, record
from hub.jobs.models import Job
from hub.jobs.patience import PAUSES
from hub.media.fetch import MediaFetcher, target_of
from hub.media.network import MediaRefused, MediaUnavailable, Target
from hub.media.store import FileStore
from hub.now import Now
from hub.ports import FileRefused
from hub.tickets.models import Message, Ticket
from hub.tickets.view import message_view

KIND = "fetch-media"
MAX_FILES = 20
"""That are fetched for one message at a time: platforms allow ten, a forger more."""

log = structlog.get_logger(__name__)


class TicketMoved(Exception):
    """The message changed tickets at this moment: the job is run again."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    urls: tuple[str, ...]
    allowed: frozenset[Target]


class FetchMedia:
    """Handles `{"message_id": id, "round": n}`; rounds are counted from 0, the default."""

    def __init__(
        self, database: Database, files: FileStore, now: Now, fetcher: MediaFetcher | None = None
    ) -> None:
        self._database = database
        self._files = files
        self._now = now
        self._fetcher = fetcher or MediaFetcher()

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        message_id: int = payload["message_id"]
        wanted = await self._wanted(message_id)
        beyond = wanted.urls[MAX_FILES:]
        if beyond:
            many = {"state": "refused", "error": f"of one message {MAX_FILES} files are fetched"}
            await self._write(message_id, dict.fromkeys(beyond, many))
        missing: dict[str, str] = {}
        for url in wanted.urls[:MAX_FILES]:
            try:
                news = await self._fetch(url, wanted.allowed)
            except MediaUnavailable as error:
                missing[url] = str(error)
            else:
                await self._write(message_id, {url: news})
        if missing:
            await self._later(message_id, int(payload.get("round", 0)), missing)

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        """It failed too often for a reason of our own: what is left is not fetched."""
        message_id: int = payload["message_id"]
        wanted = await self._wanted(message_id)
        failed = {"state": "failed", "error": "it could not be fetched for a mistake of the hub"}
        await self._write(message_id, dict.fromkeys(wanted.urls, failed))

    async def _wanted(self, message_id: int) -> _Wanted:
        async with self._database.read() as session:
            message = await session.get(Message, message_id)
            if message is None:
                return _Wanted((), frozenset())
            account = await session.get_one(Account, message.account_id)
        urls = dict.fromkeys(one["url"] for one in message.attachments if _is_pending(one))
        allowed = target_of(account.base_url) if account.sandbox else frozenset()
        return _Wanted(tuple(urls), allowed)

    async def _fetch(self, url: str, allowed: frozenset[Target]) -> dict[str, Any]:
        """What is to be said of an attachment. Raises MediaUnavailable."""
        try:
            file = await self._files.store(await self._fetcher.fetch(url, allowed))
        except (MediaRefused, FileRefused) as error:
            log.info("media.refused", reason=str(error))
            return {"state": "refused", "error": str(error)}
        return {
            "state": "kept",
            "media_type": file.media_type,
            "size": file.size,
            "file_id": file.id,
            "error": None,
        }

    async def _later(self, message_id: int, tried: int, missing: Mapping[str, str]) -> None:
        """Ask again after a pause, or say that it is given up."""
        again = tried < len(PAUSES)
        state = "pending" if again else "failed"
        log.info("media.unavailable", message=message_id, again=again)
        news = {url: {"state": state, "error": error} for url, error in missing.items()}
        await self._write(message_id, news, again=tried + 1 if again else None)

    async def _write(
        self, message_id: int, news: Mapping[str, Mapping[str, Any]], again: int | None = None
    ) -> None:
        """Write what became of attachments, by URL, where they are still wanted; and with it the
        promise of round `again`. Nothing about the ticket changes."""
        now = self._now()
        async with self._database.write() as session:
            message = await _locked(session, message_id)
            if message is None:
                return
            left = [one for one in message.attachments if _is_pending(one) and one["url"] in news]
            if not left:
                return
            if again is not None:
                job = Job(
                    kind=KIND,
                    lane=f"media:{message_id}",
                    payload={"message_id": message_id, "round": again},
                    run_at=now + PAUSES[again - 1],
                    created_at=now,
                )
                session.add(job)
            changed = [
                {**one, **news[one["url"]]} if one in left else one for one in message.attachments
            ]
            if changed != message.attachments:
                message.attachments = changed
                await _tell(session, message, now)


def _is_pending(attachment: Mapping[str, Any]) -> bool:
    # Messages from before files were kept have no state: their links are only shown.
    state: str = attachment.get("state", "linked")
    return state == "pending"


async def _locked(session: AsyncSession, message_id: int) -> Message | None:
    """The message as it is under its ticket's lock; None where it is gone, or deleted."""
    message = await session.get(Message, message_id)
    if message is None:
        return None
    ticket_id = message.ticket_id
    await session.scalar(select(Ticket.id).where(Ticket.id == ticket_id).with_for_update())
    await session.refresh(message)
    if message.ticket_id != ticket_id:
        raise TicketMoved(f"message {message_id} is in another ticket now")
    return None if message.deleted_at is not None else message


async def _tell(session: AsyncSession, message: Message, now: datetime) -> None:
    ticket = await session.get_one(Ticket, message.ticket_id)
    delivery = await session.scalar(select(Delivery).where(Delivery.message_id == message.id))
    data = message_view(message.as_row(), None if delivery is None else delivery.as_row())
    event = PendingEvent("message.updated", now, data, ticket.id, ticket.unit, ticket.assignee_id)
    record(session, event)
