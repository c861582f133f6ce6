"""A reply that may have arrived is never sent again unasked, whatever went wrong after."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from hub.accounts.models import Account
from hub.ports import (
    AuthFailed,
    ChannelKind,
    Receipt,
    Rejected,
    Reply,
    SavePart,
    TemporarilyUnavailable,
)
from hub.system import Hub
from hub.tickets import replies
from tests.fakes import FakeClock, FakePlatforms, LookingConnector, inbound
from tests.fixtures import Work, account_id, agent, change, deliveries_of, receive

pytestmark = pytest.mark.anyio

AFTERWARDS = {
    "revoked": AuthFailed("revoked"),
    "away": TemporarilyUnavailable("503"),
    "refused": Rejected("no such thread"),
}


@pytest.mark.parametrize("afterwards", AFTERWARDS)
async def test_a_retry_looks_first(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock, afterwards: str
) -> None:
    class Blind(LookingConnector):
        blind = True

        async def find_sent(self, reply: Reply) -> Receipt | None:
            if self.blind:
                raise AFTERWARDS[afterwards]
            return await super().find_sent(reply)

    platforms.use(ChannelKind.X, Blind)
    (ticket_id,) = await receive(hub, inbound(skip_bot=True))
    sam = await agent(hub, "sam")
    message, _ = await change(hub, ticket_id, sam, replies.reply, "Hello")
    platform = await hub.connectors.get(await account_id(hub))
    assert isinstance(platform, Blind)

    async def arrives_then_times_out(reply: Reply, save_part: SavePart) -> Receipt:
        platform.accept(reply)
        raise TemporarilyUnavailable("time-out", outcome_unknown=True)

    platform.outcomes.append(arrives_then_times_out)
    for _ in range(12):
        await work.deliver()
        clock.advance(minutes=10)
    (delivery,) = await deliveries_of(hub, ticket_id)
    assert delivery.state == "unknown"
    Blind.blind = False
    async with hub.database.write() as session:
        await session.execute(update(Account).values(stopped=False))
    await change(hub, ticket_id, sam, replies.retry, message.id)
    await work.deliver()
    assert [(await deliveries_of(hub, ticket_id))[0].state, len(platform.sent)] == ["sent", 1]
