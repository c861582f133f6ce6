"""Channels on which customers may be asked."""

from datetime import timedelta

import pytest

from hub.ports import Capabilities
from tests.fakes import FakeConnector, FakePlatforms


class AskingConnector(FakeConnector):
    """As Messenger is: a day to write in, a week for people."""

    capabilities = Capabilities(
        surveys=True, reply_window=timedelta(hours=24), human_window=timedelta(days=7)
    )


class ChatConnector(FakeConnector):
    capabilities = Capabilities(surveys=True)


@pytest.fixture
def platforms(platforms: FakePlatforms) -> FakePlatforms:
    """Facebook asks within its window, X whenever it likes, the others never."""
    platforms.use("facebook", AskingConnector)
    platforms.use("x", ChatConnector)
    return platforms
