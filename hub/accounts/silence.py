"""Webhooks that have ceased: polls find what no webhook brought.

A subscription that a platform has dropped looks like a quiet day. Where an account did get
webhooks lately, a few new messages in a row that only polls found say that it is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from hub.accounts.health import set_notice
from hub.accounts.models import Account
from hub.db.database import Database
from hub.intake.models import RawBody
from hub.now import Now
from hub.ports import Accepted, InboundItem, InboundMessage

POLLED = "application/vnd.switchboard.polled+json"
"""The content type of what a poll brought: nothing a webhook's reader can read again."""
MISSES = 3
LATE = timedelta(seconds=30)
"""A webhook that is this late is not coming before the poll."""
_LATELY = timedelta(days=7)
"""An account without webhooks for so long is one that is only polled."""
_NEWEST = 20_000
"""Bodies that are looked through for the newest webhook."""
_NOTICE = "no webhook has come since"


class WebhookSilence:
    """One a process; remembers what polls found since it began."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now
        self._since = now()
        self._missed: dict[int, list[datetime]] = {}
        """By account: when polls found messages that a webhook should have brought."""

    async def note(
        self, account_id: int, items: Iterable[InboundItem], accepted: Iterable[Accepted]
    ) -> None:
        """A poll brought `items`; `accepted` says which of the messages were new."""
        now = self._now()
        messages = [item for item in items if isinstance(item, InboundMessage)]
        missed = [
            message
            for message, outcome in zip(messages, accepted, strict=False)
            # What was written while nobody ran is a gap, not silence.
            if not outcome.duplicate and self._since < message.sent_at < now - LATE
        ]
        known = self._missed.setdefault(account_id, [])
        known += [now] * len(missed)
        if not missed and not known:
            return
        last = await self._last_webhook(account_id, now)
        if last is None:
            known.clear()
            return
        known[:] = [at for at in known if at > last]
        async with self._database.read() as session:
            notice = (await session.get_one(Account, account_id)).notice
        ours = notice is not None and notice.startswith(_NOTICE)
        if len(known) >= MISSES and notice is None:
            said = f"{_NOTICE} {last:%Y-%m-%d %H:%M} UTC, yet polls find new messages"
            await set_notice(self._database, account_id, f"{said}: look at the subscription", now)
        elif ours and not known:
            await set_notice(self._database, account_id, None, now)

    async def _last_webhook(self, account_id: int, now: datetime) -> datetime | None:
        newest = select(func.max(RawBody.id)).scalar_subquery()
        async with self._database.read() as session:
            found: datetime | None = await session.scalar(
                select(func.max(RawBody.received_at)).where(
                    RawBody.id > newest - _NEWEST,
                    RawBody.account_id == account_id,
                    RawBody.content_type != POLLED,
                    RawBody.received_at > now - _LATELY,
                )
            )
        return found
