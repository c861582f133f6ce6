"""What happens to an incident's tickets, in the background: gathered, answered, resolved.

Every ticket is a transaction of its own, so that nobody waits for two hundred. A job that is taken
up again after a restart goes over the same tickets: what was done to one is seen on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import exists, select

from hub.db.database import Database
from hub.directory import DirectoryCache
from hub.errors import Conflict, HubError
from hub.incidents.incidents import ANSWER, GATHER, RESOLVE
from hub.incidents.models import Incident, IncidentAnswer, IncidentState
from hub.incidents.tickets import attach, candidates, open_incident
from hub.incidents.view import tell_incident
from hub.jobs.queue import Handler
from hub.now import Now
from hub.ports import ArticleView, Knowledge
from hub.system import Hub
from hub.team.access import BOT, Actor
from hub.tickets.actions import set_status
from hub.tickets.change import Change, changing
from hub.tickets.models import AuthorKind, Direction, Message, Status, Ticket
from hub.tickets.replies import reply
from hub.triage.incidents import say_answer
from hub.triage.keys import bot_key

TOLD_EVERY = 10
"""Tickets after which the progress is told."""
_TROUBLED = 5
"""Tickets that may make trouble before it is rather the database that does."""

log = structlog.get_logger(__name__)


def incident_jobs(hub: Hub) -> dict[str, Handler]:
    """The handlers by the kind of their jobs."""
    parts = (hub.database, hub.directory, hub.now)
    return {
        GATHER: Gathering(*parts, hub.rooms.knowledge),
        ANSWER: Answering(*parts),
        RESOLVE: Resolving(*parts),
    }


class _Work:
    def __init__(self, database: Database, directory: DirectoryCache, now: Now) -> None:
        self._database = database
        self._directory = directory
        self._now = now

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        """The tickets that were not reached are as they were: people see them in the queue."""

    async def _tell(self, incident_id: int) -> None:
        async with self._database.write() as session:
            incident = await session.get_one(Incident, incident_id)
            await tell_incident(session, self._now(), incident)


class Gathering(_Work):
    """Attaches what was named and what matches; tells it the automatic answer, where the bot
    alone has answered it so far."""

    def __init__(
        self, database: Database, directory: DirectoryCache, now: Now, knowledge: Knowledge
    ) -> None:
        super().__init__(database, directory, now)
        self._knowledge = knowledge

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        incident_id = int(payload["incident_id"])
        async with self._database.read() as session:
            incident = await session.get_one(Incident, incident_id)
            if incident.state != IncidentState.OPEN:
                return
            matching = [ticket.id for ticket in await candidates(session, incident)]
            matching += await session.scalars(
                select(Ticket.id).where(
                    Ticket.incident_id == incident_id, Ticket.status == Status.BOT.value
                )
            )
        named = {int(ticket_id) for ticket_id in payload["ticket_ids"]}
        topic = incident.topic
        article = await self._knowledge.article(topic) if topic is not None else None
        for ticket_id in sorted(named | set(matching)):
            await self._one(ticket_id, incident_id, article, anew=ticket_id in named)
        await self._tell(incident_id)

    async def _one(
        self, ticket_id: int, incident_id: int, article: ArticleView | None, *, anew: bool
    ) -> None:
        directory = await self._directory.get()
        async with (
            self._database.write() as session,
            changing(session, ticket_id, directory, BOT, self._now()) as change,
        ):
            incident = await open_incident(session, incident_id)
            if incident is None:
                return
            attach(change, incident, anew=anew)
            if change.ticket.incident_id != incident_id:
                return
            # What waits for its triage is told there; a race between the two would say it twice.
            if change.ticket.last_author == AuthorKind.BOT:
                inquiry = await _newest(change)
                key = bot_key(f"incident:{incident_id}")
                if inquiry is not None:
                    await say_answer(change, incident, inquiry, article, key)


async def _newest(change: Change) -> Message | None:
    """The customer's newest message."""
    return await change.session.scalar(
        select(Message)
        .where(
            Message.ticket_id == change.ticket.id,
            Message.direction == Direction.INBOUND.value,
        )
        .order_by(Message.id.desc())
        .limit(1)
    )


def _key(answer_id: int) -> str:
    """Of the kind that no program's Idempotency-Key is, else a ticket would count as told."""
    return bot_key(f"answer:{answer_id}")


class NotAllAnswered(Exception):
    """Some tickets made trouble that nobody expected; all others have been answered."""


class Answering(_Work):
    """Says one text in many tickets, each once, and counts."""

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        answer_id = int(payload["answer_id"])
        async with self._database.read() as session:
            answer = await session.get_one(IncidentAnswer, answer_id)
        actor = Actor(**payload["actor"])
        tickets = [int(ticket_id) for ticket_id in payload["ticket_ids"]]
        done = refused = gone = 0
        troubled: list[int] = []
        for number, ticket_id in enumerate(tickets, start=1):
            try:
                said = await self._one(ticket_id, answer, actor)
            except HubError as error:
                log.info("incident.not_answered", ticket=ticket_id, reason=error.detail)
                refused += 1
            except Exception:  # the others' customers must not wait for it
                troubled.append(ticket_id)
                if len(troubled) > _TROUBLED:  # it is not these tickets
                    raise
                log.exception("incident.answer_failed", ticket=ticket_id)
            else:
                done += said
                gone += not said
            if number % TOLD_EVERY == 0 and number < len(tickets):
                await self._count(answer_id, done, refused, gone, len(tickets))
        await self._count(answer_id, done, refused, gone, len(tickets))
        if troubled:
            raise NotAllAnswered(f"tickets {troubled}: they are tried again")

    async def _one(self, ticket_id: int, answer: IncidentAnswer, actor: Actor) -> bool:
        """False where the ticket was resolved, or taken out, before its turn came. Raises Conflict
        where its channel takes no reply, or an emergency still waits for a person."""
        directory = await self._directory.get()
        key = _key(answer.id)
        async with self._database.write() as session:
            before = exists().where(Message.ticket_id == ticket_id, Message.key == key)
            if await session.scalar(select(before)):
                return True  # before a restart
            async with changing(session, ticket_id, directory, actor, self._now()) as change:
                ticket = change.ticket
                if (
                    ticket.incident_id != answer.incident_id
                    or ticket.status == Status.RESOLVED
                    or ticket.merged_into_id is not None
                ):
                    return False
                if ticket.emergency and ticket.waiting_since is not None:
                    # A text for all would stop its clock, and nobody would have read it.
                    raise Conflict("an emergency waits for a person of its own")
                assignee = ticket.assignee_id
                await reply(change, answer.body, key=key)
                # Whoever answers a whole town does not take all of it upon them.
                ticket.assignee_id = assignee
                # An emergency is over when the person who has it says so.
                if answer.resolve and not ticket.emergency:
                    await set_status(change, Status.RESOLVED, reason="answered")
        return True

    async def _count(
        self, answer_id: int, done: int, refused: int, gone: int, tickets: int
    ) -> None:
        async with self._database.write() as session:
            answer = await session.get_one(IncidentAnswer, answer_id, with_for_update=True)
            answer.done, answer.refused, answer.total = done, refused, tickets - gone
            incident = await session.get_one(Incident, answer.incident_id)
            await tell_incident(session, self._now(), incident)

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        """What was not said is counted as refused: it is looked at by people."""
        answer_id = int(payload["answer_id"])
        said = exists().where(Message.key == _key(answer_id))
        async with self._database.read() as session:
            done = 0
            for ticket_id in payload["ticket_ids"]:
                done += bool(
                    await session.scalar(select(said.where(Message.ticket_id == ticket_id)))
                )
        tickets = len(payload["ticket_ids"])
        await self._count(answer_id, done, tickets - done, 0, tickets)


class Resolving(_Work):
    """Resolves what remains when an incident ends without a last word."""

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        actor = Actor(**payload["actor"])
        incident_id = int(payload["incident_id"])
        for ticket_id in payload["ticket_ids"]:
            try:
                await self._one(int(ticket_id), incident_id, actor)
            except HubError as error:
                log.info("incident.not_resolved", ticket=ticket_id, reason=error.detail)
        await self._tell(incident_id)

    async def _one(self, ticket_id: int, incident_id: int, actor: Actor) -> None:
        directory = await self._directory.get()
        async with (
            self._database.write() as session,
            changing(session, ticket_id, directory, actor, self._now()) as change,
        ):
            ticket = change.ticket
            inside = ticket.incident_id == incident_id and ticket.status != Status.RESOLVED
            if inside and not ticket.emergency:
                # Nothing was said to them, so nobody asks how that was.
                await set_status(change, Status.RESOLVED, reason="incident over", survey=False)
