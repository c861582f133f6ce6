"""`hub replay`: stored bodies read again, by a connector that has learnt something."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from channels.signatures import sign_hex
from hub.accounts.models import Account
from hub.accounts.silence import POLLED
from hub.app import create_app
from hub.intake.models import RawBody
from hub.ports import ChannelKind, MalformedPayload, ReceivedBody, RoutesWebhooks
from hub.replay import Replayed, replay
from hub.system import Hub
from hub.tickets.models import Message, Ticket
from tests.fakes import FakeClock, FakePlatforms, ScriptedResponder
from tests.fixtures import account_id, rows, settings_for
from tests.hub.api.site import NOBODY, Site, mixed_rooms, running
from tests.hub.http.test_webhooks import APP_SECRET, comment

pytestmark = pytest.mark.anyio


@pytest.fixture
async def site(database_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Site]:
    settings = settings_for(
        tmp_path, database_url, facebook_app_secret=APP_SECRET, embedded_worker=False
    )
    real = (ChannelKind.FACEBOOK,)
    rooms = mixed_rooms(FakePlatforms(clock), ScriptedResponder(), settings, real)
    async with running(create_app(Hub(settings, rooms, now=clock)), clock) as found:
        yield found


async def post(site: Site, body: bytes) -> None:
    headers = {"x-hub-signature-256": sign_hex(APP_SECRET, body)}
    answer = await site.ask(NOBODY, "POST", "/webhooks/facebook", content=body, headers=headers)
    assert answer.status_code == 200


async def test_what_was_unreadable_is_read_once_it_can_be(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as ignorant:

        def unknown(*args: object) -> None:
            raise MalformedPayload("nobody has taught us that")

        ignorant.setattr("channels.facebook.webhook.parse", unknown)
        await post(site, comment("First", 1))
        await post(site, comment("Second", 2))
        assert await replay(site.hub) == Replayed(bodies=2, still_unreadable=2)
    assert await rows(site.hub.database, Message) == []
    assert await replay(site.hub) == Replayed(bodies=2, new_messages=2)
    assert [m.body for m in await rows(site.hub.database, Message)] == ["First", "Second"]
    assert await rows(site.hub.database, RawBody, state="unreadable") == []
    assert await replay(site.hub) == Replayed(), "and that was that"


async def test_everything_again_changes_nothing(site: Site) -> None:
    for number in range(3):
        await post(site, comment(f"Comment {number}", number))
    await post(site, b"{")
    before = [row.as_row() for row in await rows(site.hub.database, Ticket)]
    bodies = [row.as_row() for row in await rows(site.hub.database, RawBody)]
    assert await replay(site.hub, everything=True) == Replayed(
        bodies=4, known_messages=3, still_unreadable=1
    )
    assert [row.as_row() for row in await rows(site.hub.database, Ticket)] == before
    assert len(await rows(site.hub.database, Message)) == 3
    kept = [row.as_row() for row in await rows(site.hub.database, RawBody)]
    assert kept == bodies, "no body is kept twice"


async def test_what_was_read_again_or_dismissed_is_over(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as ignorant:

        def unknown(*args: object, **more: object) -> None:
            raise MalformedPayload("nobody has taught us that")

        ignorant.setattr("channels.facebook.webhook.parse", unknown)
        await post(site, comment("First", 1))
    assert await replay(site.hub) == Replayed(bodies=1, new_messages=1)
    await post(site, b"{")
    async with site.hub.database.write() as session:
        await session.execute(
            update(RawBody).where(RawBody.state == "unreadable").values(state="dismissed")
        )
    again = await replay(site.hub, everything=True)
    assert again == Replayed(bodies=1, known_messages=1), "as it was kept when it was read"


async def test_a_poll_is_no_webhook(site: Site) -> None:
    """What polls brought is kept by its ids alone: there is nothing to read again."""
    number = await account_id(site.hub, ChannelKind.FACEBOOK)
    await site.hub.intake.receive(ReceivedBody(number, (), b'{"polled": ["1"]}', POLLED))
    assert len(await rows(site.hub.database, RawBody)) == 1
    assert await replay(site.hub, everything=True) == Replayed()


OTHER = "104000000000002"


async def test_a_body_for_several_accounts_is_read_for_each(site: Site) -> None:
    """One app, one webhook address, two pages: the second was added later."""
    body = json.loads(comment("To the first", 1))
    second = json.loads(comment("To the second", 2).replace(b"104000000000001", OTHER.encode()))
    body["entry"] += second["entry"]
    connector = await site.hub.connectors.of_account(
        await account_id(site.hub, ChannelKind.FACEBOOK)
    )
    if not isinstance(connector, RoutesWebhooks):
        pytest.skip("this connector does not route")
    await post(site, json.dumps(body).encode())
    before = len(await rows(site.hub.database, RawBody))
    async with site.hub.database.write() as session:
        session.add(
            Account(
                kind="facebook", slug="second", name="Second", external_id=OTHER, unit="billing",
                secrets=site.hub.seal.seal_secrets({"app_secret": APP_SECRET}),
            )
        )  # fmt: skip
    site.hub.directory.forget()
    found = await replay(site.hub, everything=True)
    assert found.bodies == 1
    assert len(await rows(site.hub.database, RawBody)) == before
    mine = await account_id(site.hub, ChannelKind.FACEBOOK, "second")
    tickets = await rows(site.hub.database, Ticket, account_id=mine)
    assert [ticket.unit for ticket in tickets] == ["billing"]


async def test_a_body_sealed_with_another_key_is_left_alone(site: Site) -> None:
    """One that cannot be opened does not keep the others from being read."""
    await post(site, b"{")
    async with site.hub.database.write() as session:
        await session.execute(update(RawBody).values(body=b"sealed with a key that is lost"))
    await post(site, b"[]")
    assert await replay(site.hub) == Replayed(bodies=2, still_unreadable=2)
    assert len(await rows(site.hub.database, RawBody, state="unreadable")) == 2


async def test_what_is_for_an_account_that_is_off_is_nobody_s(site: Site) -> None:
    async with site.hub.database.write() as session:
        session.add(
            Account(
                kind="facebook", slug="second", name="Second", external_id=OTHER, unit="billing",
                enabled=False,
            )
        )  # fmt: skip
    site.hub.directory.forget()
    first, second = (json.loads(comment(text, n)) for n, text in enumerate(("Mine", "Its"), 1))
    second["entry"][0]["id"] = OTHER
    await post(site, json.dumps(second).encode())
    assert await rows(site.hub.database, Message) == []
    first["entry"] += second["entry"]
    await post(site, json.dumps(first).encode())
    assert [m.body for m in await rows(site.hub.database, Message)] == ["Mine"]
    assert await rows(site.hub.database, RawBody, state="unreadable") == []
