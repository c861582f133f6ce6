"""Files are kept once, read back, and removed when nothing refers to them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from hub.db.database import Database
from hub.media.models import File
from hub.media.orphans import Orphans
from hub.media.store import FileStore, file_id_of
from hub.ports import FileRefused, Files
from hub.ports.files import MAX_FILE
from hub.system import Hub
from hub.tickets.models import Message
from tests.fakes import FakeClock, inbound
from tests.fixtures import messages_of, receive, rows
from tests.hub.media.samples import KEPT, REFUSED, png

pytestmark = pytest.mark.anyio


@pytest.fixture
def files(database: Database, clock: FakeClock) -> FileStore:
    return FileStore(database, clock)


async def test_what_is_kept_is_read_back(files: FileStore, database: Database) -> None:
    seam: Files = files
    for media_type, samples in KEPT.items():
        attachment = await seam.keep(samples[0], "C:\\a photo.bin")
        assert (attachment.media_type, attachment.name) == (media_type, "a photo.bin")
        kept = await seam.read(attachment.url)
        assert kept is not None
        assert (kept.content, kept.media_type) == (samples[0], media_type)
    assert len(await rows(database, File)) == len(KEPT)


async def test_every_byte_value_survives_both_databases(files: FileStore) -> None:
    content = png() + bytes(range(256)) * 4
    kept = await files.read((await files.keep(content, None)).url)
    assert kept is not None
    assert kept.content == content


async def test_the_largest_file_is_kept_and_one_byte_more_is_not(files: FileStore) -> None:
    largest = png() + bytes(MAX_FILE - len(png()))
    kept = await files.read((await files.keep(largest, None)).url)
    assert kept is not None
    assert len(kept.content) == MAX_FILE
    with pytest.raises(FileRefused, match="too large"):
        await files.keep(largest + b"\x00", None)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_what_is_refused_leaves_nothing(files: FileStore, database: Database) -> None:
    for content in REFUSED.values():
        with pytest.raises(FileRefused):
            await files.keep(content, "photo.png")
    assert await rows(database, File) == []


async def test_the_same_content_is_kept_once(files: FileStore, database: Database) -> None:
    """Also when several come at the same moment."""
    kept = await asyncio.gather(*(files.keep(png(n % 2), f"{n}.png") for n in range(8)))
    assert {attachment.url for attachment in kept[::2]} == {kept[0].url}
    assert {attachment.url for attachment in kept[1::2]} == {kept[1].url}
    assert [attachment.name for attachment in kept] == [f"{n}.png" for n in range(8)]
    assert len(await rows(database, File)) == 2


async def test_other_addresses_are_no_files(files: FileStore) -> None:
    for url in (
        "file-kept:", "file-kept:x", "file-kept:-1", "file-kept:1.5", "file-kept:²", "1",
        "file-kept:999999", f"file-kept:{'9' * 40}", "http://files.example/1", "FILE-KEPT:1",
    ):  # fmt: skip
        assert await files.read(url) is None, url
    assert file_id_of("file-kept:12") == 12


async def _attached(hub: Hub, *file_ids: int) -> Message:
    (ticket_id,) = await receive(hub, inbound(f"m-{file_ids}", conversation=f"c-{file_ids}"))
    (message,) = await messages_of(hub, ticket_id)
    attachments: list[dict[str, Any]] = [
        {"url": "http://a/", "media_type": "image", "name": None, "state": "kept",
         "size": 1, "error": None, "file_id": file_id}
        for file_id in file_ids
    ]  # fmt: skip
    await _set(hub, message.id, attachments)
    return message


async def _set(hub: Hub, message_id: int, attachments: list[dict[str, Any]]) -> None:
    async with hub.database.write() as session:
        await session.execute(
            update(Message).where(Message.id == message_id).values(attachments=attachments)
        )


async def test_files_of_no_message_go_after_a_day(hub: Hub, clock: FakeClock) -> None:
    orphans = Orphans(hub.database)
    ids = [file_id_of((await hub.files.keep(png(n), None)).url) or 0 for n in range(4)]
    message = await _attached(hub, ids[0], ids[1])
    await _attached(hub, ids[0])
    assert await orphans.remove(clock()) == 0, "all of them are new"
    clock.advance(hours=23)
    await hub.files.keep(png(3), None)  # sent again: kept for a day from now
    assert await orphans.remove(clock.advance(hours=2)) == 1
    assert [file.id for file in await rows(hub.database, File)] == [ids[0], ids[1], ids[3]]
    # The message is deleted on its platform; another one still shows one of its files.
    await _set(hub, message.id, [])
    assert await orphans.remove(clock.advance(hours=1)) == 0, "it does not look every time"
    assert await orphans.remove(clock.advance(hours=24)) == 2
    assert [file.id for file in await rows(hub.database, File)] == [ids[0]]


async def test_many_messages_are_looked_through(
    hub: Hub, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.media.orphans._PAGE", 2)
    ids = [file_id_of((await hub.files.keep(png(n), None)).url) or 0 for n in range(6)]
    for file_id in ids[:5]:
        await _attached(hub, file_id)
    assert await Orphans(hub.database).remove(clock.advance(days=2)) == 1
    assert [file.id for file in await rows(hub.database, File)] == ids[:5]
