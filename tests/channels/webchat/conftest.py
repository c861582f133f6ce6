"""The whole app with its own website's channels, served."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.ports import ChannelKind
from tests.agent_console.test_socket import served
from tests.fakes import ScriptedResponder
from tests.fixtures import Work
from tests.hub.api.conftest import dialect, house_url
from tests.hub.api.site import Site, open_site, serving

__all__ = ["dialect", "house_url"]

OWN = (ChannelKind.WEBCHAT, ChannelKind.WEBFORM)


@pytest.fixture
async def site(
    database_url: str, tmp_path: Path, responder: ScriptedResponder
) -> AsyncIterator[Site]:
    async with open_site(database_url, tmp_path, responder=responder, real=OWN) as found:
        yield found


@pytest.fixture
async def address(site: Site) -> AsyncIterator[str]:
    async with serving(served(site), site.hub.settings) as found:
        yield found


@pytest.fixture
def work(site: Site) -> Work:
    return Work(site.hub)
