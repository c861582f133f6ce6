"""The message form: write, read the answer at a private address, add to it."""

from __future__ import annotations

import re

import pytest
from httpx2 import Response

from channels.webchat.language import preferred
from channels.webchat.wording import WORDS
from hub.tickets import replies
from hub.tickets.models import Message, Ticket
from tests.fixtures import Work, agent, change, rows
from tests.hub.api.site import NOBODY, Site

pytestmark = pytest.mark.anyio

HTML = "<script>alert(1)</script><img src=x onerror=alert(2)>&\"'"


async def send(site: Site, path: str = "/inquiry", **fields: str) -> Response:
    return await site.ask(NOBODY, "POST", path, data=fields)


async def place(site: Site, **fields: str) -> str:
    """Send the form; gives the private page's address."""
    answer = await send(site, **fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def read(site: Site, path: str) -> str:
    answer = await site.ask(NOBODY, "GET", path)
    assert answer.status_code == 200
    return str(answer.text)


async def test_the_form(site: Site) -> None:
    page = await read(site, "/")
    assert site.hub.settings.city in page
    assert 'action="/inquiry"' in page
    assert '<script src="/widget.js"' in page
    assert "911" in page, "an emergency does not wait for a form"
    assert "public records" in page


async def test_written_answered_and_added_to(site: Site, work: Work) -> None:
    path = await place(site, name="Ida Lund", message="My bill is wrong")
    assert re.fullmatch(r"/inquiry/[A-Za-z0-9_-]{32,64}", path)
    assert "My bill is wrong" in await read(site, path)
    (ticket,) = await rows(site.hub.database, Ticket)
    assert (ticket.channel, ticket.contact_name) == ("webform", "Ida Lund")
    ava = await agent(site.hub, "ava")
    await work.all()
    await change(site.hub, ticket.id, ava, replies.note, "They always say so")
    await change(site.hub, ticket.id, ava, replies.reply, "I have corrected it")
    assert "I have corrected it" not in await read(site, path), "not delivered yet"
    await work.deliver()
    page = await read(site, path)
    assert "I have corrected it" in page
    assert "Ava Reyes" in page
    assert "They always say so" not in page
    added = await send(site, path, message="Thank you")
    assert (added.status_code, added.headers["location"]) == (303, path)
    page = await read(site, path)
    assert page.index("My bill is wrong") < page.index("I have corrected it")
    assert page.index("I have corrected it") < page.index("Thank you")
    assert len(await rows(site.hub.database, Ticket)) == 1


async def test_sent_twice_by_a_reload(site: Site) -> None:
    """The page's own key makes the second the first again."""
    path = await place(site, message="My bill is wrong")
    key = re.search(r'name="key" value="([^"]+)"', await read(site, path))
    assert key is not None
    for _ in range(3):
        assert (await send(site, path, message="And late", key=key[1])).status_code == 303
    assert len(await rows(site.hub.database, Message)) == 2


@pytest.mark.parametrize(
    "token",
    ["x", "a" * 32, "a" * 64, "a" * 65, "..%2f..", "%00" * 32, "' OR 1=1 --", "<script>", "é" * 32],
)
async def test_a_token_nobody_was_given(site: Site, token: str) -> None:
    """Neither read nor written under: what one makes up oneself could be guessed by others."""
    for method in ("GET", "POST"):
        answer = await site.ask(NOBODY, method, f"/inquiry/{token}", data={"message": "Hello"})
        assert answer.status_code == 404
    assert await rows(site.hub.database, Ticket) == []


async def test_a_chats_token_opens_no_form(site: Site) -> None:
    """Two channels, two conversations, whatever the token."""
    path = await place(site, message="My bill is wrong")
    token = path.rpartition("/")[2]
    (ticket,) = await rows(site.hub.database, Ticket)
    assert token not in str(ticket.as_row())
    for piece in (token[:-1], token.swapcase(), ticket.conversation.partition(":")[2]):
        assert (await site.ask(NOBODY, "GET", f"/inquiry/{piece}")).status_code == 404


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("", "Please write your message."),
        (" \r\n ", "Please write your message."),
        ("a" * 4_001, "yours has 4001"),
    ],
)
async def test_what_is_not_taken_is_given_back(site: Site, message: str, said: str) -> None:
    """With what was typed, so that nobody writes it twice."""
    answer = await send(site, name="Ida Lund", message=message)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'role="alert"' in answer.text
    assert 'value="Ida Lund"' in answer.text
    assert message.strip() in answer.text
    assert await rows(site.hub.database, Ticket) == []
    path = await place(site, message="My bill is wrong")
    added = await send(site, path, message=message)
    assert added.status_code == 422
    assert said in added.text
    assert "My bill is wrong" in added.text
    assert len(await rows(site.hub.database, Message)) == 1


async def test_programs_that_fill_in_everything(site: Site) -> None:
    answer = await send(site, name="Bot", message="Buy now", website="https://spam.example")
    assert answer.status_code == 303, "they are not told"
    path = await place(site, message="My bill is wrong")
    assert (await send(site, path, message="Buy now", website="x")).status_code == 303
    assert [message.body for message in await rows(site.hub.database, Message)] == [
        "My bill is wrong"
    ]


async def test_html_is_shown_as_it_was_written(site: Site, work: Work) -> None:
    path = await place(site, name=HTML, message=HTML)
    (ticket,) = await rows(site.hub.database, Ticket)
    await work.all()
    ava = await agent(site.hub, "ava")
    await change(site.hub, ticket.id, ava, replies.reply, HTML)
    await work.deliver()
    refused = await send(site, name=HTML, message=HTML * 200)
    for page in (await read(site, path), refused.text):
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert (await read(site, path)).count("&lt;script&gt;") == 2
    assert 'value="' + HTML[:5] not in refused.text


async def test_odd_characters(site: Site) -> None:
    path = await place(site, name="I\x00da\u202e", message="nul \x00 bidi \u202e 🐍")
    page = await read(site, path)
    assert "\x00" not in page
    assert '<bdi dir="auto">nul \ufffd bidi \u202e 🐍</bdi>' in page


async def test_a_card_number_is_not_even_shown_back(site: Site) -> None:
    path = await place(site, message="My card is 4111 1111 1111 1111")
    assert "1111" not in await read(site, path)
    for row in await rows(site.hub.database, Message):
        assert "1111" not in row.body


async def test_too_much_at_once(site: Site) -> None:
    for _ in range(10):
        await place(site, message="Hello")
    answer = await send(site, message="Hello again")
    assert answer.status_code == 422
    assert "wait a minute" in answer.text
    assert "Hello again" in answer.text
    assert len(await rows(site.hub.database, Ticket)) == 10


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"message=" + b"a" * 200_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a=b" for _ in range(50)), "application/x-www-form-urlencoded"),
        (b"", "multipart/form-data"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="message"; filename="a.exe"\r\n\r\n'
         b"MZ\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (b'{"message": "a"}', "application/json"),
        (b"", "text/plain"),
    ],
)  # fmt: skip
async def test_what_is_no_form(site: Site, content: bytes, content_type: str) -> None:
    answer = await site.ask(
        NOBODY, "POST", "/inquiry", content=content, headers={"content-type": content_type}
    )
    assert answer.status_code in (400, 422)
    assert await rows(site.hub.database, Ticket) == []


async def test_the_private_page_is_nobody_elses(site: Site) -> None:
    """Not kept by a cache, not told to the next site as where one came from."""
    path = await place(site, message="My bill is wrong")
    answer = await site.ask(NOBODY, "GET", path)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "http://" not in answer.text
    assert "https://" not in answer.text


def key_on(page: str) -> str:
    found = re.search(r'name="key" value="([0-9a-f]{32})"', page)
    assert found is not None
    return found[1]


async def test_a_double_click_is_one_inquiry(site: Site) -> None:
    """Both come to the same page; what is written after going back to the form is not lost."""
    key = key_on(await read(site, "/"))
    assert key != key_on(await read(site, "/"))
    first = await place(site, message="My bill is wrong", key=key)
    assert await place(site, message="My bill is wrong", key=key) == first
    assert len(await rows(site.hub.database, Message)) == 1
    assert await place(site, message="And late, too", key=key) == first
    assert [m.body for m in await rows(site.hub.database, Message)] == [
        "My bill is wrong",
        "And late, too",
    ]
    assert await place(site, message="My bill is wrong", key="f" * 32) != first
    assert len(await rows(site.hub.database, Ticket)) == 2


async def test_a_key_of_ones_own_making_leads_to_nobody(site: Site) -> None:
    for key in ("", "a", "A" * 32, "é" * 32, "f" * 31, "f" * 64, "\x00" * 32):
        await place(site, message="Hello", key=key)
    assert len(await rows(site.hub.database, Ticket)) == 7


async def test_what_was_refused_keeps_its_key(site: Site) -> None:
    key = key_on(await read(site, "/"))
    refused = await send(site, message="", key=key)
    assert key_on(refused.text) == key


async def in_spanish(site: Site, path: str, **headers: str) -> str:
    answer = await site.ask(NOBODY, "GET", path, headers=headers)
    assert answer.headers["content-language"] == "es"
    assert '<html lang="es">' in answer.text
    return str(answer.text)


async def test_spanish(site: Site) -> None:
    """Asked for by the address or by the browser, and kept from page to page."""
    for page in (
        await in_spanish(site, "/", **{"Accept-Language": "es-MX,es;q=0.9,en;q=0.8"}),
        await in_spanish(site, "/?lang=es"),
    ):
        assert "Escríbanos un mensaje" in page
        assert "911" in page
        assert 'data-lang="es"' in page
    refused = await send(site, "/inquiry?lang=es", message="")
    assert "Por favor, escriba su mensaje." in refused.text
    answer = await send(site, "/inquiry?lang=es", message="Mi factura está mal")
    path = answer.headers["location"]
    assert path.endswith("?lang=es")
    page = await in_spanish(site, path)
    assert "18 nov 2026, 12:00 EST" in page
    assert f'action="{path}"' in page
    unknown = await site.ask(NOBODY, "GET", "/inquiry/none?lang=es")
    assert "Aquí no hay ningún mensaje" in unknown.text
    assert "Write us a message" in await read(site, "/?lang=en")


def test_every_word_is_there_in_both_languages() -> None:
    english, spanish = WORDS["en"], WORDS["es"]
    assert english.keys() == spanish.keys()
    for name, words in english.items():
        assert set(re.findall(r"{\w+}", words)) == set(re.findall(r"{\w+}", spanish[name]))


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("es", "es"),
        ("en-US,en;q=0.9", "en"),
        ("en;q=0.5, es-419;q=0.7", "es"),
        ("fr,es;q=0.2", "es"),
        ("es;q=0", "en"),
        ("es;q=wrong,en", "en"),
        (",;;q=,es;q=1.0;x", "en"),
        ("e" * 100_000, "en"),
    ],
)
def test_what_a_browser_prefers(accept: str, language: str) -> None:
    assert preferred(accept) == language
