"""The page of a city that does not exist, and the Graph API on loopback."""

from collections.abc import AsyncIterator

import pytest

from channels.facebook.connector import FacebookConnector
from hub.ports import Account, ChannelKind
from tests.channels.loopback import Platform, serve

PAGE = "104000000000001"
SECRETS = {
    "app_secret": "app secret",
    "verify_token": "verify token",
    "access_token": "page token",
    "app_id": "240000000000001",
}


def page_account(base_url: str | None = None, **secrets: str) -> Account:
    return Account(
        id=2,
        kind=ChannelKind.FACEBOOK,
        name="City of Elmwood",
        external_id=PAGE,
        secrets=SECRETS | secrets,
        base_url=base_url,
    )


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with serve(Platform()) as found:
        yield found


@pytest.fixture
async def connector(platform: Platform) -> AsyncIterator[FacebookConnector]:
    made = FacebookConnector(page_account(platform.url))
    yield made
    await made.aclose()
