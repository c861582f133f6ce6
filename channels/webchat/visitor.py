"""Who a visitor of the website is: whoever holds the token their browser was given.

Only a hash of the token is stored, as the conversation's key: reading the database does not
let anybody into a conversation.
"""

from __future__ import annotations

import hashlib
import re
import secrets

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,64}")


def new_token() -> str:
    return secrets.token_urlsafe(24)


def is_token(text: str | None) -> bool:
    return text is not None and _TOKEN.fullmatch(text) is not None


def conversation_of(kind: str, token: str) -> str:
    """The conversation's key, such as `chat:…`."""
    return f"{kind}:{hashlib.sha256(token.encode()).hexdigest()[:40]}"
