"""What is worth a notice beside what its own part of the hub tells: emergencies, a whisper."""

from __future__ import annotations

from hub.notices.models import Audience, Notice, Severity
from hub.notices.notices import tell
from hub.tickets.change import Change
from hub.tickets.models import Message


async def tell_emergency(change: Change, title: str) -> Notice:
    """An emergency was raised: its unit and every supervisor should know now.

    To be called once a ticket, in the transaction that raises it and after the ticket has got
    its unit: the notice goes where the ticket is.
    """
    ticket = change.ticket
    return await tell(
        change.session,
        change.now,
        "emergency",
        f"Emergency: {title}. {ticket.contact_name} on {ticket.channel}, ticket #{ticket.id}.",
        audience=Audience.UNIT,
        severity=Severity.CRITICAL,
        ticket=ticket,
        detail={"title": title, "channel": ticket.channel},
    )


async def tell_whisper(change: Change, message: Message, agent_id: int) -> Notice:
    """A word in the ear of the agent who has the ticket."""
    return await tell(
        change.session,
        change.now,
        "whisper",
        message.body,
        audience=Audience.AGENT,
        severity=Severity.INFO,
        ticket=change.ticket,
        agent_id=agent_id,
        author=change.actor.name,
        detail={"message_id": message.id},
    )
