"""Which connector speaks for which kind of account: one explicit table.

Third parties add a kind by an entry point of the group `switchboard.connectors`, named like
the kind; the table wins where both know it. Modules are imported when an account first needs
them, so a hub without X accounts never loads X's client.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType

from hub.ports import Account, ChannelKind, Connector

Factory = Callable[[Account], Connector]

GROUP = "switchboard.connectors"

CONNECTORS: Mapping[ChannelKind, str] = MappingProxyType(
    {
        ChannelKind.X: "channels.x.connector:XConnector",
        ChannelKind.FACEBOOK: "channels.facebook.connector:FacebookConnector",
        ChannelKind.OPEN311: "channels.open311.connector:Open311Connector",
        ChannelKind.WEBCHAT: "channels.webchat.connector:WebChatConnector",
        ChannelKind.WEBFORM: "channels.webchat.connector:WebChatConnector",
        ChannelKind.PHONE: "channels.counter:CounterConnector",
        ChannelKind.WALK_IN: "channels.counter:CounterConnector",
    }
)


class UnknownChannel(LookupError):
    """No connector is registered for that kind of account."""

    def __init__(self, kind: str) -> None:
        known = ", ".join(sorted(CONNECTORS))
        super().__init__(
            f"no connector for channel {kind!r}: built in are {known}; "
            f"others come as entry points of the group {GROUP!r}"
        )
        self.kind = kind


def factory(kind: str) -> Factory:
    """What builds connectors of `kind`. Raises UnknownChannel."""
    try:
        path = CONNECTORS[ChannelKind(kind)]
    except (ValueError, KeyError):
        return _third_party(kind)
    module, _, name = path.partition(":")
    built: Factory = getattr(import_module(module), name)
    return built


def connector_for(account: Account) -> Connector:
    """A connector for `account`; nothing is connected yet. Raises UnknownChannel."""
    return factory(account.kind)(account)


def _third_party(kind: str) -> Factory:
    for entry_point in entry_points(group=GROUP, name=kind):
        loaded: Factory = entry_point.load()
        return loaded
    raise UnknownChannel(kind)
