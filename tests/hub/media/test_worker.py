"""The whole way: a message with a link comes in, the worker fetches, an agent opens the file."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from hub.accounts.models import Account
from hub.ports import Attachment
from hub.worker import Worker
from tests.fakes import inbound
from tests.fixtures import account_id, messages_of, receive
from tests.hub.api.site import open_site
from tests.hub.media.hostile import answer, hostile
from tests.hub.media.samples import png

pytestmark = pytest.mark.anyio


async def test_from_the_platform_to_the_reader(database_url: str, tmp_path: Path) -> None:
    async with (
        hostile({"/photo": answer(png()), "/page": answer(b"<html>")}) as platform,
        open_site(database_url, tmp_path) as site,
    ):
        hub = site.hub
        base = f"http://127.0.0.1:{platform.port}"
        async with hub.database.write() as session:
            account = await session.get_one(Account, await account_id(hub))
            account.base_url, account.sandbox = base, True
        attachments = tuple(Attachment(f"{base}/{path}", "image") for path in ("photo", "page"))
        message = replace(inbound(skip_bot=True, unit="call-center"), attachments=attachments)
        (ticket_id,) = await receive(hub, message)
        worker = Worker(hub)
        worker.start()
        try:
            async with asyncio.timeout(20):
                while True:
                    (stored,) = await messages_of(hub, ticket_id)
                    if all(one["state"] != "pending" for one in stored.attachments):
                        break
                    await asyncio.sleep(0.05)
        finally:
            await worker.aclose()
        assert [one["state"] for one in stored.attachments] == ["kept", "refused"]
        reader = await site.session("ava")
        page = await site.get(reader, f"/tickets/{ticket_id}/messages")
        photo, other = page["items"][0]["attachments"]
        assert (photo["state"], photo["media_type"]) == ("kept", "image/png")
        assert other["error"]
        assert "file_id" not in photo
        path = f"/messages/{page['items'][0]['id']}/attachments"
        assert (await site.api(reader, "GET", f"{path}/0")).content == png()
        assert (await site.api(reader, "GET", f"{path}/1")).status_code == 404
