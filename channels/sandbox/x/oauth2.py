"""X's OAuth 2.0 token endpoint, for user tokens that are renewed.

    POST /2/oauth2/token   grant_type=refresh_token, refresh_token, client_id

A confidential app proves itself by HTTP Basic. Each renewal gives an access token for two hours
and another refresh token, and spends the one it took. The tokens outlive a restart and a reset,
because the hub holds the newest ones.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from urllib.parse import parse_qsl, unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.sandbox.world import World

LASTS_SECONDS = 7200
SCOPE = "tweet.read tweet.write tweet.moderate.write users.read dm.read dm.write offline.access"


class Tokens:
    """Which tokens are the city's."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._database = world.database
        self.revoked = False
        """The city took the app's permission back: no token of a user's is taken until then."""

    def is_users(self, token: str) -> bool:
        """Is it an access token of the city's account that still holds?"""
        if self.revoked or not token:
            return False
        if hmac.compare_digest(token.encode(), self._world.config.x_access_token.encode()):
            return True
        return bool(
            self._database.one(
                "SELECT 1 FROM x_tokens WHERE token = ? AND kind = 'access' AND expires > ?",
                (token, self._world.clock().timestamp()),
            )
        )

    def renew(self, refresh_token: str) -> tuple[str, str] | None:
        """A new access and refresh token; None for a token that is spent or unknown."""
        if self.revoked or not self._take(refresh_token):
            return None
        access, following = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
        expires = self._world.clock().timestamp() + LASTS_SECONDS
        with self._database.transaction():
            for token, kind, spent, ends in (
                (refresh_token, "refresh", 1, None),
                (access, "access", 0, expires),
                (following, "refresh", 0, None),
            ):
                self._database.write(
                    "INSERT INTO x_tokens (token, kind, spent, expires) VALUES (?, ?, ?, ?) "
                    "ON CONFLICT (token) DO UPDATE SET spent = excluded.spent",
                    (token, kind, spent, ends),
                )
        return access, following

    def _take(self, token: str) -> bool:
        row = self._database.one(
            "SELECT spent FROM x_tokens WHERE token = ? AND kind = 'refresh'", (token,)
        )
        if row is not None:
            return not row["spent"]
        first = self._world.config.x_refresh_token
        return bool(first) and hmac.compare_digest(token.encode(), first.encode())


class TokenEndpoint:
    """The route."""

    def __init__(self, world: World, tokens: Tokens) -> None:
        self._config = world.config
        self._tokens = tokens

    def routes(self) -> list[Route]:
        return [Route("/2/oauth2/token", self.token, methods=["POST"])]

    async def token(self, request: Request) -> Response:
        fields = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        if not self._knows(request.headers.get("authorization", ""), fields.get("client_id", "")):
            return _refusal(401, "unauthorized_client", "Missing valid authorization header")
        if fields.get("grant_type") != "refresh_token":
            return _refusal(
                400, "unsupported_grant_type", "The sandbox renews tokens and gives out no others."
            )
        renewed = self._tokens.renew(fields.get("refresh_token", ""))
        if renewed is None:
            return _refusal(400, "invalid_request", "Value passed for the token was invalid.")
        return JSONResponse(
            {
                "token_type": "bearer",
                "expires_in": LASTS_SECONDS,
                "access_token": renewed[0],
                "scope": SCOPE,
                "refresh_token": renewed[1],
            },
            headers={"cache-control": "no-store"},
        )

    def _knows(self, header: str, named: str) -> bool:
        """Does the request come from the app? A public one is only named."""
        config = self._config
        if not config.x_client_id:
            return False
        if not config.x_client_secret:
            return named == config.x_client_id
        scheme, _, pair = header.partition(" ")
        try:
            name, _, secret = base64.b64decode(pair, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return False
        given = f"{unquote(name)}:{unquote(secret)}".encode()
        known = f"{config.x_client_id}:{config.x_client_secret}".encode()
        return scheme.lower() == "basic" and hmac.compare_digest(given, known)


def _refusal(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status)
