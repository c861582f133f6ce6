"""Accounts: polled on from where they were, stopped when refused, asked again, never leaked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest

from hub.accounts import poller as poller_module
from hub.accounts.connectors import AccountStopped
from hub.accounts.models import Account
from hub.intake.models import RawBody
from hub.ports import (
    AuthFailed,
    ChannelKind,
    Ignored,
    PollBatch,
    Rejected,
    TemporarilyUnavailable,
)
from hub.secrets import WrongKey
from hub.system import Hub
from hub.tickets import replies
from hub.tickets.models import Message
from tests.fakes import FakeClock, FakePlatforms, PolledConnector, inbound
from tests.fixtures import (
    HubMaker,
    Work,
    account_id,
    agent,
    change,
    deliveries_of,
    events_of,
    receive,
    rows,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def polled(platforms: FakePlatforms) -> None:
    platforms.use(ChannelKind.X, PolledConnector)


async def _connector(hub: Hub) -> PolledConnector:
    connector = await hub.connectors.of_account(await account_id(hub))
    assert isinstance(connector, PolledConnector)
    return connector


async def _account(hub: Hub) -> Account:
    (account,) = await rows(hub.database, Account, id=await account_id(hub))
    assert isinstance(account, Account)
    return account


async def _poll(hub: Hub) -> float:
    return await Work(hub).poller.poll_once(await account_id(hub), await _connector(hub))


@pytest.mark.usefixtures("polled")
async def test_polls_read_on_from_the_cursor_that_was_saved_with_the_messages(
    hub: Hub, make_hub: HubMaker, clock: FakeClock
) -> None:
    connector = await _connector(hub)
    connector.batches.extend(
        [
            PollBatch((inbound("m-1"), Ignored("own post")), "c1", more=True),
            PollBatch((inbound("m-2"), inbound("m-1")), "c2"),
        ]
    )
    assert await _poll(hub) == 60.0
    assert [m.external_id for m in await rows(hub.database, Message)] == ["m-1", "m-2"]
    account = await _account(hub)
    assert (account.cursor, account.last_poll_at, account.last_event_at) == ("c2", clock(), clock())
    raws = [json.loads(one.body) for one in await rows(hub.database, RawBody)]
    assert raws == [{"polled": ["m-1"]}, {"polled": ["m-2", "m-1"]}]
    # A restarted hub goes on from there, and an empty poll writes nothing.
    later = make_hub()
    await later.start()
    await _poll(later)
    await later.aclose()
    assert connector.cursors == [None, "c1", "c2"]
    assert len(await rows(hub.database, RawBody)) == 2


@pytest.mark.usefixtures("polled")
async def test_what_cannot_be_stored_does_not_move_the_cursor(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector = await _connector(hub)
    batch = PollBatch((inbound("m-1"),), "c1")
    connector.batches.extend([batch, batch])

    async def away(*_args: object) -> None:
        raise OSError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(hub.writer, "_run", away)
        with pytest.raises(OSError, match="disk"):
            await _poll(hub)
    assert (await _account(hub)).cursor is None
    await _poll(hub)
    assert connector.cursors == [None, None]
    assert (await _account(hub)).cursor == "c1"
    assert len(await rows(hub.database, Message)) == 1


@pytest.mark.usefixtures("polled")
async def test_a_platform_with_no_end_is_left_after_a_while(hub: Hub) -> None:
    connector = await _connector(hub)
    connector.batches.extend(
        PollBatch((inbound(f"m-{n}"),), f"c{n}", more=True) for n in range(100)
    )
    await _poll(hub)
    assert len(connector.cursors) == poller_module.MAX_PAGES


async def _until(condition: Callable[[], bool], clock: FakeClock | None = None) -> None:
    """`clock`, if it is given, goes on meanwhile."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)
            if clock is not None:
                clock.advance(seconds=0.01)


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poller_module, "_WATCH_EVERY", 0.02)
    monkeypatch.setattr(PolledConnector, "poll_every", 0.01)
    monkeypatch.setattr(poller_module, "_LONGEST_PAUSE", 0.01)


@pytest.mark.usefixtures("polled", "fast")
async def test_the_loop_goes_on_after_an_error_and_says_what_it_was(
    hub: Hub, clock: FakeClock
) -> None:
    connector = await _connector(hub)
    connector.batches.extend(
        [
            TemporarilyUnavailable("503"),
            KeyError("a mistake of ours"),
            PollBatch((inbound("m-1"),), "c1"),
        ]
    )
    running = asyncio.create_task(Work(hub).poller.run())
    try:
        await _until(lambda: len(connector.cursors) > 4, clock)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    account = await _account(hub)
    assert (account.stopped, account.cursor) == (False, "c1")
    assert account.last_error == "'a mistake of ours'"


@pytest.mark.usefixtures("polled", "fast")
async def test_a_refused_account_is_polled_no_more_and_taken_up_again(
    hub: Hub, clock: FakeClock
) -> None:
    connector = await _connector(hub)
    connector.batches.append(AuthFailed("token expired"))
    running = asyncio.create_task(Work(hub).poller.run())
    try:
        async with asyncio.timeout(10):
            while not (await _account(hub)).stopped:
                await asyncio.sleep(0.01)
        polls = len(connector.cursors)
        await asyncio.sleep(0.1)
        assert len(connector.cursors) == polls
        assert (await events_of(hub, kind="config.changed"))[-1].at == clock()
        # It is asked now and then whether it takes us again: not yet, then yes.
        connector.outcomes.append(Rejected("still not"))
        clock.advance(minutes=11)
        await _until(lambda: not connector.outcomes)
        await asyncio.sleep(0.1)
        assert (await _account(hub)).stopped
        clock.advance(minutes=11)
        await _until(lambda: len(connector.cursors) > polls)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    account = await _account(hub)
    assert (account.stopped, account.last_error) == (False, None)
    assert not (await hub.directory.get()).account(account.id).stopped


async def test_replies_to_a_stopped_account_do_not_put_off_asking_it_again(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock
) -> None:
    (ticket_id,) = await receive(hub, inbound())
    carla = await agent(hub, "carla")
    await change(hub, ticket_id, carla, replies.reply, "one")
    account = await account_id(hub)
    await hub.connectors.of_account(account)
    platforms.made[account].outcomes.append(AuthFailed("token expired"))
    await work.deliver()
    stopped_at = clock()
    clock.advance(minutes=9)
    await change(hub, ticket_id, carla, replies.reply, "two")
    await work.deliver()
    stored = await _account(hub)
    assert stored.stopped
    assert (stored.last_error, stored.last_error_at) == ("token expired", stopped_at)
    states = {one.state for one in await deliveries_of(hub, ticket_id)}
    assert "sent" not in states
    assert len(platforms.made[account].attempts) == 1


async def test_secrets_are_sealed_and_reach_the_connector_alone(
    make_hub: HubMaker, platforms: FakePlatforms
) -> None:
    hub = make_hub(x_consumer_secret="c-secret", x_access_token="t-secret")
    await hub.start()
    try:
        account = await account_id(hub)
        await hub.connectors.of_account(account)
        given = platforms.made[account].account
        assert given.secrets["consumer_secret"] == "c-secret"
        assert given.secrets["access_token"] == "t-secret"
        assert "secret" not in repr(given)
        for stored in await rows(hub.database, Account):
            assert b"secret" not in (stored.secrets or b"")
            if stored.secrets:
                with pytest.raises(WrongKey):
                    type(hub.seal)("another key").open(stored.secrets)
        assert all("c-secret" not in event.data for event in await events_of(hub))
    finally:
        await hub.aclose()


async def test_connectors_are_made_once_and_closed_with_the_hub(
    make_hub: HubMaker, platforms: FakePlatforms
) -> None:
    hub = make_hub()
    await hub.start()
    account = await account_id(hub)
    first = await hub.connectors.of_account(account)
    assert await hub.connectors.get(account) is first
    assert any(connector is first for _, connector in await hub.connectors.enabled())
    await hub.aclose()
    assert all(connector.closed for connector in platforms.made.values())
    assert len(platforms.made) >= 1


async def test_an_account_that_is_switched_off_sends_nothing_and_is_no_failure(
    hub: Hub, work: Work
) -> None:
    (ticket_id,) = await receive(hub, inbound())
    await change(hub, ticket_id, await agent(hub, "carla"), replies.reply, "one")
    account = await account_id(hub)
    async with hub.database.write() as session:
        (await session.get_one(Account, account)).enabled = False
    await work.deliver()
    (delivery,) = await deliveries_of(hub, ticket_id)
    assert (delivery.state, delivery.error) == ("failed", "the account is switched off")
    (stored,) = await rows(hub.database, Account, id=account)
    assert (stored.stopped, stored.last_error) == (False, None)
    with pytest.raises(AccountStopped):
        await hub.connectors.get(account)
    assert account not in {one.id for one, _ in await hub.connectors.enabled()}
