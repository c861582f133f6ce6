"""Keeps other web pages out: the sandbox listens to this computer, not to its browser tabs."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.sandbox.config import is_loopback

_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class Guard:
    """Refuses foreign Host headers (a rebound name) and foreign Origins (a form elsewhere)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = urlsplit(f"//{headers.get('host', '')}").hostname or ""
        origin = headers.get("origin")
        if not is_loopback(host):
            refusal = PlainTextResponse("the sandbox answers on a loopback address only", 421)
            await refusal(scope, receive, send)
            return
        if (
            origin is not None
            and scope["method"] not in ("GET", "HEAD")
            and urlsplit(origin).netloc != headers.get("host")
        ):
            await PlainTextResponse("another site's page may not write here", 403)(
                scope, receive, send
            )
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
            await send(message)

        # The platforms' APIs are spoken to by programs, and answer as the platforms do.
        is_api = scope["path"].startswith(("/x/", "/graph/", "/open311/"))
        await self._app(scope, receive, send if is_api else with_headers)
