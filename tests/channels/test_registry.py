"""The table of connectors."""

from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

import pytest

from channels import registry
from channels.facebook.connector import FacebookConnector
from channels.registry import CONNECTORS, UnknownChannel, connector_for, factory
from channels.x.connector import XConnector
from hub.ports import Account, ChannelKind


class Pigeon:
    """A third party's connector."""

    def __init__(self, account: Account) -> None:
        self.account = account


def test_every_kind_has_a_connector() -> None:
    assert set(CONNECTORS) == set(ChannelKind)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(ChannelKind.X, XConnector), (ChannelKind.FACEBOOK, FacebookConnector)],
)
def test_an_account_gets_the_connector_of_its_kind(kind: ChannelKind, expected: type) -> None:
    account = Account(id=1, kind=kind, name="n", external_id="1")
    assert isinstance(connector_for(account), expected)


def test_a_third_party_adds_a_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*, group: str, name: str) -> EntryPoints:
        assert group == "switchboard.connectors"
        points = [EntryPoint("pigeon", f"{__name__}:Pigeon", group)]
        return EntryPoints(points).select(name=name)

    monkeypatch.setattr(registry, "entry_points", found)
    made: Any = factory("pigeon")
    assert made is Pigeon
    with pytest.raises(UnknownChannel):
        factory("parrot")


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(
        UnknownChannel, match=r"'telegraph'.*facebook.*switchboard\.connectors"
    ) as e:
        factory("telegraph")
    assert e.value.kind == "telegraph"
