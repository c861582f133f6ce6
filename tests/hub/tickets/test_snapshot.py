"""Old snapshot plus events equals a fresh snapshot: what a console shows is what is stored.

Random histories of everything that can happen to tickets; at the end the newest event of each
ticket and of each message must say just what a fresh read says.
"""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hub.delivery.models import Delivery
from hub.errors import Conflict
from hub.events.models import Event
from hub.jobs.lease import LEASE
from hub.ports import (
    Answer,
    AskBack,
    AuthFailed,
    ChannelKind,
    Choice,
    Decision,
    Rejected,
    TemporarilyUnavailable,
    Turn,
)
from hub.system import Hub
from hub.tickets import actions, replies
from hub.tickets.models import Message, Priority, Status, Ticket
from hub.tickets.view import message_view, ticket_view
from tests.fakes import (
    FakeClock,
    FakeConnector,
    FakePlatforms,
    LookingConnector,
    ScriptedResponder,
    handoff,
    inbound,
)
from tests.fixtures import Work, account_id, agent, change, receive, rows

pytestmark = pytest.mark.anyio


async def _fresh(hub: Hub) -> tuple[dict[int, Any], dict[int, Any]]:
    """Tickets and messages by id, as a page that is opened now reads them."""
    async with hub.database.read() as session:
        tickets = {
            one.id: ticket_view(one.as_row()) for one in await session.scalars(select(Ticket))
        }
        found = await session.execute(
            select(Message, Delivery).outerjoin(Delivery, Delivery.message_id == Message.id)
        )
        messages = {
            message.id: message_view(message.as_row(), way.as_row() if way is not None else None)
            for message, way in found
        }
    return json.loads(json.dumps(tickets), object_hook=_int_keys), json.loads(
        json.dumps(messages), object_hook=_int_keys
    )


def _int_keys(value: dict[str, Any]) -> dict[Any, Any]:
    return {int(key) if key.isdecimal() else key: child for key, child in value.items()}


async def _followed(hub: Hub) -> tuple[dict[int, Any], dict[int, Any]]:
    """The same, as a console that has followed every event has it."""
    tickets: dict[int, Any] = {}
    messages: dict[int, Any] = {}
    for event in await rows(hub.database, Event):
        data = json.loads(event.data)
        if event.kind in ("ticket.created", "ticket.updated"):
            tickets[data["id"]] = data
            assert (event.ticket_id, event.unit) == (data["id"], data["unit"])
            assert event.assignee_id == data["assignee_id"]
        elif event.kind in ("message.created", "message.updated"):
            assert (event.kind == "message.created") == (data["id"] not in messages)
            messages[data["id"]] = data
    return tickets, messages


class History:
    """A random life of a few conversations."""

    def __init__(self, hub: Hub, clock: FakeClock, responder: ScriptedResponder, seed: int) -> None:
        self.hub = hub
        self.work = Work(hub)
        self.clock = clock
        self.responder = responder
        self.chance = random.Random(seed)
        self.number = 0
        self.steps: list[Callable[[], Awaitable[object]]] = [
            self.customer, self.customer, self.staff, self.person, self.person, self.person,
            self.triage, self.triage, self.deliver, self.deliver, self.crash, self.sweep,
        ]  # fmt: skip

    async def run(self, steps: int) -> None:
        self.responder.decisions.clear()
        for _ in range(steps):
            self.clock.advance(seconds=self.chance.choice((0, 1, 40, 900, 9000, 90_000)))
            await self.chance.choice(self.steps)()

    async def customer(self) -> None:
        self.number += 1
        texts = ("No water", "What is my bill?", "I smell gas", "thanks", "")
        message = inbound(
            f"m-{self.number}",
            self.chance.choice(texts),
            conversation=f"c-{self.chance.randrange(4)}",
            address=f"u-{self.chance.randrange(3)}",
            display_name=self.chance.choice((None, "Rosa", "Rosa D.")),
            sent_at=self.clock() - timedelta(seconds=self.chance.randrange(90)),
        )
        await receive(self.hub, message)

    async def staff(self) -> None:
        self.number += 1
        conversation = f"c-{self.chance.randrange(4)}"
        await receive(
            self.hub,
            inbound(
                f"s-{self.number}", "From the app", conversation=conversation, by_staff=True,
                sent_at=self.clock(),
            ),
        )  # fmt: skip

    async def _any_ticket(self) -> int | None:
        tickets = [one.id for one in await rows(self.hub.database, Ticket)]
        return self.chance.choice(tickets) if tickets else None

    async def person(self) -> None:
        ticket_id = await self._any_ticket()
        if ticket_id is None:
            return
        who = await agent(self.hub, self.chance.choice(("ava", "ben", "carla")))
        status = self.chance.choice([s for s in Status if s is not Status.BOT])
        until = self.clock() + timedelta(hours=1) if status is Status.SNOOZED else None
        failed = [
            one.message_id
            for one in await rows(self.hub.database, Delivery, ticket_id=ticket_id)
            if one.state in ("failed", "unknown")
        ]
        choices: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = [
            (replies.reply, (f"answer {self.number}",), {}),
            (replies.reply, ("the same",), {"key": "k"}),
            (replies.note, ("looked",), {}),
            (actions.assign, (self.chance.choice((who.id, None)),), {}),
            (actions.transfer, (self.chance.choice(("billing", "call-center")),), {}),
            (actions.set_status, (status,), {"until": until}),
            (actions.set_priority, (self.chance.choice(list(Priority)),), {}),
            (actions.set_topic, (self.chance.choice((None, "high-bill", "gas-leak")),), {}),
            (actions.set_subject, (f"subject {self.number}",), {}),
            (actions.set_tags, ([self.chance.choice("abc")],), {}),
            *((replies.retry, (message_id,), {}) for message_id in failed),
        ]
        action, args, more = self.chance.choice(choices)
        try:
            await change(self.hub, ticket_id, who, action, *args, **more)
        except Conflict:
            assert more.get("key") == "k"  # another person's key

    async def triage(self) -> None:
        async def decide(_turn: Turn) -> Decision:
            decisions: list[Decision] = [
                Answer("A map is online.", ("outage-map",)),
                Answer("We hear you.", ("complaint",), handover=True),
                AskBack("Do you mean …?", (Choice("High bill", "high-bill"),)),
                handoff(text="A person takes over.", topic="high-bill"),
                handoff(),
            ]
            return self.chance.choice(decisions)

        self.responder.decisions.extend([decide] * 20)
        await self.work.jobs()

    async def deliver(self) -> None:
        platform = await self.hub.connectors.of_account(await account_id(self.hub))
        assert isinstance(platform, FakeConnector)
        platform.outcomes.clear()
        errors = (
            Rejected("deleted"),
            TemporarilyUnavailable("busy"),
            TemporarilyUnavailable("timed out", outcome_unknown=True),
            AuthFailed("expired") if self.number > 12 else Rejected("too old"),
        )
        if self.chance.random() < 0.5:
            platform.outcomes.append(self.chance.choice(errors))
        await self.work.deliver()

    async def crash(self) -> None:
        """A worker dies between its claim and its record."""
        await self.work.deliveries.claim(1)
        self.clock.advance(LEASE)

    async def sweep(self) -> None:
        await self.work.sweep.run()


@pytest.mark.parametrize("seed", range(3))
async def test_events_say_what_a_fresh_read_says(
    hub: Hub,
    clock: FakeClock,
    platforms: FakePlatforms,
    responder: ScriptedResponder,
    seed: int,
) -> None:
    if seed % 2:
        platforms.use(ChannelKind.X, LookingConnector)
    history = History(hub, clock, responder, seed)
    for _ in range(3):
        await history.run(16)
        assert await _followed(hub) == await _fresh(hub)
    assert len(await rows(hub.database, Message)) > 10


async def test_versions_of_a_ticket_only_rise(
    hub: Hub, clock: FakeClock, responder: ScriptedResponder
) -> None:
    """A console drops what is older than what it has: no two states share a version."""
    await History(hub, clock, responder, 99).run(40)
    versions: dict[int, list[int]] = {}
    for event in await rows(hub.database, Event):
        if event.kind in ("ticket.created", "ticket.updated"):
            data = json.loads(event.data)
            versions.setdefault(data["id"], []).append(data["version"])
    assert versions
    for seen in versions.values():
        assert seen == list(range(1, len(seen) + 1))
