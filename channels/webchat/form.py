"""The website's message form, and the page where its answer is read.

For whoever cannot or will not chat. The answer is read at a private address that the sender
keeps; nothing is asked for but a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from channels.webchat.desk import MAX_BODY, Desk
from channels.webchat.rate import RateLimit
from channels.webchat.visitor import conversation_of, is_token, new_token
from hub.ports import Line

_PAGES = Path(__file__).parent / "pages"


class FormPages:
    """`/` with the form and the widget, and `/inquiry/{token}` with the answers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._templates = Jinja2Templates(_PAGES)
        self._rate = RateLimit(per_minute=6, burst=10)

    def routes(self) -> list[Route]:
        return [
            Route("/", self.form, methods=["GET"]),
            Route("/inquiry", self.send, methods=["POST"]),
            Route("/inquiry/{token}", self.read, methods=["GET"]),
            Route("/inquiry/{token}", self.add, methods=["POST"]),
        ]

    def _page(self, request: Request, page: str, status: int = 200, **values: object) -> Response:
        return self._templates.TemplateResponse(
            request, page, {"city": self._desk.city, **values}, status_code=status
        )

    async def form(self, request: Request) -> Response:
        return self._page(request, "form.html", error=None, name="", message="")

    async def send(self, request: Request) -> Response:
        token = new_token()
        return await self._store(request, token, "form.html")

    async def add(self, request: Request) -> Response:
        token = request.path_params["token"]
        if not await self._lines(token):
            return self._page(request, "unknown.html", 404)
        return await self._store(request, token, "inquiry.html")

    async def _store(self, request: Request, token: str, page: str) -> Response:
        try:
            form = await request.form(max_files=0, max_fields=20, max_part_size=65_536)
        except Exception:  # whatever was sent here, it was not our form
            return self._page(request, "unknown.html", 400)
        message, name = str(form.get("message", "")), str(form.get("name", "")).strip()[:80]
        conversation = conversation_of("form", token)
        error = self._refuse(request, message)
        # People leave it empty, since they do not see it; programs fill in everything.
        if not form.get("website") and error is None:
            key = str(form.get("key") or uuid4().hex)[:100]
            await self._desk.receive(conversation, name, message, key)
        if error is not None:
            values = {"error": error, "name": name, "message": message, "token": token}
            if page == "inquiry.html":
                lines = await self._lines(token)
                return self._page(request, page, 422, lines=lines, key=uuid4().hex, **values)
            return self._page(request, page, 422, **values)
        return RedirectResponse(f"/inquiry/{token}", 303)

    def _refuse(self, request: Request, message: str) -> str | None:
        if not message.strip():
            return "Please write your message."
        if len(message) > MAX_BODY:
            return f"Please keep it under {MAX_BODY} characters; yours has {len(message)}."
        address = request.client.host if request.client else "unknown"
        if not self._rate.take(address):
            return "That was a lot at once. Please wait a minute and send it again."
        return None

    async def _lines(self, token: str) -> Sequence[Line]:
        """What was said under `token`; nothing under one that was never given out."""
        if not is_token(token):
            return ()
        return await self._desk.lines(conversation_of("form", token))

    async def read(self, request: Request) -> Response:
        token = request.path_params["token"]
        lines = await self._lines(token)
        if not lines:
            return self._page(request, "unknown.html", 404)
        return self._page(
            request,
            "inquiry.html",
            lines=lines,
            token=token,
            error=None,
            message="",
            key=uuid4().hex,
        )
