"""Who is asking the API: a bearer token, or the console's session with its CSRF token."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection, Request

from hub.errors import Forbidden, Unauthenticated
from hub.http.guard import SAFE_METHODS
from hub.system import Hub
from hub.team.access import Permission, Principal
from hub.team.tokens import principal_of_token

COOKIE = "switchboard_session"


def hub_of(request: HTTPConnection) -> Hub:
    hub: Hub = request.app.state.hub
    return hub


async def identify(hub: Hub, connection: HTTPConnection) -> Principal | None:
    """The principal of a request or a socket, or None. CSRF is not looked at here."""
    credential = credential_of(connection)
    if credential is None:
        return None
    if credential.bearer:
        return await principal_of_token(hub.database, credential.secret)
    return await hub.sessions.principal(credential.secret)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a connection proves itself with: a bearer token, or a session's cookie."""

    bearer: bool
    secret: str


def credential_of(connection: HTTPConnection) -> Credential | None:
    authorization = connection.headers.get("authorization", "")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer" and token:
        return Credential(True, token.strip())
    cookie = connection.cookies.get(COOKIE)
    return Credential(False, cookie) if cookie else None


async def principal_of(request: Request) -> Principal:
    """Raises Unauthenticated, or Forbidden without the session's CSRF token."""
    principal = await identify(hub_of(request), request)
    if principal is None:
        raise Unauthenticated("sign in, or send an API token as `Authorization: Bearer …`")
    if principal.csrf_token is not None and request.method not in SAFE_METHODS:
        given = request.headers.get("x-csrf-token", "")
        if not hmac.compare_digest(given.encode(), principal.csrf_token.encode()):
            raise Forbidden("the X-CSRF-Token header is missing or not this session's")
    return principal


def allowed(permission: Permission):  # type: ignore[no-untyped-def]
    """A dependency: the principal, if they may."""

    async def check(request: Request) -> Principal:
        principal = await principal_of(request)
        principal.require(permission)
        return principal

    return Depends(check)


Reader = Annotated[Principal, allowed(Permission.READ)]
Agent = Annotated[Principal, allowed(Permission.WORK)]
Supervisor = Annotated[Principal, allowed(Permission.SUPERVISE)]
Admin = Annotated[Principal, allowed(Permission.CONFIGURE)]
TheHub = Annotated[Hub, Depends(hub_of)]
