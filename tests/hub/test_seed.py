"""Seeding: the same twice, changed by settings alone, and never demo people off loopback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from hub.accounts.models import Account
from hub.db.base import Base
from hub.db.database import Database
from hub.db.migrate import migrate
from hub.secrets import Seal, WrongKey
from hub.seed import (
    DEMO_AGENTS,
    DEMO_PASSWORD,
    UNITS,
    DemoNotAllowed,
    derived_secret,
    refuse_exposed_demo,
    seed,
    shared_secret,
)
from hub.settings import Settings
from hub.sla.models import HoursRow, PolicyRow
from hub.team.models import Agent, AgentUnit, Unit
from hub.team.passwords import verify_password
from tests.fakes import NOON
from tests.fixtures import Databases, rows, settings_for

SEEDED: tuple[type[Base], ...] = (Unit, Account, HoursRow, PolicyRow, Agent, AgentUnit)


BARE: dict[str, Any] = {"x_consumer_secret": None, "facebook_app_secret": None}
"""A hub that nobody has given credentials."""


@pytest.fixture
async def empty(databases: Databases, dialect: str, tmp_path: Path) -> Any:
    with databases.empty(dialect) as url:
        database = Database(url)
        await migrate(database)
        yield database
        await database.aclose()


async def _seed(database: Database, folder: Path, **more: Any) -> None:
    settings = settings_for(folder, **more)
    await seed(database, settings, Seal(settings.sealing_key), lambda: NOON)


async def _everything(database: Database) -> list[Any]:
    return [row.as_row() for model in SEEDED for row in await rows(database, model)]


@pytest.mark.anyio
async def test_twice_is_once(empty: Database, tmp_path: Path) -> None:
    await _seed(empty, tmp_path, demo=True)
    before = await _everything(empty)
    await _seed(empty, tmp_path, demo=True)
    assert await _everything(empty) == before
    await _seed(empty, tmp_path)
    assert await _everything(empty) == before, "demo people stay until they are removed"
    assert {row.slug for row in await rows(empty, Unit)} == set(UNITS)
    kinds = [account.kind for account in await rows(empty, Account)]
    assert {"x", "facebook", "open311", "webchat", "webform", "phone", "walk-in"} == set(kinds)


@pytest.mark.anyio
async def test_demo_people_only_when_asked(empty: Database, tmp_path: Path) -> None:
    await _seed(empty, tmp_path)
    assert await rows(empty, Agent) == []
    await _seed(empty, tmp_path, demo=True)
    agents = await rows(empty, Agent)
    assert {agent.email for agent in agents} == {demo.email for demo in DEMO_AGENTS}
    assert all(agent.demo for agent in agents)
    assert await verify_password(agents[0].password_hash, DEMO_PASSWORD)


@pytest.mark.anyio
async def test_a_changed_setting_reaches_the_account(empty: Database, tmp_path: Path) -> None:
    await _seed(empty, tmp_path)
    (before,) = await rows(empty, Account, kind="facebook")
    assert (before.sandbox, before.base_url) == (False, None)
    await _seed(empty, tmp_path, sandbox_url="http://127.0.0.1:8311/")
    (played,) = await rows(empty, Account, kind="facebook")
    assert (played.id, played.sandbox) == (before.id, True)
    assert played.base_url == "http://127.0.0.1:8311/graph/"
    await _seed(
        empty, tmp_path, sandbox_url="http://127.0.0.1:8311", facebook_page_token="a real one"
    )
    (real,) = await rows(empty, Account, kind="facebook")
    assert (real.id, real.sandbox, real.base_url) == (before.id, False, None)
    (x,) = await rows(empty, Account, kind="x")
    assert x.sandbox, "the other platforms stay with the sandbox"


def test_derived_secrets_are_each_their_own(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, **{**BARE, "facebook_app_secret": "mine"})
    assert shared_secret(settings, "facebook_app_secret") == "mine"
    derived = {shared_secret(settings, name) for name in ("x_consumer_secret", "open311_api_key")}
    assert len(derived) == 2
    assert derived_secret(settings, "x_consumer_secret") in derived
    other = settings_for(tmp_path).model_copy(update={"secret_key": None})
    assert derived_secret(other, "x_consumer_secret") not in derived


OPEN = "http://127.0.0.1:8311"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"demo": True, "host": "0.0.0.0"}, "demo accounts.*HUB_HOST=0.0.0.0"),
        ({"demo": True, "host": "::"}, "HUB_HOST=::"),
        ({"demo": True, "host": "10.0.0.5"}, "HUB_HOST=10.0.0.5"),
        ({"demo": True, "host": "hub.example"}, "HUB_HOST=hub.example"),
        ({"demo": True, "public_url": "https://hub.example"}, "HUB_PUBLIC_URL"),
        ({"sandbox_url": OPEN, "host": "0.0.0.0"}, "sandbox.*HUB_HOST=0.0.0.0"),
        ({"sandbox_url": OPEN, "public_url": "https://hub.example"}, "HUB_PUBLIC_URL"),
        ({"sandbox_url": "http://10.0.0.9:8311"}, "HUB_SANDBOX_URL"),
        ({"sandbox_url": "http://127.0.0.1.evil.example"}, "HUB_SANDBOX_URL"),
        ({"sandbox_url": "nonsense"}, "HUB_SANDBOX_URL"),
    ],
)
def test_refused_off_loopback(tmp_path: Path, given: dict[str, Any], why: str) -> None:
    with pytest.raises(DemoNotAllowed, match=why):
        refuse_exposed_demo(settings_for(tmp_path, **given))


@pytest.mark.anyio
async def test_what_is_refused_seeds_nothing(empty: Database, tmp_path: Path) -> None:
    for given in ({"demo": True}, {"sandbox_url": OPEN}):
        with pytest.raises(DemoNotAllowed):
            await _seed(empty, tmp_path, host="0.0.0.0", **given)
    assert await _everything(empty) == []


@pytest.mark.parametrize(
    "given",
    [
        {"demo": True},
        {"demo": True, "host": "localhost"},
        {"demo": True, "host": "::1"},
        {"demo": True, "sandbox_url": OPEN, "public_url": "http://localhost:8000"},
        {"host": "0.0.0.0"},
        {"host": "0.0.0.0", "public_url": "https://hub.example"},
    ],
)
def test_allowed(tmp_path: Path, given: dict[str, Any]) -> None:
    refuse_exposed_demo(settings_for(tmp_path, **given))


@pytest.mark.anyio
async def test_what_was_changed_in_the_console_stays_until_the_settings_change(
    empty: Database, tmp_path: Path
) -> None:
    seal = Seal(settings_for(tmp_path).sealing_key)
    first = {"facebook_page_token": "from the settings", "facebook_app_secret": "s"}
    await _seed(empty, tmp_path, **first)
    async with empty.write() as session:
        (account,) = await session.scalars(select(Account).where(Account.kind == "facebook"))
        account.secrets = seal.seal_secrets({"access_token": "from the console"})
        account.external_id = "77"
        account.stopped = True
    await _seed(empty, tmp_path, **first)
    (kept,) = await rows(empty, Account, kind="facebook")
    assert seal.open_secrets(kept.secrets) == {"access_token": "from the console"}
    assert (kept.external_id, kept.stopped) == ("77", True)
    await _seed(empty, tmp_path, **{**first, "facebook_page_token": "a new one"})
    (new,) = await rows(empty, Account, kind="facebook")
    assert seal.open_secrets(new.secrets)["access_token"] == "a new one"
    assert (new.external_id, new.stopped) == (settings_for(tmp_path).facebook_page_id, False)


@pytest.mark.anyio
async def test_an_account_from_before_is_recognised(empty: Database, tmp_path: Path) -> None:
    """It has no digest yet: the same settings do not authorise it anew."""
    await _seed(empty, tmp_path)
    async with empty.write() as session:
        await session.execute(update(Account).values(seeded=None, stopped=True))
    await _seed(empty, tmp_path)
    assert all(one.stopped and one.seeded for one in await rows(empty, Account))


@pytest.mark.anyio
async def test_other_accounts_of_a_channel_are_left_alone(empty: Database, tmp_path: Path) -> None:
    await _seed(empty, tmp_path)
    async with empty.write() as session:
        session.add(
            Account(
                kind="facebook", slug="parks", name="Parks", external_id="9", unit="call-center"
            )
        )
    await _seed(empty, tmp_path, facebook_page_token="another")
    (parks,) = await rows(empty, Account, slug="parks")
    assert (parks.external_id, parks.secrets, parks.seeded) == ("9", None, None)


@pytest.mark.anyio
async def test_another_key_is_refused(empty: Database, tmp_path: Path) -> None:
    await _seed(empty, tmp_path, facebook_page_token="t")
    with pytest.raises(WrongKey):
        await seed(
            empty, settings_for(tmp_path, facebook_page_token="t"), Seal("other"), lambda: NOON
        )


@pytest.mark.anyio
async def test_what_has_no_credentials_is_switched_off_until_it_has(
    empty: Database, tmp_path: Path
) -> None:
    def settings(**more: str) -> Settings:
        return settings_for(tmp_path, **{**BARE, **more})

    async def enabled() -> dict[str, bool]:
        return {a.kind: a.enabled for a in await rows(empty, Account) if a.slug == "main"}

    seal = Seal(settings().sealing_key)
    await seed(empty, settings(), seal, lambda: NOON)
    assert await enabled() == {"x": False, "facebook": False}
    await seed(empty, settings(facebook_app_secret="s"), seal, lambda: NOON)
    assert await enabled() == {"x": False, "facebook": True}
    await seed(empty, settings(sandbox_url="http://127.0.0.1:9"), seal, lambda: NOON)
    assert await enabled() == {"x": True, "facebook": True}
