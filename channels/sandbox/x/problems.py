"""X's error answers, in its own shapes.

XProblem carries one; the API turns it into a response.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TYPES = "https://api.x.com/2/problems/"


class XProblem(Exception):
    """An answer other than success: `status` and the JSON `body`."""

    def __init__(
        self, status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(body.get("detail", ""))
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def _plain(status: int, title: str, detail: str) -> XProblem:
    return XProblem(
        status, {"title": title, "detail": detail, "type": "about:blank", "status": status}
    )


def unauthorized() -> XProblem:
    return _plain(401, "Unauthorized", "Unauthorized")


def forbidden(detail: str) -> XProblem:
    return _plain(403, "Forbidden", detail)


def app_only_forbidden() -> XProblem:
    """A post, a message or `me` asked for with a token that is nobody's."""
    return XProblem(
        403,
        {
            "title": "Unsupported Authentication",
            "detail": "Authenticating with OAuth 2.0 Application-Only is forbidden for this "
            "endpoint.  Supported authentication types are [OAuth 1.0a User Context, "
            "OAuth 2.0 User Context].",
            "type": TYPES + "unsupported-authentication",
            "status": 403,
        },
    )


def too_many_requests() -> XProblem:
    return _plain(429, "Too Many Requests", "Too Many Requests")


def unavailable(status: int) -> XProblem:
    title = {500: "Internal Server Error", 502: "Bad Gateway"}.get(status, "Service Unavailable")
    return _plain(status, title, title)


def invalid(parameter: str, value: str, message: str) -> XProblem:
    """A parameter of the wrong form or out of its range."""
    return XProblem(
        400,
        {
            "errors": [{"parameters": {parameter: [value]}, "message": message}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": TYPES + "invalid-request",
        },
    )


def not_found(parameter: str, value: str, resource: str) -> dict[str, Any]:
    """One entry of `errors`: also part of a 200 where other things were found."""
    return {
        "value": value,
        "detail": f"Could not find {resource} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": value,
        "type": TYPES + "resource-not-found",
    }
