"""What later inquiries of an incident are told, without a person.

A bot's message like any other: behind the fence, in the customer's language, and saying that it is
automatic (public bodies must not let a machine pass for a person).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from hub.audit.models import AuditEntry
from hub.incidents.language import is_spanish
from hub.incidents.models import Incident
from hub.tickets.change import Change
from hub.tickets.models import Message, Status
from hub.tickets.returning import RETURNED

ANSWERED = "incident answered"
"""The audit entry of a ticket that was told: nothing is said twice."""
_AUTOMATIC = {
    False: "This is an automatic message. If you need anything else, write again: "
    "a person will answer you here.",
    True: "Este es un mensaje automático. Si necesita algo más, escriba de nuevo: "
    "una persona le responderá aquí.",
}


def automatic_text(incident: Incident, inquiry: str) -> str:
    """The incident's answer in the language of `inquiry`, and that it is automatic."""
    spanish = bool(incident.answer_es.strip()) and is_spanish(inquiry)
    body = incident.answer_es if spanish else incident.answer
    return f"{body.strip()}\n\n{_AUTOMATIC[spanish]}"


def speaks(incident: Incident) -> bool:
    """Whether it answers by itself."""
    return incident.auto_answer and bool(incident.answer.strip())


async def told(session: Any, ticket_id: int) -> dict[str, Any] | None:
    """What is remembered of the automatic answer in a ticket, or None where there was none."""
    newest = await _newest(session, ticket_id, ANSWERED)
    return None if newest is None else newest.detail


async def told_last(session: Any, ticket_id: int) -> dict[str, Any] | None:
    """The same, unless a person has given the ticket back to the bot since: then the bot is meant
    to answer, and not to call that person again."""
    newest = await _newest(session, ticket_id, ANSWERED, RETURNED)
    return None if newest is None or newest.action == RETURNED else newest.detail


async def _newest(session: Any, ticket_id: int, *actions: str) -> AuditEntry | None:
    found: AuditEntry | None = await session.scalar(
        select(AuditEntry)
        .where(AuditEntry.ticket_id == ticket_id, AuditEntry.action.in_(actions))
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    return found


def may_be_told(change: Change, inquiry: Message) -> bool:
    """Whether the bot may speak in this ticket, and the channel would carry it."""
    ticket = change.ticket
    abilities = change.directory.account(inquiry.account_id).capabilities
    return (
        ticket.status == Status.BOT
        and ticket.merged_into_id is None
        and not ticket.emergency
        and not ticket.held_by
        and ticket.can_reply
        and abilities.can_reply
        and inquiry.deleted_at is None
    )


def remember(change: Change, incident: Incident) -> None:
    change.audit(
        ANSWERED,
        incident_id=incident.id,
        title=incident.title,
        at=_minute(change.now),
    )


def wrote_again(remembered: dict[str, Any]) -> str:
    """What the person who takes over is told."""
    return (
        f"Part of the incident “{remembered.get('title', '')}”, answered automatically at "
        f"{remembered.get('at', '')}. The customer wrote again."
    )


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
