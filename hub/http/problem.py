"""Errors as RFC 9457 problem answers: what was wrong, and in which field."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.accounts.connectors import AccountBroken
from hub.db.away import AWAY
from hub.errors import FieldError, HubError
from hub.http.headers import secure
from hub.intake.writer import Overloaded

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]

MEDIA_TYPE = "application/problem+json"

log = structlog.get_logger(__name__)


def problem(
    status: int,
    title: str,
    detail: str,
    errors: tuple[FieldError, ...] = (),
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = [{"field": e.field, "message": e.message} for e in errors]
    return JSONResponse(body, status, headers, MEDIA_TYPE)


async def on_hub_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HubError)
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return problem(error.status, error.title, error.detail, error.errors, headers)


async def on_overloaded(request: Request, error: Exception) -> JSONResponse:
    return problem(503, "Overloaded", str(error), headers={"Retry-After": "5"})


async def on_broken_account(request: Request, error: Exception) -> JSONResponse:
    """Its package may be installed again in a moment: platforms send again until then."""
    return problem(503, "Try again later", str(error), headers={"Retry-After": "60"})


async def on_http_error(request: Request, error: Exception) -> JSONResponse:
    status = int(getattr(error, "status_code", 500))
    headers = dict(getattr(error, "headers", None) or {})
    detail = str(getattr(error, "detail", "") or "")
    return problem(status, detail or "Error", detail, headers=headers)


async def on_bug(request: Request, error: Exception) -> JSONResponse:
    """500 is always a bug: logged with its trace, told without it."""
    log.error("http.bug", path=request.url.path, exc_info=error)
    answer = problem(500, "Internal error", "this is a mistake of ours; it has been recorded")
    secure(answer.headers)  # it is made outside the guard
    return answer


async def on_database_away(request: Request, error: Exception) -> JSONResponse:
    """What was asked for may work in a moment; whoever sends webhooks sends them again."""
    log.warning("http.database_away", path=request.url.path, error=str(error)[:200])
    detail = "the database is away; try again in a moment"
    return problem(503, "Try again later", detail, headers={"Retry-After": "5"})


async def on_database_error(request: Request, error: Exception) -> JSONResponse:
    """SQLAlchemy tells nothing apart where a server is being shut down or is starting: the
    driver's own error, which it wraps twice, does."""
    assert isinstance(error, DBAPIError)
    drivers = getattr(error.orig, "__cause__", None)
    if isinstance(drivers, AWAY):
        return await on_database_away(request, error)
    raise error


HANDLERS: dict[int | type[Exception], Handler] = {
    HubError: on_hub_error,
    Overloaded: on_overloaded,
    AccountBroken: on_broken_account,
    **dict.fromkeys((*AWAY, ConnectionError, TimeoutError), on_database_away),
    DBAPIError: on_database_error,
}
