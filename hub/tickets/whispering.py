"""A supervisor's word in the ear of the agent who has a ticket: a note that nobody else is told of.

It is never sent, and no response: on the ticket it is a note that names whom it is for.
"""

from __future__ import annotations

from sqlalchemy import exists, select

from hub.errors import Conflict
from hub.notices.occasions import tell_whisper
from hub.tickets.change import Change
from hub.tickets.models import Message
from hub.tickets.replies import note

WHISPER = "whisper"
"""The audit entry that says which note was whispered to whom."""


async def whisper(change: Change, body: str, *, key: str | None = None) -> Message:
    """Write the note and tell the assignee. Raises Conflict where nobody has the ticket.

    The same `key` again gives the first note again, and tells nobody twice.
    """
    agent = change.directory.agents.get(change.ticket.assignee_id or 0)
    if agent is None:
        raise Conflict("nobody has this ticket: assign it first, or write a note")
    repeated = key is not None and await change.session.scalar(
        select(exists().where(Message.ticket_id == change.ticket.id, Message.key == key))
    )
    message = await note(change, body, key=key, to=agent.name)
    if not repeated:
        change.audit(WHISPER, message_id=message.id, to=agent.id)
        await tell_whisper(change, message, agent.id)
    return message
