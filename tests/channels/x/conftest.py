"""An X account of a city that does not exist, and X on loopback."""

from collections.abc import AsyncIterator

import pytest

from channels.x.connector import XConnector
from hub.ports import Account, ChannelKind
from tests.channels.loopback import Platform, serve

CITY = "1460000000000000001"
SECRETS = {
    "consumer_key": "key",
    "consumer_secret": "consumer secret",
    "access_token": "1460000000000000001-token",
    "access_token_secret": "token secret",
}


def city_account(base_url: str | None = None, **secrets: str) -> Account:
    return Account(
        id=1,
        kind=ChannelKind.X,
        name="@CityOfElmwood",
        external_id=CITY,
        secrets=SECRETS | secrets,
        base_url=base_url,
    )


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with serve(Platform()) as found:
        yield found


@pytest.fixture
async def connector(platform: Platform) -> AsyncIterator[XConnector]:
    made = XConnector(city_account(platform.url))
    yield made
    await made.aclose()
