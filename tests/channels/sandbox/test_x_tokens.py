"""OAuth 2.0 user tokens: renewed by our connector and by X's own client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from channels.sandbox.app import create_app
from channels.x.connector import XConnector
from hub.ports import Account, AuthFailed
from tests.channels.sandbox.conftest import Hub, Sandbox, configured, sandbox_at, serving

pytestmark = pytest.mark.anyio

APP = {"x_client_id": "app", "x_client_secret": "app secret:&", "x_refresh_token": "first"}


@pytest.fixture
def renewing(hub: Hub) -> Iterator[Sandbox]:
    with sandbox_at(hub.url, **APP) as found:
        yield found


def account(sandbox_url: str, **secrets: str) -> Account:
    return Account(
        id=1,
        kind="x",
        name="@CityUtilitiesDemo",
        external_id="1460000000000000001",
        secrets={
            "access_token": "ended",
            "client_id": "app",
            "client_secret": "app secret:&",
            "refresh_token": "first",
            **secrets,
        },
        base_url=f"{sandbox_url}/x",
    )


async def renewed(given: Account) -> Account:
    """The account with the tokens its connector got for it."""
    connector = XConnector(given)
    try:
        found = await connector.renew()
    finally:
        await connector.aclose()
    assert found is not None
    assert found.expires_at is not None
    left = found.expires_at - datetime.now(UTC)
    assert timedelta(minutes=119) < left <= timedelta(hours=2)
    return replace(given, secrets={**given.secrets, **found.secrets})


async def check(given: Account) -> None:
    connector = XConnector(given)
    try:
        await connector.check()
    finally:
        await connector.aclose()


async def test_tokens_rotate(renewing: Sandbox) -> None:
    given = account(renewing.url)
    with pytest.raises(AuthFailed):
        await check(given)
    second = await renewed(given)
    await check(second)
    third = await renewed(second)
    await check(third)
    tokens = {a.secrets["refresh_token"] for a in (given, second, third)}
    assert len(tokens) == 3
    for spent in (given, second):
        with pytest.raises(AuthFailed, match="Value passed for the token was invalid"):
            await renewed(spent)


@pytest.mark.parametrize(
    "wrong", [{"client_secret": "guessed"}, {"client_id": "other"}, {"client_secret": ""}]
)
async def test_a_stranger_renews_nothing(renewing: Sandbox, wrong: dict[str, str]) -> None:
    with pytest.raises(AuthFailed, match="valid authorization header"):
        await renewed(account(renewing.url, **wrong))
    await renewed(account(renewing.url))


async def test_a_public_app_is_named(hub: Hub) -> None:
    with sandbox_at(hub.url, **APP | {"x_client_secret": ""}) as sandbox:
        await check(await renewed(account(sandbox.url, client_secret="")))


async def test_without_an_app_there_is_no_renewal(sandbox: Sandbox) -> None:
    with pytest.raises(AuthFailed):
        await renewed(account(sandbox.url))


def post(sandbox: Sandbox, **fields: str) -> Any:
    return sandbox.http.post("/x/2/oauth2/token", data=fields, auth=("app", "app secret:&"))


def test_the_endpoints_own_words(renewing: Sandbox) -> None:
    answer = post(renewing, grant_type="password", username="a")
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")
    answer = post(renewing, grant_type="refresh_token")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    answer = post(renewing, grant_type="refresh_token", refresh_token="first")
    assert answer.json()["token_type"] == "bearer"
    assert answer.json()["expires_in"] == 7200
    assert answer.headers["cache-control"] == "no-store"


async def test_tokens_outlive_a_restart_and_end_in_time(hub: Hub, tmp_path: Path) -> None:
    at = datetime.now(UTC)
    config = configured(hub.url, data=tmp_path / "sandbox.sqlite", **APP)
    with serving(create_app(config, clock=lambda: at)) as url:
        given = await renewed(account(url))
        httpx2.post(f"{url}/sandbox/api/reset", json={}, trust_env=False)
        await check(given)
    with serving(create_app(config, clock=lambda: at)) as url:
        given = replace(given, base_url=f"{url}/x")
        await check(given)
        at += timedelta(minutes=121)
        with pytest.raises(AuthFailed):
            await check(given)
        await check(await renewed(given))


async def test_a_revoked_app_renews_nothing(renewing: Sandbox) -> None:
    renewing.act("x/revoke")
    with pytest.raises(AuthFailed):
        await renewed(account(renewing.url))
    renewing.act("x/revoke", revoked=False)
    await renewed(account(renewing.url))
