"""`/help` and `/ayuda`: the published articles for everybody, without JavaScript.

Looking counts an article as shown, except for machines and for what a browser fetches ahead.
Pages may be kept for a minute, so that a correction shows soon.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup
from starlette.background import BackgroundTask
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from agent_console.assets import asset
from agent_console.help.topics import (
    Topic,
    by_title,
    groups,
    public,
    topic,
    with_calls,
    without_promise,
)
from agent_console.help.words import PATHS, PHONE, UNITS, WORDS, said_day
from hub.articles.figures import record_use
from hub.articles.models import UseKind
from hub.http.rate import RateLimit, network_of
from hub.http.webhooks import TooLarge, read_body
from hub.ports import ArticleText
from hub.ports.messages import clean_text
from hub.system import Hub
from hub.triage.masking import masked

STYLE = Path(__file__).parent / "help.css"
MAX_QUERY = 200
"""Characters of a search; what is longer is cut."""
_MAX_FORM = 4_096
_MOST_RESULTS = 10
_MOST_RELATED = 5
_WORTH = 0.3
"""The part of the best result's score below which a result is not shown."""
_AKIN = 0.22
"""The same of an article's own score, for related ones."""
_KEPT = "public, max-age=60"
_MACHINE = re.compile(
    r"bot\b|crawl|spider|slurp|preview|externalhit|monitor|curl|wget|python|headless", re.IGNORECASE
)

log = structlog.get_logger(__name__)


@cache
def _style_digest(modified: int) -> str:
    return hashlib.sha256(STYLE.read_bytes()).hexdigest()[:12]


def style() -> str:
    """The address of the style sheet, with what tells it from another version."""
    return f"/help/help.css?v={_style_digest(STYLE.stat().st_mtime_ns)}"


class HelpPages:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._library = hub.rooms.knowledge
        self._looks = RateLimit(per_minute=120, burst=120)
        self._searches = RateLimit(per_minute=30, burst=30)
        self._votes = RateLimit(per_minute=10, burst=10)
        self._again = RateLimit(per_minute=1 / 60, burst=1)
        """By network and article: one vote an hour counts."""
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent.parent / "pages"),
            autoescape=select_autoescape(),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(asset=asset, style=style, phone=PHONE, paths=PATHS)
        self._pages = environment

    def routes(self) -> list[Route]:
        found = [Route("/help/help.css", self.style, methods=["GET"])]
        for path in PATHS.values():
            found += [
                Route(path, self.home, methods=["GET"]),
                Route(f"{path}/{{slug}}", self.article, methods=["GET"]),
                Route(f"{path}/{{slug}}/helpful", self.vote, methods=["POST"]),
                Route(f"{path}/{{slug}}/thanks", self.thanks, methods=["GET"]),
            ]
        return found

    async def style(self, request: Request) -> Response:
        known = request.query_params.get("v") == _style_digest(STYLE.stat().st_mtime_ns)
        kept = "public, max-age=31536000, immutable" if known else "no-cache"
        return FileResponse(STYLE, media_type="text/css", headers={"Cache-Control": kept})

    async def home(self, request: Request) -> Response:
        """All topics, or the answers to `?q=`."""
        language = _language(request)
        given = clean_text(request.query_params.get("q", ""))
        query = masked(" ".join(given.split())[:MAX_QUERY])
        limit = self._searches if query else self._looks
        if not limit.take(_network(request)):
            return self._note(request, 429, "busy")
        articles = [each for each in await self._library.articles() if public(each.unit)]
        emergencies = [topic(each, language) for each in articles if each.emergency]
        if query:
            return await self._results(request, query, emergencies)
        answered = [each for each in articles if each.answer is not None and not each.emergency]
        asked = [topic(each, language) for each in articles if each.answer is None]
        return self._page(
            request,
            "help_home.html",
            emergencies=emergencies,
            groups=groups(((each.unit, topic(each, language)) for each in answered), language),
            asked=sorted(asked, key=by_title),
            other=PATHS[_other(language)],
        )

    async def _results(
        self, request: Request, query: str, emergencies: Sequence[Topic]
    ) -> Response:
        language = _language(request)
        found = await self._library.search(query, _MOST_RESULTS, language)
        least = found.hits[0].score * _WORTH if found.hits else 0.0
        urgent = self._hub.rooms.emergency(query)
        return self._page(
            request,
            "help_results.html",
            query=query,
            emergencies=emergencies,
            urgent=next((each for each in emergencies if each.slug == urgent), None),
            results=[
                topic(hit.article, language)
                for hit in found.hits
                if public(hit.article.unit) and hit.score > least
            ],
            corrected=found.corrected,
            other=PATHS[_other(language)],
        )

    async def article(self, request: Request) -> Response:
        text = await self._found(request)
        if not self._looks.take(_network(request)):
            return self._note(request, 429, "busy")
        if text is None:
            return self._note(request, 404, "missing")
        return await self._article(request, text)

    async def _article(
        self, request: Request, text: ArticleText, status: int = 200, *, error: bool = False
    ) -> Response:
        language = _language(request)
        answer, spoken = text.answer, "en"
        if language == "es" and text.answer_es is not None:
            answer, spoken = text.answer_es, "es"
        shown = None
        if answer is not None:
            # The rendering is sanitised; the links to numbers are our own.
            html = self._hub.rooms.editorial.html(without_promise(answer))
            shown = Markup(with_calls(html))  # noqa: S704
        page = self._page(
            request,
            "help_article.html",
            status,
            article=text,
            topic=topic(text, language),
            answer=shown,
            spoken=spoken,
            group=UNITS[language].get(text.unit or ""),
            reviewed=said_day(text.reviewed, language),
            related=await self._related(text, language),
            error=error,
            other=f"{PATHS[_other(language)]}/{text.slug}",
        )
        if page.status_code == 200 and _is_person(request):
            page.background = BackgroundTask(self._count, text.slug, UseKind.SHOWN, language)
        return page

    async def _related(self, text: ArticleText, language: str) -> list[Topic]:
        """What is found by its title and its first phrases, the same unit's first."""
        asked = " ".join((text.title, *text.phrases[:3]))
        found = await self._library.search(asked, _MOST_RELATED + 6, language, ask_bot=False)
        least = found.hits[0].score * _AKIN if found.hits else 0.0
        akin = [
            hit.article
            for hit in found.hits
            if hit.article.slug != text.slug and public(hit.article.unit) and hit.score > least
        ]
        akin.sort(key=lambda article: article.unit != text.unit)
        return [topic(article, language) for article in akin[:_MOST_RELATED]]

    async def vote(self, request: Request) -> Response:
        """`helpful` is `yes` or `no`."""
        text = await self._found(request)
        if text is None or text.answer is None:
            return self._note(request, 404, "missing")
        network = _network(request)
        if not self._votes.take(network):
            return self._note(request, 429, "busy")
        given = (await _form(request)).get("helpful")
        if given not in ("yes", "no"):
            return await self._article(request, text, 422, error=True)
        if self._again.take(f"{network} {text.slug}"):
            kind = UseKind.HELPFUL if given == "yes" else UseKind.UNHELPFUL
            await self._count(text.slug, kind, _language(request))
        path = f"{PATHS[_language(request)]}/{text.slug}/thanks"
        return RedirectResponse(f"{path}?helpful={given}", 303)

    async def thanks(self, request: Request) -> Response:
        text = await self._found(request)
        if text is None:
            return self._note(request, 404, "missing")
        language = _language(request)
        return self._page(
            request,
            "help_note.html",
            state="thanks",
            helped=request.query_params.get("helpful") != "no",
            topic=topic(text, language),
            other=f"{PATHS[_other(language)]}/{text.slug}",
        )

    async def _found(self, request: Request) -> ArticleText | None:
        text = await self._library.text(clean_text(request.path_params["slug"]))
        return text if text is not None and public(text.unit) else None

    async def _count(self, slug: str, kind: UseKind, language: str) -> None:
        try:
            async with self._hub.database.write() as session:
                await record_use(session, slug, kind, "help", language, self._hub.now())
        except Exception as error:  # a figure is no reason to refuse a page
            log.warning("help.not_counted", slug=slug, error=f"{type(error).__name__}: {error}")

    def _note(self, request: Request, status: int, state: str) -> Response:
        other = PATHS[_other(_language(request))]
        page = self._page(request, "help_note.html", status, state=state, other=other)
        if status == 429:
            page.headers["Retry-After"] = "60"
        return page

    def _page(
        self, request: Request, name: str, status: int = 200, *, other: str, **values: Any
    ) -> Response:
        """A page with its tag, or 304 to whoever has it. `other` is its twin's path."""
        language = _language(request)
        body = (
            self._pages.get_template(name)
            .render(
                w=WORDS[language],
                lang=language,
                twin=_other(language),
                city=self._hub.settings.city,
                home=PATHS[language],
                origin=self._hub.settings.origin,
                here=request.url.path,
                **{"query": "", "error": False, "other": other, **values},
            )
            .encode()
        )
        headers = {"Content-Language": language}
        if status != 200:
            return HTMLResponse(body, status, headers)
        headers["Cache-Control"] = _KEPT
        headers["ETag"] = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
        known = request.headers.get("if-none-match", "").split(",")
        if headers["ETag"] in (tag.strip() for tag in known):
            return Response(status_code=304, headers=headers)
        return HTMLResponse(body, 200, headers)


def _language(request: Request) -> str:
    return "es" if request.url.path.startswith(PATHS["es"]) else "en"


def _other(language: str) -> str:
    return "en" if language == "es" else "es"


def _network(request: Request) -> str:
    return network_of(request.client.host if request.client else None)


def _is_person(request: Request) -> bool:
    """Not a machine by its own word, nor a page fetched ahead of its reader."""
    if request.method != "GET":
        return False
    ahead = request.headers.get("sec-purpose", "") + request.headers.get("purpose", "")
    return "prefetch" not in ahead.lower() and not _MACHINE.search(
        request.headers.get("user-agent", "")
    )


async def _form(request: Request) -> FormData:
    """What was sent, empty where it was not our form."""
    try:
        request._body = await read_body(request, _MAX_FORM)
        return await request.form(max_files=0, max_fields=5, max_part_size=_MAX_FORM)
    except TooLarge:
        return FormData()
    except Exception:  # whatever it was
        return FormData()
