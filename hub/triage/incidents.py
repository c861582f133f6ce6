"""A new inquiry and the incidents that are open: where it belongs, and what it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.incidents.automatic import (
    automatic_text,
    may_be_told,
    remember,
    speaks,
    told,
    wrote_again,
)
from hub.incidents.matching import Seen, in_order, matches, names_place
from hub.incidents.models import Incident, IncidentState
from hub.incidents.tickets import attach, open_incident, rule_of
from hub.incidents.words import Said
from hub.ports import Answer, ArticleView, Decision, Guess, Handoff
from hub.tickets.actions import SILENT_CHANNELS
from hub.tickets.change import Change
from hub.tickets.models import Direction, Message, Ticket
from hub.triage.actions import bot_says

WROTE_AGAIN = "incident"
"""The reason of a hand-off after the automatic answer."""
_SURE = 0.5
"""A guess of the bot's that counts as knowing."""
_LATELY = timedelta(hours=24)
_FOR_PEOPLE = frozenset(("asked-for-person", "policy", "deleted", "not-triaged", WROTE_AGAIN))
"""Hand-offs for which a person is wanted, whatever goes on in town."""


async def open_ones(session: AsyncSession) -> list[Incident]:
    """The open incidents, the more particular ones first."""
    found = await session.scalars(
        select(Incident)
        .where(Incident.state == IncidentState.OPEN.value)
        .order_by(Incident.id.desc())
    )
    return [incident for _, incident in in_order((rule_of(one), one) for one in found)]


async def lately(session: AsyncSession, message: Message) -> str:
    """What the customer wrote in the ticket up to `message`: who presses a button said the place
    before."""
    bodies = await session.scalars(
        select(Message.body)
        .where(
            Message.ticket_id == message.ticket_id,
            Message.direction == Direction.INBOUND.value,
            Message.deleted_at.is_(None),
            Message.id <= message.id,
            Message.sent_at >= message.sent_at - _LATELY,
        )
        .order_by(Message.id.desc())
        .limit(5)
    )
    return "\n".join(reversed(bodies.all()))


def incident_for(
    incidents: Sequence[Incident],
    ticket: Ticket,
    text: str,
    decision: Decision | None = None,
    emergency: str | None = None,
    unit: str | None = None,
) -> Incident | None:
    """The open incident a message belongs to, by what it says and what it is about; `unit` is
    where its topic will bring it.

    An emergency of the place is a part of it, whatever the incident's topic.
    """
    if not incidents:
        return None
    said = Said(text)
    topics = (emergency,) if emergency else _topics(ticket, decision)
    for incident in incidents:
        rule = rule_of(incident)
        seen = Seen(said, topics, unit or ticket.unit)
        if matches(rule, seen):
            return incident
        if emergency and rule.unit in (None, unit or ticket.unit) and names_place(rule, said):
            return incident
    return None


def _topics(ticket: Ticket, decision: Decision | None) -> tuple[str, ...]:
    found: list[str] = []
    guesses: tuple[Guess, ...] = ()
    match decision:
        case Answer():
            found += decision.articles
            guesses = decision.guesses
        case Handoff():
            found += [decision.topic] if decision.topic else []
            guesses = decision.guesses
        case None:
            pass
        case _:
            guesses = decision.guesses
    found += [guess.slug for guess in guesses if guess.confidence >= _SURE]
    if not found and ticket.topic is not None:
        found.append(ticket.topic)
    return tuple(found)


async def join(
    change: Change, chosen: Incident | None, incidents: Sequence[Incident]
) -> Incident | None:
    """Attach the ticket, if the incident is still open; gives it as it is now."""
    if chosen is None:
        return None
    incident = await open_incident(change.session, chosen.id)
    if incident is None:
        return None
    # Out of one that is over; what a person put into another one stays there.
    over = change.ticket.incident_id not in {one.id for one in incidents}
    attach(change, incident, anew=over)
    return incident if change.ticket.incident_id == incident.id else None


async def answer_for(
    change: Change,
    incident: Incident,
    inquiry: Message,
    by: Decision,
    article: ArticleView | None,
) -> bool:
    """Say the incident's answer instead of what the bot decided, where it has one and no person
    is wanted; `article` is about its topic. False where nothing was said."""
    wanted = isinstance(by, Handoff) and by.reason in _FOR_PEOPLE
    urgent = isinstance(by, Answer) and (by.handover or by.emergency)
    if wanted or urgent:
        return False
    return await say_answer(change, incident, inquiry, article)


async def say_answer(
    change: Change,
    incident: Incident,
    inquiry: Message,
    article: ArticleView | None,
    key: str | None = None,
) -> bool:
    """The automatic answer, once in a ticket: it stays with the bot, as after an answered
    question. False where it must not, or need not, be said."""
    if not speaks(incident) or not may_be_told(change, inquiry):
        return False
    if change.ticket.channel in SILENT_CHANNELS or await told(change.session, change.ticket.id):
        return False
    await bot_says(change, inquiry, automatic_text(incident, inquiry.body), article, key)
    remember(change, incident)
    return True


def handoff_of(remembered: dict[str, Any], topic: str | None) -> Handoff:
    """The customer was told automatically and writes again: a person answers."""
    return Handoff(WROTE_AGAIN, wrote_again(remembered), topic=topic)


def named(decision: Decision, incident: Incident) -> Decision:
    """A hand-off's summary says of which incident the ticket is a part."""
    if not isinstance(decision, Handoff) or decision.reason == WROTE_AGAIN:
        return decision
    summary = f"Part of the incident “{incident.title}”. {decision.summary}"
    return replace(decision, summary=summary)
