"""The job that asks: one automatic message with a secret link.

It is nobody's answer: it does not reopen the ticket, raise the fence, stop a clock or take the
customer off the list of those who wait. Sent like what the bot says, so that no channel's
window for people is used, and cancelled where a person takes over before it has gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from hub.db.database import Database
from hub.delivery.outbox import enqueue
from hub.directory import DirectoryCache
from hub.incidents.language import is_spanish
from hub.jobs.queue import done_with
from hub.now import Now
from hub.ports import Visibility
from hub.surveys.asking import ANSWERABLE, answered_message
from hub.surveys.link import SURVEY_KEY, link
from hub.surveys.models import Survey
from hub.team.access import SYSTEM
from hub.team.tokens import hash_secret, new_secret
from hub.tickets.change import Change, changing
from hub.tickets.models import AuthorKind, Direction, Message, Ticket

WORDS = {
    "en": "How did we do? One tap tells us, and helps us do better: {link}",
    "es": "¿Cómo le atendimos? Díganoslo con un solo toque; nos ayuda a mejorar: {link}",
}
_READ_FOR_LANGUAGE = 5


class _NotAsked(Exception):
    """It does not fit any more: the change is given up as if it had not begun."""


class Questions:
    """Handles `survey` jobs."""

    def __init__(
        self,
        database: Database,
        directory: DirectoryCache,
        now: Now,
        *,
        asks: bool,
        rest: timedelta,
        origin: str,
        city: str,
    ) -> None:
        """`rest`: between two questions to one customer. `origin`: of the page's address."""
        self._database = database
        self._directory = directory
        self._now = now
        self._asks = asks
        self._rest = rest
        self._origin = origin
        self._city = city

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        if not self._asks:
            return
        directory = await self._directory.get()
        now = self._now()
        async with self._database.read() as session:
            ticket = await session.get_one(Ticket, payload["ticket_id"])
            asked = (session, directory, ticket, payload["resolved_at"], now, self._rest)
            if await answered_message(*asked) is None:
                return
        try:
            async with (
                self._database.write() as session,
                changing(session, ticket.id, directory, SYSTEM, now) as change,
            ):
                # Looked at again under the ticket's lock: the customer may have written meanwhile.
                asked = (session, directory, change.ticket, payload["resolved_at"], now, self._rest)
                inquiry = await answered_message(*asked)
                if inquiry is None:
                    raise _NotAsked
                await self._ask(change, inquiry)
                await done_with(session, now)
        except _NotAsked:
            return

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        """They are not asked: nobody waits for that."""

    async def _ask(self, change: Change, inquiry: Message) -> None:
        ticket, now = change.ticket, change.now
        token = new_secret()
        language = await _language(change)
        survey = Survey(
            ticket_id=ticket.id,
            contact_id=ticket.contact_id,
            token_hash=hash_secret(token),
            language=language,
            asked_at=now,
            expires_at=now + ANSWERABLE,
        )
        message = Message(
            ticket_id=ticket.id,
            account_id=inquiry.account_id,
            conversation=inquiry.conversation or ticket.conversation,
            direction=Direction.OUTBOUND.value,
            author_kind=AuthorKind.SYSTEM.value,
            author_name=self._city[:255],
            body=WORDS[language].format(link=link(self._origin, token)),
            visibility=Visibility.PRIVATE.value,
            sent_at=now,
            created_at=now,
            in_reply_to=inquiry.external_id,
            attachments=[],
            articles=[],
            choices=[],
            emergency=False,
            logged=False,
            hidden=False,
            key=SURVEY_KEY,
        )
        change.session.add_all([survey, message])
        await change.session.flush()
        delivery = await enqueue(change, message, by_bot=True)
        change.audit("survey asked", message_id=message.id, language=language)
        change.tell_message("message.created", message, delivery)


async def _language(change: Change) -> str:
    """What the customer wrote in; English where that cannot be told."""
    said = await change.session.scalars(
        select(Message.body)
        .where(
            Message.ticket_id == change.ticket.id,
            Message.direction == Direction.INBOUND.value,
            Message.deleted_at.is_(None),
        )
        .order_by(Message.id.desc())
        .limit(_READ_FOR_LANGUAGE)
    )
    return "es" if is_spanish("\n".join(said)) else "en"
