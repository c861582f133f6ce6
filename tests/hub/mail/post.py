"""A mail server on this machine, which does what a test wants of it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hub.mail.sender import Mailer, MailServer

SENDER = "reports@city.example"


@dataclass
class Post:
    """What the server took, and what it is to refuse."""

    port: int = 0
    taken: list[Envelope] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    """By recipient: what is said to RCPT."""
    answers: list[str] = field(default_factory=list)
    """What is said to the next letters, before they are taken again."""
    hang: bool = False
    """Take the letter and never say so."""
    slow_goodbye: bool = False
    """Take the letter, say so, and never answer QUIT."""
    credentials: tuple[str, str] | None = None
    signed_in: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.encrypted.append(session.ssl is not None)
        if self.answers:
            return self.answers.pop(0)
        self.taken.append(envelope)
        if self.hang:
            await asyncio.sleep(3600)
        return "250 taken"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.slow_goodbye:
            await asyncio.sleep(3600)
        return "221 Bye"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        if given != self.credentials:
            return AuthResult(success=False, handled=False)
        self.signed_in.append(given[0])
        return AuthResult(success=True)

    def letters(self) -> list[EmailMessage]:
        return [letter_of(one) for one in self.taken]

    def mailer(self, **more: Any) -> Mailer:
        """One that sends here in the clear, and waits no longer than a test may."""
        server = MailServer("127.0.0.1", self.port, "none")
        return Mailer(server, SENDER, **{"command_seconds": 5, "letter_seconds": 10, **more})


def letter_of(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    letter = message_from_bytes(envelope.content, policy=default)
    assert isinstance(letter, EmailMessage)
    return letter


@asynccontextmanager
async def post(
    post: Post | None = None, *, port: int = 0, tls: ssl.SSLContext | None = None, **options: Any
) -> AsyncIterator[Post]:
    """A server on `port`, or a free one. `tls`: STARTTLS is offered; `implicit_tls`: it is
    spoken from the beginning."""
    found = post or Post()
    implicit = options.pop("implicit_tls", None)
    if found.credentials is not None:
        options |= {"authenticator": found.authenticate, "auth_required": True}
        options.setdefault("auth_require_tls", tls is not None)
    if tls is not None:
        options |= {"tls_context": tls, "require_starttls": True}
    loop = asyncio.get_running_loop()
    made: list[SMTP] = []

    def protocol() -> SMTP:
        made.append(SMTP(found, hostname="post.example", loop=loop, **options))
        return made[-1]

    server = await loop.create_server(protocol, "127.0.0.1", port, ssl=implicit)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        for one in made:
            if one.transport is not None:
                one.transport.close()
            if one._handler_coroutine is not None:
                one._handler_coroutine.cancel()
        await asyncio.sleep(0)
        await server.wait_closed()


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for 127.0.0.1, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post.example")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "post.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pem.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(pem)
    return theirs, ssl.create_default_context(cafile=str(pem))
