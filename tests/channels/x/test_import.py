"""The hub reads a connector's capabilities without loading its client."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from channels.x.connector import XConnector
from hub.ports import Account, Capabilities
assert XConnector.capabilities.platform == "X"
connector = XConnector(Account(1, "x", "@City", "1460000000000000001"))
connector.parse(b'{{"for_user_id": "1460000000000000001"}}')
connector.budgets()
print([name for name in {names!r} if name in sys.modules])
"""
NAMES = ("tweepy", "aiohttp", "requests", "oauthlib", "yarl", "twitter_text")


def test_nothing_of_the_vendors_is_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(names=NAMES)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


@pytest.mark.anyio
async def test_a_connector_that_never_connected_closes() -> None:
    from channels.x.connector import XConnector
    from tests.channels.x.conftest import city_account

    connector = XConnector(city_account())
    await connector.aclose()
    assert "transport" not in connector._client.__dict__
