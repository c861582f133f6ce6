"""Handing letters to a real SMTP server on this machine."""

from __future__ import annotations

import asyncio
import socket
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from hub.mail.errors import MailNotConfigured, MailRefused, MailUnavailable
from hub.mail.message import Letter, compose
from hub.mail.sender import Mailer, MailServer, Refusal
from hub.settings import Settings
from tests.hub.mail.post import SENDER, Post, certificate, post

pytestmark = pytest.mark.anyio

ANA, BO = "ana@city.example", "bo@city.example"
PASSWORD = "a password nobody may read"


def _letter() -> EmailMessage:
    return compose(
        Letter(SENDER, "City", (ANA, BO), "Report", "Hello", "<r1@city.example>"),
        datetime(2026, 11, 23, tzinfo=UTC),
    )


def _secured(server: Post, security: Any, tls: Any, password: str = PASSWORD) -> Mailer:
    chosen = MailServer("127.0.0.1", server.port, security, "hub", SecretStr(password))
    return Mailer(chosen, SENDER, tls=tls, command_seconds=5, letter_seconds=10)


async def test_a_letter_arrives_once_at_everybody() -> None:
    async with post() as server:
        sent = await server.mailer().send(_letter(), (ANA, BO))
    assert sent.accepted == (ANA, BO)
    assert sent.refused == {}
    (envelope,) = server.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [ANA, BO])
    (letter,) = server.letters()
    assert letter["Message-ID"] == "<r1@city.example>"
    assert letter.get_content().strip() == "Hello"


async def test_starttls_and_sign_in(tmp_path: Path) -> None:
    theirs, ours = certificate(tmp_path)
    async with post(Post(credentials=("hub", PASSWORD)), tls=theirs) as server:
        await _secured(server, "starttls", ours).send(_letter(), (ANA,))
        assert server.encrypted == [True]
        assert server.signed_in == ["hub"]
        with pytest.raises(MailRefused, match="sign-in: 535"):
            await _secured(server, "starttls", ours, "wrong").send(_letter(), (ANA,))
    assert len(server.taken) == 1


async def test_tls_from_the_beginning(tmp_path: Path) -> None:
    theirs, ours = certificate(tmp_path)
    async with post(implicit_tls=theirs) as server:
        chosen = MailServer("127.0.0.1", server.port, "tls")
        await Mailer(chosen, SENDER, tls=ours, command_seconds=5).send(_letter(), (ANA,))
    assert len(server.taken) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_nobody_vouches_for(tmp_path: Path, security: str) -> None:
    theirs, _ = certificate(tmp_path)
    options: dict[str, Any] = {"tls" if security == "starttls" else "implicit_tls": theirs}
    async with post(**options) as server:
        with pytest.raises(MailRefused, match="certificate"):
            await _secured(server, security, None).send(_letter(), (ANA,))
    assert server.taken == []


async def test_where_no_encryption_is_offered_nothing_is_sent() -> None:
    async with post(Post()) as server:
        with pytest.raises(MailRefused, match=r"(?i)starttls"):
            await _secured(server, "starttls", None).send(_letter(), (ANA,))
    assert server.taken == []


async def test_one_recipient_is_refused_and_the_others_have_it() -> None:
    async with post(Post(refuse={BO: "550 no such user"})) as server:
        sent = await server.mailer().send(_letter(), (ANA, BO))
    assert sent.accepted == (ANA,)
    assert sent.refused == {BO: Refusal("550 no such user", passing=False)}
    assert len(server.taken) == 1


async def test_all_are_refused_for_now() -> None:
    async with post(Post(refuse={ANA: "451 later, greylisted", BO: "550 gone"})) as server:
        sent = await server.mailer().send(_letter(), (ANA, BO))
    assert sent.accepted == ()
    assert {name: one.passing for name, one in sent.refused.items()} == {ANA: True, BO: False}


async def test_a_busy_server_takes_it_later() -> None:
    async with post(Post(answers=["452 disk full"])) as server:
        with pytest.raises(MailUnavailable, match="452 disk full"):
            await server.mailer().send(_letter(), (ANA,))
        await server.mailer().send(_letter(), (ANA,))
    assert len(server.taken) == 1


async def test_a_letter_it_will_never_take() -> None:
    async with post(Post(answers=["554 looks like spam"])) as server:
        with pytest.raises(MailRefused, match="554 looks like spam"):
            await server.mailer().send(_letter(), (ANA,))


async def test_away_and_back() -> None:
    async with post() as server:
        pass
    with pytest.raises(MailUnavailable, match="away"):
        await server.mailer().send(_letter(), (ANA,))
    async with post(server, port=server.port):
        await server.mailer().send(_letter(), (ANA,))
    assert len(server.taken) == 1


async def test_one_that_takes_the_letter_and_says_nothing() -> None:
    async with post(Post(hang=True)) as server:
        with pytest.raises(MailUnavailable, match="in time"):
            await server.mailer(command_seconds=0.3).send(_letter(), (ANA,))
        with pytest.raises(MailUnavailable, match="in time"):
            await server.mailer(letter_seconds=0.3).send(_letter(), (ANA,))
    assert len(server.taken) == 2, "taken each time: the Message-ID tells the copies"


async def test_one_that_never_says_goodbye() -> None:
    """It has the letter: running out of time after that must not send it again."""
    async with post(Post(slow_goodbye=True)) as server:
        sent = await server.mailer(command_seconds=1, letter_seconds=0.9).send(_letter(), (ANA,))
    assert sent.accepted == (ANA,)
    assert len(server.taken) == 1


async def test_one_that_never_greets() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        chosen = MailServer("127.0.0.1", listener.getsockname()[1], "none")
        began = time.monotonic()
        with pytest.raises(MailUnavailable, match="in time"):
            await Mailer(chosen, SENDER, command_seconds=0.3).send(_letter(), (ANA,))
        assert time.monotonic() - began < 5


async def test_one_that_talks_nonsense() -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    async with server:
        chosen = MailServer("127.0.0.1", server.sockets[0].getsockname()[1], "none")
        with pytest.raises((MailUnavailable, MailRefused)):
            await Mailer(chosen, SENDER, command_seconds=2).send(_letter(), (ANA,))


async def test_the_password_is_in_no_trace(tmp_path: Path) -> None:
    theirs, ours = certificate(tmp_path)
    async with post(Post(credentials=("hub", "another")), tls=theirs) as server:
        mailer = _secured(server, "starttls", ours)
        with pytest.raises(MailRefused) as caught:
            await mailer.send(_letter(), (ANA,))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert PASSWORD not in str(caught.value)
    frame = caught.value.__traceback__
    while frame is not None:
        assert PASSWORD not in repr(frame.tb_frame.f_locals.get("server"))
        frame = frame.tb_next


async def test_without_settings_nothing_is_sent() -> None:
    mailer = Mailer.of(Settings())
    assert not mailer.configured
    with pytest.raises(MailNotConfigured, match="HUB_SMTP_HOST"):
        await mailer.send(_letter(), (ANA,))


def test_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_SMTP_HOST", "mail.talgov.com")
    with pytest.raises(ValueError, match="needs HUB_MAIL_FROM"):
        Settings()
    monkeypatch.setenv("HUB_MAIL_FROM", "Reports <a@b.example>")
    with pytest.raises(ValueError, match="no e-mail address"):
        Settings()
    monkeypatch.setenv("HUB_MAIL_FROM", "reports@Talgov.com")
    assert Mailer.of(Settings()).sender == "reports@talgov.com"
    monkeypatch.setenv("HUB_SMTP_USER", "hub")
    with pytest.raises(ValueError, match="needs HUB_SMTP_PASSWORD"):
        Settings()
    monkeypatch.setenv("HUB_SMTP_PASSWORD", PASSWORD)
    assert Mailer.of(Settings()).configured
    assert PASSWORD not in repr(Settings())
    monkeypatch.setenv("HUB_SMTP_SECURITY", "none")
    with pytest.raises(ValueError, match="in the clear"):
        Settings()
    monkeypatch.setenv("HUB_SMTP_HOST", "localhost")
    assert Settings().smtp_security == "none"
