"""What the hub signs for a visitor, so that nothing of it need be stored or looked up.

A pass lets a page upload files into its conversation, a link opens one file or the transcript,
a handle says that a file was uploaded for a conversation. They end before a day does; a page
gets new ones with every connection. So neither the visitor's token nor their signed identity is
ever part of an address, where logs would keep it.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import asdict
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

from hub.ports import Attachment

VALID_FOR = 20 * 3600
"""Seconds. Less than the day that a file is kept for until a message carries it."""


class Passes:
    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def _signer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            self._secret,
            salt=f"switchboard.chat.{purpose}",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def _sign(self, purpose: str, value: Any) -> str:
        signed = self._signer(purpose).dumps(value)
        return signed if isinstance(signed, str) else signed.decode()

    def _open(self, purpose: str, signed: object) -> Any:
        """None where it was not signed here for this, or has ended."""
        if not isinstance(signed, str) or len(signed) > 4_096:
            return None
        try:
            return self._signer(purpose).loads(signed, max_age=VALID_FOR)
        except BadData:
            return None

    def visit(self, conversation: str) -> str:
        return self._sign("visit", conversation)

    def conversation(self, visit: object) -> str | None:
        """Whose pass it is."""
        found = self._open("visit", visit)
        return found if isinstance(found, str) else None

    def handle(self, conversation: str, file: Attachment) -> str:
        return self._sign("file", [conversation, asdict(file)])

    def file(self, conversation: str, handle: object) -> Attachment | None:
        """The file `handle` names, if it was uploaded for that conversation."""
        found = self._open("file", handle)
        if not isinstance(found, list) or found[0] != conversation:
            return None
        return Attachment(**found[1])

    def file_link(self, message_id: int, index: int, file: Attachment) -> str:
        key = self._sign("link", [message_id, index, asdict(file)])
        return f"/chat/files/{message_id}/{index}?key={key}"

    def file_behind(self, message_id: int, index: int, key: object) -> Attachment | None:
        """That message's file, if `key` opens it."""
        found = self._open("link", key)
        if not isinstance(found, list) or found[:2] != [message_id, index]:
            return None
        return Attachment(**found[2])

    def transcript_link(self, conversation: str) -> str:
        return f"/chat/transcript?key={self._sign('transcript', conversation)}"

    def transcript_behind(self, key: object) -> str | None:
        found = self._open("transcript", key)
        return found if isinstance(found, str) else None

    def token_for(self, key: str) -> str:
        """The token that one sending of the form leads to, however often it is sent."""
        digest = hmac.digest(self._secret, f"form:{key}".encode(), "sha256")
        return urlsafe_b64encode(digest).decode().rstrip("=")
