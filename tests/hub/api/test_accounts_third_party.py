"""A third party's channel, whole: one module and an entry point, nothing else of the hub knows
it. Added through the API, it takes a webhook in and sends the reply."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any, ClassVar

import pytest

from channels import registry
from channels.registry import capabilities_of, connector_for, kinds
from hub.app import create_app
from hub.ports import (
    Account,
    AuthFailed,
    Author,
    BadSignature,
    Capabilities,
    Handshake,
    InboundItem,
    InboundMessage,
    MalformedPayload,
    Receipt,
    Reply,
    SavePart,
    SecretField,
    Visibility,
)
from hub.system import Hub
from tests.fakes import FakeClock, FakePlatforms, ScriptedResponder, rooms_of
from tests.fixtures import Work, settings_for
from tests.hub.api.site import NOBODY, Site, running

pytestmark = pytest.mark.anyio


class TextMessages:
    """All that a package would bring."""

    title = "Text messages"
    capabilities = Capabilities(platform="SMS", private_limit=160)
    secret_fields = (
        SecretField("key", "Key"),
        SecretField("verify_token", "Verify token", False, generated=True),
    )
    text_fields = frozenset({"text"})
    sent: ClassVar[list[Reply]] = []

    def __init__(self, account: Account) -> None:
        self.account = account

    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        self.sent.append(reply)
        return Receipt((f"sms-{reply.key}",), datetime.now(UTC))

    async def check(self) -> None:
        if self.account.secrets["key"] == "wrong":
            raise AuthFailed("the key is not known")

    async def aclose(self) -> None:
        """Nothing is open."""

    def handshake(self, query: Mapping[str, str]) -> Handshake:
        if query.get("token") != self.account.secrets.get("verify_token"):
            raise BadSignature("not the token")
        return Handshake(query.get("challenge", ""), "text/plain")

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        if not hmac.compare_digest(headers.get("x-key", ""), self.account.secrets["key"]):
            raise BadSignature("not the key")

    def parse(self, body: bytes) -> tuple[InboundItem, ...]:
        try:
            data = json.loads(body)
            author = Author("phone", data["from"])
            return (
                InboundMessage(
                    data["id"], data["from"], author, data["text"],
                    datetime.fromisoformat(data["at"]), Visibility.PRIVATE, skip_bot=True,
                ),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            raise MalformedPayload(str(error)) from error


NEW = {
    "kind": "sms", "slug": "city", "name": "Texts", "external_id": "+18505550100",
    "unit": "call-center", "secrets": {"key": " k-1 \n"},
}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def site(
    database_url: str, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Site]:
    points = EntryPoints([EntryPoint("sms", f"{__name__}:TextMessages", registry.GROUP)])
    monkeypatch.setattr(registry, "entry_points", lambda **wanted: points.select(**wanted))
    monkeypatch.setattr(TextMessages, "sent", [])
    settings = settings_for(tmp_path, database_url, embedded_worker=False)
    rooms = replace(
        rooms_of(FakePlatforms(clock), ScriptedResponder(), settings),
        connector=connector_for,
        capabilities=capabilities_of,
        kinds=kinds,
    )
    async with running(create_app(Hub(settings, rooms, now=clock)), clock) as found:
        yield found


async def test_a_new_channel_from_one_module(site: Site, clock: FakeClock) -> None:
    alex = await site.session("alex")
    listed = await site.api(alex, "GET", "/account-kinds")
    assert next(one for one in listed.json() if one["kind"] == "sms")["title"] == "Text messages"
    refused = await site.api(alex, "POST", "/accounts", json={**NEW, "secrets": {"key": "wrong"}})
    assert refused.status_code == 422
    assert "not known" in refused.json()["detail"]
    added = await site.api(alex, "POST", "/accounts", json=NEW)
    assert added.status_code == 201, added.text
    account = added.json()
    assert account["check"]["result"] == "ok"
    assert account["webhook_url"] == "http://127.0.0.1:8000/webhooks/sms/city"
    path = account["webhook_url"].removeprefix("http://127.0.0.1:8000")

    token = account["generated"]["verify_token"]
    answer = await site.ask(NOBODY, "GET", f"{path}?token={token}&challenge=42")
    assert (answer.status_code, answer.text) == (200, "42")

    body: dict[str, Any] = {
        "id": "t-1", "from": "+18505550142", "text": "No water", "at": clock().isoformat()
    }  # fmt: skip
    unsigned = await site.ask(NOBODY, "POST", path, content=json.dumps(body))
    assert unsigned.status_code == 401
    headers = {"x-key": "k-1"}
    for _ in range(2):
        taken = await site.ask(NOBODY, "POST", path, content=json.dumps(body), headers=headers)
        assert taken.status_code == 200
    (ticket,) = (await site.get(alex, "/tickets", channel="sms"))["items"]
    work = Work(site.hub)
    await work.all()
    replied = await site.api(
        alex, "POST", f"/tickets/{ticket['id']}/reply", json={"body": "We are on it"}
    )
    assert replied.status_code == 201, replied.text
    await work.all()
    (sent,) = [one for one in TextMessages.sent if one.body == "We are on it"]
    assert (sent.conversation, sent.recipient) == ("+18505550142", "+18505550142")
    directory = await site.get(alex, "/directory")
    assert any(one["kind"] == "sms" for one in directory["accounts"])


async def test_its_package_may_go_away(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its account is down and says why; everything else works on."""
    alex = await site.session("alex")
    assert (await site.api(alex, "POST", "/accounts", json=NEW)).status_code == 201
    monkeypatch.setattr(registry, "entry_points", lambda **wanted: EntryPoints())
    other = Hub(site.hub.settings, site.hub.rooms, now=site.clock)  # a restart
    async with running(create_app(other), site.clock) as restarted:
        parts = {part.name: part for part in await other.health()}
        assert "sms" in parts["sms/city"].detail
        body = b'{"id": "t-1"}'
        answer = await restarted.ask(NOBODY, "POST", "/webhooks/sms/city", content=body)
        assert answer.status_code == 503, "they send again: it may be back"
        listed = (await restarted.get(alex, "/accounts"))["items"]
        gone = next(one for one in listed if one["kind"] == "sms")
        assert (gone["state"], gone["secrets"]) == ("down", ["key", "verify_token"])
        path = f"/accounts/{gone['id']}"
        checked = await restarted.api(alex, "POST", f"{path}/check")
        assert checked.json()["check"]["result"] == "failed"
        refused = await restarted.api(
            alex, "POST", f"{path}/authorise", json={"secrets": {"key": "k-2"}}
        )
        assert refused.status_code == 422
