"""Renewing OAuth 2.0 user tokens."""

import base64
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
import time_machine

from channels.x.connector import XConnector
from hub.ports import AuthFailed, RenewsAccess, TemporarilyUnavailable
from tests.channels.loopback import Answer, Platform
from tests.channels.x.conftest import city_account

pytestmark = pytest.mark.anyio

TOKEN = "POST /2/oauth2/token"
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
OAUTH2 = {
    "access_token": "old access",
    "access_token_secret": "",
    "client_id": "the app",
    "client_secret": "the app's secret/&",
    "refresh_token": "old refresh",
}
RENEWED = {
    "token_type": "bearer",
    "expires_in": 7200,
    "access_token": "new access",
    "scope": "tweet.read users.read",
    "refresh_token": "new refresh",
}
Make = Callable[..., XConnector]


@pytest.fixture
async def make(platform: Platform) -> AsyncIterator[Make]:
    made: list[XConnector] = []

    def with_secrets(**secrets: str) -> XConnector:
        made.append(XConnector(city_account(platform.url, **OAUTH2 | secrets)))
        return made[-1]

    yield with_secrets
    for connector in made:
        await connector.aclose()


async def test_a_confidential_app_renews(make: Make, platform: Platform) -> None:
    connector = make()
    assert isinstance(connector, RenewsAccess)
    platform.on(TOKEN, Answer(RENEWED))
    with time_machine.travel(NOW, tick=False):
        renewed = await connector.renew()
    assert renewed is not None
    assert renewed.secrets == {"access_token": "new access", "refresh_token": "new refresh"}
    assert renewed.expires_at == NOW + timedelta(hours=2)
    assert "new access" not in repr(renewed)
    (call,) = platform.calls
    assert parse_qs(call.body) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["old refresh"],
        "client_id": ["the app"],
    }
    assert call.headers["content-type"] == "application/x-www-form-urlencoded"
    scheme, _, pair = call.headers["authorization"].partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(pair) == b"the%20app:the%20app%27s%20secret%2F%26"


async def test_a_public_app_is_only_named(make: Make, platform: Platform) -> None:
    platform.on(TOKEN, Answer({"access_token": "new", "token_type": "bearer"}))
    renewed = await make(client_secret="").renew()
    assert renewed is not None
    # Neither a new refresh token nor an end: what the account has stays.
    assert renewed.secrets == {"access_token": "new"}
    assert renewed.expires_at is None
    assert "authorization" not in platform.calls[0].headers


@pytest.mark.parametrize(
    "secrets", [{"access_token_secret": "1.0a"}, {"client_id": ""}, {"refresh_token": ""}]
)
async def test_nothing_to_renew(make: Make, platform: Platform, secrets: dict[str, str]) -> None:
    assert await make(**secrets).renew() is None
    assert platform.calls == []


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_spent_refresh_token_needs_a_person(
    make: Make, platform: Platform, status: int
) -> None:
    said = {"error": "invalid_request", "error_description": "Value passed for the token was…"}
    platform.on(TOKEN, Answer(said, status=status))
    with pytest.raises(AuthFailed, match="Value passed for the token"):
        await make().renew()


@pytest.mark.parametrize(
    "answer",
    [
        Answer({}, status=500),
        Answer({}, status=429),
        Answer(drop=True),
        Answer(text="<html>"),
        Answer({}),
        Answer([]),
        Answer({"error": "server_error"}),
        Answer(RENEWED | {"expires_in": "soon"}),
        Answer(RENEWED | {"expires_in": 10**30}),
        Answer(RENEWED | {"access_token": {"a": 1}}),
    ],
)
async def test_what_cannot_be_read_is_asked_again(
    make: Make, platform: Platform, answer: Answer
) -> None:
    platform.on(TOKEN, answer)
    with pytest.raises(TemporarilyUnavailable):
        await make().renew()


async def test_the_old_token_is_used_until_the_hub_has_stored_the_new(
    make: Make, platform: Platform
) -> None:
    connector = make()
    platform.on(TOKEN, Answer(RENEWED))
    platform.on("GET /2/users/me", Answer({"data": {"id": "1460000000000000001"}}))
    await connector.renew()
    await connector.check()
    assert platform.calls[-1].headers["authorization"] == "Bearer old access"
