"""The citizen's page: written on the server, kept live by a little script, whole without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from channels.sandbox.citizens import CannotDo
from channels.sandbox.control import Control
from channels.sandbox.georeport.filed import FiledReports
from channels.sandbox.personas import BY_KEY, PERSONAS, Persona
from channels.sandbox.threads import Threads
from channels.sandbox.world import World

WEB = Path(__file__).parent / "web"

CHANNELS: dict[str, tuple[str, str]] = {
    "x": ("X post", "Public. The city's account is named for you."),
    "x_dm": ("X direct message", "Private, between you and the city's account."),
    "facebook": ("Facebook comment", "Public, below the Page's newest post."),
    "messenger": ("Messenger", "Private, between you and the Page."),
    "open311": ("DigiTally report", "A report with a place, as the city's app files it."),
}
_PATHS = {
    "x": "x/posts",
    "x_dm": "x/dms",
    "facebook": "facebook/comments",
    "messenger": "facebook/messages",
    "open311": "open311/requests",
}
_DEEDS = frozenset(
    {
        *(f"facebook/{kind}/edit" for kind in ("comments", "posts", "messages")),
        *("facebook/comments/delete", "facebook/posts/delete", "facebook/messages/unsend"),
        *("x/posts/edit", "x/posts/delete"),
        *("facebook/comments/hide", "facebook/react", "facebook/read", "facebook/control"),
    }
)
"""What the buttons beside a message do: paths of the control API."""
TRY = (
    ("Power is out", "Our power has been out for an hour. When is it coming back?"),
    ("Paying a bill", "How can I pay my bill?"),
    ("Smell of gas", "I smell gas in my kitchen, what should I do?"),
    ("Bulky items", "When can I put an old sofa out for pick-up?"),
    ("In Spanish", "¿Con quién puedo hablar sobre un plan de pago?"),
)


class CitizenPage:
    """`/` shows, `/say` writes, `/threads` is the part that changes."""

    def __init__(
        self, world: World, control: Control, threads: Threads, filed: FiledReports
    ) -> None:
        self._world = world
        self._control = control
        self._threads = threads
        self._filed = filed
        self._templates = Environment(
            loader=FileSystemLoader(WEB),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def routes(self) -> list[Route | Mount]:
        return [
            Route("/", self.show),
            Route("/threads", self.part),
            Route("/say", self.say, methods=["POST"]),
            Mount("/web", app=StaticFiles(directory=WEB)),
        ]

    async def show(self, request: Request) -> Response:
        channel = request.query_params.get("channel", "x")
        shown = self._shown(request)
        html = self._templates.get_template("page.html").render(
            **shown,
            personas=PERSONAS,
            channels=CHANNELS,
            channel=channel if channel in CHANNELS else "x",
            services=await self._filed.services(),
            hints=TRY,
            trouble=request.query_params.get("trouble", ""),
            config=self._world.config,
        )
        return HTMLResponse(html, headers={"cache-control": "no-store"})

    async def part(self, request: Request) -> Response:
        html = self._templates.get_template("threads.html").render(**self._shown(request))
        return HTMLResponse(html, headers={"cache-control": "no-store"})

    def _shown(self, request: Request) -> dict[str, Any]:
        persona = BY_KEY.get(request.query_params.get("persona", ""), PERSONAS[0])
        everyone = request.query_params.get("show") == "everyone"
        return {
            "persona": persona,
            "everyone": everyone,
            "threads": self._threads.all(None if everyone else persona),
            "state": self._control.summary(),
            "handles": {p.key: p for p in PERSONAS},
            "labels": {key: label for key, (label, _) in CHANNELS.items()},
        }

    async def say(self, request: Request) -> Response:
        """A form: does what the control API does, and shows the page again."""
        body = (await request.body()).decode("utf-8", "replace")
        given = dict(parse_qsl(body, keep_blank_values=True))
        persona = BY_KEY.get(given.get("persona", ""), PERSONAS[0])
        back = {"persona": persona.key, "channel": given.get("channel", "x")}
        if given.get("show") == "everyone":
            back["show"] = "everyone"
        try:
            self._perform(persona, given)
        except CannotDo as problem:
            return RedirectResponse(f"/?{urlencode(back | {'trouble': str(problem)})}", 303)
        return RedirectResponse(f"/?{urlencode(back)}", 303)

    def _perform(self, persona: Persona, given: dict[str, str]) -> None:
        channel = given.get("channel", "")
        if deed := given.get("deed"):
            if deed not in _DEEDS:
                raise CannotDo("the page has no such button")
            names = ("id", "text", "reaction", "to")
            wanted: dict[str, Any] = {name: given[name] for name in names if given.get(name)}
            if given.get("shown"):
                wanted["hidden"] = False
            self._control.perform(deed, {"persona": persona.key, **wanted})
            return
        if channel not in _PATHS:
            raise CannotDo("choose a channel")
        body: dict[str, Any] = {"persona": persona.key, "text": given.get("text", "")}
        if reply_to := given.get("reply_to"):
            body["in_reply_to" if channel == "x" else "post_id"] = reply_to
        if payload := given.get("payload"):
            body["payload"] = payload
        if channel == "messenger" and given.get("by"):
            body["by"] = given["by"]
        if channel == "open311":
            body |= {
                "via": "hub",
                "service_code": given.get("service_code"),
                "address_string": given.get("address_string"),
            }
        self._control.perform(_PATHS[channel], body)
