"""The website's message form, and the page where its answer is read.

For whoever cannot or will not chat. The answer is read at a private address that the sender
keeps; nothing is asked for but a message.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from channels.webchat.desk import MAX_BODY, Desk, Words
from channels.webchat.language import language_of, moment
from channels.webchat.rate import RateLimit, network_of
from channels.webchat.visitor import (
    MAX_NAME,
    conversation_of,
    is_token,
    new_token,
    with_token,
)
from channels.webchat.wording import WORDS
from hub.ports import Line

_PAGES = Path(__file__).parent / "pages"
_KEY = re.compile(r"[0-9a-f]{32}")


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
        language = language_of(request)
        zone = self._desk.zone
        shared = {
            "city": self._desk.city,
            "lang": language,
            "w": WORDS[language],
            "moment": lambda at: moment(at, zone, language),
            "error": None,
            "name": "",
            "message": "",
            "key": uuid4().hex,
            # Kept in the forms' addresses where somebody chose it.
            "query": f"?lang={language}" if "lang" in request.query_params else "",
            "path": request.url.path if request.method == "GET" else "/",
        }
        answer = self._templates.TemplateResponse(
            request, page, shared | values, status_code=status
        )
        answer.headers["Content-Language"] = language
        answer.headers["Vary"] = "Accept-Language"
        return answer

    async def form(self, request: Request) -> Response:
        return self._page(request, "form.html")

    async def send(self, request: Request) -> Response:
        form = await _form(request)
        if form is None:
            return self._page(request, "unknown.html", 400)
        key = str(form.get("key", ""))
        # A second click, or a reload, comes to the same page as the first.
        token = self._desk.passes.token_for(key) if _KEY.fullmatch(key) else new_token()
        return await self._store(request, form, token, "form.html")

    async def add(self, request: Request) -> Response:
        form = await _form(request)
        token = request.path_params["token"]
        if form is None:
            return self._page(request, "unknown.html", 400)
        if not await self._lines(token):
            return self._page(request, "unknown.html", 404)
        return await self._store(request, form, token, "inquiry.html")

    async def _store(self, request: Request, form: FormData, token: str, page: str) -> Response:
        message, name = str(form.get("message", "")), str(form.get("name", "")).strip()[:MAX_NAME]
        error = self._refuse(request, message)
        if error is not None:
            values = {"error": error, "name": name, "message": message, "token": token}
            # The same key again: what was refused was not sent.
            if _KEY.fullmatch(str(form.get("key", ""))):
                values["key"] = str(form["key"])
            lines = await self._lines(token) if page == "inquiry.html" else ()
            return self._page(request, page, 422, lines=lines, **values)
        # People leave it empty, since they do not see it; programs fill in everything.
        if not form.get("website"):
            key = _message_key(str(form.get("key", "")), message)
            await self._desk.receive(with_token("form", token), Words(key, message, name))
        query = "?lang=es" if language_of(request) == "es" else ""
        return RedirectResponse(f"/inquiry/{token}{query}", 303)

    def _refuse(self, request: Request, message: str) -> str | None:
        words = WORDS[language_of(request)]
        if not message.strip():
            return words["error_empty"]
        if len(message) > MAX_BODY:
            return words["error_long"].format(most=MAX_BODY, size=len(message))
        if not self._rate.take(network_of(request.client.host if request.client else None)):
            return words["error_fast"]
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
        return self._page(request, "inquiry.html", lines=lines, token=token)


async def _form(request: Request) -> FormData | None:
    """What was sent, None where it was not our form."""
    try:
        return await request.form(max_files=0, max_fields=20, max_part_size=65_536)
    except Exception:  # whatever it was
        return None


def _message_key(key: str, message: str) -> str:
    """The same message sent twice from one page is one; another one, written after going
    back to that page, is not."""
    if not key:
        return uuid4().hex
    return hashlib.sha256(f"{key[:100]}\n{message}".encode(errors="replace")).hexdigest()[:40]
