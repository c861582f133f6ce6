"""`/console` and its sign-in page."""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from agent_console.assets import Assets, asset
from hub.api.access import COOKIE, principal_of
from hub.api.people import change_presence
from hub.errors import HubError, TooMany, Unauthenticated
from hub.seed import DEMO_AGENTS, DEMO_PASSWORD
from hub.system import Hub
from hub.team.access import Principal
from hub.team.models import Presence

_CSRF_COOKIE = "switchboard_sign_in"


class ConsolePages:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._secure = hub.settings.origin.startswith("https:")
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=select_autoescape()
        )
        environment.globals["asset"] = asset
        self._sign_in_page = environment.get_template("sign_in.html")
        self._shell = environment.get_template("shell.html")

    def routes(self) -> list[Route | Mount]:
        return [
            Mount("/assets", Assets(), name="assets"),
            Route("/sign-in", self.sign_in_form, methods=["GET"]),
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            Route("/", self.shell, methods=["GET"]),
            Route("/{page:path}", self.shell, methods=["GET"]),
        ]

    async def _principal(self, request: Request) -> Principal | None:
        cookie = request.cookies.get(COOKIE)
        return await self._hub.sessions.principal(cookie) if cookie else None

    async def shell(self, request: Request) -> Response:
        """The console, for whoever is signed in."""
        if await self._principal(request) is None:
            return RedirectResponse("/console/sign-in", 303)
        return HTMLResponse(self._shell.render())

    async def sign_in_form(self, request: Request) -> Response:
        if await self._principal(request) is not None:
            return RedirectResponse("/console", 303)
        return self._form(200)

    def _form(self, status: int, error: str | None = None, email: str = "") -> Response:
        csrf = secrets.token_urlsafe(16)
        demo = [
            {"name": d.name, "email": d.email, "password": DEMO_PASSWORD, "role": d.role.value}
            for d in (DEMO_AGENTS if self._hub.settings.demo else ())
        ]
        page = self._sign_in_page.render(csrf=csrf, error=error, email=email, demo_accounts=demo)
        response = HTMLResponse(page, status)
        self._set_cookie(response, _CSRF_COOKIE, csrf, path="/console/sign-in")
        return response

    def _set_cookie(self, response: Response, name: str, value: str, **options: Any) -> None:
        response.set_cookie(
            name, value, httponly=True, secure=self._secure, samesite="lax", **options
        )

    async def sign_in(self, request: Request) -> Response:
        try:
            form = await request.form(max_files=0, max_fields=10, max_part_size=4096)
        except Exception:  # whatever was sent here, it was not our form
            return self._form(400, "That could not be read. Please try again.")
        email, password = str(form.get("email", "")), str(form.get("password", ""))
        given, expected = str(form.get("csrf", "")), request.cookies.get(_CSRF_COOKIE, "")
        if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
            return self._form(403, "This page was too old. Please try again.", email)
        address = request.client.host if request.client else "unknown"
        try:
            cookie = await self._hub.sessions.sign_in(email, password, address)
        except Unauthenticated:
            return self._form(401, "The e-mail address or the password is wrong.", email)
        except TooMany:
            return self._form(429, "Too many wrong passwords. Try again in 15 minutes.", email)
        principal = await self._hub.sessions.principal(cookie)
        if principal is not None and principal.agent_id is not None:
            await change_presence(self._hub, principal.agent_id, Presence.ONLINE.value)
        response = RedirectResponse("/console", 303)
        hours = self._hub.settings.session_hours
        self._set_cookie(response, COOKIE, cookie, path="/", max_age=hours * 3600)
        response.delete_cookie(_CSRF_COOKIE, path="/console/sign-in")
        return response

    async def sign_out(self, request: Request) -> Response:
        try:
            principal = await principal_of(request)
        except HubError as error:
            return Response(status_code=error.status)
        # Before anybody hears of it: consoles look again whether they are still signed in.
        await self._hub.sessions.sign_out(request.cookies.get(COOKIE, ""))
        if principal.agent_id is not None:
            await change_presence(self._hub, principal.agent_id, Presence.OFFLINE.value)
        response = Response(status_code=204)
        response.delete_cookie(COOKIE, path="/")
        return response
