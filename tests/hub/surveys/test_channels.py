"""Which of our channels' customers may be asked."""

from __future__ import annotations

from channels.registry import CONNECTORS, capabilities_of
from hub.ports import ChannelKind


def test_where_a_private_conversation_goes_on() -> None:
    asking = {str(kind) for kind in CONNECTORS if capabilities_of(kind).surveys}
    assert asking == {ChannelKind.X, ChannelKind.FACEBOOK, ChannelKind.WEBCHAT}


def test_they_can_be_written_to() -> None:
    for kind in CONNECTORS:
        able = capabilities_of(kind)
        assert able.can_reply or not able.surveys
