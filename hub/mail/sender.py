"""Handing a letter to the city's mail server (SMTP, RFC 5321).

Nothing is kept here: whoever sends has promised a job before and notes what came of it after.
Never call it inside a transaction. The server's certificate is verified, for STARTTLS as for TLS;
what it says is told on, our password never is.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal

import aiosmtplib
from pydantic import SecretStr

from hub.mail.errors import MailNotConfigured, MailRefused, MailUnavailable
from hub.settings import Settings

COMMAND_SECONDS = 30.0
"""For the connection and for each answer."""
LETTER_SECONDS = 180.0
"""For a letter in all."""
_GOODBYE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    user: str | None = None
    password: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Of one recipient. `passing`: the server may take it later (4xx, greylisting)."""

    words: str
    passing: bool


@dataclass(frozen=True, slots=True)
class Sent:
    accepted: tuple[str, ...]
    refused: Mapping[str, Refusal] = field(default_factory=dict)


class Mailer:
    """`sender` is the address letters come from; both are None where mail is not configured."""

    def __init__(
        self,
        server: MailServer | None,
        sender: str | None,
        *,
        tls: ssl.SSLContext | None = None,
        command_seconds: float = COMMAND_SECONDS,
        letter_seconds: float = LETTER_SECONDS,
    ) -> None:
        self._server = server
        self.sender = sender
        self._tls = tls
        self._command_seconds = command_seconds
        self._letter_seconds = letter_seconds

    @classmethod
    def of(cls, settings: Settings) -> Mailer:
        server = None
        if settings.smtp_host is not None:
            server = MailServer(
                settings.smtp_host,
                settings.smtp_port,
                settings.smtp_security,
                settings.smtp_user,
                settings.smtp_password,
            )
        return cls(server, settings.mail_from)

    @property
    def configured(self) -> bool:
        return self._server is not None and self.sender is not None

    async def send(self, message: EmailMessage, recipients: Sequence[str]) -> Sent:
        """Hand `message` over for `recipients`; says whom the server refused, also where it
        refused them all. Raises a MailError where it took nothing for another reason."""
        if self._server is None or self.sender is None:
            raise MailNotConfigured("no mail server is set up (HUB_SMTP_HOST)")
        try:
            return await self._hand_over(self._server, self.sender, message, recipients)
        # `from None`: the frames below hold the password, and traces show what frames hold.
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _all_refused(error)
        except aiosmtplib.SMTPResponseException as error:
            words = f"the mail server said: {_said(error.code, error.message)}"
            if isinstance(error, aiosmtplib.SMTPAuthenticationError):
                words = f"the mail server refused the sign-in: {_said(error.code, error.message)}"
            raise _refusal(error.code, words) from None
        except ssl.SSLError as error:
            raise MailRefused(f"no trusted encryption with the mail server: {error}") from None
        except (TimeoutError, aiosmtplib.SMTPTimeoutError):
            raise MailUnavailable("the mail server did not answer in time") from None
        except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPServerDisconnected, OSError) as error:
            if isinstance(error.__cause__, ssl.SSLError):
                words = f"no trusted encryption with the mail server: {error.__cause__}"
                raise MailRefused(words) from None
            raise MailUnavailable(f"the mail server is away: {_words(error)}") from None
        except (aiosmtplib.SMTPException, ValueError) as error:
            # It offers no STARTTLS or no sign-in, or an address is not one.
            raise MailRefused(f"the mail cannot be sent: {_words(error)}") from None

    async def _hand_over(
        self, server: MailServer, sender: str, message: EmailMessage, recipients: Sequence[str]
    ) -> Sent:
        secured = server.security != "none"
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=socket.gethostname(),  # by default it would be looked up
            timeout=self._command_seconds,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=(self._tls or ssl.create_default_context()) if secured else None,
        )
        try:
            async with asyncio.timeout(self._letter_seconds):
                await client.connect()
                if server.user is not None and server.password is not None:
                    await client.login(server.user, server.password.get_secret_value())
                refused, _ = await client.send_message(
                    message, sender=sender, recipients=list(recipients)
                )
            # It has the letter: whatever goes wrong from here on must not send another, not even
            # that time runs out.
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await client.quit(timeout=min(_GOODBYE_SECONDS, self._command_seconds))
        finally:
            client.close()
        refusals = {
            address: _of_recipient(answer.code, answer.message)
            for address, answer in refused.items()
        }
        return Sent(tuple(one for one in recipients if one not in refusals), refusals)


def _all_refused(error: aiosmtplib.SMTPRecipientsRefused) -> Sent:
    return Sent(
        (), {one.recipient: _of_recipient(one.code, one.message) for one in error.recipients}
    )


def _of_recipient(code: int, message: str) -> Refusal:
    return Refusal(_said(code, message), _is_passing(code))


def _refusal(code: int, words: str) -> MailRefused | MailUnavailable:
    return MailUnavailable(words) if _is_passing(code) else MailRefused(words)


def _is_passing(code: int) -> bool:
    return code < 500


def _said(code: int, message: str) -> str:
    return f"{code} {' '.join(message.split())}"[:200]


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
