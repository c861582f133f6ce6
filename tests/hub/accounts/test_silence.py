"""A subscription that was dropped: polls find what no webhook brought."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from hub.accounts.models import Account
from hub.accounts.poller import Poller
from hub.ports import ChannelKind, Handshake, InboundItem, PollBatch, ReceivedBody
from hub.system import Hub
from tests.fakes import FakeClock, FakePlatforms, PolledConnector, inbound
from tests.fixtures import Work, account_id, rows

pytestmark = pytest.mark.anyio


class Both(PolledConnector):
    """One that is called and asked."""

    text_fields = frozenset({"text"})

    def handshake(self, query: Mapping[str, str]) -> Handshake:
        return Handshake("", "text/plain")

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Anybody may call."""

    def parse(self, body: bytes) -> tuple[InboundItem, ...]:
        return ()


@pytest.fixture(autouse=True)
def both(platforms: FakePlatforms) -> None:
    platforms.use(ChannelKind.X, Both)


@pytest.fixture
def poller(hub: Hub) -> Poller:
    return Work(hub).poller


class Day:
    """Messages that come one a minute, by webhook or found by a poll."""

    def __init__(self, hub: Hub, poller: Poller, clock: FakeClock) -> None:
        self.hub, self.poller, self.clock = hub, poller, clock
        self.count = 0

    async def webhook(self) -> None:
        self.count += 1
        self.clock.advance(minutes=1)
        message = inbound(f"m-{self.count}", sent_at=self.clock())
        number = await account_id(self.hub)
        await self.hub.intake.receive(ReceivedBody(number, (message,), b"{}"))

    async def poll(self, *, new: bool = True, age: float = 40) -> str | None:
        self.count += new
        self.clock.advance(minutes=1)
        number = await account_id(self.hub)
        connector = await self.hub.connectors.of_account(number)
        assert isinstance(connector, Both)
        sent_at = self.clock() - timedelta(seconds=age)
        message = inbound(f"m-{self.count}", sent_at=sent_at)
        connector.batches.append(PollBatch((message,), f"c-{self.clock()}"))
        await self.poller.poll_once(number, connector)
        (account,) = await rows(self.hub.database, Account, id=number)
        notice: str | None = account.notice
        return notice


@pytest.fixture
def day(hub: Hub, poller: Poller, clock: FakeClock) -> Day:
    return Day(hub, poller, clock)


async def test_said_after_a_few_and_taken_back(day: Day, clock: FakeClock) -> None:
    await day.webhook()
    last = clock()
    assert await day.poll() is None
    assert await day.poll() is None
    notice = await day.poll()
    assert notice is not None
    assert f"no webhook has come since {last:%Y-%m-%d %H:%M} UTC" in notice
    await day.webhook()
    assert await day.poll(new=False) is None


async def test_webhooks_in_between_are_no_silence(day: Day) -> None:
    for _ in range(4):
        await day.webhook()
        assert await day.poll() is None


async def test_an_account_that_is_only_polled_is_not_silent(day: Day) -> None:
    for _ in range(5):
        assert await day.poll() is None


async def test_polls_that_are_faster_prove_nothing(day: Day) -> None:
    await day.webhook()
    for _ in range(5):
        assert await day.poll(age=10) is None


async def test_a_gap_from_before_is_not_silence(day: Day) -> None:
    await day.webhook()
    for _ in range(5):
        assert await day.poll(age=86_400) is None
