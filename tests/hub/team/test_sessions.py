"""Signing in and out: who is let in, for how long, and how often one may guess."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type
from httpx2 import Response
from sqlalchemy import update

from hub.api.access import COOKIE
from hub.errors import TooMany, Unauthenticated
from hub.seed import DEMO_PASSWORD
from hub.team.models import Agent, Presence, Role, Session, SignInFailure
from hub.team.passwords import hash_password, verify_password
from hub.team.sessions import MAX_PER_ADDRESS, MAX_PER_EMAIL, WINDOW
from hub.team.tokens import hash_secret
from tests.fixtures import rows
from tests.hub.api.site import NOBODY, ORIGIN, Caller, Site

pytestmark = pytest.mark.anyio

BOTH = pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)
AVA = "ava@demo.example"


async def form_of(site: Site) -> tuple[str, str]:
    """The sign-in form's token and its cookie."""
    page = await site.ask(NOBODY, "GET", "/console/sign-in")
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None
    return found[1], page.headers["set-cookie"].partition(";")[0]


async def submit(site: Site, email: str = AVA, password: str = DEMO_PASSWORD) -> Response:
    """The form as a browser sends it."""
    csrf, cookie = await form_of(site)
    return await site.ask(
        Caller("browser", {"Cookie": cookie, "Origin": ORIGIN}),
        "POST",
        "/console/sign-in",
        data={"csrf": csrf, "email": email, "password": password},
    )


def cookie_of(answer: Response) -> str:
    for line in answer.headers.get_list("set-cookie"):
        if line.startswith(f"{COOKIE}="):
            return str(line)
    raise AssertionError(f"no session: {answer.headers}")


@BOTH
async def test_in_and_out(site: Site) -> None:
    answer = await submit(site)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    cookie = cookie_of(answer).partition(";")[0]
    browser = Caller("Ava", {"Cookie": cookie})
    me = (await site.api(browser, "GET", "/me")).json()
    assert me["agent"]["email"] == AVA
    assert me["agent"]["presence"] == "online"

    out = await site.ask(browser, "POST", "/console/sign-out")
    assert out.status_code == 403, "a foreign page signs nobody out"
    token = browser.saying(x_csrf_token=me["csrf_token"])
    out = await site.ask(token, "POST", "/console/sign-out")
    assert out.status_code == 204
    assert "Max-Age=0" in cookie_of(out)
    assert (await site.api(browser, "GET", "/me")).status_code == 401
    assert (await site.ask(browser, "GET", "/console")).headers["location"] == "/console/sign-in"
    (agent,) = await rows(site.hub.database, Agent, email=AVA)
    assert agent.presence == Presence.OFFLINE


async def test_what_the_browser_is_given(site: Site) -> None:
    answer = await submit(site)
    parts = [part.strip().lower() for part in cookie_of(answer).split(";")[1:]]
    assert {"httponly", "samesite=lax", "path=/", "max-age=43200"} <= set(parts)
    assert "secure" not in parts, "loopback is not https"
    (row,) = await rows(site.hub.database, Session)
    value = cookie_of(answer).partition("=")[2].partition(";")[0]
    assert row.id_hash == hash_secret(value)
    assert value not in str(row.as_row()), "the database alone lets nobody in"


async def test_over_https_the_cookies_are_secure(site: Site) -> None:
    from tests.hub.api.site import open_site

    url = site.hub.settings.database_url
    assert url is not None
    async with open_site(url, site.hub.settings.data, public_url="https://hub.example") as other:
        page = await other.ask(NOBODY, "GET", "/console/sign-in")
        assert "secure" in page.headers["set-cookie"].lower()
        csrf, cookie = await form_of(other)
        answer = await other.ask(
            Caller("browser", {"Cookie": cookie}),
            "POST",
            "/console/sign-in",
            data={"csrf": csrf, "email": AVA, "password": DEMO_PASSWORD},
        )
        assert "secure" in cookie_of(answer).lower()


async def test_every_session_is_its_own(site: Site) -> None:
    one, two = cookie_of(await submit(site)), cookie_of(await submit(site))
    assert one != two
    csrf = [row.csrf_token for row in await rows(site.hub.database, Session)]
    assert len(set(csrf)) == 2
    first = Caller("Ava", {"Cookie": one.partition(";")[0], "X-Csrf-Token": csrf[0]})
    second = Caller("Ava", {"Cookie": two.partition(";")[0]})
    for token in csrf:
        out = await site.ask(first.saying(x_csrf_token=token), "POST", "/console/sign-out")
        if out.status_code == 204:
            break
    assert (await site.api(second, "GET", "/me")).status_code == 200


async def test_a_session_ends_by_itself(site: Site) -> None:
    cookie = cookie_of(await submit(site)).partition(";")[0]
    browser = Caller("Ava", {"Cookie": cookie})
    site.clock.advance(timedelta(hours=12) - timedelta(seconds=1))
    assert (await site.api(browser, "GET", "/me")).status_code == 200
    site.clock.advance(seconds=2)
    assert (await site.api(browser, "GET", "/me")).status_code == 401


async def test_who_left_is_out_at_once(site: Site) -> None:
    """Switched off, an agent neither keeps a session nor gets a new one."""
    cookie = cookie_of(await submit(site)).partition(";")[0]
    async with site.hub.database.write() as session:
        await session.execute(update(Agent).where(Agent.email == AVA).values(active=False))
    assert (await site.api(Caller("Ava", {"Cookie": cookie}), "GET", "/me")).status_code == 401
    assert (await submit(site)).status_code == 401


async def test_a_role_taken_away_is_gone_from_the_next_request(site: Site) -> None:
    sam = await site.session("sam")
    assert (await site.api(sam, "GET", "/reports/live")).status_code == 200
    async with site.hub.database.write() as session:
        await session.execute(
            update(Agent).where(Agent.id == sam.agent_id).values(role=Role.AGENT.value)
        )
    assert (await site.api(sam, "GET", "/reports/live")).status_code == 403


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (AVA, "wrong"),
        (AVA, ""),
        (AVA, DEMO_PASSWORD + " "),
        (AVA, DEMO_PASSWORD.upper()),
        ("nobody@demo.example", DEMO_PASSWORD),
        ("", ""),
        ("' OR 1=1 --", "x"),
        ("ava@demo.example\x00", DEMO_PASSWORD),
        ("%", DEMO_PASSWORD),
        ("a" * 3000 + "@demo.example", "x" * 3000),
    ],
)
async def test_the_wrong_words(house: Site, email: str, password: str) -> None:
    """One answer for all of it: nobody learns which addresses there are."""
    answer = await submit(house, email, password)
    assert answer.status_code == 401
    assert "The e-mail address or the password is wrong." in answer.text
    assert all(COOKIE not in line for line in answer.headers.get_list("set-cookie"))


async def test_an_address_is_read_as_people_write_it(site: Site) -> None:
    assert (await submit(site, "  Ava@Demo.Example ")).status_code == 303


@BOTH
async def test_odd_words_are_only_wrong(site: Site) -> None:
    for email in ("a\x00b@demo.example", "\u202e@demo.example", "🐍@demo.example"):
        assert (await submit(site, email, "x\x00y")).status_code == 401


async def test_the_form_is_sent_from_our_own_page(site: Site) -> None:
    """Else another site signs its visitors in as somebody whose password it knows."""
    csrf, cookie = await form_of(site)
    other, _ = await form_of(site)
    fields = {"email": AVA, "password": DEMO_PASSWORD}
    for given, sent in (
        (None, cookie),
        ("", cookie),
        (other, cookie),
        (csrf, ""),
        ("", "switchboard_sign_in="),
        ("ü", cookie),
    ):
        data = fields if given is None else {**fields, "csrf": given}
        answer = await site.ask(
            Caller("browser", {"Cookie": sent} if sent else {}),
            "POST", "/console/sign-in", data=data,
        )  # fmt: skip
        assert answer.status_code == 403, (given, sent)
        assert all(COOKIE not in line for line in answer.headers.get_list("set-cookie"))
    assert await rows(site.hub.database, Session) == []


async def test_what_is_typed_comes_back_escaped(house: Site) -> None:
    answer = await submit(house, '"><script>alert(1)</script>', "x")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert DEMO_PASSWORD not in answer.text, "the demo's accounts show in the demo alone"


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"", "multipart/form-data"),
        (b"--x\r\nnothing", "multipart/form-data; boundary=x"),
        (b"email=" + b"a" * 100_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a=b" for _ in range(50)), "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b'--x\r\nContent-Disposition: form-data; name="email"; filename="a"\r\n\r\nx\r\n--x--',
         "multipart/form-data; boundary=x"),
    ],
)  # fmt: skip
async def test_what_is_no_form(house: Site, content: bytes, content_type: str) -> None:
    answer = await house.ask(
        NOBODY, "POST", "/console/sign-in", content=content, headers={"content-type": content_type}
    )
    assert answer.status_code in (400, 403)


async def _guess(site: Site, email: str, address: str = "203.0.113.7") -> None:
    with pytest.raises(Unauthenticated):
        await site.hub.sessions.sign_in(email, "wrong", address)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guessing without argon2's patience."""

    async def verify(stored: str | None, password: str) -> bool:
        return stored is not None and password == DEMO_PASSWORD

    monkeypatch.setattr("hub.team.sessions.verify_password", verify)


@BOTH
@pytest.mark.usefixtures("quick")
async def test_guessing_at_one_address_stops(site: Site) -> None:
    """After so many wrong passwords even the right one waits, from wherever it comes."""
    for number in range(MAX_PER_EMAIL):
        await _guess(site, AVA, f"203.0.113.{number}")
    for address in ("203.0.113.1", "198.51.100.9"):
        with pytest.raises(TooMany) as refused:
            await site.hub.sessions.sign_in(AVA, DEMO_PASSWORD, address)
        assert refused.value.retry_after == WINDOW.total_seconds()
    with pytest.raises(TooMany):
        await site.hub.sessions.sign_in(" AVA@demo.example", DEMO_PASSWORD, "198.51.100.9")
    assert await site.hub.sessions.sign_in("ben@demo.example", DEMO_PASSWORD, "198.51.100.9")
    site.clock.advance(WINDOW + timedelta(seconds=1))
    assert await site.hub.sessions.sign_in(AVA, DEMO_PASSWORD, "203.0.113.1")


@pytest.mark.usefixtures("quick")
async def test_guessing_from_one_machine_stops(site: Site) -> None:
    for number in range(MAX_PER_ADDRESS):
        await _guess(site, f"guess-{number}@demo.example")
    with pytest.raises(TooMany):
        await site.hub.sessions.sign_in(AVA, DEMO_PASSWORD, "203.0.113.7")
    assert await site.hub.sessions.sign_in(AVA, DEMO_PASSWORD, "198.51.100.9")


@pytest.mark.usefixtures("quick")
async def test_the_right_password_forgives_the_wrong_ones(site: Site) -> None:
    for _ in range(3):
        for _ in range(MAX_PER_EMAIL - 1):
            await _guess(site, AVA, "203.0.113.7")
        await site.hub.sessions.sign_in(AVA, DEMO_PASSWORD, "198.51.100.9")
    kept = {row.subject for row in await rows(site.hub.database, SignInFailure)}
    assert kept == {"address:203.0.113.7"}, "a good sign-in leaves no failure, and forgives none"


@pytest.mark.usefixtures("quick")
async def test_a_busy_office_is_not_throttled(site: Site) -> None:
    """Signing in well does not count against the address that everybody shares."""
    for _ in range(MAX_PER_ADDRESS + 5):
        await site.hub.sessions.sign_in(AVA, DEMO_PASSWORD, "203.0.113.7")


@BOTH
async def test_many_guesses_at_once_are_counted_too(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All sent before the first is answered: no more are looked at than one after another."""
    looked = 0

    async def verify(stored: str | None, password: str) -> bool:
        nonlocal looked
        looked += 1
        await asyncio.sleep(0.05)
        return False

    monkeypatch.setattr("hub.team.sessions.verify_password", verify)
    guesses = (site.hub.sessions.sign_in(AVA, str(n), "203.0.113.7") for n in range(60))
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    assert all(isinstance(one, Unauthenticated | TooMany) for one in outcomes)
    # PostgreSQL lets as many count side by side as it has connections.
    assert looked <= (MAX_PER_EMAIL if site.hub.database.is_sqlite else 30)


async def test_the_throttle_says_so_on_the_page(site: Site, quick: None) -> None:
    for _ in range(MAX_PER_EMAIL):
        assert (await submit(site, AVA, "wrong")).status_code == 401
    answer = await submit(site)
    assert answer.status_code == 429
    assert "Try again in 15 minutes" in answer.text


async def test_passwords_are_argon2(site: Site) -> None:
    for agent in await rows(site.hub.database, Agent):
        parameters = extract_parameters(agent.password_hash)
        assert parameters.type is Type.ID
        assert parameters.memory_cost >= 19_456
        assert parameters.time_cost >= 2
    one, two = await hash_password("secret"), await hash_password("secret")
    assert one != two
    assert await verify_password(one, "secret")
    assert not await verify_password(one, "Secret")
    assert not await verify_password(None, "secret")
    assert not await verify_password(None, "nobody has this password")
    assert not await verify_password("no hash", "secret")


async def test_nobody_takes_as_long_as_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an account a hash is verified all the same: the time tells nothing."""
    from argon2 import PasswordHasher

    verified: list[str] = []
    verify = PasswordHasher.verify

    def watched(self: PasswordHasher, stored: str, password: str) -> bool:
        verified.append(stored)
        return verify(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", watched)
    assert not await verify_password(None, "x")
    assert len(verified) == 1
    assert extract_parameters(verified[0]).type is Type.ID
