"""The Graph API's error answers. Clients read the JSON; most ignore the status."""

from __future__ import annotations

import secrets
from typing import Any


class GraphProblem(Exception):
    """An answer other than success."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        subcode: int | None = None,
        kind: str = "OAuthException",
        status: int = 400,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.subcode = subcode
        self.kind = kind
        self.status = status

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
        return {"error": error}


def dead_token() -> GraphProblem:
    return GraphProblem(190, "Invalid OAuth access token - Cannot parse access token", status=401)


def no_token() -> GraphProblem:
    return GraphProblem(104, "An access token is required to request this resource.", status=401)


def wrong_proof() -> GraphProblem:
    return GraphProblem(
        100,
        "Invalid appsecret_proof provided in the API argument",
        kind="GraphMethodException",
    )


def bad_parameter(message: str, subcode: int | None = None) -> GraphProblem:
    return GraphProblem(100, f"(#100) {message}", subcode=subcode)


def unknown_object(object_id: str, method: str) -> GraphProblem:
    return GraphProblem(
        100,
        f"Unsupported {method} request. Object with ID '{object_id}' does not exist, cannot be "
        "loaded due to missing permissions, or does not support this operation.",
        subcode=33,
        kind="GraphMethodException",
    )


def outside_window() -> GraphProblem:
    return GraphProblem(
        10, "(#10) This message is sent outside of allowed window.", subcode=2018278, status=403
    )


def nobody() -> GraphProblem:
    return bad_parameter("No matching user found", 2018001)


def already_replied() -> GraphProblem:
    """A comment can be answered in private once."""
    return GraphProblem(10900, "(#10900) Activity already replied to")


def another_app() -> GraphProblem:
    """The hub stands by in this conversation."""
    return GraphProblem(
        10,
        "(#10) Message failed to send because another app is controlling this thread now.",
        subcode=2018300,
        status=403,
    )
