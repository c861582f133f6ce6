"""Calls and walk-ins: what an agent enters goes the same way as every other inquiry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.models import AuditEntry
from hub.errors import NotFound
from hub.ports import Author, InboundMessage, ReceivedBody, Visibility
from hub.system import Hub
from hub.team.access import Actor
from hub.tickets import actions
from hub.tickets.callbacks import promise_call
from hub.tickets.change import changing
from hub.tickets.models import Priority, Status

if TYPE_CHECKING:
    from hub.api.ticket_schemas import TicketRequest


async def enter(hub: Hub, wanted: TicketRequest, actor: Actor, *, external_id: str) -> int:
    """Make a ticket of a call or a walk-in; gives its id. The same `external_id` again gives
    the first ticket again."""
    account = (await hub.directory.get()).account_of(wanted.channel)
    if account is None:
        raise NotFound(f"there is no account for {wanted.channel}")
    external_id = f"{actor.kind}:{actor.id}:{external_id}"[:255]
    message = InboundMessage(
        external_id=external_id,
        conversation=external_id,
        author=_author(wanted, external_id),
        body=wanted.body,
        sent_at=hub.now(),
        visibility=Visibility.PRIVATE,
        subject=wanted.subject,
        unit=wanted.unit,
        skip_bot=True,
        can_reply=False,
        context={"entered_by": actor.name},
    )
    raw = wanted.model_dump_json().encode()
    fields = frozenset({"body", "subject", "name"})
    received = ReceivedBody(account.id, (message,), raw, text_fields=fields)
    (accepted,) = await hub.intake.receive(received)
    # A duplicate may be one whose first attempt died before it was finished.
    if not accepted.duplicate or not await _is_finished(hub, accepted.ticket_id):
        await _finish(hub, wanted, actor, accepted.ticket_id)
    return accepted.ticket_id


async def _is_finished(hub: Hub, ticket_id: int) -> bool:
    entered = AuditEntry.action == "entered"
    async with hub.database.read() as session:
        query = select(AuditEntry.id).where(AuditEntry.ticket_id == ticket_id, entered).limit(1)
        return await session.scalar(query) is not None


async def _finish(hub: Hub, wanted: TicketRequest, actor: Actor, ticket_id: int) -> None:
    directory = await hub.directory.get()
    async with (
        hub.database.write() as session,
        changing(session, ticket_id, directory, actor, hub.now()) as change,
    ):
        change.audit("entered", channel=wanted.channel)
        actions.set_priority(change, Priority(wanted.priority))
        if wanted.resolved or wanted.outcome == "resolved":
            await actions.set_status(change, Status.RESOLVED, reason="answered")
        elif wanted.outcome == "call_back" and wanted.callback_at is not None:
            phone = wanted.phone.strip() if wanted.phone else None
            await promise_call(change, wanted.callback_at, phone=phone)


def _author(wanted: TicketRequest, external_id: str) -> Author:
    """The person by phone or e-mail, else somebody this ticket alone knows."""
    if wanted.phone and wanted.phone.strip():
        digits = "".join(character for character in wanted.phone if character.isdigit())
        return Author("phone", digits or wanted.phone, wanted.name)
    if wanted.email and wanted.email.strip():
        return Author("email", wanted.email.strip().lower(), wanted.name)
    return Author("counter", external_id, wanted.name)
