"""The API as one app: its routers, its errors, its document at `/openapi.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hub.api import (
    accounts,
    articles,
    assist,
    bulk,
    callbacks,
    exports,
    files,
    incidents,
    joining,
    live,
    messages,
    notices,
    people,
    reports,
    sla,
    surveys,
    system,
    tickets,
    timeline,
    training,
    unreadable,
)
from hub.api.access import COOKIE
from hub.api.schemas import Problem
from hub.errors import FieldError
from hub.http.problem import HANDLERS, MEDIA_TYPE, on_bug, on_http_error, problem
from hub.ports.messages import clean_text
from hub.system import Hub

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": description}
    for status, description in {
        400: "The request cannot be read",
        401: "Not signed in",
        403: "Not allowed",
        404: "Not there, or not yours to see",
        409: "Conflict",
        413: "Too large",
        422: "A field does not fit",
        429: "Too many requests",
        503: "Try again later",
    }.items()
}


def create_api(hub: Hub) -> FastAPI:
    api = FastAPI(
        title="Switchboard",
        version="1",
        description="Tickets, messages and contacts of a city's inquiry hub.",
        docs_url=None,
        redoc_url=None,
        responses=_PROBLEMS,
        exception_handlers={
            **HANDLERS,
            RequestValidationError: _on_invalid,
            HTTPException: on_http_error,
            Exception: on_bug,
        },
    )
    api.state.hub = hub
    describe = api.openapi
    api.openapi = lambda: _as_answered(describe())  # type: ignore[method-assign]
    for router in (
        tickets.router,
        messages.router,
        joining.router,
        assist.router,
        bulk.router,
        notices.router,
        surveys.router,
        callbacks.router,
        timeline.router,
        sla.router,
        files.router,
        incidents.router,
        people.router,
        reports.router,
        exports.router,
        system.router,
        articles.router,
        training.router,
        live.router,
        accounts.router,
        unreadable.router,
    ):
        api.include_router(router)
    return api


def _as_answered(document: dict[str, Any]) -> dict[str, Any]:
    """The document with what FastAPI cannot know: problems' media type, and how to sign in.

    It may be given the same document again: FastAPI keeps the one it made.
    """
    for path in document["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                content = answer.get("content", {})
                if status >= "400" and "application/json" in content:
                    content[MEDIA_TYPE] = content.pop("application/json")
    document["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "`hub token create`"},
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
    }
    document["security"] = [{"token": []}, {"session": []}]
    return document


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = tuple(
        FieldError(_field(item), clean_text(str(item["msg"]), 300)) for item in error.errors()
    )
    unreadable = any(item["type"] == "json_invalid" for item in error.errors())
    detail = "; ".join(f"{item.field}: {item.message}" for item in errors)
    title = "Not readable" if unreadable else "Not valid"
    return problem(400 if unreadable else 422, title, detail, errors)


def _field(error: Mapping[str, Any]) -> str:
    """`("body", "tags", 0)` is `tags.0`: people name fields, not where they stood."""
    location: tuple[Any, ...] = error["loc"]
    if error["type"] == "json_invalid":  # what stands behind `body` is a position
        location = location[:1]
    names = [str(part) for part in location[1:]] or [str(location[0])]
    return clean_text(".".join(names), 100)
