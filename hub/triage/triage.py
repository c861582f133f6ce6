"""The triage of one inbound message: emergency rules first, then the Responder, then a person.

The responder is asked outside any transaction. What it said is written only if nobody took
over meanwhile: the ticket's fence is compared under the ticket's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from hub.db.database import Database
from hub.directory import DirectoryCache
from hub.jobs.queue import done_with
from hub.metrics import BOT_TURNS, TRIAGE_SECONDS
from hub.now import Now
from hub.ports import Answer, Ask, AskBack, Decision, Handoff, Knowledge, Responder, Turn
from hub.team.access import BOT
from hub.tickets.change import changing
from hub.tickets.models import Status
from hub.triage.actions import bot_answers, bot_asks, bot_asks_back, hand_off, raise_emergency
from hub.triage.incidents import answer_for, handoff_of, incident_for, join, named
from hub.triage.inquiry import DetectLanguage, Inquiry, load_inquiry, was_answered
from hub.triage.keys import bot_key
from hub.triage.memory import keep_emergency, remember

log = structlog.get_logger(__name__)

EmergencyRules = Callable[[str], str | None]
"""The slug of the emergency a text tells of, or None."""


class Triage:
    """Handles the `triage` job."""

    def __init__(
        self,
        database: Database,
        directory: DirectoryCache,
        rules: EmergencyRules,
        responder: Responder,
        knowledge: Knowledge,
        language_of: DetectLanguage,
        now: Now,
    ) -> None:
        self._database = database
        self._directory = directory
        self._rules = rules
        self._responder = responder
        self._knowledge = knowledge
        self._language_of = language_of
        self._now = now

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        edited = bool(payload.get("edited"))
        inquiry = await self._load(payload, anew=edited)
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
        inquiry = await self._load(payload)
        if inquiry is not None and inquiry.ticket.status == Status.BOT:
            summary = "It could not be triaged. Please read what the customer wrote."
            await self._carry_out(inquiry, Handoff("not-triaged", summary))

    async def _load(self, payload: Mapping[str, Any], *, anew: bool = False) -> Inquiry | None:
        directory = await self._directory.get()
        async with self._database.read() as session:
            return await load_inquiry(
                session,
                directory,
                self._language_of,
                payload["message_id"],
                pressed=payload.get("choice"),
                anew=anew,
                returned=payload.get("returned"),
                said=payload.get("said", 0),
            )

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
            key = bot_key(f"{inquiry.message.id}:edited") if edited else inquiry.key
            await keep_emergency(change, inquiry, slug)
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
        topic = decision.topic if isinstance(decision, (Ask, Handoff)) else None
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
                if await was_answered(session, inquiry.ticket.id, inquiry.key):
                    return  # its job ran twice at the same time
                if await answer_for(change, incident, inquiry.message, decision, matter):
                    return
                decision = named(decision, incident)
            await remember(change, inquiry, decision)
            message, key = inquiry.message, inquiry.key
            match decision:
                case Answer(emergency=True, articles=(slug, *_)):
                    # What the rules missed and the bot did not.
                    await raise_emergency(change, message, slug, article, inquiry.fence, key)
                case Answer():
                    await bot_answers(change, message, decision, article, key)
                case AskBack():
                    await bot_asks_back(change, message, decision, key)
                case Ask():
                    await bot_asks(change, message, decision, article, key)
                case Handoff():
                    await hand_off(change, message, decision, article, key)
