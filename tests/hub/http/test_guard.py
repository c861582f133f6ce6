"""Other sites' pages: the Origin of unsafe requests, the session's CSRF token, and the headers
that every kind of answer carries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from hub.http.guard import same_origin
from hub.team.models import Role
from tests.fixtures import ticket_of
from tests.hub.api.site import NOBODY, ORIGIN, Caller, Site, open_site

pytestmark = pytest.mark.anyio

FOREIGN = (
    "https://evil.example",
    "null",
    "http://127.0.0.1:8001",
    "http://127.0.0.1",
    "http://localhost:8000",
    "http://127.0.0.1:8000.evil.example",
    "http://evil.example/http://127.0.0.1:8000",
    "HTTP://127.0.0.1:8000",
    "",
)


@pytest.fixture
async def ava(house: Site) -> Caller:
    return await house.session("ava")


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_page_writes_nothing(house: Site, ava: Caller, origin: str) -> None:
    """Even with the right CSRF token: the browser says where the request came from."""
    number = await house.ticket()
    answer = await house.api(
        ava.saying(origin=origin), "PATCH", f"/tickets/{number}", json={"priority": "urgent"}
    )
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await ticket_of(house.hub, number)).priority == "normal"


@pytest.mark.parametrize("site_name", ["cross-site", "same-site"])
async def test_a_browser_that_only_says_that_it_is_foreign(
    house: Site, ava: Caller, site_name: str
) -> None:
    number = await house.ticket()
    caller = ava.without("Origin").saying(sec_fetch_site=site_name)
    answer = await house.api(caller, "POST", f"/tickets/{number}/note", json={"body": "x"})
    assert answer.status_code == 403


@pytest.mark.parametrize("given", [None, "", "wrong", "x" * 5000, "ümlaut"])
async def test_a_session_writes_only_with_its_csrf_token(
    house: Site, ava: Caller, given: str | None
) -> None:
    number = await house.ticket()
    caller = ava.without("X-Csrf-Token")
    if given is not None:
        caller = caller.saying(x_csrf_token=given)
    for method, path, body in (
        ("POST", f"/tickets/{number}/reply", {"body": "x"}),
        ("PATCH", f"/tickets/{number}", {"priority": "urgent"}),
        ("POST", "/me/presence", {"presence": "away"}),
    ):
        answer = await house.api(caller, method, path, json=body)
        assert answer.status_code == 403, path
        assert "X-CSRF-Token" in answer.json()["detail"]
    assert (await ticket_of(house.hub, number)).priority == "normal"


async def test_another_sessions_csrf_token_does_not_do(house: Site, ava: Caller) -> None:
    number = await house.ticket()
    for other in (await house.session("ava"), await house.session("ben")):
        caller = ava.saying(x_csrf_token=other.headers["X-Csrf-Token"])
        answer = await house.api(caller, "POST", f"/tickets/{number}/note", json={"body": "x"})
        assert answer.status_code == 403


async def test_a_cookie_in_the_second_header_counts(house: Site, ava: Caller) -> None:
    """Read from all of them, so looked for in all of them."""
    headers = [
        (b"Cookie", b"theme=dark"),
        (b"Cookie", ava.headers["Cookie"].encode()),
        (b"X-Csrf-Token", ava.headers["X-Csrf-Token"].encode()),
        (b"Origin", b"https://evil.example"),
    ]
    transport = ASGITransport(app=house.app)
    async with AsyncClient(transport=transport, base_url=ORIGIN) as client:
        answer = await client.post("/api/v1/me/presence", headers=headers, json={})
    assert answer.status_code == 403
    assert answer.json()["title"] == "Wrong origin"


async def test_reading_needs_no_csrf_token(house: Site, ava: Caller) -> None:
    assert (await house.api(ava.without("X-Csrf-Token"), "GET", "/me")).status_code == 200


async def test_a_token_is_no_browser(house: Site) -> None:
    """A program sends no cookie, so no page can make it write: it needs neither."""
    token = await house.token(Role.AGENT)
    number = await house.ticket()
    for caller in (token, token.saying(origin="https://intranet.example")):
        answer = await house.api(caller, "POST", f"/tickets/{number}/note", json={"body": "x"})
        assert answer.status_code == 201


async def test_a_cookie_beside_a_token_does_not_help_it(house: Site, ava: Caller) -> None:
    """A wrong token is not made up for by a session, nor is the Origin check lost."""
    both = ava.saying(authorization="Bearer swb_wrong")
    assert (await house.api(both, "GET", "/me")).status_code == 401
    token = await house.token(Role.AGENT)
    foreign = ava.saying(
        authorization=token.headers["Authorization"], origin="https://evil.example"
    )
    answer = await house.api(foreign, "POST", "/tickets", json={})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "authorization",
    ["Bearer", "Bearer ", "bearer  ", "Basic YTpi", "swb_x", "Bearer swb_x swb_y", "Token x"],
)
async def test_an_authorization_that_is_none(house: Site, authorization: str) -> None:
    caller = Caller("odd", {"Authorization": authorization})
    answer = await house.api(caller, "GET", "/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_is_found_by_its_whole_self(house: Site) -> None:
    token = (await house.token(Role.ADMIN)).headers["Authorization"]
    for wrong in (token[:-1], token + "x", token.upper(), token.replace("swb_", "")):
        answer = await house.api(Caller("odd", {"Authorization": wrong}), "GET", "/me")
        assert answer.status_code == 401
    spaced = await house.api(
        Caller("spaced", {"Authorization": token.replace("Bearer", "bearer ")}), "GET", "/me"
    )
    assert spaced.status_code == 200


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({}, True),
        ({"origin": "https://hub.example"}, True),
        ({"origin": "http://inner:8000", "host": "inner:8000"}, True),
        ({"origin": "https://evil.example", "host": "inner:8000"}, False),
        ({"origin": "null"}, False),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"origin": "https://hub.example", "sec-fetch-site": "cross-site"}, True),
    ],
)
def test_same_origin(headers: dict[str, str], same: bool) -> None:
    assert same_origin(Headers(headers), "https://hub.example") is same


HEADERS = (
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cache-control",
)
ANSWERS = (
    ("GET", "/", 200),
    ("GET", "/healthz", 200),
    ("GET", "/metrics", 200),
    ("GET", "/widget.js", 200),
    ("GET", "/console", 303),
    ("GET", "/console/sign-in", 200),
    ("GET", "/console/assets/console.js", 200),
    ("GET", "/console/assets/nothing.js", 404),
    ("POST", "/console/sign-in", 403),
    ("POST", "/console/sign-out", 401),
    ("GET", "/inquiry/nothing", 404),
    ("POST", "/inquiry", 422),
    ("GET", "/open311/v2/services.json", 200),
    ("GET", "/open311/v2/nothing.json", 404),
    ("GET", "/api/v1/openapi.json", 200),
    ("GET", "/api/v1/me", 401),
    ("GET", "/webhooks/facebook", 404),
    ("POST", "/webhooks/nothing", 404),
    ("GET", "/nowhere", 404),
    ("DELETE", "/healthz", 405),
    ("DELETE", "/webhooks/facebook", 405),
    ("GET", "/chat/socket", 404),
    ("POST", "/chat/files", 401),
    ("GET", "/chat/files/1/0", 404),
    ("GET", "/chat/transcript", 404),
    ("GET", "/survey/nothing", 404),
    ("GET", "/help", 200),
    ("GET", "/help/help.css", 200),
    ("GET", "/ayuda?q=luz", 200),
    ("GET", "/help/pay-my-bill", 200),
    ("GET", "/help/pay-my-bill/thanks", 200),
    ("GET", "/ayuda/nothing", 404),
    ("POST", "/help/pay-my-bill/helpful", 422),
)


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
async def test_headers_on_every_kind_of_answer(
    house: Site, method: str, path: str, status: int
) -> None:
    answer = await house.ask(NOBODY, method, path)
    assert answer.status_code == status
    _has_headers(answer)


def _has_headers(answer: Response) -> None:
    for name in HEADERS:
        assert len(answer.headers.get_list(name)) == 1, name
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "unsafe-eval" not in answer.headers["content-security-policy"]
    assert "server" not in answer.headers


async def test_headers_on_a_refused_origin_and_on_a_mistake_of_ours(
    house: Site, ava: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = await house.api(ava.saying(origin="https://evil.example"), "POST", "/tickets")
    assert refused.status_code == 403
    _has_headers(refused)

    async def broken() -> None:
        raise RuntimeError("the key is hunter2")

    monkeypatch.setattr(house.hub, "health", broken)
    mistake = await house.ask(NOBODY, "GET", "/healthz", bugs=False)
    assert mistake.status_code == 500
    assert "hunter2" not in mistake.text
    _has_headers(mistake)


async def test_what_is_private_is_not_kept_by_a_cache(house: Site, ava: Caller) -> None:
    for path in ("/api/v1/tickets", "/api/v1/me", "/console"):
        assert (await house.ask(ava, "GET", path)).headers["cache-control"] == "no-store"


@pytest.fixture
async def behind_a_proxy(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(database_url, tmp_path, public_url="https://hub.example/") as found:
        yield found


async def test_behind_a_proxy_the_public_origin_counts(behind_a_proxy: Site) -> None:
    ava = await behind_a_proxy.session("ava")
    for origin, status in (("https://hub.example", 201), ("https://other.example", 403)):
        number = await behind_a_proxy.ticket()
        answer = await behind_a_proxy.api(
            ava.saying(origin=origin), "POST", f"/tickets/{number}/note", json={"body": "x"}
        )
        assert answer.status_code == status


PLACES = {
    "/healthz",
    "/metrics",
    "/webhooks",
    "/api/v1",
    "/console/socket",
    "/console",
    "/console/assets",
    "/survey/{token}",
    "/survey/{token}/comment",
    "/help",
    "/help/help.css",
    "/help/{slug}",
    "/help/{slug}/helpful",
    "/help/{slug}/thanks",
    "/ayuda",
    "/ayuda/{slug}",
    "/ayuda/{slug}/helpful",
    "/ayuda/{slug}/thanks",
    "/console/sign-in",
    "/console/sign-out",
    "/console/",
    "/console/{page:path}",
    "/widget.js",
    "/open311/v2",
    "/chat/socket",
    "/chat/files",
    "/chat/files/{message:int}/{index:int}",
    "/chat/transcript",
    "/",
    "/inquiry",
    "/inquiry/{token}",
}


def _places(routes: list[BaseRoute], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for route in routes:
        if isinstance(route, Mount) and prefix + route.path == "/console":
            found |= _places(list(route.routes), prefix + route.path)
        else:
            assert isinstance(route, Route | WebSocketRoute | Mount)
            found.add(prefix + route.path)
    return found


async def test_every_place_of_the_app_is_known_here(house: Site) -> None:
    """A new one belongs into the tables of this file and of `tests/agent_console`."""
    assert isinstance(house.app, Starlette)
    assert _places(list(house.app.routes)) == PLACES
