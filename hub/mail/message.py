"""Composing a letter: text that every program shows, and files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

_POLICY = SMTP.clone(cte_type="7bit")  # arrives whole also where a server passes on no 8 bits
_MAX_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """Addresses are as `clean_address` gives them."""

    sender: str
    sender_name: str
    recipients: Sequence[str]
    subject: str
    text: str
    message_id: str
    """In angle brackets. The same for every copy of one letter, so that a copy is recognised."""
    attachments: Sequence[Attachment] = ()


def compose(letter: Letter, at: datetime) -> EmailMessage:
    """The letter as MIME: multipart/mixed of plain text and files."""
    message = EmailMessage(_POLICY)
    message["From"] = _address(letter.sender, one_line(letter.sender_name))
    message["To"] = [_address(address) for address in letter.recipients]
    message["Subject"] = one_line(letter.subject)[:_MAX_SUBJECT]
    message["Date"] = at
    message["Message-ID"] = letter.message_id
    # Holiday notes and the like are not to answer (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    for one in letter.attachments:
        kind, _, subtype = one.media_type.partition(";")[0].partition("/")
        message.add_attachment(one.content, maintype=kind, subtype=subtype, filename=one.name)
    return message


def one_line(text: str) -> str:
    """Without what would end a header: line breaks and other controls become one space."""
    kept = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(kept.split())


def _address(address: str, name: str = "") -> Address:
    return Address(display_name=name, addr_spec=address)
