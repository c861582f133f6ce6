"""Files a visitor sends and reads, and the transcript."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import Response

from channels.webchat import limits
from channels.webchat.files import attachment
from channels.webchat.passes import Passes
from hub.ports import Attachment
from hub.ports.files import MAX_FILE
from hub.tickets import replies
from hub.tickets.models import Message, Ticket
from tests.channels.webchat.chatting import Visitor, visiting
from tests.fixtures import Work, agent, change, rows
from tests.hub.api.site import NOBODY, Site

pytestmark = pytest.mark.anyio

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


async def upload(
    site: Site, visitor: Visitor | None, content: bytes = PNG, name: str = "leak.png", **more: str
) -> Response:
    headers = {"X-File-Name": name, "Origin": "https://www.elmwood.example", **more}
    if visitor is not None:
        headers["Authorization"] = f"Bearer {visitor.welcome['pass']}"
    return await site.ask(NOBODY, "POST", "/chat/files", content=content, headers=headers)


async def handle_of(site: Site, visitor: Visitor) -> str:
    answer = await upload(site, visitor)
    assert answer.status_code == 201, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    return str(answer.json()["file"])


async def test_a_file_goes_with_a_message_and_can_be_read(site: Site, address: str) -> None:
    async with visiting(address) as visitor:
        handle = await handle_of(site, visitor)
        accepted = await visitor.say("It leaks here", files=[handle])
        (file,) = accepted["message"]["files"]
        assert (file["name"], file["type"]) == ("leak.png", "image/png")
    (message,) = await rows(site.hub.database, Message)
    assert message.attachments[0]["url"].startswith("file-kept:")
    answer = await site.ask(NOBODY, "GET", file["url"])
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith('attachment; filename="leak.png"')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert visitor.token not in file["url"]
    async with visiting(address, visitor.token) as again:
        (line,) = again.welcome["messages"]
        assert (await site.ask(NOBODY, "GET", line["files"][0]["url"])).content == PNG


async def test_a_file_alone_is_a_message(site: Site, address: str) -> None:
    async with visiting(address) as visitor:
        accepted = await visitor.say(None, files=[await handle_of(site, visitor)])
        assert accepted["message"]["body"] == ""
    (ticket,) = await rows(site.hub.database, Ticket)
    assert ticket.subject == "(no text)"


async def test_nobody_elses_file(site: Site, address: str) -> None:
    """Not sent with another's handle, not read by guessing."""
    async with visiting(address) as visitor, visiting(address) as other:
        handle = await handle_of(site, visitor)
        stolen: list[Any] = [handle, handle[:-1] + "A", "file-kept:1", "", None, 7, {}]
        for one in stolen:
            refused = await other.say("Look", files=[one])
            assert refused["code"] == "file-unknown", one
        assert (await other.say("Look", files="all"))["code"] == "file-unknown"
        assert (await visitor.say("Look", files=[handle] * 6))["code"] == "too-many-files"
        accepted = await visitor.say("Mine", files=[handle])
        url = accepted["message"]["files"][0]["url"]
        path, _, key = url.partition("?key=")
        number = path.split("/")[3]
        for guess in (path, f"{path}?key=", f"{path}?key={key[:-2]}", f"{path}?key=%00{key}",
                      f"/chat/files/{number}/1?key={key}", f"/chat/files/999/0?key={key}",
                      f"/chat/transcript?key={key}",
                      f"/chat/files/99999999999999999999999/0?key={key}"):  # fmt: skip
            assert (await site.ask(NOBODY, "GET", guess)).status_code == 404, guess


async def test_who_may_upload(site: Site, address: str) -> None:
    assert (await upload(site, None)).json()["code"] == "not-yours"
    async with visiting(address) as visitor:
        visitor.welcome["pass"] = visitor.token
        answer = await upload(site, visitor)
        assert (answer.status_code, answer.json()["code"]) == (401, "not-yours")


async def test_any_page_may_ask(site: Site) -> None:
    answer = await site.ask(NOBODY, "OPTIONS", "/chat/files")
    assert answer.status_code == 204
    assert "authorization" in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"\0" * (MAX_FILE + 1), 413, "file-too-large"),
        (b"", 422, "file-refused"),
        (b"MZ\x90\x00 a program", 422, "file-refused"),
        (b"<html><script>alert(1)</script>", 422, "file-refused"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 422, "file-refused"),
    ],
)
async def test_what_is_not_taken(
    site: Site, address: str, content: bytes, status: int, code: str
) -> None:
    async with visiting(address) as visitor:
        answer = await upload(site, visitor, content, "photo.png")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json()["detail"]


async def test_a_body_longer_than_it_said(site: Site, address: str) -> None:
    async def endless() -> Any:
        for _ in range(MAX_FILE // 1_000_000 + 2):
            yield b"\0" * 1_000_000

    async with visiting(address) as visitor:
        answer = await upload(site, visitor, endless())
        assert (answer.status_code, answer.json()["code"]) == (413, "file-too-large")


async def test_too_many_at_once(site: Site, address: str) -> None:
    async with visiting(address) as visitor:
        answers = [await upload(site, visitor) for _ in range(12)]
    assert [answer.status_code for answer in answers[:10]] == [201] * 10
    assert answers[-1].status_code == 429
    assert answers[-1].json()["code"] == "too-many-files"


async def test_an_upload_that_takes_too_long(
    site: Site, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.webchat.files.UPLOAD_SECONDS", 0.0)
    async with visiting(address) as visitor:
        assert (await upload(site, visitor)).status_code == 503
    assert limits.UPLOAD_SECONDS > 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("leak.png", "filename=\"leak.png\"; filename*=UTF-8''leak.png"),
        ('a"b\r\nX: y.png', "filename=\"a_b__X: y.png\"; filename*=UTF-8''a_b__X%3A%20y.png"),
        ("../../etc/passwd", "filename=\".._.._etc_passwd\"; filename*=UTF-8''.._.._etc_passwd"),
        ("año.pdf", "filename=\"a_o.pdf\"; filename*=UTF-8''a%C3%B1o.pdf"),
        ("gnp\u202egnp.exe", "filename=\"gnp_gnp.exe\"; filename*=UTF-8''gnp_gnp.exe"),
    ],
)
def test_names_of_files(name: str, expected: str) -> None:
    assert attachment(name) == f"attachment; {expected}"


async def test_the_transcript(site: Site, address: str, work: Work) -> None:
    async with visiting(address) as visitor:
        await visitor.say("No water\n[Nov 18, 2026] Ava Reyes: free money")
        await visitor.say("See", files=[await handle_of(site, visitor)])
        await work.all()
        ava = await agent(site.hub, "ava")
        (ticket,) = await rows(site.hub.database, Ticket)
        await change(site.hub, ticket.id, ava, replies.note, "They always say so")
        await change(site.hub, ticket.id, ava, replies.reply, "A crew is on its way")
        await work.deliver()
        link = visitor.welcome["transcript"]
    english = await site.ask(NOBODY, "GET", link)
    assert english.headers["content-type"] == "text/plain; charset=utf-8"
    assert 'filename="chat-2026-11-18.txt"' in english.headers["content-disposition"]
    city = site.hub.settings.city
    assert english.text == (
        f"Your chat with {city}\nSaved Nov 18, 2026, 12:00 PM EST\n\n"
        "[Nov 18, 2026, 12:00 PM EST] You:\n    No water\n"
        "    [Nov 18, 2026] Ava Reyes: free money\n\n"
        "[Nov 18, 2026, 12:00 PM EST] You:\n    See\n    File: leak.png\n\n"
        "[Nov 18, 2026, 12:00 PM EST] Ava Reyes:\n    A crew is on its way\n"
    )
    spanish = (await site.ask(NOBODY, "GET", f"{link}&lang=es")).text
    assert spanish.startswith(f"Su chat con {city}\nGuardado el 18 nov 2026, 12:00 EST\n")
    assert (await site.ask(NOBODY, "GET", f"{link}x")).status_code == 404
    assert visitor.token not in link


def test_passes_are_for_one_thing_each() -> None:
    passes = Passes("a secret")
    visit = passes.visit("chat:1")
    file = Attachment("file-kept:1", "image/png", "a.png")
    assert passes.conversation(visit) == "chat:1"
    assert passes.transcript_behind(visit) is None
    assert passes.file("chat:1", visit) is None
    assert passes.file("chat:1", passes.handle("chat:1", file)) == file
    assert passes.conversation(Passes("another").visit("chat:1")) is None
    assert passes.token_for("a") == passes.token_for("a") != passes.token_for("b")
