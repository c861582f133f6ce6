"""What every connector keeps to before anything is sent or received: one suite over all."""

from __future__ import annotations

import inspect
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from channels.registry import CONNECTORS, MAX_KIND
from hub.ports import (
    BadSignature,
    Capabilities,
    ChannelKind,
    Connector,
    ConnectorError,
    ControlsThreads,
    FindsDeleted,
    FindsSent,
    HidesMessages,
    Metered,
    NamesPeople,
    Polls,
    ReceivesWebhooks,
    Rejected,
    RenewsAccess,
    Reply,
    RoutesWebhooks,
    SecretField,
    TakesStatus,
    Visibility,
)
from tests.contracts.connectors import MARKER, Saved, Subject
from tests.contracts.stages import RECEIVERS, STAGES, SUBJECTS

CLIENTS = ("tweepy", "aiohttp", "yarl", "oauthlib", "twitter_text", "pyfacebook", "requests",
           "urllib3", "georeport", "three", "xdk")  # fmt: skip
"""What platforms are spoken to with. A hub without such an account need not have them loaded."""
CLAIMS = {
    "hides": HidesMessages,
    "controls_threads": ControlsThreads,
    "takes_status": TakesStatus,
    "names_people": NamesPeople,
}
COROUTINES = {
    Connector: ("send", "check", "aclose"),
    FindsSent: ("find_sent",),
    Polls: ("poll",),
    HidesMessages: ("hide",),
    ControlsThreads: ("take_control", "pass_control"),
    TakesStatus: ("push_status",),
    NamesPeople: ("name",),
    FindsDeleted: ("deleted",),
    RenewsAccess: ("renew",),
}
FUNCTIONS = {
    ReceivesWebhooks: ("handshake", "verify", "parse"),
    RoutesWebhooks: ("recipients", "parse_for"),
    Metered: ("budget_of", "budgets"),
}
REPLY = Reply("r-1", "conversation-1", "1002", "Hello", Visibility.PUBLIC, "1003")

every_connector = pytest.mark.parametrize("subject", SUBJECTS, ids=str)


def test_all_of_ours_are_among_them() -> None:
    assert set(CONNECTORS) <= {each.kind for each in SUBJECTS}
    receiving = {each.kind for each in RECEIVERS}
    assert {ChannelKind.X, ChannelKind.FACEBOOK, "sample"} <= receiving
    # Our own channels are served by the hub itself; everything else has a stage.
    played = {each.connector for each in STAGES}
    unplayed = {each.kind for each in SUBJECTS if each.made not in played} & set(CONNECTORS)
    assert unplayed == {"webchat", "webform", "phone", "walk-in"}


@every_connector
def test_has_what_the_core_asks_for(subject: Subject) -> None:
    connector = subject.connector()
    assert isinstance(connector, Connector)
    for protocol, names in COROUTINES.items():
        if isinstance(connector, protocol):
            for name in names:
                assert inspect.iscoroutinefunction(getattr(connector, name)), name
    for protocol, names in FUNCTIONS.items():
        if isinstance(connector, protocol):
            for name in names:
                assert not inspect.iscoroutinefunction(getattr(connector, name)), name
    if isinstance(connector, Polls):
        assert connector.poll_every > 0
    if isinstance(connector, ReceivesWebhooks):
        assert isinstance(connector.text_fields, frozenset)
        assert all(isinstance(name, str) for name in connector.text_fields)
    if isinstance(connector, RoutesWebhooks):
        assert isinstance(connector, ReceivesWebhooks)


@every_connector
def test_its_capabilities_are_what_it_does(subject: Subject) -> None:
    found = getattr(subject.made, "capabilities", None)
    assert isinstance(found, Capabilities), "read from the class, before there is an account"
    connector = subject.connector()
    assert connector.capabilities == found
    for claim, protocol in CLAIMS.items():
        assert getattr(found, claim) == isinstance(connector, protocol), claim
    assert found.platform is None or found.platform.strip()
    for limit in (found.public_limit, found.private_limit):
        assert limit is None or limit > 0
    for window in (found.reply_window, found.human_window, found.private_reply_window):
        assert window is None or window.total_seconds() > 0
    if found.human_window is not None:
        assert found.reply_window is not None, "a person's window goes beyond another"
        assert found.human_window >= found.reply_window
    assert found.private_reply_window is None or found.private_replies
    assert found.can_reply or not (found.private_replies or found.media or found.surveys)


@every_connector
def test_its_secrets_are_named(subject: Subject) -> None:
    fields = subject.secret_fields
    assert isinstance(fields, tuple)
    assert all(isinstance(each, SecretField) for each in fields)
    names = [each.name for each in fields]
    assert len(names) == len(set(names))
    for each in fields:
        assert each.name.isidentifier()
        assert each.title.strip()
        # What need not be given, or is ours to choose, does not speak for itself.
        assert each.help or (each.required and not each.generated), each.name
    assert MARKER not in repr(subject.account())


@every_connector
def test_nothing_of_a_platforms_is_loaded_with_it(subject: Subject) -> None:
    """Nor is it to be built, to read a webhook, or to be closed."""
    program = f"""
import asyncio, sys
from {subject.made.__module__} import {subject.made.__qualname__} as made
from hub.ports import Account, ConnectorError
connector = made(Account(1, "a-kind", "City", "1001", {{}}, "http://127.0.0.1:9"))
if hasattr(connector, "parse"):
    try:
        connector.parse(b"{{}}")
    except ConnectorError:
        pass
asyncio.run(connector.aclose())
print([name for name in {CLIENTS!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Somebody on loopback who notices whether anybody calls."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        found.listen()
        found.setblocking(False)
        yield found


@pytest.mark.anyio
@every_connector
async def test_opens_nothing_before_it_must(subject: Subject, listener: socket.socket) -> None:
    """Also without any secret an account can be built and closed, twice."""
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    for secrets in ({}, subject.account().secrets):
        connector = subject.connector(subject.account(base_url=url, secrets=secrets))
        if isinstance(connector, ReceivesWebhooks):
            with suppress(BadSignature):
                connector.verify({}, b"{}")
            with suppress(ConnectorError):
                connector.parse(b"{}")
        if isinstance(connector, Metered):
            assert connector.budgets() == ()
            assert connector.budget_of(REPLY) != ""
        await connector.aclose()
        await connector.aclose()
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.anyio
@every_connector
async def test_a_channel_without_replies_says_what_to_do(subject: Subject) -> None:
    connector = subject.connector()
    if connector.capabilities.can_reply:
        return
    with pytest.raises(Rejected) as raised:
        await connector.send(REPLY, Saved())
    assert len(raised.value.reason.split()) > 3


def test_a_kinds_name_fits_the_database() -> None:
    assert all(0 < len(kind) <= MAX_KIND for kind in CONNECTORS)
