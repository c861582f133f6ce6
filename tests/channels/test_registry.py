"""The table of connectors, and what others add to it."""

import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

import pytest

from channels import registry
from channels.facebook.connector import FacebookConnector
from channels.registry import (
    CONNECTORS,
    UnknownChannel,
    UnloadableChannel,
    capabilities_of,
    connector_for,
    factory,
    kinds,
)
from channels.x.connector import XConnector
from hub.ports import Account, AccountKind, Capabilities, ChannelKind, SecretField


class Pigeon:
    """A third party's connector."""

    title = "Carrier pigeon"
    capabilities = Capabilities(public_limit=40)
    secret_fields = (SecretField("ring", "Number on the ring"),)
    several_accounts = False

    def __init__(self, account: Account) -> None:
        self.account = account


def plain(account: Account) -> Any:
    """A factory that says nothing about what it builds."""


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    points = EntryPoints(
        EntryPoint(name, value, registry.GROUP)
        for name, value in (
            ("pigeon", f"{__name__}:Pigeon"),
            ("plain", f"{__name__}:plain"),
            ("broken", "no_such_package_of_anybody:Connector"),
            ("x", f"{__name__}:Pigeon"),
            ("a name with spaces", f"{__name__}:Pigeon"),
        )
    )
    monkeypatch.setattr(registry, "entry_points", lambda **wanted: points.select(**wanted))


def test_every_kind_has_a_connector() -> None:
    assert set(CONNECTORS) == set(ChannelKind)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(ChannelKind.X, XConnector), (ChannelKind.FACEBOOK, FacebookConnector)],
)
def test_an_account_gets_the_connector_of_its_kind(kind: ChannelKind, expected: type) -> None:
    account = Account(id=1, kind=kind, name="n", external_id="1")
    assert isinstance(connector_for(account), expected)


@pytest.mark.usefixtures("installed")
def test_a_third_party_adds_a_kind() -> None:
    made: Any = factory("pigeon")
    assert made is Pigeon
    assert capabilities_of("pigeon").public_limit == 40
    assert factory("x") is XConnector, "the table wins"
    with pytest.raises(UnknownChannel):
        factory("parrot")


@pytest.mark.usefixtures("installed")
def test_kinds_say_what_an_account_needs() -> None:
    found = {kind.kind: kind for kind in kinds()}
    assert list(found) == [*ChannelKind, "broken", "pigeon", "plain"]
    assert found["pigeon"] == AccountKind(
        "pigeon", "Carrier pigeon", Pigeon.secret_fields, several=False, base_url=True
    )
    assert found["plain"] == AccountKind("plain", "plain", base_url=True)
    assert capabilities_of("plain") == Capabilities()
    assert not found["broken"].installed
    assert [kind for kind, form in found.items() if form.webhook] == ["x", "facebook"]
    facebook = {field.name: field for field in found["facebook"].secrets}
    assert {"app_secret", "access_token"} <= facebook.keys()
    assert facebook["verify_token"].generated
    for form in found.values():
        assert form.title
        assert all(field.title for field in form.secrets)


@pytest.mark.usefixtures("installed")
def test_a_package_that_cannot_be_loaded_is_as_good_as_none() -> None:
    with pytest.raises(UnloadableChannel, match="no_such_package"):
        capabilities_of("broken")


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(
        UnknownChannel, match=r"'telegraph'.*facebook.*switchboard\.connectors"
    ) as e:
        factory("telegraph")
    assert e.value.kind == "telegraph"


def test_the_registry_loads_no_platform_s_client() -> None:
    """Neither by being imported nor by saying what there is."""
    code = (
        "import sys; from channels.registry import kinds; kinds();"
        "sys.exit(bool({'tweepy', 'pyfacebook'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
