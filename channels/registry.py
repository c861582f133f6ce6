"""Which connector speaks for which kind of account: one explicit table.

Third parties add a kind by an entry point of the group `switchboard.connectors`, named like
the kind; the table wins where both know it. Modules are imported when an account first needs
them, so a hub without X accounts never loads X's client.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType

from hub.ports import (
    Account,
    AccountKind,
    Capabilities,
    ChannelKind,
    Connector,
    SecretField,
)

Factory = Callable[[Account], Connector]

GROUP = "switchboard.connectors"
MAX_KIND = 20
"""Characters in the name of a kind."""

CONNECTORS: Mapping[str, str] = MappingProxyType(
    {
        ChannelKind.X: "channels.x.connector:XConnector",
        ChannelKind.FACEBOOK: "channels.facebook.connector:FacebookConnector",
        ChannelKind.OPEN311: "channels.open311.connector:Open311Connector",
        ChannelKind.WEBCHAT: "channels.webchat.connector:WebChatConnector",
        ChannelKind.WEBFORM: "channels.webchat.connector:WebFormConnector",
        ChannelKind.PHONE: "channels.counter:CounterConnector",
        ChannelKind.WALK_IN: "channels.counter:CounterConnector",
    }
)
_TITLES: Mapping[str, str] = MappingProxyType(
    {
        ChannelKind.X: "X",
        ChannelKind.FACEBOOK: "Facebook page",
        ChannelKind.OPEN311: "Open311 endpoint",
        ChannelKind.WEBCHAT: "Web chat",
        ChannelKind.WEBFORM: "Web form",
        ChannelKind.PHONE: "Telephone",
        ChannelKind.WALK_IN: "Counter",
    }
)
# The hub serves one chat, one form and one counter; what it asks elsewhere may be many.
_SEVERAL = frozenset({ChannelKind.X, ChannelKind.FACEBOOK, ChannelKind.OPEN311})

log = logging.getLogger(__name__)


class UnknownChannel(LookupError):
    """No connector is registered for that kind of account."""

    def __init__(self, kind: str) -> None:
        known = ", ".join(sorted(CONNECTORS))
        super().__init__(
            f"no connector for channel {kind!r}: built in are {known}; "
            f"others come as entry points of the group {GROUP!r}"
        )
        self.kind = kind


class UnloadableChannel(UnknownChannel):
    """A third party's connector is registered, and cannot be imported."""

    def __init__(self, kind: str, error: Exception) -> None:
        super().__init__(kind)
        self.args = (f"the connector of channel {kind!r} cannot be loaded: {error}",)


def factory(kind: str) -> Factory:
    """What builds connectors of `kind`. Raises UnknownChannel."""
    path = CONNECTORS.get(kind)
    if path is None:
        return _third_party(kind)
    module, _, name = path.partition(":")
    built: Factory = getattr(import_module(module), name)
    return built


def connector_for(account: Account) -> Connector:
    """A connector for `account`; nothing is connected yet. Raises UnknownChannel."""
    return factory(account.kind)(account)


def capabilities_of(kind: str) -> Capabilities:
    """What connectors of `kind` can do; none is built. Raises UnknownChannel."""
    found = getattr(factory(kind), "capabilities", None)
    # A function that builds connectors says nothing beforehand.
    return found if isinstance(found, Capabilities) else Capabilities()


def kinds() -> tuple[AccountKind, ...]:
    """Every kind of account there can be: the table's, then third parties' by name."""
    others = sorted(
        {point.name for point in entry_points(group=GROUP)} - {str(kind) for kind in CONNECTORS}
    )
    found = [_built_in(str(kind)) for kind in CONNECTORS]
    for name in others:
        if not 0 < len(name) <= MAX_KIND or not name.replace("-", "").isalnum():
            log.warning("the connector %r is left out: a kind has 1-20 letters or digits", name)
            continue
        found.append(_foreign(name))
    return tuple(found)


def _built_in(kind: str) -> AccountKind:
    made = factory(kind)
    return AccountKind(
        kind,
        _TITLES[kind],
        _secret_fields(made),
        webhook=_takes_webhooks(made),
        several=kind in _SEVERAL,
        base_url=kind == ChannelKind.OPEN311,
    )


def _foreign(kind: str) -> AccountKind:
    try:
        made = factory(kind)
    except UnknownChannel as error:
        log.warning("%s", error)
        return AccountKind(kind, kind, installed=False)
    return AccountKind(
        kind,
        str(getattr(made, "title", kind)),
        _secret_fields(made),
        webhook=_takes_webhooks(made),
        several=bool(getattr(made, "several_accounts", True)),
        base_url=bool(getattr(made, "takes_base_url", True)),
    )


def _secret_fields(made: object) -> tuple[SecretField, ...]:
    fields: tuple[SecretField, ...] = tuple(getattr(made, "secret_fields", ()))
    return fields


def _takes_webhooks(made: object) -> bool:
    """Of the class, before there is a connector: all that `ReceivesWebhooks` names."""
    return all(hasattr(made, name) for name in ("text_fields", "handshake", "verify", "parse"))


def _third_party(kind: str) -> Factory:
    for entry_point in entry_points(group=GROUP, name=kind):
        try:
            loaded: Factory = entry_point.load()
        except Exception as error:  # whatever somebody else's package raises
            raise UnloadableChannel(kind, error) from error
        return loaded
    raise UnknownChannel(kind)
