"""Kept files are given to who may see the ticket, and do nothing in their browser."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from hub.media.models import File
from hub.media.store import file_id_of
from hub.team.models import Role
from hub.tickets.models import Message
from tests.fixtures import messages_of, rows
from tests.hub.api.site import Site
from tests.hub.media.samples import KEPT, png

pytestmark = pytest.mark.anyio

BOTH = pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)


async def attach(
    site: Site, ticket_id: int, content: bytes, name: str | None = None, **more: Any
) -> str:
    """Put a kept file into the ticket's first message; gives its path."""
    kept = await site.hub.files.keep(content, name)
    value = {
        "url": kept.url, "media_type": kept.media_type, "name": name, "state": "kept",
        "size": len(content), "error": None, "file_id": file_id_of(kept.url),
    }  # fmt: skip
    return await put(site, ticket_id, {**value, **more})


async def put(site: Site, ticket_id: int, attachment: dict[str, Any], **columns: Any) -> str:
    (message, *_) = await messages_of(site.hub, ticket_id)
    async with site.hub.database.write() as session:
        await session.execute(
            update(Message)
            .where(Message.id == message.id)
            .values(attachments=[attachment], **columns)
        )
    return f"/messages/{message.id}/attachments/0"


@BOTH
async def test_who_sees_the_ticket_sees_the_file_and_nobody_else(site: Site) -> None:
    paths = {
        (unit, assignee): await attach(site, await site.ticket(unit, assignee=assignee), png(n))
        for n, (unit, assignee) in enumerate(
            [("call-center", None), ("billing", None), ("billing", "dana")]
        )
    }
    dana = await site.session("dana")
    for caller in await site.everybody():
        for n, ((unit, assignee), path) in enumerate(paths.items()):
            sees = caller.sees(unit, dana.agent_id if assignee else None)
            for method in ("GET", "HEAD"):
                answer = await site.api(caller, method, path)
                if not caller.signed_in:
                    assert answer.status_code == 401
                elif sees:
                    assert answer.status_code == 200, caller.name
                    assert answer.content == (png(n) if method == "GET" else b"")
                else:
                    assert answer.status_code == 404, caller.name
                    assert png(n) not in answer.content


async def test_a_stranger_learns_nothing(site: Site) -> None:
    """Another unit's message, and one that does not exist, are answered alike."""
    path = await attach(site, await site.ticket("billing"), png())
    number = path.split("/")[2]
    outsider = await site.token(Role.AGENT, "call-center")
    theirs = await site.api(outsider, "GET", path)
    nobodys = await site.api(outsider, "GET", path.replace(number, "999999"))
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.text == nobodys.text.replace("999999", number)


@pytest.mark.parametrize("media_type", sorted(KEPT))
async def test_it_is_said_to_be_what_it_is(site: Site, media_type: str) -> None:
    content = KEPT[media_type][0]
    path = await attach(site, await site.ticket(), content, "a.html", media_type="text/html")
    answer = await site.api(await site.token(Role.ADMIN), "GET", path)
    assert answer.content == content
    said = answer.headers
    assert said["content-type"] == media_type
    assert said["content-length"] == str(len(content))
    assert said["x-content-type-options"] == "nosniff"
    assert said["content-security-policy"] == "default-src 'none'; sandbox"
    assert said["cross-origin-resource-policy"] == "same-origin"
    assert said["cache-control"] == "private, no-cache"
    assert said["content-disposition"].startswith('inline; filename="a.')
    assert "html" not in said["content-disposition"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lamp.png", 'filename="lamp.png"'),
        (None, 'filename="message-{id}-1.png"'),
        ('a"; filename="b.exe', 'filename="a_; filename=_b.png"'),
        ("a\r\nX-Evil: 1.png", 'filename="aX-Evil_ 1.png"'),
        ("Müll 1.png", "filename=\"M_ll 1.png\"; filename*=UTF-8''M%C3%BCll%201.png"),
        ("街灯.png", "filename=\"__.png\"; filename*=UTF-8''%E8%A1%97%E7%81%AF.png"),
        ("it's.png", 'filename="it\'s.png"'),
    ],
)
async def test_names_are_said_safely(site: Site, name: str | None, said: str) -> None:
    path = await attach(site, await site.ticket(), png(), name)
    answer = await site.api(await site.token(Role.ADMIN), "GET", path)
    expected = said.replace("{id}", path.split("/")[2])
    assert answer.headers["content-disposition"] == f"inline; {expected}"
    assert "x-evil" not in answer.headers


@BOTH
async def test_parts_of_a_file(site: Site) -> None:
    content = KEPT["video/mp4"][0] + bytes(range(256)) * 8
    size = len(content)
    path = await attach(site, await site.ticket(), content)
    reader = await site.token(Role.ADMIN)
    for asked, first, last in (
        ("bytes=0-1", 0, 1),
        ("bytes=0-", 0, size - 1),
        (f"bytes={size - 1}-", size - 1, size - 1),
        ("bytes=100-299", 100, 299),
        ("bytes=-5", size - 5, size - 1),
        (f"bytes=-{size * 2}", 0, size - 1),
        (f"bytes=7-{size * 2}", 7, size - 1),
    ):
        for method in ("GET", "HEAD"):
            answer = await site.api(reader, method, path, headers={"range": asked})
            assert answer.status_code == 206, asked
            assert answer.headers["content-range"] == f"bytes {first}-{last}/{size}"
            assert answer.headers["content-length"] == str(last - first + 1)
            assert answer.content == (content[first : last + 1] if method == "GET" else b"")
    for asked in (f"bytes={size}-", f"bytes={size}-{size + 5}", "bytes=-0"):
        answer = await site.api(reader, "GET", path, headers={"range": asked})
        assert answer.status_code == 416
        assert answer.headers["content-range"] == f"bytes */{size}"
    for asked in ("bytes=5-2", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "", "bytes"):
        answer = await site.api(reader, "GET", path, headers={"range": asked})
        assert (answer.status_code, len(answer.content)) == (200, size), asked


async def test_what_the_browser_has_is_not_sent_again(site: Site) -> None:
    path = await attach(site, await site.ticket(), png())
    reader = await site.token(Role.ADMIN)
    etag = (await site.api(reader, "GET", path)).headers["etag"]
    for said in (etag, f'"x", {etag}', f"W/{etag}", "*"):
        answer = await site.api(reader, "GET", path, headers={"if-none-match": said})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
    for said in ('"x"', "", etag.strip('"')):
        answer = await site.api(reader, "GET", path, headers={"if-none-match": said})
        assert answer.status_code == 200
    newer = await site.api(
        reader, "GET", path, headers={"range": "bytes=0-3", "if-range": '"of another file"'}
    )
    assert newer.status_code == 200
    same = await site.api(reader, "GET", path, headers={"range": "bytes=0-3", "if-range": etag})
    assert same.status_code == 206


@pytest.mark.parametrize(
    "attachment",
    [
        {"state": "pending"}, {"state": "refused"}, {"state": "failed"}, {"state": "linked"}, {},
        {"state": "kept", "file_id": 999},
    ],
)  # fmt: skip
async def test_what_is_not_kept_is_not_there(site: Site, attachment: dict[str, Any]) -> None:
    linked = {"url": "http://files.example/a", "media_type": "image", "name": None, **attachment}
    path = await put(site, await site.ticket(), linked)
    answer = await site.api(await site.token(Role.ADMIN), "GET", path)
    assert answer.status_code == 404
    assert answer.json()["detail"]


async def test_a_deleted_messages_file_is_gone(site: Site) -> None:
    ticket_id = await site.ticket()
    path = await attach(site, ticket_id, png())
    (message,) = await messages_of(site.hub, ticket_id)
    await put(site, ticket_id, message.attachments[0], deleted_at=site.hub.now())
    answer = await site.api(await site.token(Role.ADMIN), "GET", path)
    assert answer.status_code == 404
    assert "deleted" in answer.json()["detail"]


async def test_odd_numbers_are_told(site: Site) -> None:
    path = await attach(site, await site.ticket(), png())
    reader = await site.token(Role.ADMIN)
    message = path.removesuffix("/0")
    for ending, status in (("/1", 404), ("/-1", 422), ("/x", 422), ("/1000", 422), ("/0/", 404)):
        answer = await site.api(reader, "GET", message + ending)
        assert answer.status_code in (status, 307), ending
    huge = await site.api(reader, "GET", f"/messages/{2**60}/attachments/0")
    assert huge.status_code == 422
    assert (await site.api(reader, "POST", path)).status_code == 405
    assert len(await rows(site.hub.database, File)) == 1
