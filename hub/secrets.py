"""Sealing what must not be read from the database alone: secrets and unreadable bodies."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken


class WrongKey(Exception):
    """HUB_SECRET_KEY is not the one this was sealed with."""


class Seal:
    """Authenticated encryption under a key derived from HUB_SECRET_KEY."""

    def __init__(self, key: str) -> None:
        digest = hashlib.blake2b(key.encode(), digest_size=32, person=b"switchboard-seal").digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(digest))

    def seal(self, plain: bytes) -> bytes:
        return self._fernet.encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """Raises WrongKey."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise WrongKey("sealed with another HUB_SECRET_KEY") from error

    def seal_secrets(self, secrets: Mapping[str, str]) -> bytes:
        return self.seal(json.dumps(dict(secrets), sort_keys=True).encode())

    def open_secrets(self, sealed: bytes | None) -> dict[str, str]:
        if sealed is None:
            return {}
        secrets: dict[str, str] = json.loads(self.open(sealed))
        return secrets
