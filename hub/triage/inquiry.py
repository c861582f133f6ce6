"""A message to triage: read once, with all that its triage must know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.directory import Directory
from hub.incidents.automatic import told_last
from hub.incidents.models import Incident
from hub.ports import Choice, Turn, Visibility
from hub.tickets.models import AuthorKind, Dialogue, Direction, Message, Status, Ticket
from hub.triage.incidents import lately, open_ones
from hub.triage.keys import bot_key
from hub.triage.masking import masked

DetectLanguage = Callable[[str], str | None]
"""`en`, `es`, or None where a text is too short to tell."""

_EARLIER = 5
"""Messages of the customer's before this one that a hand-off's summary may quote."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A message to triage, and the fence as it was when it was read."""

    message: Message
    ticket: Ticket
    turn: Turn
    fence: int
    key: str
    """Of what the bot says to it: said at most once."""
    incidents: Sequence[Incident] = ()
    """The open ones, the more particular first."""
    text: str = ""
    """What the customer wrote lately, this message last; read where incidents are open."""
    told: dict[str, Any] | None = None
    """What is remembered of an incident's automatic answer in this ticket."""


async def load_inquiry(
    session: AsyncSession,
    directory: Directory,
    language_of: DetectLanguage,
    message_id: int,
    *,
    pressed: str | None = None,
    anew: bool = False,
    returned: int | None = None,
    said: int = 0,
) -> Inquiry | None:
    """The message, unless it was triaged before; `anew` also then. `returned` is the fence at
    which a person gave the ticket back to the bot, `said` its newest message at that moment."""
    message = await session.get(Message, message_id)
    if message is None:
        return None
    key = bot_key(message.id if returned is None else f"{message.id}:{returned}")
    if not anew and await was_answered(session, message.ticket_id, key):
        return None  # the job ran before and died after its commit
    ticket = await session.get_one(Ticket, message.ticket_id)
    spoken = await session.scalar(
        select(Message)
        .where(Message.ticket_id == ticket.id, Message.author_kind == AuthorKind.BOT.value)
        .order_by(Message.id.desc())
        .limit(1)
    )
    if returned is not None:
        # Another person took over since, and another return has its own job; or the message's
        # first job was late, and has answered it by now.
        spoke = spoken is not None and spoken.id > said
        if ticket.takeover != returned or spoke:
            return None
    incidents = await open_ones(session)
    remembered = None
    if ticket.incident_id is not None and ticket.status == Status.BOT:
        remembered = await told_last(session, ticket.id)
    first, dialogue = spoken is None, await session.get(Dialogue, ticket.id)
    if spoken is not None and not await _was_said_to(session, spoken, message):
        # In merged tickets and public threads: what one person told a form is not for another.
        spoken = dialogue = None
    capabilities = directory.account(message.account_id).capabilities
    public = message.visibility == Visibility.PUBLIC
    text, choices = _answered(message, ticket, spoken, pressed, dialogue)
    turn = Turn(
        conversation=f"ticket-{ticket.id}",
        text=text,
        channel=ticket.channel,
        visibility=Visibility(message.visibility),
        asked_back=ticket.asked_back,
        choices=choices,
        first=first,
        language=language_of(message.body) or ticket.language or "en",
        dialogue=dialogue.state if dialogue is not None else None,
        can_write_privately=public and capabilities.private_replies,
        earlier=await _earlier(session, message),
    )
    return Inquiry(
        message,
        ticket,
        turn,
        ticket.takeover,
        key,
        incidents,
        await lately(session, message) if incidents else "",
        remembered,
    )


async def was_answered(session: AsyncSession, ticket_id: int, key: str) -> bool:
    """Whether the bot has spoken under this key."""
    said = exists().where(Message.ticket_id == ticket_id, Message.key == key)
    return bool(await session.scalar(select(said)))


async def _was_said_to(session: AsyncSession, spoken: Message, message: Message) -> bool:
    """Whether the bot spoke to whoever wrote the message."""
    if spoken.in_reply_to is None:
        return True
    asked = await session.scalar(
        select(Message).where(
            Message.account_id == spoken.account_id, Message.external_id == spoken.in_reply_to
        )
    )
    if asked is None or asked.author_id == message.author_id:
        return True
    # Who is found to be another contact meanwhile still writes in their own conversation.
    private = Visibility.PUBLIC not in (asked.visibility, message.visibility)
    here = (message.account_id, message.conversation)
    return private and (asked.account_id, asked.conversation) == here


def _answered(
    message: Message,
    ticket: Ticket,
    spoken: Message | None,
    pressed: str | None,
    dialogue: Dialogue | None,
) -> tuple[str, tuple[Choice, ...]]:
    """What the customer says, and the choices they may be answering with it."""
    open_question = ticket.asked_back or dialogue is not None
    offered = spoken.choices if spoken is not None and open_question else []
    choices = tuple(Choice(choice["title"], choice["value"]) for choice in offered)
    # Platforms cut a button's title: what was pressed is known by its value.
    titles = {choice.value: choice.title for choice in choices}
    return masked(titles.get(pressed or "", message.body)), choices


async def _earlier(session: AsyncSession, message: Message) -> tuple[str, ...]:
    bodies = await session.scalars(
        select(Message.body)
        .where(
            Message.ticket_id == message.ticket_id,
            Message.direction == Direction.INBOUND.value,
            Message.deleted_at.is_(None),
            Message.id < message.id,
        )
        .order_by(Message.id.desc())
        .limit(_EARLIER)
    )
    return tuple(masked(body) for body in reversed(bodies.all()))
