"""All clocks of a ticket, moved on by one entry at a time: the form the database keeps.

    first_response   customer's first message ──────────────→ a person's accepted reply
    next_response    oldest unanswered message (once the first response is over) ──→ reply
    resolution       creation ── cut out: waiting on the customer, closed ──→ resolved

`hub.sla.timeline.evaluate` computes the same from the whole history, in another way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from hub.sla.clocks import Clock, Ended
from hub.sla.entries import (
    COUNTER_CHANNELS,
    NOTHING_OWED,
    BotMessage,
    ClassificationChanged,
    Created,
    CustomerMessage,
    Entry,
    PublicReply,
    Rules,
    RulesChanged,
    StatusChanged,
    Terms,
    TicketStatus,
    placed,
)
from hub.sla.errors import BadTimeline
from hub.sla.policy import Facts, Metric


@dataclass(frozen=True, slots=True)
class TicketClocks:
    created_at: datetime
    counter: bool
    """Came in as a call or a walk-in: whoever takes it answers it."""
    facts: Facts
    rules: Rules
    status: TicketStatus
    resolution: Clock
    first_response: Clock | None = None
    exchanges: tuple[Clock, ...] = ()
    """The next_response clocks, oldest first; only the last can be open."""
    waiting_since: datetime | None = None
    """The oldest message that came while resolved: an exchange starts if it is reopened."""
    just_closed: bool = False
    """This resolution ended the last exchange unanswered: a reply still under way meets it."""
    bot_spoke: bool = False
    """The bot has written since the oldest message that a person has not answered."""

    @property
    def terms(self) -> Terms:
        return self.rules.terms(self.facts)

    @property
    def exchange(self) -> Clock | None:
        """The open exchange, else the last one."""
        return self.exchanges[-1] if self.exchanges else None

    @property
    def clocks(self) -> tuple[Clock, ...]:
        first = () if self.first_response is None else (self.first_response,)
        return (*first, *self.exchanges, self.resolution)


def open_clocks(created: Created, rules: Rules) -> TicketClocks:
    """The clocks of a new ticket; its customer's message is an entry of its own."""
    terms = rules.terms(created.facts)
    counter = created.facts.channel in COUNTER_CHANNELS
    first = None
    if counter:
        first = _start(Metric.FIRST_RESPONSE, created.at, terms).meet(created.at, terms.hours)
    ticket = TicketClocks(
        created_at=created.at,
        counter=counter,
        facts=created.facts,
        rules=rules,
        status=created.status,
        resolution=_start(Metric.RESOLUTION, created.at, terms),
        first_response=first,
    )
    if created.status in (TicketStatus.PENDING_CUSTOMER, TicketStatus.RESOLVED):
        begun = replace(ticket, status=TicketStatus.OPEN)
        return _change_status(begun, StatusChanged(at=created.at, status=created.status))
    return ticket


def advance(ticket: TicketClocks, entry: Entry) -> TicketClocks:
    """The clocks after `entry`, which must not be older than what came before."""
    entry = placed(entry, ticket.created_at)
    match entry:
        case Created():
            raise BadTimeline("timeline", "has a second creation")
        case CustomerMessage():
            return _hear(ticket, entry.at)
        case PublicReply():
            return _answer(ticket, entry.at)
        case BotMessage():
            return replace(ticket, bot_spoke=True)
        case StatusChanged():
            return _change_status(ticket, entry)
        case ClassificationChanged():
            return _govern(ticket, replace(ticket, facts=entry.facts), entry.at)
        case RulesChanged():
            return _govern(ticket, replace(ticket, rules=entry.rules), entry.at)
    # Notes and refused deliveries: the customer has not been answered.
    return ticket


def _hear(ticket: TicketClocks, at: datetime) -> TicketClocks:
    if ticket.counter:
        return ticket
    if ticket.first_response is None:
        first = _start(Metric.FIRST_RESPONSE, at, ticket.terms)
        return replace(ticket, first_response=first, bot_spoke=False)
    if ticket.first_response.open:
        return ticket
    if ticket.status is TicketStatus.RESOLVED:
        if ticket.waiting_since is not None:
            return ticket
        return replace(ticket, waiting_since=at, bot_spoke=False)
    if ticket.exchange is not None and ticket.exchange.open:
        return ticket
    return replace(_start_exchange(ticket, at), bot_spoke=False)


def _answer(ticket: TicketClocks, at: datetime) -> TicketClocks:
    hours = ticket.terms.hours
    ticket = replace(ticket, waiting_since=None)
    if ticket.first_response is not None and ticket.first_response.open:
        return replace(ticket, first_response=ticket.first_response.meet(at, hours))
    if ticket.exchange is None:
        return ticket
    if ticket.exchange.open:
        return _with_exchange(ticket, ticket.exchange.meet(at, hours))
    # "Reply and resolve": the ticket is resolved a moment before the channel accepts the reply.
    if ticket.just_closed:
        met = ticket.exchange.meet_late(at, hours)
        return _with_exchange(replace(ticket, just_closed=False), met)
    return ticket


def _change_status(ticket: TicketClocks, entry: StatusChanged) -> TicketClocks:
    before, status = ticket.status, entry.status
    if status is before:
        return ticket
    ticket = replace(ticket, status=status)
    if status is TicketStatus.RESOLVED:
        return _resolve(ticket, before, entry)
    if before is TicketStatus.RESOLVED:
        return _reopen(ticket, entry.at)
    hours = ticket.terms.hours
    if status is TicketStatus.PENDING_CUSTOMER:
        return replace(ticket, resolution=ticket.resolution.pause(entry.at, hours))
    return replace(ticket, resolution=ticket.resolution.resume(entry.at, hours))


def _resolve(ticket: TicketClocks, before: TicketStatus, entry: StatusChanged) -> TicketClocks:
    hours = ticket.terms.hours
    by_bot = before is TicketStatus.BOT and ticket.bot_spoke
    first, exchange = ticket.first_response, ticket.exchange
    if first is not None and first.open:
        # A silent resolution is no response: without one of these reasons the clock runs on.
        if entry.reason in NOTHING_OWED:
            first = first.end(entry.at, Ended.NO_REPLY_NEEDED, hours)
        elif by_bot:
            first = first.end(entry.at, Ended.ANSWERED_BY_BOT, hours)
    resolution = ticket.resolution
    if before is TicketStatus.BOT and entry.reason == Ended.ANSWERED_BY_BOT:
        # It rested until the customer's silence was taken for a yes: no time of anybody's work.
        resolution = resolution.end(entry.at, Ended.ANSWERED_BY_BOT, hours)
    else:
        resolution = resolution.meet(entry.at, hours)
    ticket = replace(ticket, first_response=first, resolution=resolution)
    if exchange is None or not exchange.open:
        return ticket
    ended = Ended.ANSWERED_BY_BOT if by_bot else Ended.UNANSWERED
    if entry.reason in NOTHING_OWED:
        ended = Ended.NO_REPLY_NEEDED
    ticket = replace(ticket, just_closed=ended is Ended.UNANSWERED)
    return _with_exchange(ticket, exchange.end(entry.at, ended, hours))


def _reopen(ticket: TicketClocks, at: datetime) -> TicketClocks:
    terms = ticket.terms
    # What governed while it was closed does not matter, what governs now does.
    resolution = ticket.resolution.reopen().retarget(
        at,
        terms.target(Metric.RESOLUTION),
        terms.hours,
        calendar_time=terms.calendar_time,
    )
    if ticket.status is not TicketStatus.PENDING_CUSTOMER:
        resolution = resolution.resume(at, terms.hours)
    waiting_since = ticket.waiting_since
    ticket = replace(ticket, resolution=resolution, waiting_since=None, just_closed=False)
    return ticket if waiting_since is None else _start_exchange(ticket, waiting_since)


def _govern(before: TicketClocks, after: TicketClocks, at: datetime) -> TicketClocks:
    old, new = before.terms, after.terms

    def retargeted(clock: Clock) -> Clock:
        if not clock.open:
            return clock
        target = new.target(clock.metric)
        return clock.retarget(
            at, target, new.hours, calendar_time=new.calendar_time, before=old.hours
        )

    first = after.first_response
    return replace(
        after,
        first_response=None if first is None else retargeted(first),
        exchanges=tuple(map(retargeted, after.exchanges)),
        resolution=retargeted(after.resolution),
    )


def _start(metric: Metric, at: datetime, terms: Terms) -> Clock:
    return Clock.start(
        metric, at, terms.target(metric), terms.hours, calendar_time=terms.calendar_time
    )


def _start_exchange(ticket: TicketClocks, at: datetime) -> TicketClocks:
    started = _start(Metric.NEXT_RESPONSE, at, ticket.terms)
    return replace(ticket, exchanges=(*ticket.exchanges, started))


def _with_exchange(ticket: TicketClocks, exchange: Clock) -> TicketClocks:
    return replace(ticket, exchanges=(*ticket.exchanges[:-1], exchange))
