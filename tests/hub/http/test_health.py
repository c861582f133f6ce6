"""`/healthz` and `/metrics`."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from hub.accounts.health import stop_account
from hub.accounts.models import Account
from hub.api.access import COOKIE
from hub.ports import PartState
from tests.fakes import ScriptedResponder
from tests.fixtures import rows
from tests.hub.api.site import NOBODY, Caller, Site

pytestmark = pytest.mark.anyio


async def test_up(site: Site) -> None:
    answer = await site.ask(NOBODY, "GET", "/healthz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["parts"]["database"] == {"state": "up", "detail": ""}


@pytest.mark.parametrize("state", [PartState.STARTING, PartState.DEGRADED, PartState.DOWN])
async def test_without_the_bot_inquiries_are_taken(site: Site, state: PartState) -> None:
    responder = site.hub.rooms.responder
    assert isinstance(responder, ScriptedResponder)
    responder.state = state
    answer = await site.ask(NOBODY, "GET", "/healthz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["parts"]["bot"]["state"] == state


async def test_a_refused_sign_in_is_told(site: Site) -> None:
    account = (await rows(site.hub.database, Account, kind="x"))[0]
    await stop_account(site.hub.database, account.id, "401", site.hub.now())
    site.hub.directory.forget()
    answer = await site.ask(NOBODY, "GET", "/healthz")
    assert answer.status_code == 200
    assert answer.json()["parts"][f"x/{account.slug}"]["state"] == "down"


async def test_without_its_database(site: Site, tmp_path: Path) -> None:
    """The file is gone: 503 here, 503 and not 500 for what asks it, and back when it is."""
    path = site.hub.database.path
    await site.hub.database.engine.dispose()
    files = {file: file.rename(tmp_path / file.name) for file in path.parent.glob(f"{path.name}*")}
    caller = Caller("somebody", {"Authorization": "Bearer swb_x", "Cookie": f"{COOKIE}=x"})
    try:
        answer = await site.ask(NOBODY, "GET", "/healthz")
        assert answer.status_code == 503
        assert answer.json()["status"] == "down"
        assert answer.json()["parts"]["database"]["state"] == "down"
        assert str(path) not in answer.text
        for place in ("/api/v1/me", "/console"):
            refused = await site.ask(caller, "GET", place, bugs=False)
            assert refused.status_code == 503, place
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.headers["retry-after"] == "5"
        assert (await site.ask(NOBODY, "GET", "/metrics")).status_code == 200
    finally:
        await site.hub.database.engine.dispose()
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        for file, kept in files.items():
            kept.rename(file)
    assert (await site.ask(NOBODY, "GET", "/healthz")).status_code == 200


async def test_metrics_parse_and_name_nobody(site: Site) -> None:
    await site.ticket(body="My name is Rosa")
    await site.ask(NOBODY, "POST", "/webhooks/x", content=b"{}")
    answer = await site.ask(NOBODY, "GET", "/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    for name in ("switchboard_inbound", "switchboard_webhooks", "switchboard_deliveries",
                 "switchboard_bot_turns", "switchboard_console_sockets",
                 "switchboard_triage_seconds", "switchboard_sla_breaches"):  # fmt: skip
        assert name in families, name
    assert "Rosa" not in answer.text
