"""Intake beside others who write: what it could not have known is no fault of the message."""

from __future__ import annotations

import asyncio

import pytest

from hub.accounts.models import Account
from hub.db.database import Database
from hub.intake.models import RawBody
from hub.ports import ChannelKind, PollBatch
from hub.system import Hub
from hub.tickets.change import changing
from hub.tickets.merging import merge
from hub.tickets.models import Conversation, Message
from tests.fakes import FakePlatforms, PolledConnector, inbound
from tests.fixtures import Work, account_id, agent, receive, rows, ticket_of

pytestmark = pytest.mark.anyio


async def test_an_account_that_another_process_has_just_added(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    platforms.use(ChannelKind.X, PolledConnector)
    await hub.directory.get()
    other = Database(hub.settings.resolved_database_url)
    async with other.write() as session:
        account = Account(
            kind="x", slug="second", name="Second", external_id="99", unit="social-media",
            stopped=False, enabled=True,
        )  # fmt: skip
        session.add(account)
        await session.flush()
        number = account.id
    await other.aclose()
    connector = await hub.connectors.get(number)
    assert isinstance(connector, PolledConnector)
    found = (inbound("p-1", conversation="c-1"), inbound("p-2", conversation="c-2"))
    connector.batches.append(PollBatch(found, "cursor-1"))
    await work.poller.poll_once(number, connector)
    assert await rows(hub.database, RawBody, account_id=number, state="unreadable") == []
    assert len(await rows(hub.database, Message, account_id=number)) == 2


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_a_conversation_that_an_answer_opens_at_this_moment(hub: Hub, dialect: str) -> None:
    (ticket_id,) = await receive(hub, inbound("m-1", conversation="public", skip_bot=True))
    async with hub.database.write() as session:
        session.add(Conversation(account_id=await account_id(hub), key="dm:1", ticket_id=ticket_id))
        await session.flush()
        private = inbound("m-2", conversation="dm:1", skip_bot=True)
        arriving = asyncio.create_task(receive(hub, private))
        await asyncio.sleep(0.3)
    assert await arriving == [ticket_id]


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_a_ticket_that_is_merged_at_this_moment(hub: Hub, dialect: str) -> None:
    source, target = await receive(
        hub,
        inbound("m-1", conversation="c-1", address="u-1", skip_bot=True),
        inbound("m-2", conversation="c-2", address="u-2", skip_bot=True),
    )
    directory, sam = await hub.directory.get(), await agent(hub, "sam")
    more = inbound("m-3", conversation="c-1", address="u-1", skip_bot=True)
    async with (
        hub.database.write() as session,
        changing(session, source, directory, sam, hub.now()) as one,
        changing(session, target, directory, sam, hub.now()) as other,
    ):
        arriving = asyncio.create_task(receive(hub, more))
        await asyncio.sleep(0.3)
        await merge(one, other)
    assert await arriving == [target]
    assert (await ticket_of(hub, source)).status == "resolved"
