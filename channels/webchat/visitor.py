"""Who a visitor of the website is: whoever holds the token their browser was given, or whom
the city's own sign-in vouches for.

Only a hash of the token is stored, as the conversation's key: reading the database does not
let anybody into a conversation.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field

from hub.ports import Author

SOMEBODY = "Website visitor"
MAX_NAME = 80
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,64}")


def new_token() -> str:
    return secrets.token_urlsafe(24)


def is_token(text: object) -> bool:
    return isinstance(text, str) and _TOKEN.fullmatch(text) is not None


def conversation_of(kind: str, token: str) -> str:
    """The conversation's key, such as `chat:…`."""
    return f"{kind}:{hashlib.sha256(token.encode()).hexdigest()[:40]}"


@dataclass(frozen=True, slots=True)
class Visitor:
    conversation: str
    token: str | None = field(default=None, repr=False)
    """What the browser comes back with; None for somebody who is vouched for."""
    vouched: Author | None = None
    email: str | None = None

    def author(self, name: str | None = None) -> Author:
        """Who a message is by: what somebody says of themselves counts only where nobody
        vouches for them."""
        if self.vouched is not None:
            return self.vouched
        return Author("web", self.conversation, (name or "").strip()[:MAX_NAME] or SOMEBODY)


def with_token(kind: str, token: object) -> Visitor:
    """The visitor who holds `token`; somebody new where it is none."""
    known = token if isinstance(token, str) and is_token(token) else new_token()
    return Visitor(conversation_of(kind, known), known)
