"""The console's pages by everybody, and its assets."""

from __future__ import annotations

import re

import pytest

from agent_console import assets
from tests.hub.api.site import NOBODY, Site

pytestmark = pytest.mark.anyio

SHELL = (
    "/console",
    "/console/",
    "/console/tickets/1",
    "/console/supervisor",
    "/console/anything/at/all",
    "/console/%2e%2e/%2e%2e/etc/passwd",
)


@pytest.mark.parametrize("path", SHELL)
async def test_the_shell_is_for_whoever_is_signed_in(house: Site, path: str) -> None:
    """A browser's session opens it; a token is no browser. What it may load is the API's say."""
    for caller in await house.everybody():
        answer = await house.ask(caller, "GET", path)
        if caller.agent_id is not None:
            assert answer.status_code == 200, caller.name
            assert '<div id="app">' in answer.text
        else:
            assert answer.status_code == 303, caller.name
            assert answer.headers["location"] == "/console/sign-in"


async def test_the_sign_in_page_by_everybody(house: Site) -> None:
    for caller in await house.everybody():
        answer = await house.ask(caller, "GET", "/console/sign-in")
        if caller.agent_id is not None:
            assert (answer.status_code, answer.headers["location"]) == (303, "/console")
        else:
            assert answer.status_code == 200
            assert 'autocomplete="current-password"' in answer.text


async def test_signing_out_by_everybody(site: Site) -> None:
    for caller in await site.everybody():
        answer = await site.ask(caller.without("X-Csrf-Token"), "POST", "/console/sign-out")
        wanted = 401 if not caller.signed_in else 403 if caller.agent_id is not None else 204
        assert answer.status_code == wanted, caller.name
        if caller.agent_id is not None:
            assert (await site.api(caller, "GET", "/me")).status_code == 200
            out = await site.ask(caller, "POST", "/console/sign-out")
            assert out.status_code == 204
            assert (await site.api(caller, "GET", "/me")).status_code == 401


async def test_leaving_is_not_a_link(house: Site) -> None:
    ava = await house.session("ava")
    answer = await house.ask(ava, "GET", "/console/sign-out")
    assert answer.status_code in (200, 405)
    assert (await house.api(ava, "GET", "/me")).status_code == 200


async def test_the_shell_runs_only_our_own_code(house: Site) -> None:
    """No inline script, nothing from elsewhere; every file it names is there."""
    page = await house.ask(await house.session("ava"), "GET", "/console")
    assert re.search(r"<script(?![^>]*\bsrc=)", page.text) is None
    assert "http:" not in page.text
    assert "https:" not in page.text
    named = re.findall(r'(?:src|href)="(/console/assets/[^"]+)"', page.text)
    assert len(named) >= 3
    for address in named:
        answer = await house.ask(NOBODY, "GET", address)
        assert answer.status_code == 200, address
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        for other in (f"/console/assets/{address.rpartition('/')[2]}", _of_another_build(address)):
            plain = await house.ask(NOBODY, "GET", other)
            assert plain.content == answer.content
            assert plain.headers["cache-control"] == "no-cache"


def _of_another_build(address: str) -> str:
    return re.sub(r"/v-[0-9a-f]{12}/", "/v-0123456789ab/", address)


@pytest.mark.parametrize(
    "path", ["../hub/settings.py", "..%2fhub%2fsettings.py", "%2e%2e/__init__.py", "/etc/passwd",
             "nothing.js", "", ".", "%00", "a" * 5000],
)  # fmt: skip
async def test_no_other_file_is_an_asset(house: Site, path: str) -> None:
    answer = await house.ask(NOBODY, "GET", f"/console/assets/{path}")
    assert answer.status_code in (303, 404), answer.status_code
    assert "HUB_" not in answer.text


async def test_assets_are_read_not_written(house: Site) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert (await house.ask(NOBODY, method, "/console/assets/console.js")).status_code == 405


async def test_the_widget_is_for_other_sites(house: Site) -> None:
    answer = await house.ask(NOBODY, "GET", "/widget.js")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


async def test_the_api_is_not_for_other_sites(house: Site) -> None:
    """Nothing but the widget may be read by a foreign page's script."""
    ava = (await house.session("ava")).saying(origin="https://evil.example")
    for path in ("/api/v1/me", "/api/v1/tickets", "/console", "/", "/healthz"):
        answer = await house.ask(ava, "GET", path)
        assert "access-control-allow-origin" not in answer.headers
        assert "access-control-allow-credentials" not in answer.headers
    preflight = await house.ask(
        ava.saying(access_control_request_method="PATCH"), "OPTIONS", "/api/v1/tickets/1"
    )
    assert "access-control-allow-origin" not in preflight.headers


def test_a_console_that_is_not_built_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "PACKAGE", "no_such_package")
    with pytest.raises(assets.ConsoleNotBuilt, match="install the project again"):
        assets.folder()
