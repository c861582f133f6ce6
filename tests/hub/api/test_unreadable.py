"""`/unreadable`: looked at with numbers masked, read again one by one, dismissed with a reason."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from channels.signatures import sign_hex
from hub.accounts.silence import POLLED
from hub.app import create_app
from hub.audit.models import AuditEntry
from hub.intake.models import RawBody
from hub.ports import ChannelKind, MalformedPayload, ReceivedBody
from hub.system import Hub
from tests.fakes import FakeClock, FakePlatforms, ScriptedResponder
from tests.fixtures import account_id, rows, settings_for
from tests.hub.api.site import NOBODY, Site, mixed_rooms, running
from tests.hub.http.test_webhooks import APP_SECRET, comment

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True),
]


@pytest.fixture
async def site(database_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Site]:
    settings = settings_for(
        tmp_path, database_url, facebook_app_secret=APP_SECRET, embedded_worker=False
    )
    real = (ChannelKind.FACEBOOK,)
    rooms = mixed_rooms(FakePlatforms(clock), ScriptedResponder(), settings, real)
    async with running(create_app(Hub(settings, rooms, now=clock)), clock) as found:
        yield found


async def _post(site: Site, body: bytes) -> int:
    headers = {"x-hub-signature-256": sign_hex(APP_SECRET, body)}
    answer = await site.ask(NOBODY, "POST", "/webhooks/facebook", content=body, headers=headers)
    assert answer.status_code == 200
    number: int = (await rows(site.hub.database, RawBody))[-1].id
    return number


async def _listed(site: Site) -> list[int]:
    found = await site.get(await site.session("sam"), "/unreadable")
    return [item["id"] for item in found["items"]]


async def test_one_is_shown_masked_and_that_is_written_down(site: Site) -> None:
    card = "4111 1111 1111 1111"
    number = await _post(site, f'{{"broken": "my card {card}\x00'.encode() + b"\xff")
    told = await site.get(await site.session("sam"), f"/unreadable/{number}")
    assert card not in told["text"]
    assert told["text"] == '{"broken": "my card [card number removed]\ufffd\ufffd'
    assert (told["id"], told["cut"], told["size"]) == (number, False, 41)
    (entry,) = await rows(site.hub.database, AuditEntry, action="unreadable.read")
    assert entry.detail == {"body_id": number, "account_id": told["account_id"]}
    assert "Sam" in entry.actor


async def test_a_long_one_is_cut(site: Site) -> None:
    number = await _post(site, b"[" * 150_000)
    told = await site.get(await site.session("sam"), f"/unreadable/{number}")
    assert (len(told["text"]), told["cut"], told["size"]) == (100_000, True, 150_000)


async def test_one_is_read_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    sam = await site.session("sam")
    with monkeypatch.context() as ignorant:

        def unknown(*args: object, **more: object) -> None:
            raise MalformedPayload("nobody has taught us that")

        ignorant.setattr("channels.facebook.webhook.parse", unknown)
        first = await _post(site, comment("First", 1))
        second = await _post(site, comment("Second", 2))
        answer = await site.api(sam, "POST", f"/unreadable/{first}/replay")
        assert answer.json() == {"new_messages": 0, "still_unreadable": 1}
        assert len(await rows(site.hub.database, RawBody)) == 2, "not kept a second time"
    answer = await site.api(sam, "POST", f"/unreadable/{second}/replay")
    assert answer.json() == {"new_messages": 1, "still_unreadable": 0}
    assert await _listed(site) == [first]
    again = await site.api(sam, "POST", f"/unreadable/{second}/replay")
    assert again.status_code == 404
    assert len(await rows(site.hub.database, AuditEntry, action="unreadable.replayed")) == 2


async def test_one_is_dismissed_with_a_reason(site: Site) -> None:
    sam = await site.session("sam")
    number = await _post(site, b"{")
    assert (await site.api(sam, "POST", f"/unreadable/{number}/dismiss")).status_code == 422
    path = f"/unreadable/{number}/dismiss"
    answer = await site.api(sam, "POST", path, json={"reason": "a test of theirs"})
    assert answer.json() == {"id": number, "state": "dismissed"}
    assert await _listed(site) == []
    assert (await site.get(sam, "/system"))["unreadable"] == 0
    assert (await site.api(sam, "POST", path, json={"reason": "again"})).status_code == 404
    (entry,) = await rows(site.hub.database, AuditEntry, action="unreadable.dismissed")
    assert entry.detail["reason"] == "a test of theirs"


async def test_one_sealed_with_a_lost_key_is_said_to_be(site: Site) -> None:
    sam = await site.session("sam")
    number = await _post(site, b"{")
    async with site.hub.database.write() as session:
        await session.execute(update(RawBody).values(body=b"of another key"))
    assert (await site.api(sam, "GET", f"/unreadable/{number}")).status_code == 409
    answer = await site.api(sam, "POST", f"/unreadable/{number}/replay")
    assert answer.json() == {"new_messages": 0, "still_unreadable": 1}


async def test_what_a_poll_brought_is_not_read_as_a_webhook(site: Site) -> None:
    number = await account_id(site.hub, ChannelKind.FACEBOOK)
    body = comment("A row of a poll", 3)
    await site.hub.intake.receive(ReceivedBody(number, (), body, POLLED, error="a new shape"))
    (listed,) = await _listed(site)
    sam = await site.session("sam")
    assert "A row of a poll" in (await site.get(sam, f"/unreadable/{listed}"))["text"]
    answer = await site.api(sam, "POST", f"/unreadable/{listed}/replay")
    assert answer.json() == {"new_messages": 0, "still_unreadable": 1}


async def test_who_may(site: Site) -> None:
    number = await _post(site, b"{")
    for caller in await site.everybody():
        for method, path, body in (
            ("GET", f"/unreadable/{number}", None),
            ("POST", f"/unreadable/{number}/replay", None),
            ("POST", "/unreadable/987654/dismiss", {"reason": "r"}),
        ):
            status = (await site.api(caller, method, path, json=body)).status_code
            allowed = 404 if "987654" in path else 200
            expected = allowed if caller.is_lead else 403 if caller.signed_in else 401
            assert status == expected, f"{caller.name}: {method} {path}"
