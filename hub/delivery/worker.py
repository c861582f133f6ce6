"""The delivery worker: claim, send, record.

At least once and in order: of one ticket only the oldest open delivery is claimed. A claim is
a lease; when it runs out the worker died between sending and recording, so the outcome is
unknown and the platform is asked before anything is sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from hub.accounts.budget import add_cost, note_connector, take
from hub.accounts.connectors import AccountStopped, ConnectorPool
from hub.accounts.health import stop_account
from hub.accounts.renewal import AccessRenewal
from hub.db.database import Database
from hub.delivery.models import OPEN_STATES, Delivery, DeliveryState
from hub.delivery.outcome import accepted, refused
from hub.directory import DirectoryCache
from hub.events.record import PendingEvent, record
from hub.jobs.lease import LEASE, holding
from hub.jobs.queue import backoff
from hub.metrics import DELIVERIES
from hub.now import Now
from hub.people.models import ContactPoint
from hub.ports import (
    AuthFailed,
    Choice,
    Connector,
    FindsSent,
    Metered,
    Receipt,
    Rejected,
    Reply,
    TemporarilyUnavailable,
    Visibility,
)
from hub.surveys.link import SURVEY_KEY
from hub.team.access import SYSTEM
from hub.tickets.change import changing
from hub.tickets.models import Conversation, Direction, Message, Status, Ticket
from hub.tickets.view import message_view

MAX_ATTEMPTS = 8

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is this worker's to make, and all it needs."""

    delivery_id: int
    ticket_id: int
    account_id: int
    attempts: int
    check_first: bool
    reply: Reply


class DeliveryWorker:
    def __init__(
        self,
        database: Database,
        directory: DirectoryCache,
        connectors: ConnectorPool,
        renewal: AccessRenewal,
        now: Now,
    ) -> None:
        self._database = database
        self._renewal = renewal
        self._directory = directory
        self._connectors = connectors
        self._now = now

    async def claim(self, limit: int) -> list[Claim]:
        """Take due deliveries, at most one a ticket. A bot's behind the fence is cancelled."""
        now = self._now()
        async with self._database.read() as session:
            if not await session.scalar(_due(now).with_only_columns(Delivery.id).limit(1)):
                return []
        claims: list[Claim] = []
        async with self._database.write() as session:
            due = await session.scalars(
                _due(now)
                .order_by(Delivery.next_at, Delivery.id)
                .limit(limit)
                .with_for_update(skip_locked=True, of=Delivery)
            )
            for delivery in due.all():
                message = await session.get_one(Message, delivery.message_id)
                ticket = await session.get_one(Ticket, delivery.ticket_id)
                reason = _why_unsaid(delivery, message, ticket)
                if reason is not None:
                    directory = await self._directory.get()
                    async with changing(session, ticket.id, directory, SYSTEM, now) as change:
                        delivery.state = DeliveryState.CANCELLED.value
                        delivery.error = reason
                        change.tell_message("message.updated", message, delivery)
                    continue
                ran_out = delivery.state == DeliveryState.SENDING
                delivery.check_first |= ran_out  # it may have been sent
                delivery.state = DeliveryState.SENDING.value
                delivery.attempts += 1
                delivery.next_at = now + LEASE
                if ran_out:
                    _tell(session, delivery, message, ticket, now)
                claims.append(await _claim(session, delivery, message, ticket))
        return claims

    async def deliver(self, claim: Claim) -> None:
        """Send one claimed reply and record what became of it."""
        try:
            connector = await self._connectors.get(claim.account_id)
            until = await self._budget(connector, claim)
            if until is not None:
                await self._postpone(claim, until)
                return
            async with holding(lambda: self._renew(claim)), self._connectors.using(connector):
                try:
                    receipt = await self._send(connector, claim)
                finally:
                    await note_connector(self._database, claim.account_id, connector, self._now())
        except Rejected as error:
            await self._refuse(claim, error.reason)
        except AccountStopped as error:
            await self._refuse(claim, str(error), _unless_sent(claim))
        except AuthFailed as error:
            if await self._renewal.recover(claim.account_id, connector):
                await self._retry_later(claim, TemporarilyUnavailable(f"renewed: {error}"))
                return
            await stop_account(self._database, claim.account_id, str(error), self._now())
            self._directory.forget()
            reason = f"the platform refused our sign-in: {error}"
            await self._refuse(claim, reason, _unless_sent(claim))
        except TemporarilyUnavailable as error:
            await self._retry_later(claim, error)
        except Exception as error:
            log.exception("delivery.failed", delivery=claim.delivery_id)
            unknown = TemporarilyUnavailable(
                f"{type(error).__name__}: {error}", outcome_unknown=True
            )
            await self._retry_later(claim, unknown)
        else:
            DELIVERIES.labels("sent").inc()
            await add_cost(self._database, claim.account_id, receipt.cost, self._now())
            async with self._database.write() as session:
                directory = await self._directory.get()
                async with changing(
                    session, claim.ticket_id, directory, SYSTEM, self._now()
                ) as change:
                    await accepted(change, claim.delivery_id, receipt)

    async def _budget(self, connector: Connector, claim: Claim) -> datetime | None:
        """Draw on what the platform's limit has left; otherwise when to try again."""
        name = connector.budget_of(claim.reply) if isinstance(connector, Metered) else None
        if name is None:
            return None
        return await take(self._database, claim.account_id, name, self._now())

    async def _postpone(self, claim: Claim, until: datetime) -> None:
        """The platform would refuse it now: it waits, and that is no attempt."""
        log.info("delivery.postponed", delivery=claim.delivery_id, until=until.isoformat())
        async with self._database.write() as session:
            delivery = await session.get_one(Delivery, claim.delivery_id, with_for_update=True)
            if delivery.state != DeliveryState.SENDING:
                return
            delivery.state = DeliveryState.PENDING.value
            delivery.attempts = claim.attempts - 1
            delivery.next_at = until
            delivery.error = f"the platform's limit is used up until {until:%H:%M} UTC"
            message = await session.get_one(Message, delivery.message_id)
            ticket = await session.get_one(Ticket, delivery.ticket_id)
            _tell(session, delivery, message, ticket, self._now())

    async def _send(self, connector: Connector, claim: Claim) -> Receipt:
        if claim.check_first:
            if isinstance(connector, FindsSent):
                try:
                    found = await connector.find_sent(claim.reply)
                except Rejected as error:
                    raise _OutcomeUnknown(f"it may have been sent: {error.reason}") from error
                if found is not None:
                    return found
            elif claim.attempts > 1:  # the first of a retry: a person decided to send it
                raise _OutcomeUnknown("it may have been sent; this channel cannot be asked")

        async def save_part(external_id: str) -> None:
            async with self._database.write() as session:
                delivery = await session.get_one(Delivery, claim.delivery_id)
                delivery.sent_parts = [*delivery.sent_parts, external_id]

        return await connector.send(claim.reply, save_part)

    async def _renew(self, claim: Claim) -> None:
        async with self._database.write() as session:
            await session.execute(
                update(Delivery)
                .where(
                    Delivery.id == claim.delivery_id,
                    Delivery.state == DeliveryState.SENDING.value,
                )
                .values(next_at=self._now() + LEASE)
            )

    async def _refuse(
        self, claim: Claim, reason: str, state: DeliveryState = DeliveryState.FAILED
    ) -> None:
        DELIVERIES.labels(state.value).inc()
        log.warning("delivery.refused", delivery=claim.delivery_id, reason=reason)
        async with self._database.write() as session:
            directory = await self._directory.get()
            async with changing(session, claim.ticket_id, directory, SYSTEM, self._now()) as change:
                await refused(change, claim.delivery_id, reason, state)

    async def _retry_later(self, claim: Claim, error: TemporarilyUnavailable) -> None:
        if isinstance(error, _OutcomeUnknown):
            await self._refuse(claim, str(error), DeliveryState.UNKNOWN)
            return
        if claim.attempts >= MAX_ATTEMPTS:
            state = DeliveryState.UNKNOWN if error.outcome_unknown else _unless_sent(claim)
            await self._refuse(claim, f"given up after {claim.attempts} attempts: {error}", state)
            return
        DELIVERIES.labels("retry").inc()
        wait = backoff(claim.attempts)
        if error.retry_after is not None:
            wait = max(wait, timedelta(seconds=error.retry_after))
        async with self._database.write() as session:
            delivery = await session.get_one(Delivery, claim.delivery_id)
            delivery.state = DeliveryState.PENDING.value
            delivery.next_at = self._now() + wait
            delivery.error = str(error)[:500]
            delivery.check_first = claim.check_first or error.outcome_unknown
            message = await session.get_one(Message, delivery.message_id)
            ticket = await session.get_one(Ticket, delivery.ticket_id)
            _tell(session, delivery, message, ticket, self._now())


class _OutcomeUnknown(TemporarilyUnavailable):
    """Trying again would be a guess."""


def _why_unsaid(delivery: Delivery, message: Message, ticket: Ticket) -> str | None:
    """Why a message of the bot's that nobody has begun to send is not said any more, or None."""
    if not delivery.by_bot or delivery.check_first or delivery.state != DeliveryState.PENDING:
        return None
    if delivery.fence != ticket.takeover:
        return "a person took over"
    if message.key == SURVEY_KEY and ticket.status != Status.RESOLVED:
        return "it was reopened: nobody asks how satisfied the customer is now"
    return None


def _tell(
    session: AsyncSession, delivery: Delivery, message: Message, ticket: Ticket, now: datetime
) -> None:
    """Say how far it has come; nothing about the ticket has changed."""
    data = message_view(message.as_row(), delivery.as_row())
    event = PendingEvent("message.updated", now, data, ticket.id, ticket.unit, ticket.assignee_id)
    record(session, event)


def _unless_sent(claim: Claim) -> DeliveryState:
    """How a reply ends that was not sent now: an earlier attempt may have arrived."""
    return DeliveryState.UNKNOWN if claim.check_first else DeliveryState.FAILED


def _due(now: datetime) -> Select[Delivery]:
    earlier = aliased(Delivery)
    return select(Delivery).where(
        Delivery.state.in_(OPEN_STATES),
        Delivery.next_at <= now,
        ~exists(
            select(earlier.id).where(
                earlier.ticket_id == Delivery.ticket_id,
                earlier.id < Delivery.id,
                earlier.state.in_(OPEN_STATES),
            )
        ),
    )


async def _claim(
    session: AsyncSession, delivery: Delivery, message: Message, ticket: Ticket
) -> Claim:
    conversation = message.conversation or ticket.conversation
    point_id = await session.scalar(
        select(Conversation.contact_point_id).where(
            Conversation.account_id == message.account_id, Conversation.key == conversation
        )
    )
    point = await session.get_one(ContactPoint, point_id or ticket.contact_point_id)
    heard = await session.scalar(
        select(Message.sent_at)
        .where(
            Message.ticket_id == ticket.id,
            Message.direction == Direction.INBOUND.value,
            func.coalesce(Message.conversation, ticket.conversation) == conversation,
        )
        .order_by(Message.sent_at.desc())
        .limit(1)
    )
    reply = Reply(
        key=f"{delivery.id}",
        conversation=conversation,
        recipient=point.address,
        recipient_handle=point.handle,
        body=message.body,
        visibility=Visibility(message.visibility),
        in_reply_to=message.in_reply_to,
        last_inbound_at=heard,
        by_bot=delivery.by_bot,
        choices=tuple(Choice(choice["title"], choice["value"]) for choice in message.choices),
        sent_parts=tuple(delivery.sent_parts),
        written_at=message.created_at,
    )
    return Claim(
        delivery.id,
        ticket.id,
        delivery.account_id,
        delivery.attempts,
        delivery.check_first,
        reply,
    )
