"""What every answer and every request keeps: headers, size, the Origin of unsafe requests.

Pure ASGI: a `BaseHTTPMiddleware` costs four fifths of the request rate.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.http.headers import secure
from hub.http.problem import problem

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Called by platforms and by other sites' pages, never with our cookie.
_OPEN = ("/webhooks/", "/open311/", "/chat/")


class Guard:
    def __init__(self, app: ASGIApp, origin: str, cookie: str) -> None:
        self._app = app
        self._origin = origin
        self._cookie = f"{cookie}="

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure(MutableHeaders(scope=message))
            await send(message)

        if scope["type"] == "http" and self._foreign(scope):
            answer = problem(403, "Wrong origin", "this request came from another site's page")
            await answer(scope, receive, with_headers)
            return
        await self._app(scope, receive, with_headers)

    def _foreign(self, scope: Scope) -> bool:
        """An unsafe request with our cookie that a page of another origin sent."""
        if scope["method"] in SAFE_METHODS or scope["path"].startswith(_OPEN):
            return False
        headers = Headers(scope=scope)
        # A proxy may pass one browser's cookies on in several headers.
        if not any(self._cookie in value for value in headers.getlist("cookie")):
            return False
        return not same_origin(headers, self._origin)


def same_origin(headers: Headers, origin: str) -> bool:
    """Whether the Origin header, if a browser sent one, is the hub's own."""
    given = headers.get("origin")
    if given is None:
        return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    return given in (origin, f"http://{headers.get('host')}", f"https://{headers.get('host')}")
