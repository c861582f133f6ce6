"""OAuth 2.0 user tokens: they last two hours and are renewed with a refresh token.

oauthlib, which tweepy stands on, writes the request and reads the answer (RFC 6749, section 6);
the connector's own transport carries it. X gives a new refresh token each time and refuses the
old one from then on: whoever renews must store both before anything else.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from channels.x.client import XClient
from hub.ports import AuthFailed, Rejected, RenewedAccess, TemporarilyUnavailable

TOKEN_PATH = "/2/oauth2/token"  # noqa: S105  # an address


async def renew(client: XClient) -> RenewedAccess | None:
    """New tokens; None for an account without a refresh token. Raises AuthFailed where X does
    not take it, TemporarilyUnavailable where X cannot be asked."""
    secrets = client.account.secrets
    client_id, refresh_token = secrets.get("client_id"), secrets.get("refresh_token")
    if client.oauth1 or not (client_id and refresh_token):
        return None
    from oauthlib.oauth2 import WebApplicationClient

    oauth = WebApplicationClient(client_id)
    _, headers, fields = oauth.prepare_refresh_token_request(
        f"https://api.twitter.com{TOKEN_PATH}", refresh_token=refresh_token, client_id=client_id
    )
    if secret := secrets.get("client_secret"):
        # A confidential app proves itself; a public one is named in the body alone.
        headers = {**headers, "Authorization": _basic(client_id, secret)}
    try:
        text = await client.form(TOKEN_PATH, fields, headers)
    except Rejected as error:
        raise AuthFailed(f"X does not renew the account's access: {error.reason}") from error
    return _read(oauth, text)


def _read(oauth: Any, text: str) -> RenewedAccess:
    from oauthlib.oauth2 import OAuth2Error

    try:
        token = oauth.parse_request_body_response(text)
        secrets = {
            name: token[name] for name in ("access_token", "refresh_token") if token.get(name)
        }
        if not all(isinstance(value, str) for value in secrets.values()):
            raise TypeError("a token that is not text")
        lasts = int(token["expires_in"]) if token.get("expires_in") else None
        expires_at = None if lasts is None else datetime.now(UTC) + timedelta(seconds=lasts)
    except (OAuth2Error, ValueError, TypeError, AttributeError, OverflowError) as error:
        # The old refresh token may be spent already: only asking again can tell.
        raise TemporarilyUnavailable(
            f"X's new token cannot be read: {type(error).__name__}", outcome_unknown=True
        ) from error
    return RenewedAccess(secrets, expires_at)


def _basic(name: str, secret: str) -> str:
    """HTTP Basic, each half form-encoded first (RFC 6749, section 2.3.1)."""
    pair = f"{quote(name, safe='')}:{quote(secret, safe='')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()
