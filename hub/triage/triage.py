"""The triage of one inbound message: emergency rules first, then the Responder, then a person.

The responder is asked outside any transaction. What it said is written only if nobody took
over meanwhile: the ticket's fence is compared under the ticket's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.database import Database
from hub.directory import DirectoryCache
from hub.incidents.automatic import told
from hub.incidents.models import Incident
from hub.jobs.queue import done_with
from hub.metrics import BOT_TURNS, TRIAGE_SECONDS
from hub.now import Now
from hub.ports import (
    Answer,
    AskBack,
    Choice,
    Decision,
    Handoff,
    Knowledge,
    Responder,
    Turn,
    Visibility,
)
from hub.team.access import BOT
from hub.tickets.change import changing
from hub.tickets.models import AuthorKind, Message, Status, Ticket
from hub.triage.actions import bot_answers, bot_asks_back, hand_off, raise_emergency
from hub.triage.incidents import (
    answer_for,
    handoff_of,
    incident_for,
    join,
    lately,
    named,
    open_ones,
)
from hub.triage.keys import bot_key

log = structlog.get_logger(__name__)

EmergencyRules = Callable[[str], str | None]
"""The slug of the emergency a text tells of, or None."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A message to triage, and the fence as it was when it was read."""

    message: Message
    ticket: Ticket
    turn: Turn
    fence: int
    incidents: Sequence[Incident] = ()
    """The open ones, the more particular first."""
    text: str = ""
    """What the customer wrote lately, this message last; read where incidents are open."""
    told: dict[str, Any] | None = None
    """What is remembered of an incident's automatic answer in this ticket."""


class Triage:
    """Handles the `triage` job."""

    def __init__(
        self,
        database: Database,
        directory: DirectoryCache,
        rules: EmergencyRules,
        responder: Responder,
        knowledge: Knowledge,
        now: Now,
    ) -> None:
        self._database = database
        self._directory = directory
        self._rules = rules
        self._responder = responder
        self._knowledge = knowledge
        self._now = now

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        edited = bool(payload.get("edited"))
        inquiry = await self._load(payload["message_id"], payload.get("choice"), anew=edited)
        if inquiry is None:
            return
        emergency = self._rules(inquiry.message.body)
        if emergency is not None:
            await self._emergency(inquiry, emergency, edited)
        elif edited:  # what it said before was answered; only an emergency must not be missed
            return
        elif inquiry.message.deleted_at is not None and inquiry.ticket.status == Status.BOT:
            gone = Handoff("deleted", "The customer deleted the message before it was read.")
            await self._carry_out(inquiry, gone)
        elif inquiry.ticket.status == Status.BOT:
            await self._carry_out(inquiry, await self._decide(inquiry))
        elif inquiry.incidents and inquiry.message.deleted_at is None:
            await self._group(inquiry)
        TRIAGE_SECONDS.observe((self._now() - inquiry.message.created_at).total_seconds())

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        """Whatever stands in the way, the inquiry goes to people."""
        inquiry = await self._load(payload["message_id"], None)
        if inquiry is not None and inquiry.ticket.status == Status.BOT:
            summary = "It could not be triaged. Please read what the customer wrote."
            await self._carry_out(inquiry, Handoff("not-triaged", summary))

    async def _load(
        self, message_id: int, pressed: str | None, *, anew: bool = False
    ) -> Inquiry | None:
        """The message, unless it was triaged before; `anew` also then."""
        async with self._database.read() as session:
            message = await session.get(Message, message_id)
            if message is None:
                return None
            if not anew and await _done(session, message):
                return None  # the job ran before and died after its commit
            ticket = await session.get_one(Ticket, message.ticket_id)
            spoken = await session.scalar(
                select(Message)
                .where(Message.ticket_id == ticket.id, Message.author_kind == AuthorKind.BOT.value)
                .order_by(Message.id.desc())
                .limit(1)
            )
            incidents = await open_ones(session)
            text = await lately(session, message) if incidents else ""
            remembered = None
            if ticket.incident_id is not None and ticket.status == Status.BOT:
                remembered = await told(session, ticket.id)
        offered = spoken.choices if spoken is not None and ticket.asked_back else []
        choices = tuple(Choice(choice["title"], choice["value"]) for choice in offered)
        # Platforms cut a button's title: what was pressed is known by its value.
        titles = {choice.value: choice.title for choice in choices}
        turn = Turn(
            conversation=f"ticket-{ticket.id}",
            text=titles.get(pressed or "", message.body),
            channel=ticket.channel,
            visibility=Visibility(message.visibility),
            asked_back=ticket.asked_back,
            choices=choices,
            first=spoken is None,
        )
        return Inquiry(message, ticket, turn, ticket.takeover, incidents, text, remembered)

    async def _decide(self, inquiry: Inquiry) -> Decision:
        if inquiry.told is not None:
            return handoff_of(inquiry.told, inquiry.ticket.topic)
        return await self._ask(inquiry.turn)

    async def _ask(self, turn: Turn) -> Decision:
        try:
            return await self._responder.respond(turn)
        except Exception:  # a mistake in the bot must not keep people waiting for a person
            log.exception("triage.responder_failed", conversation=turn.conversation)
            return Handoff("bot-unavailable", "The assistant failed to read this message.")

    async def _emergency(self, inquiry: Inquiry, slug: str, edited: bool) -> None:
        BOT_TURNS.labels("emergency").inc()
        article = await self._knowledge.article(slug)
        directory = await self._directory.get()
        async with (
            self._database.write() as session,
            changing(session, inquiry.ticket.id, directory, BOT, self._now()) as change,
        ):
            await done_with(session, self._now())
            number = inquiry.message.id
            key = bot_key(f"{number}:edited" if edited else number)
            await raise_emergency(change, inquiry.message, slug, article, inquiry.fence, key)
            unit = article.unit if article else None
            found = incident_for(
                inquiry.incidents, inquiry.ticket, inquiry.text, emergency=slug, unit=unit
            )
            await join(change, found, inquiry.incidents)

    async def _group(self, inquiry: Inquiry) -> None:
        """A person has the ticket: it becomes a part of its incident, and nothing is said."""
        found = incident_for(inquiry.incidents, inquiry.ticket, inquiry.text)
        if found is None or inquiry.ticket.incident_id == found.id:
            return
        directory = await self._directory.get()
        async with (
            self._database.write() as session,
            changing(session, inquiry.ticket.id, directory, BOT, self._now()) as change,
        ):
            await done_with(session, self._now())
            await join(change, found, inquiry.incidents)

    async def _carry_out(self, inquiry: Inquiry, decision: Decision) -> None:
        BOT_TURNS.labels(type(decision).__name__.lower()).inc()
        topic = decision.topic if isinstance(decision, Handoff) else None
        if isinstance(decision, Answer) and decision.articles:
            topic = decision.articles[0]
        article = await self._knowledge.article(topic) if topic else None
        unit = article.unit if article else None
        found = incident_for(inquiry.incidents, inquiry.ticket, inquiry.text, decision, unit=unit)
        matter = await self._knowledge.article(found.topic) if found and found.topic else None
        directory = await self._directory.get()
        async with (
            self._database.write() as session,
            changing(session, inquiry.ticket.id, directory, BOT, self._now()) as change,
        ):
            await done_with(session, self._now())
            incident = await join(change, found, inquiry.incidents)
            if change.ticket.takeover != inquiry.fence or change.ticket.status != Status.BOT:
                log.info("triage.discarded", ticket=inquiry.ticket.id, reason="took over")
                return
            if incident is not None:
                if await _done(session, inquiry.message):  # its job ran twice at the same time
                    return
                if await answer_for(change, incident, inquiry.message, decision, matter):
                    return
                decision = named(decision, incident)
            match decision:
                case Answer():
                    await bot_answers(change, inquiry.message, decision, article)
                case AskBack():
                    await bot_asks_back(change, inquiry.message, decision)
                case Handoff():
                    await hand_off(change, inquiry.message, decision, article)


async def _done(session: AsyncSession, message: Message) -> bool:
    """Whether the bot has answered this very message."""
    said = exists().where(
        Message.ticket_id == message.ticket_id, Message.key == bot_key(message.id)
    )
    return bool(await session.scalar(select(said)))
