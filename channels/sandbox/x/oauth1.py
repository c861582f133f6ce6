"""OAuth 1.0a signatures (RFC 5849, HMAC-SHA1), checked as X checks them.

The client believes that it talks to X and signs that address, so the address checked is
`https://api.twitter.com/2/…` and not the sandbox's own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote

ORIGINS = ("https://api.twitter.com", "https://api.x.com")
MAX_SKEW_SECONDS = 300


class WrongSignature(Exception):
    """The Authorization header does not prove what it says. The message is for a log."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The app's pair and the user's pair."""

    consumer_key: str
    consumer_secret: str
    token: str
    token_secret: str


def escape(text: str) -> str:
    """RFC 3986 percent-encoding, as section 3.6 asks."""
    return quote(text, safe="~")


def parameters(header: str) -> dict[str, str]:
    """The parameters of an `OAuth a="b", c="d"` header."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "oauth":
        raise WrongSignature("not an OAuth header")
    found: dict[str, str] = {}
    for piece in rest.split(","):
        name, separator, value = piece.strip().partition("=")
        if separator:
            found[unquote(name)] = unquote(value.strip('"'))
    return found


def signature(method: str, url: str, pairs: list[tuple[str, str]], keys: Keys) -> str:
    """The base64 HMAC-SHA1 over the base string of section 3.4.1."""
    listed = sorted((escape(name), escape(value)) for name, value in pairs)
    normal = "&".join(f"{name}={value}" for name, value in listed)
    base = "&".join((method.upper(), escape(url), escape(normal)))
    key = f"{escape(keys.consumer_secret)}&{escape(keys.token_secret)}"
    digest = hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def verify(method: str, path: str, query: str, header: str, keys: Keys, *, now: float) -> None:
    """Raise WrongSignature unless `header` signs this request with `keys`.

    `path` is as X would see it (`/2/tweets`), still percent-encoded; `query` is raw.
    """
    given = parameters(header)
    if given.get("oauth_consumer_key") != keys.consumer_key:
        raise WrongSignature("unknown consumer key")
    if given.get("oauth_token") != keys.token:
        raise WrongSignature("unknown access token")
    if given.get("oauth_signature_method") != "HMAC-SHA1":
        raise WrongSignature("the signature method must be HMAC-SHA1")
    try:
        skew = abs(now - int(given.get("oauth_timestamp", "")))
    except ValueError as error:
        raise WrongSignature("oauth_timestamp is not a number") from error
    if skew > MAX_SKEW_SECONDS:
        raise WrongSignature("oauth_timestamp is too far from now")
    signed = given.pop("oauth_signature", "")
    given.pop("realm", None)
    pairs = parse_qsl(query, keep_blank_values=True) + list(given.items())
    for origin in ORIGINS:
        expected = signature(method, origin + path, pairs, keys)
        if hmac.compare_digest(expected.encode(), signed.encode()):
            return
    raise WrongSignature("the signature does not match")
