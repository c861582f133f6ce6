"""Random weeks of a hub, through the actions that people, customers and the bot take."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from hub.ports import Answer, ChannelKind, Decision, Rejected
from hub.surveys.models import Survey
from hub.system import Hub
from hub.team.access import Actor
from hub.tickets import actions, replies
from hub.tickets.change import Change
from hub.tickets.models import Priority, Status
from tests.fakes import FakeClock, FakeConnector, ScriptedResponder, handoff, inbound
from tests.fixtures import Work, account_id, agent, change, receive, ticket_of

_KINDS = (ChannelKind.X, ChannelKind.FACEBOOK, ChannelKind.WEBCHAT, ChannelKind.PHONE)
_UNITS = (None, "billing", "energy-services", "call-center")
_TOPICS = (None, "high-bill", "outage-map", "start-service")
_REASONS = ("answered", "answered", "no_reply_needed", "duplicate")
_STEPS = (
    *("open",) * 9, "again", "again", "reply", "reply", "reply", "reply", "resolve",
    "resolve", "resolve", "wait", "snooze", "assign", "transfer", "topic", "priority", "note",
    "survey", "rest", "rest",
)  # fmt: skip


class Weeks:
    """Moves a hub on by `step`, each a random thing that happens after a random pause."""

    def __init__(
        self, hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder, seed: int
    ) -> None:
        self.hub = hub
        self.work = work
        self.clock = clock
        self.responder = responder
        self.chance = random.Random(seed)
        self.tickets: list[int] = []
        self._talks: list[tuple[str, str, ChannelKind]] = []
        self._number = 0
        self._people: list[Actor] = []

    async def step(self) -> None:
        pause = self.chance.choice((1, 3, 10, 25, 60, 120, 400))
        self.clock.advance(minutes=pause, seconds=self.chance.randrange(60))
        if not self._people:
            self._people = [await agent(self.hub, name) for name in ("ava", "ben", "sam")]
        name = self.chance.choice(_STEPS) if self.tickets else "open"
        step: Callable[[], Awaitable[None]] = getattr(self, f"_{name}")
        await step()
        await self.work.jobs()
        self.clock.advance(seconds=self.chance.randrange(40))
        await self.work.deliver()
        await self.work.sweep.run()

    async def run(self, steps: int) -> None:
        for _ in range(steps):
            await self.step()

    @property
    def _who(self) -> Actor:
        return self.chance.choice(self._people)

    def _one(self) -> int:
        return self.chance.choice(self.tickets[-12:])

    def _sent_at(self) -> datetime:
        return self.clock() - timedelta(seconds=self.chance.randrange(50))

    async def _say(self, conversation: str, address: str, kind: ChannelKind) -> None:
        self._number += 1
        decisions: tuple[Decision, ...] = (
            Answer("A map is online.", ("outage-map",)),
            Answer("Hello!", ()),
            handoff(topic=self.chance.choice(_TOPICS)),
        )
        self.responder.decisions.clear()
        self.responder.decisions.append(self.chance.choice(decisions))
        message = inbound(
            f"m-{self._number}", f"inquiry {self._number}", conversation=conversation,
            address=address, kind=kind.value, unit=self.chance.choice(_UNITS),
            skip_bot=kind is ChannelKind.PHONE or self.chance.random() < 0.3,
            sent_at=self._sent_at(),
        )  # fmt: skip
        for ticket_id in await receive(self.hub, message, kind=kind):
            if ticket_id not in self.tickets:
                self.tickets.append(ticket_id)

    async def _open(self) -> None:
        kind = self.chance.choice(_KINDS)
        talk = (f"c-{self._number}", f"u-{self.chance.randrange(12)}", kind)
        self._talks.append(talk)
        await self._say(*talk)

    async def _again(self) -> None:
        talk = self.chance.choice(self._talks[-12:])
        if talk[2] is not ChannelKind.PHONE:
            await self._say(*talk)

    async def _reply(self) -> None:
        ticket_id = self._one()
        ticket = await ticket_of(self.hub, ticket_id)
        if self.chance.random() < 0.15:
            kind = ChannelKind(ticket.channel)
            connector = await self.hub.connectors.of_account(await account_id(self.hub, kind))
            assert isinstance(connector, FakeConnector)
            connector.outcomes.append(Rejected("no"))
        await change(self.hub, ticket_id, self._who, replies.reply, "On it")
        if self.chance.random() < 0.3:
            await change(self.hub, ticket_id, self._who, actions.set_status, Status.RESOLVED)

    async def _resolve(self) -> None:
        reason = self.chance.choice(_REASONS)
        await change(
            self.hub, self._one(), self._who, actions.set_status, Status.RESOLVED, reason=reason
        )

    async def _wait(self) -> None:
        await change(self.hub, self._one(), self._who, actions.set_status, Status.PENDING_CUSTOMER)

    async def _snooze(self) -> None:
        until = self.clock() + timedelta(hours=self.chance.choice((1, 5, 30)))
        await change(
            self.hub, self._one(), self._who, actions.set_status, Status.SNOOZED, until=until
        )

    async def _assign(self) -> None:
        await change(self.hub, self._one(), self._who, actions.assign, self._who.id)

    async def _transfer(self) -> None:
        unit = self.chance.choice(_UNITS[1:])
        await change(self.hub, self._one(), self._who, actions.transfer, unit)

    async def _topic(self) -> None:
        topic = self.chance.choice(_TOPICS)
        await change(self.hub, self._one(), self._who, actions.set_topic, topic)

    async def _priority(self) -> None:
        priority = self.chance.choice(tuple(Priority))
        await change(self.hub, self._one(), self._who, actions.set_priority, priority)

    async def _note(self) -> None:
        await change(self.hub, self._one(), self._who, replies.note, "between us")

    async def _survey(self) -> None:
        ticket_id = self._one()
        score = self.chance.choice((None, 1, 2, 3, 4, 5, 5))
        await change(self.hub, ticket_id, self._who, answer_survey, score)

    async def _rest(self) -> None:
        self.clock.advance(hours=self.chance.choice((8, 14, 40)))


async def answer_survey(change: Change, score: int | None) -> None:
    """The customer was asked, and has answered if there is a score."""
    ticket = change.ticket
    known = await change.session.scalar(select(Survey).where(Survey.ticket_id == ticket.id))
    if known is None:
        known = Survey(
            ticket_id=ticket.id, contact_id=ticket.contact_id, token_hash=f"t-{ticket.id}",
            asked_at=change.now, expires_at=change.now + timedelta(days=14),
        )  # fmt: skip
        change.session.add(known)
    if score is not None:
        known.score, known.answered_at, known.comment = score, change.now, f"{score} of 5"
