"""`hub replay`: stored bodies read again, by a connector that has learnt something."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from channels.signatures import sign_hex
from hub.app import create_app
from hub.intake.models import RawBody
from hub.ports import ChannelKind, MalformedPayload
from hub.replay import Replayed, replay
from hub.system import Hub
from hub.tickets.models import Message, Ticket
from tests.fakes import FakeClock, FakePlatforms, ScriptedResponder
from tests.fixtures import rows, settings_for
from tests.hub.api.site import NOBODY, Site, mixed_rooms, running
from tests.hub.http.test_webhooks import APP_SECRET, comment

pytestmark = pytest.mark.anyio


@pytest.fixture
async def site(database_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Site]:
    settings = settings_for(
        tmp_path, database_url, facebook_app_secret=APP_SECRET, embedded_worker=False
    )
    rooms = mixed_rooms(FakePlatforms(clock), ScriptedResponder(), (ChannelKind.FACEBOOK,))
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
    assert await replay(site.hub, everything=True) == Replayed(
        bodies=4, known_messages=3, still_unreadable=1
    )
    assert [row.as_row() for row in await rows(site.hub.database, Ticket)] == before
    assert len(await rows(site.hub.database, Message)) == 3


async def test_a_body_sealed_with_another_key_is_left_alone(site: Site) -> None:
    """One that cannot be opened does not keep the others from being read."""
    await post(site, b"{")
    async with site.hub.database.write() as session:
        await session.execute(update(RawBody).values(body=b"sealed with a key that is lost"))
    await post(site, b"[]")
    assert await replay(site.hub) == Replayed(bodies=2, still_unreadable=2)
    assert len(await rows(site.hub.database, RawBody, state="unreadable")) == 2
