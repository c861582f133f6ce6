"""`/survey/{token}`: the page on which a customer says how satisfied they were.

Plain forms, no script. Looking at it changes nothing (platforms fetch links before anybody has
seen them); one tap on a button saves, and then there is room for a comment.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from agent_console.assets import asset
from agent_console.survey_words import WORDS
from hub.errors import Invalid, NotFound
from hub.http.rate import RateLimit, network_of
from hub.http.webhooks import TooLarge, read_body
from hub.surveys.answering import MAX_COMMENT, SCORES, Answers, Expired, SurveyDesk
from hub.surveys.link import PATH
from hub.system import Hub

_MAX_FORM = 262_144


class SurveyPages:
    def __init__(self, hub: Hub) -> None:
        self._desk = SurveyDesk(hub.database, hub.now)
        self._city = hub.settings.city
        self._looks = RateLimit(per_minute=60, burst=60)
        self._answers = RateLimit(per_minute=20, burst=20)
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=select_autoescape()
        )
        environment.globals["asset"] = asset
        self._page = environment.get_template("survey.html")

    def routes(self) -> list[Route]:
        return [
            Route(f"{PATH}{{token}}", self.look, methods=["GET"]),
            Route(f"{PATH}{{token}}", self.rate, methods=["POST"]),
            Route(f"{PATH}{{token}}/comment", self.comment, methods=["POST"]),
        ]

    async def look(self, request: Request) -> Response:
        if not self._looks.take(_network(request)):
            return self._show(request, 429, "busy")
        try:
            answers = await self._desk.read(request.path_params["token"])
        except (NotFound, Expired) as error:
            return self._closed(request, error)
        return self._answers_page(request, answers)

    async def rate(self, request: Request) -> Response:
        token = request.path_params["token"]
        if not self._answers.take(_network(request)):
            return self._show(request, 429, "busy")
        form = await _form(request)
        given = str(form.get("score", "")) if form is not None else ""
        try:
            answers = await self._desk.read(token)
            await self._desk.rate(token, int(given) if given in map(str, SCORES) else 0)
        except (NotFound, Expired) as error:
            return self._closed(request, error)
        except Invalid:
            return self._answers_page(request, answers, 422, error="error_score")
        return self._back(request, token)

    async def comment(self, request: Request) -> Response:
        token = request.path_params["token"]
        form = await _form(request)
        words = str(form.get("comment", "")) if form is not None else ""
        try:
            answers = await self._desk.read(token)
            if not self._answers.take(_network(request)):
                return self._answers_page(request, answers, 429, error="error_fast", words=words)
            if form is None:
                return self._answers_page(request, answers, 413, error="error_long")
            await self._desk.comment(token, words)
        except (NotFound, Expired) as error:
            return self._closed(request, error)
        except Invalid as error:
            field = error.errors[0].field
            wrong = "error_long" if field == "comment" else "error_score"
            return self._answers_page(request, answers, 422, error=wrong, words=words)
        return self._back(request, token)

    def _back(self, request: Request, token: str) -> Response:
        """To the page that shows what was saved; a reload then sends nothing again."""
        return RedirectResponse(f"{PATH}{token}{_query(request)}", 303)

    def _answers_page(
        self,
        request: Request,
        answers: Answers,
        status: int = 200,
        *,
        error: str | None = None,
        words: str | None = None,
    ) -> Response:
        comment = answers.comment or "" if words is None else words
        state = "ask" if answers.score is None else "thanks"
        return self._show(
            request, status, state, answers=answers, error=error, comment=comment, most=MAX_COMMENT
        )

    def _closed(self, request: Request, error: NotFound | Expired) -> Response:
        return self._show(
            request, error.status, "expired" if isinstance(error, Expired) else "unknown"
        )

    def _show(self, request: Request, status: int, state: str, **values: Any) -> Response:
        answers: Answers | None = values.get("answers")
        language = _language(request, answers.language if answers else None)
        page = self._page.render(
            {
                "w": WORDS[language],
                "lang": language,
                "city": self._city,
                "state": state,
                "scores": SCORES,
                "path": f"{PATH}{request.path_params['token']}",
                "query": _query(request),
                "error": None,
                **values,
            }
        )
        headers = {
            "Content-Language": language,
            "Vary": "Accept-Language",
            "X-Robots-Tag": "noindex, nofollow",
        }
        if status == 429:
            headers["Retry-After"] = "60"
        return HTMLResponse(page, status, headers)


def _network(request: Request) -> str:
    return network_of(request.client.host if request.client else None)


async def _form(request: Request) -> FormData | None:
    """What was sent, None where it was not our form."""
    try:
        request._body = await read_body(request, _MAX_FORM)
        return await request.form(max_files=0, max_fields=5, max_part_size=_MAX_FORM)
    except TooLarge:
        return None
    except Exception:  # whatever it was
        return FormData()


def _query(request: Request) -> str:
    """A language that somebody chose stays chosen."""
    asked = _asked(request)
    return f"?lang={asked}" if asked else ""


def _asked(request: Request) -> str | None:
    asked = request.query_params.get("lang", "").lower()
    return asked if asked in WORDS else None


def _language(request: Request, wrote_in: str | None) -> str:
    """`?lang=`, else the Spanish that the customer wrote in, else what the browser prefers."""
    if wrote_in == "es":
        return _asked(request) or "es"
    return _asked(request) or preferred(request.headers.get("accept-language", ""))


def preferred(accept: str) -> str:
    """English or Spanish, by an Accept-Language header (RFC 9110, 12.5.4); English where it says
    neither."""
    best = {"en": 0.0, "es": 0.0}
    for part in accept[:500].split(","):
        tag, *parameters = (piece.strip().lower() for piece in part.split(";"))
        language = tag.partition("-")[0]
        if language not in best:
            continue
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        try:
            quality = float(weight)
        except ValueError:
            continue
        best[language] = max(best[language], quality)
    return "es" if best["es"] > best["en"] else "en"
