"""A day of inquiries on four channels, some answered, late, refused, resolved: by a seed."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from hub.api.live_schemas import LiveReport
from hub.ports import Answer, ChannelKind, Decision, Rejected
from hub.reports.live import live_report
from hub.system import Hub
from hub.team.access import Actor
from hub.tickets import actions, replies
from hub.tickets.models import Status, Ticket
from tests.fakes import FakeClock, FakeConnector, ScriptedResponder, handoff, inbound
from tests.fixtures import Work, account_id, agent, change, receive, rows

ZONE = "America/New_York"
KINDS = (ChannelKind.X, ChannelKind.FACEBOOK, ChannelKind.WEBCHAT, ChannelKind.PHONE)
UNITS = (None, "billing", "energy-services")


async def report_of(hub: Hub, unit: str | None = None) -> dict[str, Any]:
    """The report, of the shape that is promised."""
    directory = await hub.directory.get()
    async with hub.database.read() as session:
        report = await live_report(session, directory, hub.now(), ZONE, unit)
    LiveReport.model_validate(report)
    return report


async def _nothing() -> None:
    return None


class History:
    """Inquiries that come in, and what three agents, who are quick to err, do with them."""

    def __init__(
        self, hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder, seed: int
    ) -> None:
        self.hub, self.work, self.clock, self.responder = hub, work, clock, responder
        self.chance = random.Random(seed)
        self.tickets: list[int] = []

    async def run(self, inquiries: int, after: Callable[[], Awaitable[None]] = _nothing) -> None:
        """`after` is called after everything that happens."""
        people = [await agent(self.hub, name) for name in ("ava", "ben", "carla")]
        connector = await self.hub.connectors.of_account(
            await account_id(self.hub, ChannelKind.FACEBOOK)
        )
        assert isinstance(connector, FakeConnector)
        for number in range(inquiries):
            self.clock.advance(minutes=self.chance.choice((1, 10, 20, 30)))
            await self._arrive(number)
            await self._work(connector, self.chance.choice(people))
            await self.work.deliver()
            await self.work.sweep.run()
            await after()

    async def _arrive(self, number: int) -> None:
        chance = self.chance
        kind = chance.choice(KINDS)
        decisions: list[Decision] = [
            Answer("A map is online.", ("outage-map",)),
            Answer("Hello!", ()),
            handoff(topic=chance.choice((None, "high-bill"))),
        ]
        self.responder.decisions.append(chance.choice(decisions))
        # Now and then somebody who wrote before writes again.
        who = chance.randrange(number) if number > 4 and chance.random() < 0.25 else number
        message = inbound(
            f"m-{number}", f"inquiry {number}", conversation=f"c-{kind}-{who}",
            address=f"u-{who}", kind=kind.value, unit=chance.choice(UNITS),
            skip_bot=kind is ChannelKind.PHONE,
            sent_at=self.clock() - timedelta(seconds=chance.randrange(60)),
        )  # fmt: skip
        self.tickets += await receive(self.hub, message, kind=kind)
        await self.work.jobs()

    async def _work(self, connector: FakeConnector, who: Actor) -> None:
        chance, hub = self.chance, self.hub
        one = chance.choice(self.tickets)
        match chance.randrange(6):
            case 0 | 1:
                (stored,) = await rows(hub.database, Ticket, id=one)
                if stored.can_reply:
                    if chance.random() < 0.2:
                        connector.outcomes.append(Rejected("no"))
                    await change(hub, one, who, replies.reply, "On it")
            case 2:
                await change(hub, one, who, actions.assign, who.id)
            case 3:
                reason = chance.choice((None, "no_reply_needed"))
                await change(hub, one, who, actions.set_status, Status.RESOLVED, reason=reason)
            case 4:
                await change(hub, one, who, actions.set_status, Status.PENDING_CUSTOMER)
