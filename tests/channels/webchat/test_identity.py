"""People whom the city's own site has signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from channels.webchat.identity import vouched_for
from channels.webchat.limits import Refused
from channels.webchat.visitor import conversation_of
from hub.accounts.models import Account
from hub.people.models import ContactPoint
from hub.ports import ChannelKind
from hub.tickets.models import Ticket
from tests.channels.webchat.chatting import Visitor, visiting
from tests.fakes import NOON
from tests.fixtures import rows
from tests.hub.api.site import Site

SECRET = "a secret of sixty-four bytes or more, as the longest of hashes asks"
ASYNC = pytest.mark.anyio


def signed(secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    valid = {
        "sub": "resident-7",
        "name": "Ida Lund",
        "aud": "switchboard",
        "exp": int((NOON + timedelta(hours=1)).timestamp()),
    }
    told = {name: value for name, value in (valid | claims).items() if value is not None}
    return jwt.encode(told, secret, algorithm=algorithm)


def at(**later: float) -> int:
    return int((NOON + timedelta(**later)).timestamp())


def refusal(token: object, secret: str | None = SECRET) -> str:
    with pytest.raises(Refused) as refused:
        vouched_for(token, secret, NOON)
    return refused.value.code


def test_who_is_vouched_for() -> None:
    visitor = vouched_for(signed(email="ida@example.org"), SECRET, NOON)
    author = visitor.author("Somebody Else")
    assert (author.kind, author.address, author.display_name, author.verified) == (
        ("customer", "resident-7", "Ida Lund", True)
    )
    assert (visitor.token, visitor.email) == (None, "ida@example.org")
    again = vouched_for(signed(name="Ida L.", exp=at(hours=3)), SECRET, NOON)
    assert again.conversation == visitor.conversation, "a renewed one is the same person"
    assert vouched_for(signed(sub="resident-8"), SECRET, NOON).conversation != again.conversation
    assert vouched_for(signed(name=None), SECRET, NOON).author().display_name == "resident-7"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"aud": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": at(hours=25)},
        {"exp": True},
        {"nbf": at(hours=1)},
        {"sub": None},
        {"sub": ""},
        {"sub": " "},
        {"sub": "a" * 201},
        {"name": ["Ida"]},
        {"secret": SECRET + "x"},
        {"algorithm": "HS384"},
        {"algorithm": "none", "secret": ""},
    ],
)
def test_what_is_not_valid(claims: dict[str, Any]) -> None:
    assert refusal(signed(**claims)) == "identity-invalid"


@pytest.mark.parametrize("token", ["", "a.b.c", 7, None, ["x"], "x" * 5_000, "\ud800.a.b"])
def test_what_is_no_token(token: object) -> None:
    assert refusal(token) == "identity-invalid"


def test_what_has_expired_says_so() -> None:
    assert refusal(signed(exp=at(minutes=-2))) == "identity-expired"
    vouched_for(signed(exp=at(seconds=-30)), SECRET, NOON)  # clocks differ a little


@pytest.mark.parametrize("secret", [None, "", "too short to sign with"])
def test_without_a_secret_worth_the_name_nobody_is_believed(secret: str | None) -> None:
    assert refusal(signed(), secret) == "identity-off"


def test_a_made_up_token_leads_to_nobody_who_is_vouched_for() -> None:
    verified = vouched_for(signed(), SECRET, NOON).conversation
    assert verified == conversation_of("chat", "sub:resident-7")
    assert verified != conversation_of("chat", "resident-7")


async def set_secret(site: Site, secret: str = SECRET) -> None:
    async with site.hub.database.write() as session:
        (account,) = await rows(site.hub.database, Account, kind=ChannelKind.WEBCHAT.value)
        account.secrets = site.hub.seal.seal_secrets({"identity_secret": secret})
        await session.merge(account)


async def refused_with(address: str, identity: Any) -> str:
    async with connect(f"ws://{address}/chat/socket?hello=1", proxy=None) as socket:
        visitor = Visitor(socket)
        await visitor.send({"type": "hello", "identity": identity})
        frame = await visitor.frame()
        assert frame["type"] == "refused"
        assert frame["detail"]
        with pytest.raises(ConnectionClosed) as closed:
            await visitor.frame()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401
        return str(frame["code"])


@ASYNC
async def test_another_device_goes_on_with_the_same_conversation(site: Site, address: str) -> None:
    await set_secret(site)
    async with visiting(address, hello={"identity": signed()}) as phone:
        assert phone.welcome["token"] is None
        assert phone.welcome["name"] == "Ida Lund"
        accepted = await phone.say("My bill is wrong", name="Mallory")
        assert accepted["message"]["name"] == "Ida Lund"
        renewed = signed(exp=at(hours=2), email="ida@example.org")
        async with visiting(address, hello={"identity": renewed}) as desk:
            assert desk.history == [("you", "My bill is wrong")]
            await desk.say("And late")
            assert (await phone.frame())["message"]["body"] == "And late"
    (ticket,) = await rows(site.hub.database, Ticket)
    assert ticket.contact_name == "Ida Lund"
    (point,) = await rows(site.hub.database, ContactPoint, kind="customer")
    assert point.address == "resident-7"
    assert point.verified
    async with visiting(address, hello={"identity": signed(sub="resident-8")}) as other:
        assert other.history == []


@ASYNC
async def test_never_silently_anonymous(site: Site, address: str) -> None:
    assert await refused_with(address, signed()) == "identity-off"
    await set_secret(site)
    assert await refused_with(address, signed(SECRET + "x")) == "identity-invalid"
    assert await refused_with(address, "") == "identity-invalid"
    site.clock.advance(hours=3)
    assert await refused_with(address, signed()) == "identity-expired"
    async with visiting(address, hello={"identity": signed(exp=at(hours=4))}) as visitor:
        assert visitor.welcome["name"] == "Ida Lund", "renewed it works again"
    assert await rows(site.hub.database, Ticket) == []


@ASYNC
async def test_a_first_frame_that_is_no_hello(address: str) -> None:
    for text in ("", "[]", '{"type":"message","key":"k","body":"a"}'):
        async with connect(f"ws://{address}/chat/socket?hello=1", proxy=None) as socket:
            await socket.send(text)
            assert (await Visitor(socket).frame())["code"] == "no-hello"


@ASYNC
async def test_a_hello_with_a_token(address: str) -> None:
    async with visiting(address, hello={"token": None}) as visitor:
        await visitor.say("Hello")
    async with visiting(address, hello={"token": visitor.token}) as again:
        assert again.history == [("you", "Hello")]
