"""Access that ends: renewed in time by one worker, stored before it is used, or said aloud."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hub.accounts import connectors as pool_module
from hub.accounts.health import stop_account
from hub.accounts.models import Account
from hub.accounts.poller import Poller
from hub.ports import Account as PortAccount
from hub.ports import (
    AuthFailed,
    ChannelKind,
    Connector,
    PartState,
    PollBatch,
    RenewedAccess,
    TemporarilyUnavailable,
)
from hub.system import Hub
from tests.fakes import FakeClock, FakeConnector
from tests.fixtures import HubMaker, account_id, rows

pytestmark = pytest.mark.anyio


class Platform:
    """Knows one access token at a time, and takes each refresh token once."""

    def __init__(self, now: FakeClock) -> None:
        self.now = now
        self.numbers = itertools.count(1)
        self.access = "a-0"
        self.refresh = "r-0"
        self.life = timedelta(hours=2)
        self.refuses: Exception | None = None
        self.renewals = 0
        self.made: list[Renewing] = []

    def __call__(self, account: PortAccount) -> Connector:
        if account.kind != ChannelKind.X:
            return FakeConnector(account, self.now)
        self.made.append(Renewing(account, self))
        return self.made[-1]

    async def renew(self, refresh: str) -> RenewedAccess:
        self.renewals += 1
        await asyncio.sleep(0.02)
        if self.refuses is not None:
            raise self.refuses
        if refresh != self.refresh:
            raise AuthFailed("that refresh token was used before")
        number = next(self.numbers)
        self.access, self.refresh = f"a-{number}", f"r-{number}"
        return RenewedAccess(
            {"access_token": self.access, "refresh_token": self.refresh}, self.now() + self.life
        )


class Renewing(FakeConnector):
    poll_every = 60.0

    def __init__(self, account: PortAccount, platform: Platform) -> None:
        super().__init__(account, platform.now)
        self.platform = platform

    async def poll(self, cursor: str | None) -> PollBatch:
        await self.check()
        return PollBatch((), cursor)

    async def check(self) -> None:
        if self.account.secrets.get("access_token") != self.platform.access:
            raise AuthFailed("the access token has ended")

    async def renew(self) -> RenewedAccess | None:
        refresh = self.account.secrets.get("refresh_token")
        return None if refresh is None else await self.platform.renew(refresh)


@pytest.fixture
def platform(clock: FakeClock) -> Platform:
    return Platform(clock)


@pytest.fixture
async def hubs(
    make_hub: HubMaker, platform: Platform, clock: FakeClock
) -> AsyncIterator[list[Hub]]:
    """Two processes on one database, and an account whose access ends in two hours."""
    made = []
    for _ in range(2):
        hub = make_hub()
        hub = Hub(hub.settings, replace(hub.rooms, connector=platform), now=clock)
        await hub.start()
        made.append(hub)
    await _set(made[0], access_expires_at=clock() + timedelta(hours=2), secrets={
        "access_token": "a-0", "refresh_token": "r-0", "app_id": "kept",
    })  # fmt: skip
    yield made
    for hub in made:
        await hub.aclose()


async def _set(hub: Hub, **values: Any) -> None:
    async with hub.database.write() as session:
        account = await session.scalar(select(Account).where(Account.kind == "x"))
        assert account is not None
        for name, value in values.items():
            setattr(account, name, hub.seal.seal_secrets(value) if name == "secrets" else value)
    hub.connectors.forget()


async def _account(hub: Hub) -> Account:
    (account,) = await rows(hub.database, Account, id=await account_id(hub))
    assert isinstance(account, Account)
    return account


async def _secrets(hub: Hub) -> dict[str, str]:
    return hub.seal.open_secrets((await _account(hub)).secrets)


async def _state(hub: Hub) -> tuple[PartState, str]:
    parts = {part.name: part for part in await hub.health()}
    part = parts.get("x/main")
    return (part.state, part.detail) if part else (PartState.UP, "")


async def test_renewed_shortly_before_the_end_by_one_of_two(
    hubs: list[Hub], platform: Platform, clock: FakeClock
) -> None:
    for hub in hubs:
        await hub.renewal.run()
    assert platform.renewals == 0, "there is time"
    clock.advance(minutes=111)
    await asyncio.gather(*(hub.renewal.run() for hub in hubs for _ in range(3)))
    assert platform.renewals == 1
    account = await _account(hubs[0])
    assert await _secrets(hubs[0]) == {
        "access_token": "a-1", "refresh_token": "r-1", "app_id": "kept"
    }  # fmt: skip
    assert account.access_expires_at == clock() + timedelta(hours=2)
    assert (account.stopped, account.notice) == (False, None)
    for hub in hubs:
        await (await hub.connectors.get(account.id)).check()
    clock.advance(minutes=107)
    await hubs[0].renewal.run()
    assert platform.renewals == 1
    clock.advance(minutes=2)  # a tenth of two hours is left, and more than ten minutes
    await hubs[0].renewal.run()
    assert platform.renewals == 2


async def test_a_refused_sign_in_is_renewed_once(
    hubs: list[Hub], platform: Platform, clock: FakeClock
) -> None:
    """Every worker meets the dead token at once; one renews, all go on with what it got."""
    platform.access = "ended early"
    number = await account_id(hubs[0])
    dead = [await hub.connectors.get(number) for hub in hubs]
    found = await asyncio.gather(
        *(hub.renewal.recover(number, one) for hub, one in zip(hubs, dead, strict=True))
    )
    assert found == [True, True]
    assert platform.renewals == 1
    for hub in hubs:
        await (await hub.connectors.get(number)).check()
    # Refused again right away: another renewal would not help.
    platform.access = "something else is wrong"
    assert not await hubs[0].renewal.recover(number, await hubs[0].connectors.get(number))
    assert platform.renewals == 1
    clock.advance(minutes=11)
    assert await hubs[0].renewal.recover(number, await hubs[0].connectors.get(number))


async def test_a_poll_that_is_refused_renews_and_goes_on(
    hubs: list[Hub], platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = hubs[0]
    monkeypatch.setattr("hub.accounts.poller._WATCH_EVERY", 0.02)
    platform.access = "ended early"
    poller = Poller(hub.database, hub.directory, hub.connectors, hub.intake, hub.now, hub.renewal)
    running = asyncio.create_task(poller.run())
    try:
        async with asyncio.timeout(10):
            while (await _account(hub)).last_poll_at is None:
                await asyncio.sleep(0.02)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert not (await _account(hub)).stopped
    assert platform.renewals == 1


async def test_an_account_stopped_by_a_reply_is_renewed_and_resumed(
    hubs: list[Hub], platform: Platform, clock: FakeClock
) -> None:
    platform.access = "ended early"
    number = await account_id(hubs[0])
    await stop_account(hubs[0].database, number, "401", clock())
    await asyncio.gather(*(hub.renewal.run() for hub in hubs))
    account = await _account(hubs[0])
    assert (account.stopped, account.last_error, account.poll_due_at) == (False, None, None)
    assert platform.renewals == 1


async def test_what_cannot_be_renewed_is_said_before_it_ends(
    hubs: list[Hub], platform: Platform, clock: FakeClock
) -> None:
    hub = hubs[0]
    platform.refuses = TemporarilyUnavailable("503")
    clock.advance(minutes=111)
    await hub.renewal.run()
    assert (await _account(hub)).notice is None, "it may pass"
    await hub.renewal.run()
    assert platform.renewals == 1, "not at once again"
    platform.refuses = AuthFailed("the app was removed")
    clock.advance(minutes=2)
    await hub.renewal.run()
    state, detail = await _state(hub)
    assert state is PartState.DEGRADED
    assert "could not be renewed" in detail
    assert "the app was removed" in detail
    platform.refuses = None
    clock.advance(minutes=2)
    await hub.renewal.run()
    assert (await _account(hub)).notice is None
    assert await _state(hub) == (PartState.UP, "")


async def test_an_administrator_s_new_secrets_are_not_written_over(
    hubs: list[Hub], platform: Platform, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = hubs[0]
    clock.advance(minutes=111)
    ends = clock() + timedelta(days=1)
    renew = platform.renew

    async def meanwhile(refresh: str) -> RenewedAccess:
        await _set(hubs[1], secrets={"access_token": "by hand"}, access_expires_at=ends)
        return await renew(refresh)

    monkeypatch.setattr(platform, "renew", meanwhile)
    await hub.renewal.run()
    assert await _secrets(hub) == {"access_token": "by hand"}
    assert (await _account(hub)).access_expires_at == ends


async def test_without_a_refresh_token_nothing_is_renewed(
    hubs: list[Hub], platform: Platform, clock: FakeClock
) -> None:
    hub = hubs[0]
    number = await account_id(hub)
    await _set(hub, secrets={"access_token": "a-0"})
    assert not await hub.renewal.recover(number, await hub.connectors.get(number))
    clock.advance(minutes=116)
    await hub.renewal.run()
    state, detail = await _state(hub)
    assert (state, "access ends at" in detail) == (PartState.DEGRADED, True)
    clock.advance(minutes=5)
    state, detail = await _state(hub)
    assert (state, "access ended" in detail) == (PartState.DOWN, True)


async def test_a_changed_account_has_a_new_connector_in_every_process(
    hubs: list[Hub], platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old one is closed when nobody is in the middle of using it."""
    monkeypatch.setattr(pool_module, "_GRACE", 0.0)
    monkeypatch.setattr(pool_module, "_LOOK_AGAIN", 0.01)
    number = await account_id(hubs[0])
    old: list[Any] = [await hub.connectors.of_account(number) for hub in hubs]
    async with hubs[1].connectors.using(old[1]):
        await _set(hubs[0], secrets={"access_token": "other"})
        await stop_account(hubs[0].database, number, "said by config.changed", _at(hubs[0]))
        async with asyncio.timeout(10):
            for hub, before in zip(hubs, old, strict=True):
                while await hub.connectors.of_account(number) is before:
                    await asyncio.sleep(0.02)
            while not old[0].closed:
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
        assert not old[1].closed
    async with asyncio.timeout(10):
        while not old[1].closed:
            await asyncio.sleep(0.02)
    new: list[Any] = [await hub.connectors.of_account(number) for hub in hubs]
    assert all(one.account.secrets == {"access_token": "other"} for one in new)
    assert new[0] is await hubs[0].connectors.of_account(number), "made once"


def _at(hub: Hub) -> datetime:
    return hub.now()
