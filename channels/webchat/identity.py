"""A visitor the city's own site has signed in: a JSON Web Token (RFC 7519) that it signed.

The site's server makes it with the account's `identity_secret` (HS256). It names the person
(`sub`), says how to call them (`name`, and perhaps `email`), is for us (`aud` "switchboard") and
ends within a day (`exp`). Nothing else is taken, and an invalid one never makes an anonymous
visitor of somebody who believes to be known.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import jwt

from channels.webchat.limits import Refused
from channels.webchat.visitor import MAX_NAME, Visitor, conversation_of
from hub.ports import Author

AUDIENCE = "switchboard"
LONGEST = 24 * 3600
"""Seconds a token may be valid for."""
SHORTEST_SECRET = 32
"""Bytes: RFC 7518 asks for a key as long as the hash (3.2)."""
_SKEW = 60
_MAX_SUBJECT = 200
_MAX_TOKEN = 4_096
# Times are checked below, against the hub's own clock.
_OPTIONS: Any = {
    "require": ["exp", "sub", "aud"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}


def vouched_for(token: object, secret: str | None, now: datetime) -> Visitor:
    """Who a signed identity names. Raises Refused."""
    key = (secret or "").encode()
    if len(key) < SHORTEST_SECRET:
        raise Refused(
            "identity-off",
            "this chat takes no signed identities: its identity_secret is not set, or shorter "
            f"than {SHORTEST_SECRET} bytes",
        )
    if not isinstance(token, str) or len(token) > _MAX_TOKEN:
        raise Refused("identity-invalid", "the signed identity is not a token")
    try:
        claims = jwt.decode(token, key, algorithms=["HS256"], audience=AUDIENCE, options=_OPTIONS)
    except (jwt.InvalidTokenError, ValueError) as error:  # the second for what is no text
        raise Refused("identity-invalid", f"the signed identity is not valid: {error}") from error
    _check_times(claims, now.timestamp())
    subject, name, email = claims["sub"], claims.get("name"), claims.get("email")
    if not isinstance(subject, str) or not 0 < len(subject.strip()) <= _MAX_SUBJECT:
        raise Refused("identity-invalid", f"its sub must be a text of 1 to {_MAX_SUBJECT}")
    if name is not None and not isinstance(name, str):
        raise Refused("identity-invalid", "its name must be a text")
    author = Author("customer", subject, (name or subject).strip()[:MAX_NAME], verified=True)
    return Visitor(
        # Another name space than tokens': nobody can make up a token that leads here.
        conversation_of("chat", f"sub:{subject}"),
        vouched=author,
        email=email if isinstance(email, str) and "@" in email else None,
    )


def _check_times(claims: dict[str, Any], now: float) -> None:
    ends, begins = claims["exp"], claims.get("nbf", 0)
    if not _is_number(ends) or not _is_number(begins):
        raise Refused("identity-invalid", "its times must be numbers")
    if ends <= now - _SKEW:
        raise Refused("identity-expired", "the signed identity has expired; it must be renewed")
    if ends > now + LONGEST + _SKEW:
        raise Refused("identity-invalid", "its exp must be within 24 hours")
    if begins > now + _SKEW:
        raise Refused("identity-invalid", "it is not valid yet")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
