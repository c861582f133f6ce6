"""HMAC-SHA256 over raw bytes, as platforms sign the webhooks they send.

The header reads `sha256=` and the digest: in hex from Facebook (`X-Hub-Signature-256`), in
base64 from X (`x-twitter-webhooks-signature`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from hub.ports import BadSignature

PREFIX = "sha256="


def sign_hex(secret: str, body: bytes) -> str:
    """The signature header Facebook sends with `body`."""
    return PREFIX + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def sign_base64(secret: str, body: bytes) -> str:
    """The signature header X sends with `body`."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return PREFIX + base64.b64encode(digest).decode()


def verify_hex(secret: str | None, body: bytes, signature: str | None) -> None:
    """Raises BadSignature unless `signature` is the hex one of `body`."""
    _compare(secret, signature, sign_hex(secret, body) if secret else "")


def verify_base64(secret: str | None, body: bytes, signature: str | None) -> None:
    """Raises BadSignature unless `signature` is the base64 one of `body`."""
    _compare(secret, signature, sign_base64(secret, body) if secret else "")


def _compare(secret: str | None, signature: str | None, expected: str) -> None:
    if not secret:
        # An empty key signs whatever anyone likes: without a secret nothing is believed.
        raise BadSignature("the account has no secret to check signatures with")
    if not signature:
        raise BadSignature("the signature header is missing")
    # Bytes, because compare_digest refuses text that is not ASCII.
    if not hmac.compare_digest(signature.strip().encode("utf-8", "replace"), expected.encode()):
        raise BadSignature("the signature does not match the body")
