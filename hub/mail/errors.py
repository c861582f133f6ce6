"""How sending a letter fails.

MailError
├── MailNotConfigured   no server is named: nothing is tried
├── MailUnavailable     the server, or the way to it, failed: the same letter may go later
└── MailRefused         the server, or we for what it showed us, will not: a person must act
"""

from __future__ import annotations


class MailError(Exception):
    """Base of what `hub.mail` raises; the library's errors stay inside."""


class MailNotConfigured(MailError):
    """HUB_SMTP_HOST is not set."""


class MailUnavailable(MailError):
    """Away, slow, or busy (4xx). The letter may have been taken all the same, where the
    connection broke after it was handed over: the next try carries the same Message-ID."""


class MailRefused(MailError):
    """Sign-in, certificate, encryption, sender or letter were refused (5xx)."""
