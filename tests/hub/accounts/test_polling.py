"""Several workers, one platform: who polls, what happens when one dies, how a gap is filled."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from hub.accounts import poller as poller_module
from hub.accounts.leases import LeaseLost, PollLease, claim, free
from hub.accounts.models import Account, AccountCost, RateBudgetRow
from hub.accounts.poller import Poller
from hub.accounts.silence import POLLED
from hub.db.database import Database
from hub.intake.models import RawBody
from hub.jobs.lease import LEASE
from hub.ports import (
    Account as PortAccount,
)
from hub.ports import (
    ChannelKind,
    PollBatch,
    RateBudget,
    Reply,
    TemporarilyUnavailable,
    Unreadable,
)
from hub.system import Hub
from hub.tickets.models import Message
from tests.fakes import NOON, FakeClock, FakePlatforms, PolledConnector, inbound
from tests.fixtures import HubMaker, Work, account_id, rows

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def polled(platforms: FakePlatforms) -> None:
    platforms.use(ChannelKind.X, PolledConnector)


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poller_module, "_WATCH_EVERY", 0.02)


async def _connector(hub: Hub) -> PolledConnector:
    connector = await hub.connectors.of_account(await account_id(hub))
    assert isinstance(connector, PolledConnector)
    return connector


async def _account(hub: Hub) -> Account:
    (account,) = await rows(hub.database, Account, id=await account_id(hub))
    assert isinstance(account, Account)
    return account


def _poller(hub: Hub) -> Poller:
    return Poller(hub.database, hub.directory, hub.connectors, hub.intake, hub.now, hub.renewal)


async def test_one_of_many_gets_the_account(hub: Hub, clock: FakeClock) -> None:
    number = await account_id(hub)
    got = await asyncio.gather(*(PollLease.claim(hub.database, number, clock) for _ in range(10)))
    (lease,) = [one for one in got if one is not None]
    clock.advance(seconds=10)
    await lease.renew()
    clock.advance(seconds=10)
    assert await PollLease.claim(hub.database, number, clock) is None, "it was renewed"
    await lease.end(clock() + timedelta(seconds=60))
    clock.advance(seconds=59)
    assert await PollLease.claim(hub.database, number, clock) is None, "it is not due"
    clock.advance(seconds=1)
    assert await PollLease.claim(hub.database, number, clock) is not None


async def test_a_dead_holder_is_replaced_and_finds_out(hub: Hub, clock: FakeClock) -> None:
    number = await account_id(hub)
    dead = await PollLease.claim(hub.database, number, clock)
    assert dead is not None
    clock.advance(LEASE)
    assert await PollLease.claim(hub.database, number, clock) is not None
    await dead.renew()
    with pytest.raises(LeaseLost):
        dead.check()
    connector = await _connector(hub)
    with pytest.raises(LeaseLost):
        await _poller(hub).poll_once(number, connector, dead)
    assert connector.cursors == [], "it does not ask"


async def test_accounts_that_are_off_are_nobody_s(hub: Hub, clock: FakeClock) -> None:
    number = await account_id(hub)
    for column in ("enabled", "stopped"):
        async with hub.database.write() as session:
            account = await session.get_one(Account, number)
            account.enabled, account.stopped = column != "enabled", column == "stopped"
        assert await PollLease.claim(hub.database, number, clock) is None


@pytest.mark.usefixtures("fast")
async def test_two_workers_poll_no_more_often_than_one(
    hub: Hub, make_hub: HubMaker, clock: FakeClock
) -> None:
    connector = await _connector(hub)
    running = [asyncio.create_task(_poller(hub).run()) for _ in range(3)]
    try:
        for beat in range(1, 4):
            async with asyncio.timeout(10):
                while len(connector.cursors) < beat:
                    await asyncio.sleep(0.02)
            await asyncio.sleep(0.1)
            assert len(connector.cursors) == beat
            due = (await _account(hub)).poll_due_at
            assert due == clock() + timedelta(seconds=connector.poll_every)
            clock.advance(seconds=connector.poll_every)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class Platform(PolledConnector):
    """One with a memory: it gives what came after the cursor, two at a time."""

    posts: tuple[str, ...] = ()
    down = False

    async def poll(self, cursor: str | None) -> PollBatch:
        self.cursors.append(cursor)
        if self.down:
            raise TemporarilyUnavailable("503")
        start = int(cursor or 0)
        page = self.posts[start : start + 2]
        end = start + len(page)
        items = tuple(inbound(name, conversation=f"c-{name}", address=name) for name in page)
        return PollBatch(items, str(end), more=end < len(self.posts))


@pytest.mark.usefixtures("fast")
async def test_the_gap_is_filled_after_an_outage(
    hub: Hub, platforms: FakePlatforms, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    platforms.use(ChannelKind.X, Platform)
    connector: Any = await hub.connectors.of_account(await account_id(hub))
    connector.posts = ("p-1",)
    running = asyncio.create_task(_poller(hub).run())

    async def until(condition: Any) -> None:
        async with asyncio.timeout(20):
            while not await condition():
                await asyncio.sleep(0.02)
                clock.advance(seconds=5)

    async def found() -> int:
        return len(await rows(hub.database, Message))

    async def recovered() -> bool:
        account = await _account(hub)
        read_at, error_at = account.last_poll_at, account.last_error_at
        return read_at is not None and error_at is not None and read_at > error_at

    try:
        await until(lambda: _is(found, 1))
        connector.down = True
        asked = len(connector.cursors)
        await until(lambda: _true(len(connector.cursors) > asked + 2))
        connector.posts = tuple(f"p-{n}" for n in range(1, 10))
        connector.down = False
        await until(lambda: _is(found, 9))
        await until(recovered)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    names = [m.external_id for m in await rows(hub.database, Message)]
    assert names == list(connector.posts), "each once, in order"
    account = await _account(hub)
    assert (account.cursor, account.last_error) == ("9", "503")


async def _is(count: Any, wanted: int) -> bool:
    return bool(await count() == wanted)


async def _true(value: bool) -> bool:
    return value


async def test_where_there_is_more_the_next_poll_follows_soon(hub: Hub) -> None:
    connector = await _connector(hub)
    connector.batches.extend(PollBatch((inbound(f"m-{n}"),), f"c{n}", more=True) for n in range(30))
    pause = await Work(hub).poller.poll_once(await account_id(hub), connector)
    assert pause < connector.poll_every
    assert len(connector.cursors) == poller_module.MAX_PAGES


async def test_what_a_poll_cannot_read_is_kept_sealed_and_once(
    hub: Hub, make_hub: HubMaker
) -> None:
    connector = await _connector(hub)
    number = await account_id(hub)
    odd = Unreadable(b'{"id": 1, "card": "4111 1111 1111 1111"}', "no text")
    connector.batches.append(PollBatch((inbound(),), "c1", unreadable=(odd,)))
    connector.batches.append(PollBatch((), "c1", unreadable=(odd, Unreadable(b"[]", "no text"))))
    await Work(hub).poller.poll_once(number, connector)
    other = make_hub()
    await other.start()
    await Work(other).poller.poll_once(number, connector)
    await other.aclose()
    found = await rows(hub.database, RawBody, state="unreadable")
    assert [hub.seal.open(one.body) for one in found] == [odd.raw, b"[]"]
    assert all(b"4111" not in one.body for one in found)
    assert {one.content_type for one in found} == {POLLED}
    assert len(await rows(hub.database, Message)) == 1


class MeteredConnector(PolledConnector):
    """One whose platform tells what is left, also when it refuses."""

    def __init__(self, account: PortAccount, now: Any) -> None:
        super().__init__(account, now)
        self.left = 3

    def budget_of(self, reply: Reply) -> str | None:
        return "posts"

    def budgets(self) -> tuple[RateBudget, ...]:
        self.left -= 1
        return (RateBudget("mentions", 5, self.left, self.now() + timedelta(minutes=15)),)


async def test_what_polls_cost_and_use_up_is_noted(hub: Hub, platforms: FakePlatforms) -> None:
    platforms.use(ChannelKind.X, MeteredConnector)
    connector = await _connector(hub)
    number = await account_id(hub)
    connector.batches.extend(
        [PollBatch((inbound(),), "c1", cost=5_000), TemporarilyUnavailable("429")]
    )
    await Work(hub).poller.poll_once(number, connector)
    with pytest.raises(TemporarilyUnavailable):
        await Work(hub).poller.poll_once(number, connector)
    (cost,) = await rows(hub.database, AccountCost)
    assert (cost.account_id, cost.micros) == (number, 5_000)
    (budget,) = await rows(hub.database, RateBudgetRow)
    assert (budget.name, budget.remaining) == ("mentions", 1)


async def test_a_named_lease_is_one_s_until_it_ends(database: Database) -> None:
    end = NOON + timedelta(minutes=1)
    got = await asyncio.gather(*(claim(database, "renew:1", NOON, end) for _ in range(8)))
    assert got.count(True) == 1
    assert await claim(database, "renew:2", NOON, end), "another lease"
    assert await claim(database, "renew:1", end, end + timedelta(minutes=1)), "it ended"
    await free(database, "renew:1")
    assert await claim(database, "renew:1", NOON, end)
